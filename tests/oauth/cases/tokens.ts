/** Token requests: scopes, grant types, secrets, and the request itself. */
import { API_SCOPE, type CastClient, ORG_SCOPES, UNGRANTED_API_SCOPE, UNGRANTED_ORG_SCOPE } from "../cast.ts";
import {
  NO_CREDENTIALS,
  type Expected,
  type More,
  type OAuthCase,
  type Refusal,
  TWO_CREDENTIALS,
  UNKNOWN_CLIENT,
  WRONG_CONTENT_TYPE,
  WRONG_METHOD,
  WRONG_SECRET,
  invalidClient,
  invalidRequest,
  invalidScope,
  repeated,
} from "../case.ts";
import {
  type Form,
  assertionFor,
  asserted,
  basic,
  grant,
  inBody,
  postForm,
  send,
  sendBare,
  sendJson,
} from "../requests.ts";
import type { Side } from "../side.ts";

const [READ = "", REGISTER = ""] = ORG_SCOPES;

const one = (name: string, okta: Expected, send: OAuthCase["send"], more: More = {}): OAuthCase => ({
  ...{ theme: "token requests", name, okta, send },
  ...more,
});

/** With a valid assertion at the org. */
const atOrg = async (side: Side, form: Record<string, string>, client: CastClient = side.cast.oneKey) =>
  postForm(side.org.token, { ...form, ...asserted(await assertionFor(client, side.org.token)) });

/** With the secret in the header at the custom server. */
const atServer = (side: Side, form: Form, client: CastClient = side.cast.basic) =>
  postForm(side.server.token, form, basic(client));

const NOT_CONSENTED: Refusal = {
  status: 400,
  error: "consent_required",
  text: "You are not allowed any of the requested scopes.",
};
const CUSTOM_SCOPE = invalidScope("Custom scopes are not allowed for this request.");
const NOT_CONFIGURED = invalidScope("One or more scopes are not configured for the authorization server resource.");
/** Which status is unknown: switch `accessDeniedStatus`. */
const DENIED: Refusal = {
  status: 400,
  error: "access_denied",
  text: "Policy evaluation failed for this request, please check the policy configurations.",
};
const notAllowed = (configured: string): Refusal => ({
  status: 400,
  error: "unauthorized_client",
  text: `The client is not authorized to use the provided grant type. Configured grant types: [${configured}].`,
});
const otherMethod = (own: string, used: string): Refusal =>
  invalidClient(`The client is configured for '${own}' and can't authenticate by '${used}'.`);

const scopes: OAuthCase[] = [
  one("org: a granted scope", "accepted", (side) => atOrg(side, grant(READ))),
  one("org: two granted scopes", "accepted", (side) => atOrg(side, grant(`${READ} ${REGISTER}`))),
  one("org: no scope", invalidScope("No scopes were requested."), (side) => atOrg(side, grant())),
  one("org: a scope not granted", NOT_CONSENTED, (side) => atOrg(side, grant(UNGRANTED_ORG_SCOPE)), {
    judgeError: "invalid_scope",
  }),
  one(
    "org: a granted scope and one that is not",
    "accepted",
    (side) => atOrg(side, grant(`${READ} ${UNGRANTED_ORG_SCOPE}`)),
    { says: { status: 200, token_type: "Bearer", expires_in: 3600, scope: READ } },
  ),
  one("org: an okta scope that there is not", NOT_CONSENTED, (side) => atOrg(side, grant("okta.nothing.read"))),
  one("org: a custom scope", CUSTOM_SCOPE, (side) => atOrg(side, grant(API_SCOPE))),
  one("org: a granted scope and a custom one", CUSTOM_SCOPE, (side) => atOrg(side, grant(`${READ} ${API_SCOPE}`))),
  one("org: openid", CUSTOM_SCOPE, (side) => atOrg(side, grant("openid"))),
  one("custom server: a scope that its policy allows", "accepted", (side) => atServer(side, grant(API_SCOPE))),
  one(
    "custom server: no scope",
    invalidScope(
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    ),
    (side) => atServer(side, grant()),
  ),
  one(
    "custom server: a scope that its policy does not allow",
    DENIED,
    (side) => atServer(side, grant(UNGRANTED_API_SCOPE)),
    {
      judgeError: "invalid_scope",
    },
  ),
  one(
    "custom server: one that is allowed and one that is not",
    DENIED,
    (side) => atServer(side, grant(`${API_SCOPE} ${UNGRANTED_API_SCOPE}`)),
    { judgeError: "invalid_scope" },
  ),
  one("custom server: a scope that it does not have", NOT_CONFIGURED, (side) => atServer(side, grant("orders.burn"))),
  one("custom server: a scope of the org", NOT_CONFIGURED, (side) => atServer(side, grant(READ))),
  one("custom server: a scope of characters that are not allowed", NOT_CONFIGURED, (side) =>
    atServer(side, grant('a"b')),
  ),
  one(
    "custom server: openid",
    invalidScope("OpenID Connect scopes are not allowed for the 'client_credentials' grant."),
    (side) => atServer(side, grant("openid")),
  ),
];

