/** /api/v1/apps/{id}/grants: which of Okta's own scopes an app may be given. */
import { Hono } from "hono";
import { oktaId } from "../../core/ids.ts";
import type { Env } from "../../core/service.ts";
import { APP_READERS, SUPER_ADMIN_ONLY, authorize } from "../caller.ts";
import { findApp, grantsOf } from "../clients/client-apps.ts";
import { notFound, validationFailed } from "../errors.ts";
import { OKTA_SCOPES } from "../okta-scopes.ts";
import { type Json, type Org, type RequestContext, link, readJson, timestamp } from "../org.ts";
import type { App, Grant } from "../state.ts";
import { assignRole } from "./client-roles.ts";

function representation(org: Org, app: App, grant: Grant): Json {
  const { appId: _appId, ...rest } = grant;
  const self = `${org.baseUrl}/api/v1/apps/${app.id}`;
  return {
    ...rest,
    status: "ACTIVE",
    issuer: org.baseUrl,
    clientId: app.clientId,
    source: "ADMIN",
    _links: {
      app: { href: self, title: app.label },
      self: link(`${self}/grants/${grant.id}`, "GET", "DELETE"),
      client: { href: `${org.baseUrl}/oauth2/v1/clients/${app.clientId}`, title: app.label },
    },
  };
}

function grantOf(c: RequestContext, org: Org, app: App): Grant {
  const id = c.req.param("grantId") ?? "";
  const grant = org.state.grants[id];
  if (grant?.appId !== app.id) throw notFound(id, "OAuth2ScopeConsentGrant");
  return grant;
}

const isSuperAdminApp = (org: Org, { clientId }: App): boolean =>
  Object.values(org.state.roles).some((role) => role.clientId === clientId && role.type === "SUPER_ADMIN");

async function create(c: RequestContext, org: Org): Promise<Response> {
  // Only a super admin may grant scopes (confirmed: management API).
  const caller = authorize(c, org, "okta.appGrants.manage", SUPER_ADMIN_ONLY);
  const app = findApp(org, c.req.param("id") ?? "");
  const { issuer, scopeId } = await readJson(c);
  // The texts of these refusals are inferred.
  if (issuer !== org.baseUrl) throw validationFailed("issuer", `issuer: The issuer must be ${org.baseUrl}.`);
  if (typeof scopeId !== "string" || !OKTA_SCOPES.has(scopeId)) {
    throw validationFailed("scopeId", "scopeId: The scope is not one of the org authorization server.");
  }
  if (grantsOf(org, app).includes(scopeId)) {
    throw validationFailed("scopeId", `scopeId: The scope '${scopeId}' is already granted to the app.`);
  }
  const at = timestamp(org);
  const createdBy =
    caller.kind === "admin" ? { id: caller.userId, type: "User" } : { id: caller.clientId, type: "PublicClientApp" };
  const grant: Grant = { id: oktaId("oag"), appId: app.id, scopeId, created: at, lastUpdated: at, createdBy };
  org.state.grants[grant.id] = grant;
  // A service app becomes super admin once it is granted a scope (confirmed: service app guide).
  const isPublicClientApp = app.applicationType === "service" && !isSuperAdminApp(org, app);
  if (org.state.org.publicClientAdmins === true && isPublicClientApp) assignRole(org, app.clientId, "SUPER_ADMIN");
  return c.json(representation(org, app, grant), 201);
}

export function grantRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/api/v1/apps/:id/grants", (c) => {
    authorize(c, org, "okta.appGrants.read", APP_READERS);
    const app = findApp(org, c.req.param("id"));
    const grants = Object.values(org.state.grants).filter(({ appId }) => appId === app.id);
    return c.json(grants.map((grant) => representation(org, app, grant)));
  });
  routes.post("/api/v1/apps/:id/grants", (c) => create(c, org));
  routes.get("/api/v1/apps/:id/grants/:grantId", (c) => {
    authorize(c, org, "okta.appGrants.read", APP_READERS);
    const app = findApp(org, c.req.param("id"));
    return c.json(representation(org, app, grantOf(c, org, app)));
  });
  routes.delete("/api/v1/apps/:id/grants/:grantId", (c) => {
    authorize(c, org, "okta.appGrants.manage", SUPER_ADMIN_ONLY);
    const app = findApp(org, c.req.param("id"));
    delete org.state.grants[grantOf(c, org, app).id];
    return c.body(null, 204);
  });
  return routes;
}
