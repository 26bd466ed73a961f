/** A local Okta org: management API, dynamic client registration, org and custom authorization servers. */
import { createPrivateKey } from "node:crypto";
import { Hono } from "hono";
import type { JWK } from "jose";
import { skewedClock, tellTime } from "../core/clock.ts";
import type { Faults } from "../core/faults.ts";
import { oktaId } from "../core/ids.ts";
import type { Journal } from "../core/journal.ts";
import { knownParameters } from "../core/query.ts";
import { withoutPrototypes } from "../core/records.ts";
import { type Env, type LocalService, createServiceApp } from "../core/service.ts";
import { lateStore } from "../core/visibility.ts";
import { readKeySet } from "./clients/keys.ts";
import { addApp, findClient } from "./clients/client-apps.ts";
import { refuseApp } from "./clients/app-request.ts";
import { identify } from "./caller.ts";
import { OktaError, readOnlyMode, tooManyRequests } from "./errors.ts";
import { newSigningKey } from "./oauth/signing-keys.ts";
import { MANAGEMENT_SCOPES } from "./okta-scopes.ts";
import { type Org, type RequestContext, seconds, timestamp } from "./org.ts";
import { QUERY_PARAMETERS } from "./query-parameters.ts";
import { RateLimiter } from "./rate-limits.ts";
import { appCredentialRoutes } from "./routes/app-credentials.ts";
import { appRoutes } from "./routes/apps.ts";
import { authorizationServerRoutes } from "./routes/authorization-servers.ts";
import { clientRegistrationRoutes } from "./routes/client-registration.ts";
import { assignRole, clientRoleRoutes } from "./routes/client-roles.ts";
import { grantRoutes } from "./routes/grants.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { organizationRoutes } from "./routes/organization.ts";
import { serverPolicyRoutes } from "./routes/server-policies.ts";
import { serverScopeRoutes } from "./routes/server-scopes.ts";
import { addServer } from "./servers.ts";
import type { OktaState } from "./state.ts";
import { type OktaSwitches, defaultSwitches } from "./switches.ts";

export type { OktaState } from "./state.ts";
export type { OktaSwitches } from "./switches.ts";
export { FREE_ORG_LIMITS } from "./rate-limits.ts";
export { MANAGEMENT_SCOPES } from "./okta-scopes.ts";

