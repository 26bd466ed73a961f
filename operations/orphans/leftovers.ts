/** What a stack leaves behind, and how sure that is. Nothing here calls anybody. */
import type { OktaApp } from "../../providers/okta/registered-clients.ts";

/** An application in Exchange. */
export interface KnownApplication {
  readonly applicationId: string;
  readonly name: string;
  /** Undefined where Anypoint does not show it. */
  readonly clientId?: string;
}

export interface Facts {
  /** The applications that Anypoint shows. */
  readonly applications: readonly KnownApplication[];
  /** Those that the stack's state has; `there`: whether Anypoint still has it; `adopted`: it was there before the stack. */
  readonly ofState: readonly (KnownApplication & { readonly there: boolean; readonly adopted?: boolean })[];
  /** Client ids that were named on the command line. */
  readonly named: readonly string[];
  /** Names that the stack gives, or gave, to its applications. */
  readonly names: readonly string[];
  /** Okta's apps with one of these names or client ids. */
  readonly apps: readonly OktaApp[];
  /** Client ids that belong to the stack itself: Manager, Inspector, and the app that runs it. */
  readonly untouchable: ReadonlySet<string>;
}

/** A client in Okta that no application in Anypoint has. */
export interface LeftClient {
  readonly app: OktaApp;
  /** Known from the state or the command line; otherwise it only has the name of an application of this stack. */
  readonly certain: boolean;
  readonly why: string;
}

export interface Leftovers {
  /** Certain ones first. */
  readonly clients: readonly LeftClient[];
  /** Applications with a name of this stack that its state does not have. */
  readonly keptApplications: readonly KnownApplication[];
  /** Named client ids that are not left behind, and why not. */
  readonly refused: readonly { readonly clientId: string; readonly why: string }[];
}

export function leftovers(facts: Facts): Leftovers {
  const { applications, ofState, named, names, apps, untouchable } = facts;
  const owner = new Map(applications.flatMap((one) => (one.clientId ? [[one.clientId, one] as const] : [])));
  const managed = new Set(ofState.filter(({ there }) => there).map(({ applicationId }) => applicationId));
  for (const one of ofState) if (one.there && one.clientId) owner.set(one.clientId, one);
  const byId = new Map(apps.map((app) => [app.id, app]));

  /** Why a client is none that was left behind. */
  const objection = (clientId: string): string | undefined => {
    const app = byId.get(clientId);
    const user = owner.get(clientId);
    if (untouchable.has(clientId))
      return "it belongs to the stack itself (Manager, Inspector, or the app that runs it)";
    if (user !== undefined) return `application "${user.name}" (${user.applicationId}) in Anypoint has it`;
    if (app === undefined) return "Okta has no such client (any more)";
    // A client has the name of its application (confirmed: KB 001123173).
    const unshown = applications.find((one) => !one.clientId && one.name === app.label);
    if (unshown !== undefined) {
      return `application "${unshown.name}" (${unshown.applicationId}) may have it: Anypoint does not show its client id`;
    }
    return app.registered
      ? undefined
      : "it is no client that Anypoint registered: no web app with its own id and consent";
  };

  const gone = ofState.filter(({ there, clientId }) => !there && clientId !== undefined && clientId !== "");
  const clients = new Map<string, LeftClient>();
  const refused: { clientId: string; why: string }[] = [];
  const add = (app: OktaApp | undefined, certain: boolean, why: string): void => {
    if (app === undefined || clients.has(app.id) || objection(app.id) !== undefined) return;
    clients.set(app.id, { app, certain, why });
  };
  for (const { clientId = "", name, adopted = false } of gone) {
    const why = `the state has it as the client of "${name}", which is gone in Anypoint`;
    if (!adopted || !named.includes(clientId))
      add(byId.get(clientId), !adopted, adopted ? `${why} and was there before this stack` : why);
  }
  for (const clientId of new Set(named)) {
    const why = objection(clientId);
    if (why !== undefined) refused.push({ clientId, why });
    else add(byId.get(clientId), true, "named by --client-id; no application in Anypoint has it");
  }
  for (const app of apps) {
    if (names.includes(app.label)) {
      add(app, false, "has the name of an application of this stack; no application in Anypoint has it");
    }
  }
  return {
    clients: [...clients.values()],
    keptApplications: applications.filter(
      ({ name, applicationId }) => names.includes(name) && !managed.has(applicationId),
    ),
    refused,
  };
}
