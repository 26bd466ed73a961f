/** Introspection (RFC 7662) and revocation (RFC 7009). */
import { API_SCOPE, ORG_SCOPES } from "../cast.ts";
import {
  NO_CREDENTIALS,
  type Expected,
  type More,
  type OAuthCase,
  TWO_CREDENTIALS,
  UNKNOWN_CLIENT,
  WRONG_CONTENT_TYPE,
  WRONG_METHOD,
  WRONG_SECRET,
  invalidClient,
  invalidRequest,
  repeated,
} from "../case.ts";
import { later } from "../clock.ts";
import {
  type Form,
  assertionFor,
  asserted,
  basic,
  grant,
  inBody,
  postForm,
  sendBare,
  sendJson,
  tokenOf,
} from "../requests.ts";
import type { Side } from "../side.ts";

const one = (name: string, okta: Expected, send: OAuthCase["send"], more: More = {}): OAuthCase => ({
  ...{ theme: "introspection and revocation", name, okta, send },
  ...more,
});

/** A token of the custom server for the client that sends its secret in the header. */
const apiToken = async ({ server, cast }: Side): Promise<string> =>
  tokenOf(await postForm(server.token, grant(API_SCOPE), basic(cast.basic)));

const orgToken = async ({ org, cast }: Side): Promise<string> =>
  tokenOf(
    await postForm(org.token, { ...grant(ORG_SCOPES[0]), ...asserted(await assertionFor(cast.oneKey, org.token)) }),
  );

/** The question of a confidential client that sends its secret in the body, as a gateway asks. */
const ask = (side: Side, form: Record<string, string>) =>
  postForm(side.server.introspect, { ...form, ...inBody(side.cast.post) });

const NO_TOKEN = invalidRequest("The `token` parameter is required.");

const live: OAuthCase[] = [
  one("a live token, by another client", "accepted", async (side) => ask(side, { token: await apiToken(side) })),
  one("a live token, by its own client", "accepted", async (side) =>
    postForm(side.server.introspect, { token: await apiToken(side) }, basic(side.cast.basic)),
  ),
  one("a live token, by an assertion for the introspection endpoint", "accepted", async (side) =>
    postForm(side.server.introspect, {
      token: await apiToken(side),
      ...asserted(await assertionFor(side.cast.oneKey, side.server.introspect)),
    }),
  ),
  one(
    "a live token, by an assertion for the token endpoint",
    invalidClient(/^The audience claim of the client_assertion must be the endpoint invoked: http\S+\/introspect$/),
    async (side) =>
      postForm(side.server.introspect, {
        token: await apiToken(side),
        ...asserted(await assertionFor(side.cast.oneKey, side.server.token)),
      }),
  ),
  ...["access_token", "refresh_token", "something_else"].map((hint) =>
    one(`a live token, with the hint ${hint}`, "accepted", async (side) =>
      ask(side, { token: await apiToken(side), token_type_hint: hint }),
    ),
  ),
  one("a live token of the org at the org", "accepted", async (side) =>
    postForm(side.org.introspect, { token: await orgToken(side), ...inBody(side.cast.post) }),
  ),
];

const dead: OAuthCase[] = [
  one("an expired token", "inactive", async (side) => {
    const token = await apiToken(side);
    return later(3601, () => ask(side, { token }));
  }),
  one("a revoked token", "inactive", async (side) => {
    const token = await apiToken(side);
    await postForm(side.server.revoke, { token }, basic(side.cast.basic));
    return ask(side, { token });
  }),
  one("a token of the org at a custom server", "inactive", async (side) => ask(side, { token: await orgToken(side) })),
  one("a token of a custom server at the org", "inactive", async (side) =>
    postForm(side.org.introspect, { token: await apiToken(side), ...inBody(side.cast.post) }),
  ),
  one("a token with a character more", "inactive", async (side) => ask(side, { token: `${await apiToken(side)}x` })),
  one("nonsense in place of a token", "inactive", (side) => ask(side, { token: "nonsense" })),
];

const refused: OAuthCase[] = [
  one("no token", NO_TOKEN, (side) => ask(side, {})),
  one("an empty token", NO_TOKEN, (side) => ask(side, { token: "" })),
  one("the token twice", repeated("token"), async (side) => {
    const token = await apiToken(side);
    const form: Form = [
      ["token", token],
      ["token", token],
    ];
    return postForm(side.server.introspect, form, basic(side.cast.basic));
  }),
  one("no client", NO_CREDENTIALS, async (side) => postForm(side.server.introspect, { token: await apiToken(side) }), {
    judgeError: "invalid_request",
  }),
  one(
    "the token itself as credential",
    NO_CREDENTIALS,
    async (side) => {
      const token = await apiToken(side);
      return postForm(side.server.introspect, { token }, { authorization: `Bearer ${token}` });
    },
    { judgeError: "invalid_request" },
  ),
  one("a wrong secret", WRONG_SECRET, async (side) =>
    postForm(side.server.introspect, {
      token: await apiToken(side),
      ...inBody({ ...side.cast.post, secret: "wrong-wrong" }),
    }),
  ),
  one("an unknown client", UNKNOWN_CLIENT, async (side) =>
    postForm(side.server.introspect, { token: await apiToken(side), ...inBody({ id: "nobody-at-all", secret: "x" }) }),
  ),
  one("credentials in header and body", TWO_CREDENTIALS, async (side) =>
    postForm(
      side.server.introspect,
      { token: await apiToken(side), ...inBody(side.cast.basic) },
      basic(side.cast.basic),
    ),
  ),
  one("JSON in place of a form", WRONG_CONTENT_TYPE, async (side) =>
    sendJson("POST", side.server.introspect, { token: await apiToken(side), ...inBody(side.cast.post) }),
  ),
  one("GET", WRONG_METHOD, (side) => sendBare("GET", `${side.server.introspect}?token=x`), {
    judgeError: "",
  }),
];

const revocation: OAuthCase[] = [
  one("revoking a client's own token", "accepted", async (side) =>
    postForm(side.server.revoke, { token: await apiToken(side) }, basic(side.cast.basic)),
  ),
  one("revoking it again", "accepted", async (side) => {
    const token = await apiToken(side);
    await postForm(side.server.revoke, { token }, basic(side.cast.basic));
    return postForm(side.server.revoke, { token }, basic(side.cast.basic));
  }),
  one("revoking nonsense", "accepted", (side) =>
    postForm(side.server.revoke, { token: "nonsense" }, basic(side.cast.basic)),
  ),
  one(
    "revoking another client's token",
    "accepted",
    async (side) => postForm(side.server.revoke, { token: await apiToken(side), ...inBody(side.cast.post) }),
    { says: { status: 200 } },
  ),
  one("a token that another client tried to revoke", "accepted", async (side) => {
    const token = await apiToken(side);
    await postForm(side.server.revoke, { token, ...inBody(side.cast.post) });
    return ask(side, { token });
  }),
  one("revoking without a token", NO_TOKEN, (side) => postForm(side.server.revoke, {}, basic(side.cast.basic))),
  one(
    "revoking without a client",
    NO_CREDENTIALS,
    async (side) => postForm(side.server.revoke, { token: await apiToken(side) }),
    {
      judgeError: "invalid_request",
    },
  ),
];

export const INTROSPECTION: readonly OAuthCase[] = [...live, ...dead, ...refused, ...revocation];