export interface OktaOptions {
  /** Org URL without a trailing slash: issuer of org tokens, and base of every link and audience. */
  readonly baseUrl: string;
  readonly journal: Journal;
  readonly faults: Faults;
  /** A state to go on with; a fresh org without one. It is changed in place. */
  readonly state?: OktaState;
  /** A service app that may set everything up: `private_key_jwt`, SUPER_ADMIN, the management scopes. Made once per state. */
  readonly bootstrap?: { readonly clientId: string; readonly publicJwk: JWK };
  /** API token (SSWS) of a super admin; no such login without one. */
  readonly apiToken?: string;
  readonly switches?: Partial<OktaSwitches>;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

export interface LocalOkta extends LocalService<OktaState> {
  /** Mutable: the next request sees a change. */
  readonly switches: OktaSwitches;
  /** Has the super admin's API token revoked, and another one in its place. */
  exchangeApiToken(token: string): void;
}

/** What may show late; roles and secrets never do, since they also decide who may do what. */
const LATE = [
  "apps",
  "grants",
  "authorizationServers",
  "scopes",
  "claims",
  "serverPolicies",
  "policyRules",
] as const satisfies (keyof OktaState)[];

/** A generous limit that is never enforced: the plugin only wants to see the headers. */
const RATE_LIMIT = 10_000;
/** What an org in read-only mode still does: sign in, so tokens and their introspection (inferred from the mode's purpose). */
const WRITES_NOTHING = /^\/oauth2\/([^/]+\/)?v1\/(token|introspect|revoke)$/;
const UNLIMITED = /^\/\.well-known\/|^\/oauth2\/(.+\/keys$|[^/]+\/\.well-known\/)/;

/** A local Okta that answers at `baseUrl`. Issuers and links follow `baseUrl`, so a kept state may move to another one. */
export async function createOkta(options: OktaOptions): Promise<LocalOkta> {
  const switches: OktaSwitches = { ...defaultSwitches(), ...options.switches };
  const now = skewedClock(options.now ?? Date.now, switches);
  const state = withoutPrototypes(options.state ?? (await freshState(new Date(now()).toISOString())));
  const replica = lateStore(state, LATE, switches);
  const org: Org = {
    baseUrl: options.baseUrl,
    state: replica.state,
    switches,
    apiToken: options.apiToken,
    now,
  };
  if (options.bootstrap !== undefined && findClient(org, options.bootstrap.clientId) === undefined) {
    addBootstrapApp(org, options.bootstrap);
  }
  const app = createServiceApp("okta", options.journal, options.faults);
  app.use(tellTime(now), knownParameters("okta", QUERY_PARAMETERS), replica.middleware);
  app.route("/", routes(org));
  const exchangeApiToken = (token: string) => void (org.apiToken = token);
  return {
    name: "okta",
    app,
    state,
    switches,
    secrets: () => secretsOf(org),
    exchangeApiToken,
  };
}

function routes(org: Org): Hono<Env> {
  const api = new Hono<Env>();
  const limiter = new RateLimiter();
  api.use(async (c, next) => {
    const path = new URL(c.req.url).pathname;
    const { rateLimits } = org.switches;
    if (UNLIMITED.test(path)) {
      await next();
      c.res.headers.set("x-okta-request-id", oktaId("req"));
      return;
    }
    const now = seconds(org);
    const { allowed, limit, remaining, reset } =
      rateLimits === undefined
        ? { allowed: true, limit: RATE_LIMIT, remaining: RATE_LIMIT - 1, reset: now + 60 }
        : limiter.take(rateLimits, path, callerId(c, org), now);
    if (allowed) await next();
    else {
      const refusal = tooManyRequests();
      c.res = c.json(refusal.body, refusal.status);
    }
    c.res.headers.set("x-okta-request-id", oktaId("req"));
    c.res.headers.set("x-rate-limit-limit", String(limit));
    c.res.headers.set("x-rate-limit-remaining", String(remaining));
    c.res.headers.set("x-rate-limit-reset", String(reset));
  });
  api.use(async (c, next) => {
    const path = new URL(c.req.url).pathname;
    const reads = c.req.method === "GET" || c.req.method === "HEAD" || WRITES_NOTHING.test(path);
    if (!org.switches.readOnly || reads) return next();
    const refusal = readOnlyMode();
    c.res = c.json(refusal.body, refusal.status);
  });
  const families = [
    organizationRoutes,
    appRoutes,
    appCredentialRoutes,
    grantRoutes,
    clientRoleRoutes,
    clientRegistrationRoutes,
    authorizationServerRoutes,
    serverScopeRoutes,
    serverPolicyRoutes,
    oauthRoutes,
  ];
  for (const family of families) api.route("/", family(org));
  api.onError((error, c) => {
    if (!(error instanceof OktaError)) throw error;
    return c.json(error.body, error.status, error.headers);
  });
  return api;
}

/** Whose share of a rate limit a request uses up; undefined for requests without a valid credential in their header. */
function callerId(c: RequestContext, org: Org): string | undefined {
  try {
    const caller = identify(c, org);
    return caller.kind === "admin" ? caller.userId : caller.clientId;
  } catch {
    return undefined;
  }
}

/** A new org: signing key, two app sign-in policies, and the `default` server, which has no access policy as in the free org. */
async function freshState(at: string): Promise<OktaState> {
  const policies = [
    { id: oktaId("rst"), name: "Any two factors", system: true, priority: 1, created: at },
    { id: oktaId("rst"), name: "Password only", system: false, priority: 2, created: at },
  ];
  const state: OktaState = {
    org: {
      id: oktaId("00o"),
      created: at,
      adminUserId: oktaId("00u"),
      everyoneGroupId: oktaId("00g"),
      keys: [await newSigningKey(at)],
    },
    apps: {},
    grants: {},
    roles: {},
    authorizationServers: {},
    scopes: {},
    claims: {},
    serverPolicies: {},
    policyRules: {},
    accessPolicies: Object.fromEntries(policies.map((policy) => [policy.id, policy])),
    runtime: { issuedTokens: {}, usedAssertions: {} },
  };
  const fixed = { description: "Default Authorization Server for your Applications", issuerMode: "ORG_URL" };
  await addServer(state, at, { name: "default", audiences: ["api://default"], rotationMode: "AUTO", ...fixed }, true);
  return state;
}

function addBootstrapApp(org: Org, { clientId, publicJwk }: NonNullable<OktaOptions["bootstrap"]>): void {
  const app = addApp(org, {
    label: "Pulumi",
    clientId,
    consentMethod: "TRUSTED",
    settings: {
      applicationType: "service",
      authenticationMethod: "private_key_jwt",
      grantTypes: ["client_credentials"],
      responseTypes: ["token"],
      redirectUris: [],
      jwksUri: null,
      keys: readKeySet(org, { keys: [publicJwk] }, [], refuseApp),
    },
    passive: {
      accessibility: {},
      visibility: { hide: { iOS: true, web: true } },
      credentials: { autoKeyRotation: true, pkce_required: false },
      settings: {},
      client: {
        issuer_mode: "ORG_URL",
        idp_initiated_login: { mode: "DISABLED", default_scope: [] },
        wildcard_redirect: "DISABLED",
        participate_slo: false,
      },
    },
  });
  assignRole(org, clientId, "SUPER_ADMIN");
  const at = timestamp(org);
  for (const scopeId of MANAGEMENT_SCOPES) {
    const id = oktaId("oag");
    const createdBy = { id: org.state.org.adminUserId, type: "User" };
    org.state.grants[id] = { id, appId: app.id, scopeId, created: at, lastUpdated: at, createdBy };
  }
}

/** Client secrets, private keys (as JWK members and as PEM), the API token, and every token issued. */
function secretsOf(org: Org): string[] {
  const { state } = org;
  const keys = [...state.org.keys, ...Object.values(state.authorizationServers).flatMap((server) => server.keys)];
  return [
    ...Object.values(state.apps).flatMap(({ secrets }) => secrets.map(({ value }) => value)),
    ...keys.flatMap(({ privateJwk }) => {
      const key = createPrivateKey({ key: privateJwk as never, format: "jwk" });
      const { d, p, q, dp, dq, qi } = privateJwk;
      return [d, p, q, dp, dq, qi, key.export({ type: "pkcs8", format: "pem" }).toString().trim()];
    }),
    org.apiToken,
    ...Object.values(state.runtime.issuedTokens).map(({ token }) => token),
  ].filter((value) => value !== undefined);
}
