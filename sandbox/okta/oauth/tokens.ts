/** Access tokens: issued, found again while they live, revoked. */
import { randomBytes } from "node:crypto";
import { SignJWT, decodeJwt, importJWK } from "jose";
import { type Json, type Org, seconds } from "../org.ts";
import type { AuthorizationServer, IssuedToken } from "../state.ts";
import { activeKey } from "./signing-keys.ts";

/** Lifetime of the org's tokens in seconds (confirmed: service app guide). */
export const ORG_TOKEN_LIFETIME = 3600;

/** Expired records are kept this long, so that searches for leaked tokens still know them. */
const KEEP_EXPIRED_SECONDS = 24 * 3600;

export interface TokenRequest {
  readonly clientId: string;
  readonly scopes: string[];
  /** In seconds. */
  readonly lifetime: number;
  /** The custom server that issues it; null for the org. */
  readonly server: AuthorizationServer | null;
  /** Claims beyond the standard ones. */
  readonly extra?: Json;
}

/** Issuer URL of the org, or of a custom server. */
export const issuerOf = (org: Org, server: AuthorizationServer | null): string =>
  server === null ? org.baseUrl : `${org.baseUrl}/oauth2/${server.default ? "default" : server.id}`;

/** Signs a token and remembers it. Claims as in the vendor's samples (confirmed: OAuth reference). */
export async function issueToken(org: Org, request: TokenRequest): Promise<string> {
  const { clientId, scopes, server } = request;
  const iat = seconds(org);
  const exp = iat + request.lifetime;
  const claims = {
    ...request.extra,
    ver: 1,
    jti: `AT.${randomBytes(32).toString("base64url")}`,
    iss: issuerOf(org, server),
    aud: server === null ? org.baseUrl : (server.audiences[0] ?? ""),
    iat,
    exp,
    cid: clientId,
    scp: scopes,
    sub: clientId,
  };
  const key = activeKey(server === null ? org.state.org.keys : server.keys);
  const token = await new SignJWT(claims)
    .setProtectedHeader({ kid: key.kid, alg: "RS256" })
    .sign(await importJWK(key.privateJwk, "RS256"));
  const { issuedTokens } = org.state.runtime;
  for (const [jti, issued] of Object.entries(issuedTokens)) {
    if (issued.exp + KEEP_EXPIRED_SECONDS < iat) delete issuedTokens[jti];
  }
  issuedTokens[claims.jti] = { token, clientId, serverId: server?.id ?? null, claims, exp, revoked: false };
  return token;
}

function recordOf(org: Org, token: string): IssuedToken | undefined {
  try {
    const issued = org.state.runtime.issuedTokens[decodeJwt(token).jti ?? ""];
    return issued?.token === token ? issued : undefined;
  } catch {
    return undefined;
  }
}

/** The token's record if this server issued it (`null`: the org) and it is neither expired nor revoked. */
export function findLiveToken(org: Org, token: string, serverId: string | null): IssuedToken | undefined {
  const issued = recordOf(org, token);
  if (issued === undefined || issued.revoked || issued.serverId !== serverId) return undefined;
  return issued.exp > seconds(org) ? issued : undefined;
}

export function revokeTokensOf(org: Org, clientId: string): void {
  for (const issued of Object.values(org.state.runtime.issuedTokens)) {
    if (issued.clientId === clientId) issued.revoked = true;
  }
}
