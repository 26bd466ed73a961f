/** The policy "OpenID Connect access token enforcement", as a Mule gateway enforces it. */
import type { ClientProvider, Policy } from "../anypoint/state.ts";
import { type ActiveToken, type TokenCache, introspect } from "./introspection.ts";

/** What the gateway knows of the API that a request is for. */
export interface ProtectedInstance {
  /** Undefined when the instance has no OpenID Connect client provider. */
  readonly provider: ClientProvider | undefined;
  /** Client ids with an approved contract. */
  readonly approvedClients: ReadonlySet<string>;
}

export interface Enforcement {
  readonly cache: TokenCache;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Status for a missing or malformed token. */
  readonly missingTokenStatus: 400 | 401;
  readonly reachesIdentityProvider: boolean;
}

/** Either headers for the backend, or the refusal that the caller gets. */
export type Verdict =
  | { readonly kind: "pass"; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: "refuse"; readonly status: 400 | 401 | 403 | 500; readonly error: string };

interface Configuration {
  readonly scopes: readonly string[];
  readonly anyScope: boolean;
  readonly exposeHeaders: boolean;
  readonly skipClientIdValidation: boolean;
  readonly timeoutMs: number;
  readonly maxSeconds: number;
  readonly cacheSize: number;
}

/** Reads what the gateway understands; other keys have no effect (confirmed as measured: LOOP). */
function read(data: Readonly<Record<string, unknown>>): Configuration {
  const { scopes, authenticationTimeout, maxFederationExpirationTime, maxCacheSize } = data;
  const number = (value: unknown, fallback: number): number => (typeof value === "number" ? value : fallback);
  return {
    scopes: typeof scopes === "string" ? scopes.split(" ").filter(Boolean) : [],
    anyScope: data["scopeValidationCriteria"] === "OR",
    exposeHeaders: data["exposeHeaders"] === true,
    // The local-mode page gives true as default (confirmed: DOC-GW), so a policy without the key checks no contract.
    skipClientIdValidation: data["skipClientIdValidation"] !== false,
    timeoutMs: number(authenticationTimeout, 10_000),
    maxSeconds: number(maxFederationExpirationTime, -1),
    cacheSize: number(maxCacheSize, 10_000),
  };
}

const refuse = (status: 400 | 401 | 403 | 500, error: string): Verdict => ({ kind: "refuse", status, error });

/** Decides over one request by its Authorization header. */
export async function enforce(
  policy: Policy,
  instance: ProtectedInstance,
  authorization: string | undefined,
  { cache, now, missingTokenStatus, reachesIdentityProvider }: Enforcement,
): Promise<Verdict> {
  const configuration = read(policy.configurationData);
  const accessToken = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? "")?.[1];
  if (accessToken === undefined) {
    return refuse(missingTokenStatus, authorization === undefined ? "Access token was not provided." : "Bad token.");
  }
  const { provider } = instance;
  if (provider === undefined) return refuse(500, "The API has no OpenID Connect client provider.");

  const key = `${provider.providerId} ${accessToken}`;
  let token = cache.get(key, now);
  if (token === undefined) {
    const answer = reachesIdentityProvider
      ? await introspect(provider, accessToken, configuration.timeoutMs)
      : ({ kind: "unreachable" } as const);
    if (answer.kind === "inactive") return refuse(401, "Token has been revoked.");
    if (answer.kind === "unreachable") return refuse(401, "Error connecting to the OpenId Connect provider.");
    if (answer.kind === "unusable") return refuse(500, `Unusable token introspection answer: ${answer.reason}.`);
    token = answer.token;
    cache.put(key, token, now, { size: configuration.cacheSize, maxSeconds: configuration.maxSeconds });
  }
  if (!hasScopes(token, configuration)) return refuse(403, "The required scopes are not authorized.");
  if (!configuration.skipClientIdValidation) {
    const clientId = token["client_id"];
    if (typeof clientId !== "string" || !instance.approvedClients.has(clientId)) return refuse(403, "Invalid Client");
  }
  return { kind: "pass", headers: configuration.exposeHeaders ? exposed(token) : {} };
}

function hasScopes(token: ActiveToken, { scopes, anyScope }: Configuration): boolean {
  if (scopes.length === 0) return true;
  const granted = new Set(typeof token["scope"] === "string" ? token["scope"].split(" ") : []);
  return anyScope ? scopes.some((scope) => granted.has(scope)) : scopes.every((scope) => granted.has(scope));
}

/** Scalar fields but `scope` and `exp`, as `X-AGW-` headers (confirmed: DOC-GW). */
function exposed(token: ActiveToken): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [field, value] of Object.entries(token)) {
    if (field === "scope" || field === "exp") continue;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") continue;
    headers[`X-AGW-${field.replaceAll(" ", "-")}`] = String(value);
  }
  return headers;
}
