/** Dynamic client registration (RFC 7591): what may be asked for. */
import { generateKeyPairSync } from "node:crypto";
import { exportJWK } from "jose";
import { newKey } from "../../sandbox/okta/local-okta.ts";
import { type Expected, type More, type OAuthCase, type Refusal, invalidMetadata } from "../case.ts";
import type { Cast } from "../cast.ts";
import { type Metadata, NO_NAME, NO_REDIRECT, management, one, register, request } from "./registration-request.ts";

const SERVICE: Metadata = {
  application_type: "service",
  redirect_uris: [],
  response_types: [],
  grant_types: ["client_credentials"],
};

/** What a new client is told: its secret never expires (confirmed: OAuth API description). */
const MADE = {
  status: 201,
  client_name: "orders consumer",
  client_secret_expires_at: 0,
  token_endpoint_auth_method: "client_secret_basic",
};
const SERVICE_MADE = {
  ...MADE,
  ...{ application_type: "service", grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
};

/** A registration with changes; undefined leaves a member out. */
const by = (
  name: string,
  over: Metadata | ((cast: Cast) => Metadata | Promise<Metadata>),
  okta: Expected,
  more: More = {},
): OAuthCase =>
  one(
    name,
    okta,
    async (side) => register(side, request(typeof over === "function" ? await over(side.cast) : over)),
    more,
  );

const NOT_WELL_FORMED = management(400, "E0000003", "The request body was not well-formed.");
const BAD_REDIRECT = invalidMetadata("'redirect_uris' must be absolute URIs without a fragment.");
const NO_KEYS = invalidMetadata(
  "'jwks' or 'jwks_uri' is required when 'token_endpoint_auth_method' is 'private_key_jwt'.",
);
const CODE_FLOW = invalidMetadata("'grant_types' must contain 'authorization_code' when 'application_type' is 'web'.");
const wrongType = (field: string): Refusal => invalidMetadata(new RegExp(`^\`${field}\`: `));
const chosen = (field: string): Refusal => invalidMetadata(`\`${field}\`: The field can't be chosen at registration.`);
const keyClient = async (): Promise<Metadata> => ({
  token_endpoint_auth_method: "private_key_jwt",
  jwks: { keys: [(await newKey("k")).jwk] },
});

const smallKey = (): Metadata => ({
  ...generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" }),
  kid: "k",
});

const good: OAuthCase[] = [
  by("a web client", {}, "accepted"),
  by("a web client as Anypoint asks for it", { response_types: ["code", "token"] }, "accepted", {
    says: {
      ...MADE,
      application_type: "web",
      grant_types: ["authorization_code", "client_credentials"],
      redirect_uris: ["https://consumer.example/callback"],
      response_types: ["code", "token"],
    },
  }),
  by("a web client that names its type", { application_type: "web" }, "accepted"),
  by("a client by post", { token_endpoint_auth_method: "client_secret_post" }, "accepted"),
  by("a client by secret JWT", { token_endpoint_auth_method: "client_secret_jwt" }, "accepted"),
  by("a client with a key", keyClient, "accepted"),
  by(
    "a client with an EC key",
    async () => ({
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [(await newKey("e", "ES256")).jwk] },
    }),
    "accepted",
  ),
  by(
    "a client with the address of its keys",
    { token_endpoint_auth_method: "private_key_jwt", jwks_uri: "https://consumer.example/keys" },
    "accepted",
  ),
  by(
    "a native client",
    {
      application_type: "native",
      grant_types: ["authorization_code"],
      redirect_uris: ["com.example.app:/cb"],
      token_endpoint_auth_method: "none",
    },
    "accepted",
  ),
  by(
    "no method, types and grants: the defaults",
    { grant_types: undefined, response_types: undefined, token_endpoint_auth_method: undefined },
    "accepted",
  ),
  by("two redirect URIs", { redirect_uris: ["https://a.example/cb", "https://b.example/cb"] }, "accepted"),
  by("a member that nobody knows", { colour: "green" }, "accepted"),
  by("a service client", SERVICE, "accepted", { says: SERVICE_MADE }),
  by(
    "a service client with null for what it has not",
    { ...SERVICE, redirect_uris: null, response_types: null },
    "accepted",
    { says: SERVICE_MADE },
  ),
];