const grants: OAuthCase[] = [
  one("no grant_type", invalidRequest("The 'grant_type' parameter is required."), (side) =>
    atServer(side, { scope: API_SCOPE }),
  ),
  one(
    "a grant type that there is not",
    notAllowed("client_credentials, authorization_code"),
    (side) => atServer(side, { ...grant(API_SCOPE), grant_type: "magic" }),
    { judgeError: "unsupported_grant_type" },
  ),
  one(
    "a grant type that is not the client's",
    notAllowed("authorization_code"),
    (side) => atServer(side, grant(API_SCOPE), side.cast.codeOnly),
    { judgeError: "invalid_request" },
  ),
  one(
    "no DPoP proof where it is demanded",
    { status: 400, error: "invalid_dpop_proof", text: "The DPoP proof JWT header is missing." },
    (side) => atOrg(side, grant(READ), side.cast.dpop),
    { judgeError: "invalid_grant" },
  ),
];

const nobody = { id: "nobody-at-all", secret: "a-secret-of-nobody" };
const rawBasic = (text: string) => ({ authorization: `Basic ${text}` });

const secrets: OAuthCase[] = [
  one("secret in the header", "accepted", (side) => atServer(side, grant(API_SCOPE))),
  one("secret in the body", "accepted", (side) =>
    postForm(side.server.token, { ...grant(API_SCOPE), ...inBody(side.cast.post) }),
  ),
  one("a secret that form-encoding changes, in the header", "accepted", (side) =>
    atServer(side, grant(API_SCOPE), side.cast.oddSecret),
  ),
  one("wrong secret in the header", WRONG_SECRET, (side) =>
    atServer(side, grant(API_SCOPE), { ...side.cast.basic, secret: "wrong-wrong-wrong" }),
  ),
  one("wrong secret in the body", WRONG_SECRET, (side) =>
    postForm(side.server.token, { ...grant(API_SCOPE), ...inBody({ ...side.cast.post, secret: "wrong-wrong-wrong" }) }),
  ),
  one("the secret in other capitals", WRONG_SECRET, (side) =>
    atServer(side, grant(API_SCOPE), { ...side.cast.basic, secret: side.cast.basic.secret.toUpperCase() }),
  ),
  one(
    "an empty secret in the header",
    WRONG_SECRET,
    (side) => atServer(side, grant(API_SCOPE), { ...side.cast.basic, secret: "" }),
    { judgeError: "invalid_request" },
  ),
  one("unknown client in the header", UNKNOWN_CLIENT, (side) =>
    postForm(side.server.token, grant(API_SCOPE), basic(nobody)),
  ),
  one("unknown client in the body", UNKNOWN_CLIENT, (side) =>
    postForm(side.server.token, { ...grant(API_SCOPE), ...inBody(nobody) }),
  ),
  one("no credentials", NO_CREDENTIALS, (side) => postForm(side.server.token, grant(API_SCOPE)), {
    judgeError: "invalid_request",
  }),
  one("a client_id alone", NO_CREDENTIALS, (side) =>
    postForm(side.server.token, { ...grant(API_SCOPE), client_id: side.cast.basic.id }),
  ),
  one(
    "Basic without a colon",
    invalidClient("The Authorization header is malformed."),
    (side) => postForm(side.server.token, grant(API_SCOPE), rawBasic(Buffer.from("no colon").toString("base64"))),
    { judgeError: "invalid_request" },
  ),
  one(
    "Bearer in place of Basic",
    NO_CREDENTIALS,
    (side) => postForm(side.server.token, grant(API_SCOPE), { authorization: "Bearer x" }),
    { judgeError: "invalid_request" },
  ),
  one("in header and body", TWO_CREDENTIALS, (side) =>
    atServer(side, { ...grant(API_SCOPE), ...inBody(side.cast.basic) }),
  ),
  one("in the header, with the client_id in the body", "accepted", (side) =>
    atServer(side, { ...grant(API_SCOPE), client_id: side.cast.basic.id }),
  ),
  one(
    "in the header, with another client_id in the body",
    UNKNOWN_CLIENT,
    (side) => atServer(side, { ...grant(API_SCOPE), client_id: side.cast.post.id }),
    { judgeError: "invalid_request" },
  ),
  one("header and assertion", TWO_CREDENTIALS, async (side) =>
    atServer(side, {
      ...grant(API_SCOPE),
      ...asserted(await assertionFor(side.cast.oneKey, side.server.token)),
    }),
  ),
  one("body and assertion", TWO_CREDENTIALS, async (side) =>
    postForm(side.server.token, {
      ...grant(API_SCOPE),
      ...inBody(side.cast.post),
      ...asserted(await assertionFor(side.cast.oneKey, side.server.token)),
    }),
  ),
  one("in the body, by a client of the header", otherMethod("client_secret_basic", "client_secret_post"), (side) =>
    postForm(side.server.token, { ...grant(API_SCOPE), ...inBody(side.cast.basic) }),
  ),
  one("in the header, by a client of the body", otherMethod("client_secret_post", "client_secret_basic"), (side) =>
    atServer(side, grant(API_SCOPE), side.cast.post),
  ),
  one("a secret by a client of assertions", otherMethod("private_key_jwt", "client_secret_basic"), (side) =>
    atServer(side, grant(API_SCOPE), { ...side.cast.oneKey, secret: "a-secret-that-it-has-not" }),
  ),
  one(
    "org: a secret",
    invalidClient(
      "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
    ),
    (side) => postForm(side.org.token, grant(READ), basic(side.cast.basic)),
  ),
];

