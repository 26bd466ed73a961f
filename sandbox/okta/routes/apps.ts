/** /api/v1/apps: the apps themselves, their lifecycle and their access policy. */
import { Hono } from "hono";
import type { Env } from "../../core/service.ts";
import { APP_ADMINS, APP_READERS, type Caller, authorize, identify, isSuperAdmin } from "../caller.ts";
import { appRepresentation } from "../clients/app-representation.ts";
import { readAppRequest, refuseApp } from "../clients/app-request.ts";
import {
  addApp,
  addSecret,
  findApp,
  findClient,
  grantsOf,
  holdsRole,
  removeApp,
  replaceSecret,
  setAppStatus,
} from "../clients/client-apps.ts";
import { sameKeys } from "../clients/keys.ts";
import { hasSecret } from "../clients/settings.ts";
import { invalidSession, managementError, notFound, permissionDenied } from "../errors.ts";
import { type Json, type Org, type RequestContext, readJson, timestamp } from "../org.ts";
import { page } from "../paging.ts";
import type { App, ClientKey } from "../state.ts";

/** Only a super admin may change an app that holds an admin role, or the keys of one with Okta scopes (confirmed: provider reports, guide). */
export function checkMayChange(org: Org, caller: Caller, app: App, keys?: readonly ClientKey[]): void {
  if (isSuperAdmin(caller)) return;
  if (holdsRole(org, app)) throw permissionDenied();
  if (keys !== undefined && grantsOf(org, app).length > 0 && !sameKeys(keys, app.keys)) throw permissionDenied();
}

function matching(c: RequestContext, apps: App[]): App[] {
  const q = c.req.query("q")?.toLowerCase();
  const filter = c.req.query("filter");
  const named =
    q === undefined
      ? apps
      : apps.filter(({ label }) => label.toLowerCase().startsWith(q) || "oidc_client".startsWith(q));
  if (filter === undefined || filter === "") return named;
  const [, field, value] = /^\s*(status|name)\s+eq\s+"([^"]*)"\s*$/.exec(filter) ?? [];
  if (field === undefined) throw managementError(400, "E0000031", "Invalid search criteria.");
  return field === "name"
    ? named.filter(() => value === "oidc_client")
    : named.filter(({ status }) => status === value);
}

async function create(c: RequestContext, org: Org): Promise<Response> {
  authorize(c, org, "okta.apps.manage", APP_ADMINS);
  const json = await readJson(c);
  if (json.name !== undefined && json.name !== "oidc_client") {
    return c.json({ error: "not_simulated", message: 'The local Okta has only apps named "oidc_client".' }, 501);
  }
  const request = readAppRequest(org, json);
  if (request.clientId !== undefined && findClient(org, request.clientId) !== undefined) {
    throw refuseApp("client_id", "A client with this 'client_id' already exists.");
  }
  const status = c.req.query("activate") === "false" ? "INACTIVE" : "ACTIVE";
  return c.json(appRepresentation(org, addApp(org, { ...request, status }), { withSecret: true }));
}

/** Replaces the settings; `name` and `status` are ignored, an empty or missing secret keeps the old one (confirmed: recordings). */
async function replace(c: RequestContext, org: Org): Promise<Response> {
  const caller = authorize(c, org, "okta.apps.manage", APP_ADMINS);
  const app = findApp(org, c.req.param("id") ?? "");
  const request = readAppRequest(org, await readJson(c), app);
  checkMayChange(org, caller, app, request.settings.keys);
  if (request.clientId !== undefined && request.clientId !== app.clientId) {
    throw refuseApp("client_id", "The 'client_id' can't be changed.");
  }
  const { label, settings, consentMethod, dpopBound, passive } = request;
  Object.assign(app, { label, ...settings, consentMethod, dpopBound, passive, lastUpdated: timestamp(org) });
  if (!hasSecret(app.authenticationMethod)) app.secrets = [];
  else if (request.clientSecret !== undefined) replaceSecret(org, app, request.clientSecret);
  else if (app.secrets.length === 0) addSecret(org, app);
  return c.json(appRepresentation(org, app, { withSecret: true }));
}

function remove(c: RequestContext, org: Org): Response {
  authorize(c, org, "okta.apps.manage", APP_ADMINS);
  const app = findApp(org, c.req.param("id") ?? "");
  if (app.status === "ACTIVE") {
    throw managementError(403, "E0000056", "Delete application forbidden.", [
      "The application must be deactivated before deletion.",
    ]);
  }
  removeApp(org, app);
  return c.body(null, 204);
}

function assignPolicy(c: RequestContext, org: Org): Response {
  authorize(c, org, "okta.apps.manage", APP_ADMINS);
  const app = findApp(org, c.req.param("id") ?? "");
  const policyId = c.req.param("policyId") ?? "";
  if (org.state.accessPolicies[policyId] === undefined) throw notFound(policyId, "Policy");
  app.accessPolicyId = policyId;
  return c.body(null, 204);
}

/** The console's own endpoint, which takes no OAuth tokens (confirmed: provider reports). */
function internalApp(c: RequestContext, org: Org): App {
  if (identify(c, org).kind !== "admin") throw invalidSession();
  const id = c.req.param("id") ?? "";
  const app = org.state.apps[id];
  if (app === undefined) throw notFound(id, "OAuth2AppInstance");
  return app;
}

const issuerModeOf = (app: App): Json => ({ issuerMode: app.passive.client.issuer_mode ?? "ORG_URL" });

export function appRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/api/v1/apps", (c) => {
    authorize(c, org, "okta.apps.read", APP_READERS);
    const apps = matching(c, Object.values(org.state.apps));
    const shown = page(c, org, apps, { default: 200, maximum: 200 });
    return c.json(shown.map((app) => appRepresentation(org, app, { withSecret: false })));
  });
  routes.post("/api/v1/apps", (c) => create(c, org));
  routes.get("/api/v1/apps/:id", (c) => {
    authorize(c, org, "okta.apps.read", APP_READERS);
    return c.json(appRepresentation(org, findApp(org, c.req.param("id")), { withSecret: false }));
  });
  routes.put("/api/v1/apps/:id", (c) => replace(c, org));
  routes.delete("/api/v1/apps/:id", (c) => remove(c, org));
  routes.put("/api/v1/apps/:id/policies/:policyId", (c) => assignPolicy(c, org));

  for (const [action, status] of [
    ["activate", "ACTIVE"],
    ["deactivate", "INACTIVE"],
  ] as const) {
    routes.post(`/api/v1/apps/:id/lifecycle/${action}`, (c) => {
      authorize(c, org, "okta.apps.manage", APP_ADMINS);
      setAppStatus(org, findApp(org, c.req.param("id")), status);
      return c.json({});
    });
  }

  routes.get("/api/v1/internal/apps/:id/settings/oauth/idToken", (c) => c.json(issuerModeOf(internalApp(c, org))));
  routes.post("/api/v1/internal/apps/:id/settings/oauth/idToken", async (c) => {
    const app = internalApp(c, org);
    const body = await readJson(c);
    if (typeof body.issuerMode === "string") app.passive.client.issuer_mode = body.issuerMode;
    return c.json(issuerModeOf(app));
  });
  return routes;
}