const flows: OAuthCase[] = [
  by(
    "a web client without the code flow",
    { grant_types: ["client_credentials"], response_types: [], redirect_uris: [] },
    CODE_FLOW,
  ),
  by("a web client without redirect_uris", { redirect_uris: undefined }, NO_REDIRECT, {
    judgeError: "invalid_redirect_uri",
  }),
  by("a web client with an empty list of redirect_uris", { redirect_uris: [] }, NO_REDIRECT, {
    judgeError: "invalid_redirect_uri",
  }),
  by("a redirect URI with a fragment", { redirect_uris: ["https://consumer.example/#cb"] }, BAD_REDIRECT, {
    judgeError: "invalid_redirect_uri",
  }),
  by("a relative redirect URI", { redirect_uris: ["/callback"] }, BAD_REDIRECT, { judgeError: "invalid_redirect_uri" }),
  by("redirect_uris as a text", { redirect_uris: "https://consumer.example/callback" }, wrongType("redirect_uris"), {
    judgeError: "invalid_redirect_uri",
  }),
  by("a redirect URI that is a number", { redirect_uris: [7] }, wrongType("redirect_uris"), {
    judgeError: "invalid_redirect_uri",
  }),
  by(
    "a grant type that there is not",
    { grant_types: ["authorization_code", "magic"] },
    invalidMetadata("'grant_types' must not contain 'magic' when 'application_type' is 'web'."),
  ),
  by("grant_types as a text", { grant_types: "authorization_code" }, wrongType("grant_types")),
  by(
    "a response type that there is not",
    { response_types: ["code", "magic"] },
    invalidMetadata("'response_types' must not contain 'magic'."),
  ),
  by(
    "the code flow without the response type code",
    { response_types: ["token"] },
    invalidMetadata("'response_types' must contain 'code' when 'grant_types' has 'authorization_code'."),
  ),
  by(
    "the implicit flow without its response types",
    { grant_types: ["authorization_code", "implicit"] },
    invalidMetadata("'response_types' must contain 'token' or 'id_token' when 'grant_types' has 'implicit'."),
  ),
  by("an application type that there is not", { application_type: "toaster" }, wrongType("application_type")),
  by(
    "a service client of the code flow",
    { application_type: "service" },
    invalidMetadata("'grant_types' must not contain 'authorization_code' when 'application_type' is 'service'."),
  ),
];

const credentials: OAuthCase[] = [
  by(
    "a method that there is not",
    { token_endpoint_auth_method: "handshake" },
    wrongType("token_endpoint_auth_method"),
  ),
  by(
    "a web client without authentication",
    { token_endpoint_auth_method: "none", grant_types: ["authorization_code"] },
    invalidMetadata("'token_endpoint_auth_method' can't be 'none' when 'application_type' is 'web'."),
  ),
  by("private_key_jwt without keys", { token_endpoint_auth_method: "private_key_jwt" }, NO_KEYS),
  by(
    "private_key_jwt with keys and their address",
    async () => ({ ...(await keyClient()), jwks_uri: "https://consumer.example/keys" }),
    invalidMetadata("'jwks' and 'jwks_uri' can't both be set."),
  ),
  by(
    "an address of keys that is none",
    { token_endpoint_auth_method: "private_key_jwt", jwks_uri: "somewhere" },
    invalidMetadata("'jwks_uri' must be a URL."),
  ),
  by("an empty set of keys", { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [] } }, NO_KEYS),
  by(
    "jwks without keys",
    { token_endpoint_auth_method: "private_key_jwt", jwks: {} },
    invalidMetadata("'jwks' must be an object with 'keys'."),
  ),
  by(
    "jwks as a list",
    { token_endpoint_auth_method: "private_key_jwt", jwks: [] },
    invalidMetadata("'jwks' must be an object with 'keys'."),
  ),
  by(
    "a private key",
    async () => {
      const { privateKey } = await newKey("k");
      return { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [await exportJWK(privateKey)] } };
    },
    invalidMetadata("A key must be public: private members are not allowed."),
  ),
  by(
    "a symmetric key",
    { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } },
    invalidMetadata("A key must be public: private members are not allowed."),
  ),
  by(
    "an RSA key without a modulus",
    { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ kty: "RSA", e: "AQAB", kid: "k" }] } },
    invalidMetadata("An RSA key must have 'e' and 'n'."),
  ),
  by(
    "an RSA key of 1024 bits",
    async () => ({ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [smallKey()] } }),
    invalidMetadata("RSA key length must be at least 2048 bits."),
  ),
  by(
    "two keys of one name",
    async () => ({
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [(await newKey("k")).jwk, (await newKey("k")).jwk] },
    }),
    invalidMetadata("Each key must have its own 'kid'."),
  ),
  by(
    "two keys, one without a name",
    async () => ({
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [(await newKey("k")).jwk, (await newKey(undefined)).jwk] },
    }),
    invalidMetadata("'kid' is required when there is more than one key."),
  ),
  by("a chosen client_secret", { client_secret: "a-secret-that-I-have-chosen" }, chosen("client_secret")),
  by("a chosen client_id", { client_id: "an-id-that-I-have-chosen" }, chosen("client_id")),
];

const names: OAuthCase[] = [
  by("no name", { client_name: undefined }, NO_NAME),
  by("an empty name", { client_name: "" }, NO_NAME),
  by("a name that is a number", { client_name: 7 }, NO_NAME),
  one("no members at all", NO_NAME, (side) => register(side, {}), { judgeError: "invalid_redirect_uri" }),
  one("JSON that is none", NOT_WELL_FORMED, (side) => register(side, "{"), { judgeError: "invalid_request" }),
  one("a JSON list", NOT_WELL_FORMED, (side) => register(side, []), { judgeError: "invalid_request" }),
];

export const REGISTRATION: readonly OAuthCase[] = [...good, ...flows, ...credentials, ...names];