const requests: OAuthCase[] = [
  one("JSON in place of a form", WRONG_CONTENT_TYPE, (side) =>
    sendJson("POST", side.server.token, { ...grant(API_SCOPE), ...inBody(side.cast.post) }),
  ),
  one("a form called text/plain", WRONG_CONTENT_TYPE, (side) => atServerAs(side, "text/plain")),
  one("a form with a character set", "accepted", (side) =>
    atServerAs(side, "application/x-www-form-urlencoded; charset=UTF-8"),
  ),
  one(
    "GET",
    WRONG_METHOD,
    (side) => sendBare("GET", `${side.server.token}?${new URLSearchParams(grant(API_SCOPE)).toString()}`),
    {
      judgeError: "",
    },
  ),
  one("PUT", WRONG_METHOD, (side) => sendBare("PUT", side.org.token), { judgeError: "" }),
  one("scope twice", repeated("scope"), (side) =>
    atServer(side, [...Object.entries(grant(API_SCOPE)), ["scope", API_SCOPE]]),
  ),
  one("grant_type twice", repeated("grant_type"), (side) =>
    atServer(side, [...Object.entries(grant(API_SCOPE)), ["grant_type", "client_credentials"]]),
  ),
  one("a parameter that nobody knows", "accepted", (side) => atServer(side, { ...grant(API_SCOPE), colour: "green" })),
];

const atServerAs = (side: Side, type: string) =>
  send(side.server.token, {
    method: "POST",
    headers: { "content-type": type, ...basic(side.cast.basic) },
    body: new URLSearchParams(grant(API_SCOPE)).toString(),
  });

export const TOKENS: readonly OAuthCase[] = [...scopes, ...grants, ...secrets, ...requests];
