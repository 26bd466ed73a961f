/** Client assertions (RFC 7523) at the token endpoints. */
import { createPublicKey } from "node:crypto";
import { UnsecuredJWT, exportPKCS8, importPKCS8 } from "jose";
import { newKey } from "../../sandbox/okta/local-okta.ts";
import { API_SCOPE, type Cast, type CastClient, ORG_SCOPES } from "../cast.ts";
import { now } from "../clock.ts";
import {
  type Expected,
  type More,
  type OAuthCase,
  UNKNOWN_CLIENT,
  invalidClient,
  invalidRequest,
  repeated,
} from "../case.ts";
import { type AssertionChange, assertionFor, asserted, claimsFor, grant, postForm } from "../requests.ts";
import type { Reply, Side } from "../side.ts";

const [SCOPE = ""] = ORG_SCOPES;

type Change = AssertionChange | ((side: Side, cast: Cast) => AssertionChange | Promise<AssertionChange>);

const ask = (side: Side, assertion: string, more: Record<string, string> = {}): Promise<Reply> =>
  postForm(side.org.token, { ...grant(SCOPE), ...asserted(assertion), ...more });

const one = (name: string, okta: Expected, send: OAuthCase["send"], more: More = {}): OAuthCase => ({
  ...{ theme: "client assertions", name, okta, send },
  ...more,
});

/** An hour, as the org's tokens live (confirmed: OIDC reference). */
const TOKEN = { status: 200, token_type: "Bearer", expires_in: 3600, scope: SCOPE };

/** An assertion of a client of the cast for a token of the org, with changes. */
const by = (who: keyof Cast, name: string, change: Change, okta: Expected, more: More = {}): OAuthCase =>
  one(
    name,
    okta,
    async (side) => {
      const changed = typeof change === "function" ? await change(side, side.cast) : change;
      return ask(side, await assertionFor(side.cast[who], side.org.token, changed));
    },
    more,
  );

const keyOf = (client: CastClient, index = 0) => {
  const key = client.keys[index];
  if (key === undefined) throw new Error(`${client.id} has no key ${index}.`);
  return key;
};

/** The client's first key for another algorithm of its kind. */
const keyFor = async (client: CastClient, alg: string) =>
  importPKCS8(await exportPKCS8(keyOf(client).privateKey), alg, { extractable: true });

const withClaims = (claims: Record<string, unknown>): AssertionChange => ({ claims });

const WRONG_KID = invalidClient("The client_assertion JWT kid is invalid.");
const WRONG_SIGNATURE = invalidClient("The client_assertion signature is invalid.");
const NOT_PARSED = invalidClient("The parsing of the client_assertion failed.");
const WRONG_ALGORITHM = (method: string) =>
  invalidClient(`The client is configured for '${method}'; a client_assertion with that algorithm is not accepted.`);
const NOT_THE_CLIENT = invalidClient("The 'iss' and 'sub' claims of the client_assertion must both be the client id.");
/** The wording is unknown. */
const WRONG_AUDIENCE = invalidClient(
  /^The audience claim of the client_assertion must be the endpoint invoked: http\S+\/token$/,
);
const WRONG_TYPE = invalidRequest("The `client_assertion_type` is invalid.");
const EXPIRED = invalidClient("The client_assertion token is expired.");
const NO_EXPIRY = invalidClient("The client_assertion must contain an expiration date.");
const HOUR = 3600;

const keys: OAuthCase[] = [
  by("oneKey", "one key, named", {}, "accepted"),
  by("oneKey", "one key, not named", { header: {} }, "accepted"),
  by("oneKey", "one key, another named", { header: { kid: "k-9" } }, WRONG_KID),
  by("twoKeys", "two keys, the first named", {}, "accepted"),
  by(
    "twoKeys",
    "two keys, the second named",
    (_side, { twoKeys }) => ({ key: keyOf(twoKeys, 1).privateKey, header: { kid: "k-2" } }),
    "accepted",
  ),
  by("twoKeys", "two keys, none named", { header: {} }, WRONG_KID),
  by("twoKeys", "two keys, a third named", { header: { kid: "k-3" } }, WRONG_KID),
  by("twoKeys", "two keys, the other one named", { header: { kid: "k-2" } }, WRONG_SIGNATURE),
  by("oneKey", "a stranger's key", async () => ({ key: (await newKey("k-1")).privateKey }), WRONG_SIGNATURE),
  by("elliptic", "an EC key", {}, "accepted"),
  by(
    "elliptic",
    "an RSA signature in place of the EC one",
    async () => ({ alg: "RS256", key: (await newKey("ec-1")).privateKey }),
    WRONG_SIGNATURE,
  ),
  ...["RS384", "RS512"].map((alg) =>
    by(
      "oneKey",
      `algorithm ${alg}`,
      async (_side, { oneKey }) => ({ alg, key: await keyFor(oneKey, alg) }),
      "accepted",
    ),
  ),
  by(
    "oneKey",
    "algorithm PS256",
    async (_side, { oneKey }) => ({ alg: "PS256", key: await keyFor(oneKey, "PS256") }),
    WRONG_ALGORITHM("private_key_jwt"),
  ),
  one("algorithm none", WRONG_ALGORITHM("private_key_jwt"), (side) =>
    ask(side, new UnsecuredJWT(claimsFor(side.cast.oneKey, side.org.token)).encode()),
  ),
  by(
    "oneKey",
    "HS256 with the public key as secret",
    async (_side, { oneKey }) => ({ alg: "HS256", key: Buffer.from(await publicPem(oneKey)) }),
    WRONG_ALGORITHM("private_key_jwt"),
  ),
  by(
    "oneKey",
    "a critical header that nobody knows",
    { header: { kid: "k-1", crit: ["x-unknown"], "x-unknown": 1 } },
    WRONG_SIGNATURE,
  ),
];

