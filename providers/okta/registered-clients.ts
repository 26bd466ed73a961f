/**
 * Clients that were registered dynamically (RFC 7591), as Okta shows them among its apps. Such a client's id is its app's id,
 * it asks for consent, and one that Anypoint registered is a web app (confirmed: OASO; KB 001123173). Who registered it is
 * not shown.
 */
import { z } from "zod";
import { type OktaClient, all, asDescribed, askOkta, findAtOkta } from "./client.ts";
import { OktaError } from "./errors.ts";

export interface OktaApp {
  readonly id: string;
  readonly label: string;
  readonly status: string;
  /** ISO 8601. */
  readonly created?: string;
  readonly clientId?: string;
  /** Whether it can be a client that Anypoint registered, as far as Okta shows. */
  readonly registered: boolean;
}

const text = z.string().nullish();

/** As the SDK gives it: dates are its own. */
const shown = z.looseObject({
  id: z.string().min(1),
  label: z.string(),
  name: text,
  status: z.string(),
  created: z.union([z.date(), z.iso.datetime()]).nullish(),
  credentials: z.looseObject({ oauthClient: z.looseObject({ client_id: text }).nullish() }).nullish(),
  settings: z
    .looseObject({ oauthClient: z.looseObject({ application_type: text, consent_method: text }).nullish() })
    .nullish(),
});

function seen(app: z.output<typeof shown>): OktaApp {
  const { id, label, name, status, created, credentials, settings } = app;
  const clientId = credentials?.oauthClient?.client_id ?? undefined;
  return {
    ...{ id, label, status },
    ...(created != null && { created: new Date(created).toISOString() }),
    ...(clientId !== undefined && { clientId }),
    registered:
      name === "oidc_client" &&
      clientId === id &&
      settings?.oauthClient?.application_type === "web" &&
      settings.oauthClient.consent_method === "REQUIRED",
  };
}

/** The app of a client id, or undefined when there is none. */
export async function findApp(okta: OktaClient, orgUrl: string, clientId: string): Promise<OktaApp | undefined> {
  const attempt = `read the app of client ${clientId}`;
  const app: unknown = await findAtOkta(orgUrl, attempt, () => okta.applicationApi.getApplication({ appId: clientId }));
  return app === undefined ? undefined : seen(asDescribed(attempt, shown, app));
}

/** The apps of exactly this label. */
export async function appsLabelled(okta: OktaClient, orgUrl: string, label: string): Promise<OktaApp[]> {
  const attempt = `list the apps labelled "${label}"`;
  const apps: unknown[] = await askOkta(orgUrl, attempt, () => all(okta.applicationApi.listApplications({ q: label })));
  return apps.map((app) => seen(asDescribed(attempt, shown, app))).filter((app) => app.label === label);
}

/** Deactivates and deletes an app, and looks that it is gone. */
export async function deleteApp(okta: OktaClient, orgUrl: string, app: OktaApp): Promise<void> {
  const appId = app.id;
  if (app.status === "ACTIVE") {
    await askOkta(orgUrl, `deactivate the client ${appId}`, () => okta.applicationApi.deactivateApplication({ appId }));
  }
  await findAtOkta(orgUrl, `delete the client ${appId}`, () => okta.applicationApi.deleteApplication({ appId }));
  if ((await findApp(okta, orgUrl, appId)) !== undefined) throw stillThere(orgUrl, appId);
}

const stillThere = (orgUrl: string, appId: string): OktaError =>
  new OktaError(
    `Could not delete the client ${appId}: ${orgUrl} took the request, but still shows it. Run the command again.`,
    { code: "refused" },
  );
