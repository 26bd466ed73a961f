/** Who calls: the connected app's login, access tokens that expire, scopes per route, and rate-limit headers. */
import type { Context as HonoContext, Hono } from "hono";
import { newSecret } from "../core/ids.ts";
import type { Env } from "../core/service.ts";
import { type Context, rootOrganization } from "./context.ts";
import { areaOf, refusal } from "./errors.ts";
import type { ConnectedApp } from "./state.ts";

/** Scopes that the routes know (confirmed: the vendor's Terraform provider). */
export const ALL_SCOPES: readonly string[] = [
  "admin:orgclientproviders",
  "read:orgclientproviders",
  "admin:orgclientproviderclients",
  "read:orgclientproviderclients",
  "manage:envclientproviders",
  "view:envclientproviders",
  "read:organization",
  "view:environment",
  "read:orgenvironments",
  "manage:apis",
  "manage:api_configuration",
  "read:api_configuration",
  "manage:api_policies",
  "read:api_policies",
  "manage:api_contracts",
  "read:api_contracts",
  "read:exchange",
  "create:client_applications",
  "read:client_applications",
  "manage:clients",
  "view:clients",
];

type Request = HonoContext<Env>;

const TOKEN_PATH = "/accounts/api/v2/oauth2/token";

/** The connected app behind a request. Throws 401 when the token is missing, unknown or expired. */
export function callerOf(context: Context, c: Request): ConnectedApp {
  const token = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const issued = token === undefined ? undefined : context.state.runtime.accessTokens[token];
  const app = issued && issued.expiresAt > context.now() ? context.state.connectedApps[issued.clientId] : undefined;
  if (app === undefined) throw refusal(areaOf(c.req.path), 401, "Unauthorized");
  return app;
}

export const hasScope = (app: ConnectedApp, ...anyOf: string[]): boolean =>
  anyOf.some((scope) => app.scopes.includes(scope));

/** Throws 403 unless the caller has one of the scopes. */
export function requireScope(context: Context, c: Request, ...anyOf: string[]): ConnectedApp {
  const app = callerOf(context, c);
  if (!hasScope(app, ...anyOf)) {
    throw refusal(areaOf(c.req.path), 403, `Forbidden: the call needs one of the scopes ${anyOf.join(", ")}`);
  }
  return app;
}

/** Whether a list may be shown. Without a scope: false when lists then are empty, else throws 403. */
export function mayList(context: Context, c: Request, ...anyOf: string[]): boolean {
  if (hasScope(callerOf(context, c), ...anyOf)) return true;
  if (!context.switches.emptyListWithoutScope) requireScope(context, c, ...anyOf);
  return false;
}

/** Adds login, the check of access tokens, and rate-limit headers. To be called before the routes are added. */
export function addAccess(app: Hono<Env>, context: Context): void {
  const { state, switches } = context;
  const accounts = newWindow(context);
  const exchange = newWindow(context);

  app.use("/accounts/*", async (c, next) => {
    const { calls, end } = accounts();
    const exceeded = switches.enforceRateLimit && calls > switches.rateLimit;
    if (exceeded) c.res = new Response("Too Many Requests", { status: 429 });
    else await next();
    // On every call, the reset in UTC epoch seconds (confirmed: DX-AM).
    const { headers } = c.res;
    headers.set("x-ratelimit-limit", String(switches.rateLimit));
    headers.set("x-ratelimit-remaining", String(Math.max(0, switches.rateLimit - calls)));
    headers.set("x-ratelimit-reset", String(Math.ceil(end / 1000)));
  });

  app.use("/exchange/*", async (_c, next) => {
    if (switches.exchangeRateLimit > 0 && exchange().calls > switches.exchangeRateLimit) {
      throw refusal("exchange", switches.exchangeLimitStatus, "The request was refused by the load balancer");
    }
    await next();
  });

  app.post(TOKEN_PATH, async (c) => {
    const body: Record<string, unknown> = c.req.header("content-type")?.includes("json")
      ? await c.req.json<Record<string, unknown>>().catch(() => ({}))
      : await c.req.parseBody();
    if (body["grant_type"] !== "client_credentials") {
      return c.json({ error: "unsupported_grant_type", error_description: "only client_credentials is served" }, 400);
    }
    const connected = state.connectedApps[String(body["client_id"])];
    if (connected === undefined || connected.clientSecret !== body["client_secret"]) return c.text("Unauthorized", 401);
    dropExpired(context);
    const token = newSecret();
    const seconds = switches.accessTokenSeconds;
    state.runtime.accessTokens[token] = { clientId: connected.clientId, expiresAt: context.now() + seconds * 1000 };
    return c.json({ access_token: token, token_type: "bearer", expires_in: seconds });
  });

  app.use(async (c, next) => {
    callerOf(context, c);
    await next();
  });

  app.get("/accounts/api/me", (c) => {
    const { clientId, name } = callerOf(context, c);
    const grants = { redirect_uris: [], grant_types: ["client_credentials"] };
    return c.json({ client: { client_id: clientId, name, ...grants, org_id: rootOrganization(context).id } });
  });
}

/** Counts a call in the present window of fixed length, and gives the count and the window's end in ms since the epoch. */
function newWindow({ switches, now }: Context): () => { calls: number; end: number } {
  let end = 0;
  let calls = 0;
  return () => {
    const length = switches.rateLimitSeconds * 1000;
    const present = (Math.floor(now() / length) + 1) * length;
    if (end !== present) [end, calls] = [present, 0];
    calls += 1;
    return { calls, end };
  };
}

function dropExpired(context: Context): void {
  const { accessTokens } = context.state.runtime;
  for (const [token, { expiresAt }] of Object.entries(accessTokens)) {
    if (expiresAt <= context.now()) delete accessTokens[token];
  }
}
