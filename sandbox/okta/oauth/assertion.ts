/** Client assertions (RFC 7523): private_key_jwt and client_secret_jwt. */
import { type JWK, type JWTPayload, compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from "jose";
import { findClient } from "../clients/client-apps.ts";
import { invalidClient, unknownClient } from "../errors.ts";
import { type Org, isObject, orInvalidClient, seconds } from "../org.ts";
import type { App } from "../state.ts";

/** How far `exp` may be ahead, in seconds (confirmed: service app guide). */
const MAXIMUM_LIFETIME = 3600;

/** How far the caller's clock may run ahead, in seconds: callers that use the full hour need some (inferred). */
const CLOCK_SKEW = 5;

const PRIVATE_KEY_ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"];

const PARSING_FAILED = "The parsing of the client_assertion failed.";

interface Candidate {
  readonly kid: string | null;
  readonly jwk: JWK;
}

const EC_CURVES: Record<string, string> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

const suits = (jwk: JWK, alg: string): boolean =>
  alg.startsWith("RS") ? jwk.kty === "RSA" : jwk.kty === "EC" && jwk.crv === EC_CURVES[alg];

/** The client's verification keys: its own, or those behind its `jwks_uri` (fetched each time: the vendor's caching is unknown). */
async function keysOf(org: Org, app: App): Promise<Candidate[]> {
  if (app.jwksUri === null) {
    return app.keys
      .filter(
        ({ status, use }) =>
          status === "ACTIVE" && (use === "sig" || (use === null && org.switches.acceptKeysWithoutUse)),
      )
      .map(({ kid, kty, n, e, x, y, crv }) => ({ kid, jwk: kty === "RSA" ? { kty, n, e } : { kty, crv, x, y } }));
  }
  const fetched: unknown = await orInvalidClient(
    async () => (await fetch(app.jwksUri ?? "")).json(),
    "The keys of the client could not be retrieved from its 'jwks_uri'.",
  );
  const keys = isObject(fetched) && Array.isArray(fetched.keys) ? (fetched.keys as JWK[]) : [];
  return keys.map((jwk) => ({ kid: jwk.kid ?? null, jwk }));
}

/** With one key `kid` may be left out; with several it must name one (confirmed: SDK issues). */
function choose(candidates: Candidate[], kid: string | undefined): JWK {
  const [only] = candidates;
  if (only === undefined) {
    throw invalidClient("The client does not have a JWKSet configured, but the client_assertion requires one.");
  }
  if (kid === undefined && candidates.length === 1) return only.jwk;
  const named = candidates.find((candidate) => kid !== undefined && candidate.kid === kid);
  if (named === undefined) throw invalidClient("The client_assertion JWT kid is invalid.");
  return named.jwk;
}

async function verifySignature(org: Org, app: App, assertion: string): Promise<void> {
  const { alg = "", kid } = decodeProtectedHeader(assertion);
  const method = app.authenticationMethod;
  const failed = "The client_assertion signature is invalid.";
  if (method === "client_secret_jwt" && SECRET_ALGORITHMS.includes(alg)) {
    for (const { value, status } of app.secrets) {
      if (status !== "ACTIVE") continue;
      const verified = await compactVerify(assertion, Buffer.from(value)).catch(() => undefined);
      if (verified !== undefined) return;
    }
    throw invalidClient(failed);
  }
  if (method !== "private_key_jwt" || !PRIVATE_KEY_ALGORITHMS.includes(alg)) {
    throw invalidClient(
      `The client is configured for '${method}'; a client_assertion with that algorithm is not accepted.`,
    );
  }
  const jwk = choose(await keysOf(org, app), kid);
  if (!suits(jwk, alg)) throw invalidClient(failed);
  await orInvalidClient(async () => compactVerify(assertion, await importJWK(jwk, alg)), failed);
}

/** Types as RFC 7519 has them; the vendor's wording is unknown. */
function checkTypes({ iat, nbf, jti }: Record<string, unknown>): void {
  for (const [name, value] of Object.entries({ iat, nbf })) {
    if (value !== undefined && typeof value !== "number") {
      throw invalidClient(`The '${name}' claim of the client_assertion must be a number.`);
    }
  }
  if (jti !== undefined && typeof jti !== "string") {
    throw invalidClient("The 'jti' claim of the client_assertion must be a text.");
  }
}

function checkClaims(org: Org, claims: JWTPayload, endpoint: string): void {
  const accepted = [endpoint, ...org.switches.extraAudiences];
  const audiences = [claims.aud].flat();
  // The vendor's own wording is unknown.
  if (audiences.length !== 1 || !accepted.includes(audiences[0] ?? "")) {
    throw invalidClient(`The audience claim of the client_assertion must be the endpoint invoked: ${endpoint}`);
  }
  checkTypes(claims);
  const now = seconds(org);
  if (typeof claims.exp !== "number") throw invalidClient("The client_assertion must contain an expiration date.");
  if (claims.exp <= now) throw invalidClient("The client_assertion token is expired.");
  if (claims.exp > now + MAXIMUM_LIFETIME + CLOCK_SKEW) {
    throw invalidClient("The client_assertion token has an expiration too far into the future.");
  }
  if (claims.iat !== undefined && claims.iat > now + CLOCK_SKEW) {
    throw invalidClient("The client_assertion token was issued in the future.");
  }
  // RFC 7523, 3: not to be accepted before that time. The vendor's wording is unknown.
  if (claims.nbf !== undefined && claims.nbf > now + CLOCK_SKEW) {
    throw invalidClient("The client_assertion token is not valid yet.");
  }
}

/** `jti` is optional but single use (confirmed: OIDC reference). */
function spend(org: Org, app: App, claims: JWTPayload): void {
  if (claims.jti === undefined) return;
  const { usedAssertions } = org.state.runtime;
  const now = seconds(org);
  for (const [key, exp] of Object.entries(usedAssertions)) if (exp < now) delete usedAssertions[key];
  const key = `${app.clientId} ${claims.jti}`;
  if (key in usedAssertions) throw invalidClient("The client_assertion token has already been used.");
  usedAssertions[key] = claims.exp ?? now;
}

/** The client that the assertion proves. `endpoint` is the full URL called. Throws 401 invalid_client. */
export async function verifyAssertion(org: Org, assertion: string, endpoint: string): Promise<App> {
  const claims = await orInvalidClient(() => {
    decodeProtectedHeader(assertion);
    return decodeJwt(assertion);
  }, PARSING_FAILED);
  if (typeof claims.sub !== "string" || claims.iss !== claims.sub) {
    throw invalidClient("The 'iss' and 'sub' claims of the client_assertion must both be the client id.");
  }
  const app = findClient(org, claims.sub);
  if (app === undefined) throw unknownClient();
  await verifySignature(org, app, assertion);
  checkClaims(org, claims, endpoint);
  spend(org, app, claims);
  return app;
}
