/** The OAuth endpoints of the org and of custom authorization servers: token, introspect, revoke, keys, discovery. */
import { Hono } from "hono";
import type { Env } from "../../core/service.ts";
import { grantsOf } from "../clients/client-apps.ts";
import { invalidClient, notFound, oauthError } from "../errors.ts";
import { authenticateClient, readForm } from "../oauth/client-authentication.ts";
import { type MetadataForm, metadata } from "../oauth/metadata.ts";
import { evaluatePolicies } from "../oauth/policy-evaluation.ts";
import { publicJwk } from "../oauth/signing-keys.ts";
import { ORG_TOKEN_LIFETIME, findLiveToken, issueToken, issuerOf } from "../oauth/tokens.ts";
import type { Json, Org, RequestContext } from "../org.ts";
import { findServer } from "../servers.ts";
import type { App, AuthorizationServer, Scope } from "../state.ts";
import { refuseOtherMethods } from "./other-methods.ts";

/** A custom server that is in service. Throws 404 E0000007 (confirmed for metadata). */
function activeServer(org: Org, id: string): AuthorizationServer {
  const server = findServer(org, id);
  if (server.status !== "ACTIVE") throw notFound(id, "AuthorizationServer");
  return server;
}

/** Base of the endpoints under their own issuer, which is also what assertions must be addressed to. */
const endpoint = (org: Org, server: AuthorizationServer | null, name: string): string =>
  server === null ? `${org.baseUrl}/oauth2/v1/${name}` : `${issuerOf(org, server)}/v1/${name}`;

function checkGrantType(app: App, form: URLSearchParams): void {
  const grantType = form.get("grant_type");
  if (!grantType) throw oauthError(400, "invalid_request", "The 'grant_type' parameter is required.");
  if (!app.grantTypes.includes(grantType)) {
    throw oauthError(
      400,
      "unauthorized_client",
      `The client is not authorized to use the provided grant type. Configured grant types: [${app.grantTypes.join(", ")}].`,
    );
  }
  if (grantType !== "client_credentials") {
    throw oauthError(
      400,
      "unsupported_grant_type",
      "The authorization grant type is not supported by this local server.",
    );
  }
}

const scopesOf = (form: URLSearchParams): string[] => [
  ...new Set((form.get("scope") ?? "").split(" ").filter((scope) => scope !== "")),
];

/** The org issues nothing but granted `okta.*` scopes (confirmed: authorization server concepts). */
function orgScopes(org: Org, app: App, asked: string[]): string[] {
  if (asked.length === 0) throw oauthError(400, "invalid_scope", "No scopes were requested.");
  if (asked.some((scope) => !scope.startsWith("okta."))) {
    throw oauthError(400, "invalid_scope", "Custom scopes are not allowed for this request.");
  }
  const granted = grantsOf(org, app);
  const allowed = asked.filter((scope) => granted.includes(scope));
  if (allowed.length === 0 || (allowed.length < asked.length && org.switches.partialScopeGrants === "refuse")) {
    throw oauthError(400, "consent_required", "You are not allowed any of the requested scopes.");
  }
  return allowed;
}

async function orgToken(c: RequestContext, org: Org): Promise<Response> {
  const form = await readForm(c);
  const app = await authenticateClient(c, org, form, endpoint(org, null, "token"));
  checkGrantType(app, form);
  if (app.authenticationMethod !== "private_key_jwt") {
    throw invalidClient(
      "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
    );
  }
  checkDpop(c, app);
  const scopes = orgScopes(org, app, scopesOf(form));
  const token = await issueToken(org, { clientId: app.clientId, scopes, lifetime: ORG_TOKEN_LIFETIME, server: null });
  return tokenAnswer(c, token, ORG_TOKEN_LIFETIME, scopes);
}

/**
 * A DPoP client without a proof is refused as by the vendor; proofs themselves are not simulated. For other clients Okta ignores a proof and
 * issues a bearer token (confirmed: okta-sdk-golang from 6.1.7, which sends one with every request for a token).
 */
function checkDpop(c: RequestContext, app: App): void {
  if (app.dpopBound && c.req.header("dpop") !== undefined) {
    throw oauthError(501, "not_simulated", "The local Okta takes no DPoP proofs. Turn DPoP off for this client.");
  }
  if (app.dpopBound) throw oauthError(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.");
}

/** Claims for access tokens: string literals and the client id are evaluated, other expressions need a user. */
function resourceClaims(org: Org, server: AuthorizationServer, app: App, scopes: Scope[]): Json {
  const granted = scopes.map(({ name }) => name);
  const claims: Json = {};
  for (const claim of Object.values(org.state.claims)) {
    if (claim.serverId !== server.id || claim.claimType !== "RESOURCE" || claim.status !== "ACTIVE" || claim.system)
      continue;
    if (claim.scopes.length > 0 && !claim.scopes.some((scope) => granted.includes(scope))) continue;
    const [, literal] = /^"([^"]*)"$/.exec(claim.value.trim()) ?? [];
    if (literal !== undefined) claims[claim.name] = literal;
    else if (claim.value.trim() === "app.clientId") claims[claim.name] = app.clientId;
  }
  return claims;
}

