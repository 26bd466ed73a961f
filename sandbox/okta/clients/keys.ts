/** Public keys of a client: what Okta takes and how it gives them back. */
import { oktaId } from "../../core/ids.ts";
import { type Json, type Org, isObject, timestamp } from "../org.ts";
import type { ClientKey } from "../state.ts";
import type { Refuse } from "./settings.ts";

const MAXIMUM_KEYS = 50;
const MINIMUM_RSA_BITS = 2048;
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** Curves by the length of a coordinate in bytes: the provider sends EC keys without `crv` (confirmed: recordings). */
const CURVES: Record<number, string> = { 32: "P-256", 48: "P-384", 66: "P-521" };

const bytes = (base64url: string): Buffer => Buffer.from(base64url, "base64url");

function bits(modulus: string): number {
  const value = bytes(modulus);
  const start = value.findIndex((byte) => byte !== 0);
  return start < 0 ? 0 : (value.length - start) * 8 - Math.clz32(value[start] ?? 0) + 24;
}

const text = (jwk: Json, member: string): string | undefined => {
  const value = jwk[member];
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** Reads one public JWK. `refuse` makes the error of the API that was called. */
export function readKey(org: Org, jwk: unknown, refuse: Refuse): ClientKey {
  if (!isObject(jwk)) throw refuse("JsonWebKey", "A key must be a JSON object.");
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) {
    throw refuse("JsonWebKey", "A key must be public: private members are not allowed.");
  }
  const at = timestamp(org);
  const key: ClientKey = {
    id: oktaId("pks"),
    kid: text(jwk, "kid") ?? null,
    kty: text(jwk, "kty") ?? "",
    use: text(jwk, "use") ?? null,
    status: jwk.status === "INACTIVE" ? "INACTIVE" : "ACTIVE",
    created: at,
    lastUpdated: at,
  };
  const alg = text(jwk, "alg");
  if (alg !== undefined) key.alg = alg;
  const [e, n, x, y] = ["e", "n", "x", "y"].map((member) => text(jwk, member));
  if (key.kty === "RSA") {
    if (e === undefined || n === undefined) throw refuse("JsonWebKey", "An RSA key must have 'e' and 'n'.");
    if (bits(n) < MINIMUM_RSA_BITS) {
      throw refuse("JsonWebKey", `RSA key length must be at least ${MINIMUM_RSA_BITS} bits.`);
    }
    return { ...key, e, n };
  }
  if (key.kty === "EC") {
    const crv = text(jwk, "crv") ?? (x === undefined ? undefined : CURVES[bytes(x).length]);
    if (x === undefined || y === undefined || crv === undefined) {
      throw refuse("JsonWebKey", "An EC key must have 'x' and 'y' of a supported curve.");
    }
    return { ...key, x, y, crv };
  }
  throw refuse("JsonWebKey", "'kty' must be RSA or EC.");
}

const sameMaterial = (a: ClientKey, b: ClientKey): boolean =>
  a.kid === b.kid && a.kty === b.kty && a.n === b.n && a.e === b.e && a.x === b.x && a.y === b.y;

/** Checks what holds for all keys of a client together. */
export function checkKeySet(keys: readonly ClientKey[], refuse: Refuse): void {
  if (keys.length > MAXIMUM_KEYS) throw refuse("JsonWebKey", `At most ${MAXIMUM_KEYS} keys are allowed.`);
  const kids = keys.map(({ kid }) => kid);
  if (keys.length > 1 && kids.includes(null)) {
    throw refuse("JsonWebKey", "'kid' is required when there is more than one key.");
  }
  if (new Set(kids).size !== kids.length) throw refuse("JsonWebKey", "Each key must have its own 'kid'.");
}

/** Reads a whole key set (`{ keys: […] }`); keys that were there before keep their id and dates. */
export function readKeySet(org: Org, jwks: unknown, previous: readonly ClientKey[], refuse: Refuse): ClientKey[] {
  if (!isObject(jwks) || !Array.isArray(jwks.keys)) throw refuse("jwks", "'jwks' must be an object with 'keys'.");
  const keys = jwks.keys.map((jwk) => readKey(org, jwk, refuse));
  checkKeySet(keys, refuse);
  return keys.map((key) => {
    const known = previous.find((other) => sameMaterial(other, key));
    return known === undefined ? key : { ...key, id: known.id, created: known.created, lastUpdated: known.lastUpdated };
  });
}

/** Whether two sets hold the same keys, order aside. */
export const sameKeys = (a: readonly ClientKey[], b: readonly ClientKey[]): boolean =>
  a.length === b.length && a.every((key) => b.some((other) => sameMaterial(key, other) && key.status === other.status));

/** A key as the apps API shows it inside an app (confirmed: recordings). */
export function keyInApp({ created: _created, lastUpdated: _lastUpdated, crv: _crv, ...key }: ClientKey): Json {
  return key;
}

/** The key as a registered client shows it: without its id and status, and without a use that it does not have. */
export function keyInRegistration(key: ClientKey): Json {
  const { id: _id, status: _status, use, ...rest } = keyInApp(key);
  return { ...rest, ...(use !== null && { use }) };
}