async function publicPem(client: CastClient): Promise<string> {
  const key = createPublicKey({ key: keyOf(client).jwk as never, format: "jwk" });
  return key.export({ type: "spki", format: "pem" }).toString();
}

const times: OAuthCase[] = [
  by("oneKey", "expired", () => withClaims({ exp: now() - 60 }), EXPIRED),
  by("oneKey", "no exp", withClaims({ exp: undefined }), NO_EXPIRY),
  by("oneKey", "exp as a text", () => withClaims({ exp: String(now() + 300) }), NO_EXPIRY),
  by("oneKey", "exp in an hour", () => withClaims({ exp: now() + HOUR }), "accepted"),
  by(
    "oneKey",
    "exp in two hours",
    () => withClaims({ exp: now() + 2 * HOUR }),
    invalidClient("The client_assertion token has an expiration too far into the future."),
  ),
  by("oneKey", "no iat", withClaims({ iat: undefined }), "accepted"),
  by("oneKey", "iat a day ago", () => withClaims({ iat: now() - 24 * HOUR }), "accepted"),
  by(
    "oneKey",
    "iat in the future",
    () => withClaims({ iat: now() + 120 }),
    invalidClient("The client_assertion token was issued in the future."),
  ),
  by(
    "oneKey",
    "iat as a text",
    () => withClaims({ iat: String(now()) }),
    invalidClient("The 'iat' claim of the client_assertion must be a number."),
  ),
  by("oneKey", "nbf in the past", () => withClaims({ nbf: now() - 60 }), "accepted"),
  by(
    "oneKey",
    "nbf in the future",
    () => withClaims({ nbf: now() + 120 }),
    invalidClient("The client_assertion token is not valid yet."),
  ),
];

const names: OAuthCase[] = [
  by("oneKey", "aud is the issuer", ({ org }) => withClaims({ aud: org.issuer }), WRONG_AUDIENCE),
  by(
    "oneKey",
    "aud is another issuer's token endpoint",
    ({ server }) => withClaims({ aud: server.token }),
    WRONG_AUDIENCE,
  ),
  by(
    "oneKey",
    "aud is the token endpoint and a slash",
    ({ org }) => withClaims({ aud: `${org.token}/` }),
    WRONG_AUDIENCE,
  ),
  by("oneKey", "no aud", withClaims({ aud: undefined }), WRONG_AUDIENCE),
  by("oneKey", "aud is a list of the token endpoint", ({ org }) => withClaims({ aud: [org.token] }), "accepted"),
  by(
    "oneKey",
    "aud is a list of the token endpoint and another",
    ({ org }) => withClaims({ aud: [org.token, "https://elsewhere.example"] }),
    WRONG_AUDIENCE,
  ),
  by("oneKey", "aud is a list of others", withClaims({ aud: ["https://elsewhere.example"] }), WRONG_AUDIENCE),
  by("oneKey", "iss is not the client", withClaims({ iss: "someone" }), NOT_THE_CLIENT),
  by("oneKey", "no iss", withClaims({ iss: undefined }), NOT_THE_CLIENT),
  by("oneKey", "sub is another client", (_side, { elliptic }) => withClaims({ sub: elliptic.id }), NOT_THE_CLIENT),
  by("oneKey", "no sub", withClaims({ sub: undefined }), NOT_THE_CLIENT),
  by(
    "oneKey",
    "iss and sub are another client",
    (_side, { elliptic }) => withClaims({ iss: elliptic.id, sub: elliptic.id }),
    WRONG_KID,
  ),
  by("oneKey", "iss and sub are nobody", withClaims({ iss: "nobody-at-all", sub: "nobody-at-all" }), UNKNOWN_CLIENT),
  by("oneKey", "a claim that nobody knows", withClaims({ colour: "green" }), "accepted"),
];

