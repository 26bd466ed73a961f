/** Who may register clients, and the management of what was registered (RFC 7592). */
import { type Expected, type More, type OAuthCase, type Refusal, invalidMetadata } from "../case.ts";
import { assertionFor, asserted, grant, postForm, sendBare, sendJson, tokenOf } from "../requests.ts";
import type { Reply, Side } from "../side.ts";
import { type Metadata, NO_NAME, NO_REDIRECT, management, one, register, request } from "./registration-request.ts";

const INVALID_SESSION = management(403, "E0000005", "Invalid session");
const INVALID_TOKEN = management(401, "E0000011", "Invalid token provided");
const DENIED = management(403, "E0000006", "You don't have permission to perform the requested action.");

/** A token of the org for a client without an admin role. */
const tokenFor = async ({ cast, org }: Side, scope: string): Promise<string> =>
  tokenOf(await postForm(org.token, { ...grant(scope), ...asserted(await assertionFor(cast.oneKey, org.token)) }));

const NO_COUNTERPART = "the judge's registration token has neither scopes nor roles";

const callers: OAuthCase[] = [
  one("without a token", INVALID_SESSION, (side) => sendJson("POST", side.registration, request()), {
    judgeError: "invalid_token",
  }),
  one(
    "with a token that there is not",
    INVALID_TOKEN,
    (side) => sendJson("POST", side.registration, request(), "nonsense"),
    { judgeError: "invalid_token" },
  ),
  one(
    "with a token of too few scopes",
    DENIED,
    async (side) => sendJson("POST", side.registration, request(), await tokenFor(side, "okta.clients.read")),
    { oktaOnly: NO_COUNTERPART },
  ),
  one(
    "with a token of a client without an admin role",
    DENIED,
    async (side) => sendJson("POST", side.registration, request(), await tokenFor(side, "okta.clients.register")),
    { oktaOnly: NO_COUNTERPART },
  ),
];

/** The calls to a client that was registered before. */
async function registered(side: Side): Promise<{ body: Reply["body"]; url: string; token: string }> {
  const { status, body } = await register(side, request());
  if (status !== 201) throw new Error(`Not registered: ${status} ${JSON.stringify(body)}`);
  return { body, ...side.management(body) };
}

/** The whole object as a change must send it (RFC 7592, 2.2): without what the server alone sets. */
const whole = (body: Reply["body"], over: Metadata = {}): Metadata => ({
  ...request({ client_name: "renamed" }),
  client_id: body.client_id,
  application_type: "web",
  ...over,
});

const change = (name: string, over: (body: Reply["body"]) => Metadata, okta: Expected, more: More = {}): OAuthCase =>
  one(
    name,
    okta,
    async (side) => {
      const { body, url, token } = await registered(side);
      return sendJson("PUT", url, whole(body, over(body)), token);
    },
    more,
  );

const readOnly = (field: string): Refusal => invalidMetadata(`\`${field}\`: The field is read-only.`);
const JUDGE_CALLS_IT_A_REQUEST: More = { judgeError: "invalid_request" };

const managed: OAuthCase[] = [
  one("reading a client", "accepted", async (side) => {
    const { url, token } = await registered(side);
    return sendBare("GET", url, token);
  }),
  one(
    "reading a client without a token",
    INVALID_SESSION,
    async (side) => sendBare("GET", (await registered(side)).url),
    { judgeError: "invalid_token" },
  ),
  one(
    "reading a client with a token that there is not",
    INVALID_TOKEN,
    async (side) => sendBare("GET", (await registered(side)).url, "nonsense"),
    { judgeError: "invalid_token" },
  ),
  change("changing a client", () => ({}), "accepted"),
  change("changing a client, with its secret", ({ client_secret }) => ({ client_secret }), "accepted"),
  change(
    "changing a client's secret",
    () => ({ client_secret: "a-secret-that-I-have-chosen" }),
    invalidMetadata("`client_secret`: The field can't be chosen."),
    JUDGE_CALLS_IT_A_REQUEST,
  ),
  change(
    "changing a client without its id",
    () => ({ client_id: undefined }),
    invalidMetadata("`client_id`: The field can't be left blank."),
    JUDGE_CALLS_IT_A_REQUEST,
  ),
  change(
    "changing a client's id",
    () => ({ client_id: "another-client" }),
    invalidMetadata("`client_id`: The field can't be changed."),
    JUDGE_CALLS_IT_A_REQUEST,
  ),
  change(
    "changing a client with client_id_issued_at",
    () => ({ client_id_issued_at: 1 }),
    readOnly("client_id_issued_at"),
    JUDGE_CALLS_IT_A_REQUEST,
  ),
  change(
    "changing a client with client_secret_expires_at",
    () => ({ client_secret_expires_at: 0 }),
    readOnly("client_secret_expires_at"),
    JUDGE_CALLS_IT_A_REQUEST,
  ),
  change("changing a client so that it has no redirect URI", () => ({ redirect_uris: [] }), NO_REDIRECT, {
    judgeError: "invalid_redirect_uri",
  }),
  change("changing a client without its name", () => ({ client_name: undefined }), NO_NAME),
  one("deleting a client", "accepted", async (side) => {
    const { url, token } = await registered(side);
    return sendBare("DELETE", url, token);
  }),
  one(
    "reading a client that was deleted",
    { status: 404, error: "E0000007", text: /^Not found: Resource not found: \S+ \(PublicClientApp\)$/ },
    async (side) => {
      const { url, token } = await registered(side);
      await sendBare("DELETE", url, token);
      return sendBare("GET", url, token);
    },
    { judgeError: "invalid_token" },
  ),
];

export const REGISTERED_CLIENTS: readonly OAuthCase[] = [...callers, ...managed];
