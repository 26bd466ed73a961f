/** Gathers what is known of a stack's applications and clients: its state, its settings, Anypoint and Okta. */
import { listApplications, requireReadable } from "../../providers/anypoint/application-list.ts";
import { findApplication } from "../../providers/anypoint/client-application.ts";
import type { AnypointClient } from "../../providers/anypoint/client.ts";
import { rootOrganization } from "../../providers/anypoint/organizations.ts";
import type { OktaClient } from "../../providers/okta/client.ts";
import type { OktaConnection } from "../../providers/okta/login.ts";
import { type OktaApp, appsLabelled, findApp } from "../../providers/okta/registered-clients.ts";
import { probeApplicationName } from "../../config/probe.ts";
import type { Settings } from "../../config/settings.ts";
import type { StackResource } from "../stack-state.ts";
import type { Facts, KnownApplication } from "./leftovers.ts";

export interface Sources {
  readonly stackName: string;
  readonly settings: Settings;
  readonly resources: readonly StackResource[];
  readonly anypoint: AnypointClient;
  readonly okta: OktaClient;
  readonly connection: OktaConnection;
  /** Client ids that were named on the command line. */
  readonly named: readonly string[];
}

const APPLICATION = "pulumi-nodejs:dynamic/anypoint:ClientApplication";
const OKTA_APP = "okta:app/oAuth:OAuth";

/** Throws `AnypointError` or `OktaError` when one of the two can't be asked. */
export async function gather(sources: Sources): Promise<Facts> {
  const { settings, resources, anypoint, named } = sources;
  const { id: organizationId } = await rootOrganization(anypoint);
  const applications = await listApplications(anypoint, organizationId);
  await requireReadable(anypoint, organizationId);

  const ofState = await Promise.all(
    applicationsOf(resources).map(async (one) => {
      const listed = applications.some(({ applicationId }) => applicationId === one.applicationId);
      const there =
        listed || (await findApplication(anypoint, organizationId, one.applicationId, one.name)) !== undefined;
      return { ...one, there };
    }),
  );
  const names = [
    ...new Set([
      // What was there before the stack stays by design.
      ...settings.consumers.filter(({ adopt }) => adopt !== true).map(({ applicationName }) => applicationName),
      ...(settings.probe ? [probeApplicationName(settings.stack)] : []),
      ...ofState.map(({ name }) => name),
    ]),
  ];
  const ids = [...named, ...ofState.flatMap(({ clientId, there }) => (there || !clientId ? [] : [clientId]))];
  return {
    ...{ applications, ofState, named, names },
    apps: await appsOf(sources, names, ids),
    untouchable: untouchable(sources),
  };
}

/** Okta's apps with one of the names, or of one of the clients. */
async function appsOf({ okta, connection }: Sources, names: string[], ids: string[]): Promise<OktaApp[]> {
  const { orgUrl } = connection;
  const found: OktaApp[] = [];
  // One after the other: Okta lets a client make few calls at a time.
  for (const name of names) found.push(...(await appsLabelled(okta, orgUrl, name)));
  for (const id of new Set(ids)) {
    if (found.some((app) => app.id === id)) continue;
    const app = await findApp(okta, orgUrl, id);
    if (app !== undefined) found.push(app);
  }
  return found;
}

function applicationsOf(resources: readonly StackResource[]): (KnownApplication & { readonly adopted: boolean })[] {
  return resources.flatMap(({ type, id, outputs: { name, clientId, origin } }) =>
    type !== APPLICATION || id === undefined || typeof name !== "string"
      ? []
      : [{ applicationId: id, name, adopted: origin === "adopted", ...(typeof clientId === "string" && { clientId }) }],
  );
}

function untouchable({ settings, resources, connection: { login } }: Sources): Set<string> {
  const ofState = resources
    .filter(({ type }) => type === OKTA_APP)
    .flatMap(({ id, outputs }) => [id, outputs.clientId])
    .filter((one): one is string => typeof one === "string");
  return new Set([settings.manager.clientId, ...(login.kind === "service app" ? [login.clientId] : []), ...ofState]);
}