const once: OAuthCase[] = [
  by("oneKey", "no jti", withClaims({ jti: undefined }), "accepted", { says: TOKEN }),
  by(
    "oneKey",
    "jti as a number",
    withClaims({ jti: 7 }),
    invalidClient("The 'jti' claim of the client_assertion must be a text."),
  ),
  one("jti used before", invalidClient("The client_assertion token has already been used."), async (side) => {
    const assertion = await assertionFor(side.cast.oneKey, side.org.token);
    await ask(side, assertion);
    return ask(side, assertion);
  }),
  one("jti used before by another client", "accepted", async (side) => {
    const same = withClaims({ jti: "used-by-two" });
    await ask(side, await assertionFor(side.cast.elliptic, side.org.token, same));
    return ask(side, await assertionFor(side.cast.oneKey, side.org.token, same));
  }),
];

const valid = ({ cast, org }: Side) => assertionFor(cast.oneKey, org.token);

const carriers: OAuthCase[] = [
  one("client_assertion_type of SAML", WRONG_TYPE, async (side) =>
    ask(side, await valid(side), {
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    }),
  ),
  one("no client_assertion_type", WRONG_TYPE, async (side) =>
    postForm(side.org.token, { ...grant(SCOPE), client_assertion: await valid(side) }),
  ),
  one("client_id of the client beside it", "accepted", async (side) =>
    ask(side, await valid(side), { client_id: side.cast.oneKey.id }),
  ),
  one(
    "client_id of another client beside it",
    UNKNOWN_CLIENT,
    async (side) => ask(side, await valid(side), { client_id: side.cast.elliptic.id }),
    { judgeError: "invalid_request" },
  ),
  one("not a JWT", NOT_PARSED, (side) => ask(side, "not-a-jwt"), { judgeError: "invalid_request" }),
  one(
    "a JWT without its signature's part",
    NOT_PARSED,
    async (side) => ask(side, (await valid(side)).replace(/\.[^.]*$/, "")),
    { judgeError: "invalid_request" },
  ),
  one("a payload that was changed", WRONG_SIGNATURE, async (side) => {
    const [header = "", , signature = ""] = (await valid(side)).split(".");
    const claims = claimsFor(side.cast.oneKey, side.org.token, { exp: now() + 1800 });
    return ask(side, [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join("."));
  }),
  one("an empty assertion", NOT_PARSED, (side) => ask(side, ""), { judgeError: "invalid_request" }),
  one("the same assertion twice", repeated("client_assertion"), async (side) => {
    const assertion = await valid(side);
    return postForm(side.org.token, [
      ...Object.entries({ ...grant(SCOPE), ...asserted(assertion) }),
      ["client_assertion", assertion],
    ]);
  }),
  one(
    "parameters in the query of a POST without body",
    "accepted",
    async (side) => {
      const query = new URLSearchParams({ ...grant(SCOPE), ...asserted(await valid(side)) });
      return postForm(`${side.org.token}?${query.toString()}`, {});
    },
    { says: TOKEN },
  ),
  one("a client of another method", WRONG_ALGORITHM("client_secret_basic"), async (side) => {
    const { basic, oneKey } = side.cast;
    const key = keyOf(oneKey).privateKey;
    return ask(side, await assertionFor(basic, side.org.token, { key, alg: "RS256", header: { kid: "k-1" } }));
  }),
];

const atServer = async (side: Side, client: CastClient, change: AssertionChange = {}) =>
  postForm(side.server.token, {
    ...grant(API_SCOPE),
    ...asserted(await assertionFor(client, side.server.token, change)),
  });

const servers: OAuthCase[] = [
  one("at a custom server, for its token endpoint", "accepted", (side) => atServer(side, side.cast.oneKey)),
  one("at a custom server, for the org's token endpoint", WRONG_AUDIENCE, (side) =>
    atServer(side, side.cast.oneKey, withClaims({ aud: side.org.token })),
  ),
  one("by the client's secret (HS256)", "accepted", (side) => atServer(side, side.cast.secretJwt)),
  one("by another secret", WRONG_SIGNATURE, (side) =>
    atServer(side, side.cast.secretJwt, { key: Buffer.from("another-secret-of-32-characters-or-more") }),
  ),
];

export const ASSERTIONS: readonly OAuthCase[] = [...keys, ...times, ...names, ...once, ...carriers, ...servers];