async function customToken(c: RequestContext, org: Org, serverId: string): Promise<Response> {
  const server = activeServer(org, serverId);
  const form = await readForm(c);
  const app = await authenticateClient(c, org, form, endpoint(org, server, "token"));
  checkGrantType(app, form);
  checkDpop(c, app);
  const { scopes, rule } = evaluatePolicies(org, server, app, scopesOf(form));
  const names = scopes.map(({ name }) => name);
  const lifetime = rule.token.accessTokenLifetimeMinutes * 60;
  const extra = resourceClaims(org, server, app, scopes);
  const token = await issueToken(org, { clientId: app.clientId, scopes: names, lifetime, server, extra });
  return tokenAnswer(c, token, lifetime, names);
}

function tokenAnswer(c: RequestContext, token: string, lifetime: number, scopes: string[]): Response {
  c.header("cache-control", "no-cache, no-store");
  c.header("pragma", "no-cache");
  return c.json({ token_type: "Bearer", expires_in: lifetime, access_token: token, scope: scopes.join(" ") });
}

/** Only the server that issued a token knows it (the rule is confirmed, this answer inferred from it). */
async function introspect(c: RequestContext, org: Org, server: AuthorizationServer | null): Promise<Response> {
  const form = await readForm(c);
  await authenticateClient(c, org, form, endpoint(org, server, "introspect"));
  const token = form.get("token");
  if (!token) throw oauthError(400, "invalid_request", "The `token` parameter is required.");
  const issued = findLiveToken(org, token, server?.id ?? null);
  if (issued === undefined) return c.json({ active: false });
  const { ver: _ver, cid: _cid, scp, ...claims } = issued.claims;
  return c.json({
    active: true,
    token_type: "Bearer",
    scope: (scp as string[]).join(" "),
    client_id: issued.clientId,
    ...claims,
  });
}

/** A client may revoke its own tokens; anything else is answered alike (RFC 7009). */
async function revoke(c: RequestContext, org: Org, server: AuthorizationServer | null): Promise<Response> {
  const form = await readForm(c);
  const app = await authenticateClient(c, org, form, endpoint(org, server, "revoke"));
  const token = form.get("token");
  if (!token) throw oauthError(400, "invalid_request", "The `token` parameter is required.");
  const issued = findLiveToken(org, token, server?.id ?? null);
  if (issued?.clientId === app.clientId) issued.revoked = true;
  return c.body(null, 200);
}

function keys(c: RequestContext, org: Org, server: AuthorizationServer | null): Response {
  c.header("cache-control", "max-age=3600, must-revalidate");
  return c.json({ keys: (server?.keys ?? org.state.org.keys).map(publicJwk) });
}

export function oauthRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();
  const server = (c: RequestContext): AuthorizationServer => activeServer(org, c.req.param("as") ?? "");

  routes.post("/oauth2/v1/token", (c) => orgToken(c, org));
  routes.post("/oauth2/v1/introspect", (c) => introspect(c, org, null));
  routes.post("/oauth2/v1/revoke", (c) => revoke(c, org, null));
  routes.get("/oauth2/v1/keys", (c) => keys(c, org, null));
  routes.post("/oauth2/:as/v1/token", (c) => customToken(c, org, c.req.param("as")));
  routes.post("/oauth2/:as/v1/introspect", (c) => introspect(c, org, server(c)));
  routes.post("/oauth2/:as/v1/revoke", (c) => revoke(c, org, server(c)));
  routes.get("/oauth2/:as/v1/keys", (c) => keys(c, org, server(c)));

  const forms: MetadataForm[] = ["openid-configuration", "oauth-authorization-server"];
  for (const form of forms) {
    routes.get(`/.well-known/${form}`, (c) => c.json(metadata(org, null, form)));
    routes.get(`/oauth2/:as/.well-known/${form}`, (c) => c.json(metadata(org, server(c), form)));
  }
  // The form of RFC 8414, where the issuer's path follows the well-known part.
  routes.get("/.well-known/oauth-authorization-server/oauth2/:as", (c) =>
    c.json(metadata(org, server(c), "oauth-authorization-server")),
  );
  refuseOtherMethods(routes);
  return routes;
}
