/** Client apps as entities: find, create, change secrets, deactivate, delete. */
import { newSecret, oktaId } from "../../core/ids.ts";
import { notFound } from "../errors.ts";
import { type Org, timestamp } from "../org.ts";
import { revokeTokensOf } from "../oauth/tokens.ts";
import type { App, ClientSecret } from "../state.ts";
import { type ClientSettings, hasSecret } from "./settings.ts";

/** An app by its id. Throws 404 E0000007. */
export function findApp(org: Org, id: string): App {
  const app = org.state.apps[id];
  // The type's name is inferred: no recording shows this answer.
  if (app === undefined) throw notFound(id, "AppInstance");
  return app;
}

export const findClient = (org: Org, clientId: string): App | undefined =>
  Object.values(org.state.apps).find((app) => app.clientId === clientId);

/** A client by its id, for the paths under /oauth2/v1/clients. Throws 404 E0000007. */
export function requireClient(org: Org, clientId: string): App {
  const app = findClient(org, clientId);
  if (app === undefined) throw notFound(clientId, "PublicClientApp");
  return app;
}

export interface NewApp {
  readonly label: string;
  readonly settings: ClientSettings;
  readonly consentMethod: App["consentMethod"];
  readonly passive: App["passive"];
  readonly dpopBound?: boolean;
  readonly status?: App["status"];
  /** Default: the id of the app (confirmed: apps API). */
  readonly clientId?: string | undefined;
  /** Default: one made here, for clients that have one. */
  readonly clientSecret?: string | undefined;
}

export function addApp(org: Org, input: NewApp): App {
  const id = oktaId("0oa");
  const at = timestamp(org);
  const app: App = {
    id,
    clientId: input.clientId ?? id,
    label: input.label,
    status: input.status ?? "ACTIVE",
    created: at,
    lastUpdated: at,
    ...input.settings,
    consentMethod: input.consentMethod,
    dpopBound: input.dpopBound ?? false,
    secrets: [],
    accessPolicyId: defaultAccessPolicy(org),
    passive: input.passive,
  };
  if (hasSecret(app.authenticationMethod)) addSecret(org, app, input.clientSecret);
  org.state.apps[id] = app;
  return app;
}

function defaultAccessPolicy(org: Org): string {
  const policy = Object.values(org.state.accessPolicies).find(({ system }) => system);
  if (policy === undefined) throw new Error("The state has no system access policy.");
  return policy.id;
}

export function addSecret(org: Org, app: App, value = newSecret(), status: App["status"] = "ACTIVE"): ClientSecret {
  const at = timestamp(org);
  const secret: ClientSecret = { id: oktaId("ocs"), value, status, created: at, lastUpdated: at };
  app.secrets.push(secret);
  return secret;
}

/** The secret that reads of "the" secret give: the newest active one (confirmed: secret rotation guide). */
export const newestSecret = (app: App): ClientSecret | undefined =>
  app.secrets.findLast(({ status }) => status === "ACTIVE");

/** Puts a value in place of the newest active secret; whether the vendor keeps the old one alive is unknown. */
export function replaceSecret(org: Org, app: App, value = newSecret()): void {
  const newest = newestSecret(app);
  if (newest === undefined) addSecret(org, app, value);
  else if (newest.value !== value) Object.assign(newest, { value, lastUpdated: timestamp(org) });
}

/** Tokens of a deactivated client die at once and stay dead (confirmed: OIDC reference). */
export function setAppStatus(org: Org, app: App, status: App["status"]): void {
  if (app.status === status) return;
  app.status = status;
  app.lastUpdated = timestamp(org);
  if (status === "INACTIVE") revokeTokensOf(org, app.clientId);
}

/** Deletes an app with its grants and roles; its tokens die. */
export function removeApp(org: Org, app: App): void {
  revokeTokensOf(org, app.clientId);
  for (const grant of Object.values(org.state.grants)) if (grant.appId === app.id) delete org.state.grants[grant.id];
  for (const [key, role] of Object.entries(org.state.roles)) {
    if (role.clientId === app.clientId) delete org.state.roles[key];
  }
  delete org.state.apps[app.id];
}

export const grantsOf = (org: Org, app: App): string[] =>
  Object.values(org.state.grants)
    .filter(({ appId }) => appId === app.id)
    .map(({ scopeId }) => scopeId);

export const holdsRole = (org: Org, app: App): boolean =>
  Object.values(org.state.roles).some(({ clientId }) => clientId === app.clientId);
