/** A local Okta for tests: called without a socket, with a clock that stands until it is moved. */
import { type CryptoKey, type JWK, SignJWT, exportJWK, generateKeyPair } from "jose";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal } from "../../../sandbox/core/journal.ts";
import { type LocalOkta, type OktaOptions, createOkta } from "../../../sandbox/okta/index.ts";

export const ORG = "http://127.0.0.1:4711";
export const API_TOKEN = "00-local-admin-token";
export const TOKEN_URL = `${ORG}/oauth2/v1/token`;

type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined for an empty one. */
  readonly body: unknown;
  /** A member by its dotted path, such as `settings.jwks.keys.0.kid`; undefined where there is none. */
  at(path: string): unknown;
  /** Like `at`, for members that must be texts. Throws, with the answer, where there is none. */
  string(path: string): string;
  /** One member of each entry of a list; `path` leads to the list and is empty for the body itself. */
  each(path: string, member: string): unknown[];
}

export interface Harness {
  readonly okta: LocalOkta;
  readonly journal: Journal;
  readonly faults: Faults;
  /** Moves the clock, in seconds. */
  advance(seconds: number): void;
  /** Present time in seconds since the epoch. */
  now(): number;
  send(
    method: string,
    path: string,
    init?: { body?: unknown; form?: Record<string, string>; authorization?: string },
  ): Promise<Answer>;
  /** A call of the super admin. */
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A form POST; `basic` is `id:secret`. */
  form(path: string, form: Record<string, string>, basic?: string): Promise<Answer>;
  /** A call with a bearer token. */
  bearer(token: string, method: string, path: string, body?: unknown): Promise<Answer>;
}

function answer(status: number, headers: Headers, text: string): Answer {
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  const at = (path: string): unknown =>
    path.split(".").reduce<unknown>((value, name) => (name === "" ? value : (value as Json | undefined)?.[name]), body);
  return {
    status,
    headers,
    text,
    body,
    at,
    string(path) {
      const value = at(path);
      if (typeof value !== "string") throw new Error(`No text at ${path} in ${status} ${text}`);
      return value;
    },
    each: (path, member) => (at(path) as Json[]).map((entry) => entry[member]),
  };
}

// Keys take time to make; every test starts from a copy of the same fresh org.
let fresh: Promise<LocalOkta> | undefined;

export async function startOkta(options: Partial<OktaOptions> = {}): Promise<Harness> {
  const journal = new Journal();
  const faults = new Faults();
  let time = Date.parse("2026-01-01T00:00:00.000Z");
  const common = { baseUrl: ORG, journal, faults, apiToken: API_TOKEN, now: () => time };
  fresh ??= createOkta(common);
  const okta = await createOkta({ ...common, state: structuredClone((await fresh).state), ...options });

  const send: Harness["send"] = async (method, path, init = {}) => {
    const headers: Record<string, string> = { "user-agent": "Test/1" };
    if (init.authorization !== undefined) headers.authorization = init.authorization;
    let body: string | undefined;
    if (init.form !== undefined) {
      headers["content-type"] = "application/x-www-form-urlencoded";
      body = new URLSearchParams(init.form).toString();
    } else if (init.body !== undefined) {
      headers["content-type"] = "application/json";
      body = typeof init.body === "string" ? init.body : JSON.stringify(init.body);
    }
    const response = await okta.app.request(path.startsWith("http") ? path : ORG + path, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return answer(response.status, response.headers, text);
  };
  return {
    okta,
    journal,
    faults,
    advance: (seconds) => (time += seconds * 1000),
    now: () => Math.floor(time / 1000),
    send,
    admin: (method, path, body) => send(method, path, { body, authorization: `SSWS ${API_TOKEN}` }),
    form: (path, form, basic) =>
      send("POST", path, {
        form,
        ...(basic !== undefined && { authorization: `Basic ${Buffer.from(basic).toString("base64")}` }),
      }),
    bearer: (token, method, path, body) => send(method, path, { body, authorization: `Bearer ${token}` }),
  };
}

export interface TestKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function newKey(kid: string | undefined, alg = "RS256"): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), ...(kid !== undefined && { kid }) } };
}

/** The body that the plugin sends for a service app with a key. */
export const serviceApp = (keys: JWK[], over: { label?: string; credentials?: Json; client?: Json } = {}): Json => ({
  accessibility: {},
  name: "oidc_client",
  label: over.label ?? "Manager",
  signOnMode: "OPENID_CONNECT",
  credentials: {
    oauthClient: {
      autoKeyRotation: true,
      pkce_required: false,
      token_endpoint_auth_method: "private_key_jwt",
      ...over.credentials,
    },
    userNameTemplate: { template: "${source.login}", type: "BUILT_IN" },
  },
  settings: {
    notes: {},
    oauthClient: {
      application_type: "service",
      consent_method: "TRUSTED",
      dpop_bound_access_tokens: false,
      grant_types: ["client_credentials"],
      response_types: ["token"],
      idp_initiated_login: { mode: "DISABLED", default_scope: [] },
      issuer_mode: "ORG_URL",
      wildcard_redirect: "DISABLED",
      ...(keys.length > 0 && { jwks: { keys: keys.map((key) => ({ ...key, status: "ACTIVE" })) } }),
      ...over.client,
    },
  },
  visibility: { hide: { iOS: true, web: true } },
});

/** A web app with a secret. */
export const webApp = (over: { label?: string; credentials?: Json; client?: Json } = {}): Json =>
  serviceApp([], {
    label: over.label ?? "Inspector",
    credentials: { token_endpoint_auth_method: "client_secret_post", ...over.credentials },
    client: {
      application_type: "web",
      grant_types: ["authorization_code", "client_credentials"],
      response_types: ["code", "token"],
      redirect_uris: ["https://inspector.example/callback"],
      ...over.client,
    },
  });

export interface AssertionOptions {
  readonly kid?: string;
  readonly alg?: string;
  readonly claims?: Json;
}

/** A client assertion with five minutes to live; `claims` overrides any claim (undefined leaves it out). */
export async function assertion(
  okta: Harness,
  key: CryptoKey | Uint8Array,
  clientId: string,
  audience: string | string[],
  { kid, alg = "RS256", claims = {} }: AssertionOptions = {},
): Promise<string> {
  const all = { iss: clientId, sub: clientId, aud: audience, exp: okta.now() + 300, ...claims };
  const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(payload).setProtectedHeader({ alg, ...(kid !== undefined && { kid }) }).sign(key);
}

export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The form of a client_credentials request with an assertion. */
export const assertionForm = (clientAssertion: string, scope?: string): Record<string, string> => ({
  grant_type: "client_credentials",
  client_assertion_type: ASSERTION_TYPE,
  client_assertion: clientAssertion,
  ...(scope !== undefined && { scope }),
});

export interface Manager {
  readonly id: string;
  readonly clientId: string;
  readonly key: TestKey;
  /** A token for the scopes. Throws when it is refused. */
  token(...scopes: string[]): Promise<string>;
}

/** A service app with one key, the granted scopes and the roles. */
export async function createManager(
  okta: Harness,
  scopes: string[],
  roles: string[],
  label?: string,
): Promise<Manager> {
  const key = await newKey("mgr-1");
  const created = await okta.admin(
    "POST",
    "/api/v1/apps?activate=true",
    serviceApp([key.jwk], label === undefined ? {} : { label }),
  );
  const id = created.string("id");
  for (const scopeId of scopes) await okta.admin("POST", `/api/v1/apps/${id}/grants`, { issuer: ORG, scopeId });
  for (const type of roles) await okta.admin("POST", `/oauth2/v1/clients/${id}/roles`, { type });
  return {
    id,
    clientId: id,
    key,
    async token(...asked) {
      const signed = await assertion(okta, key.privateKey, id, TOKEN_URL);
      const answer = await okta.form("/oauth2/v1/token", assertionForm(signed, asked.join(" ")));
      return answer.string("access_token");
    },
  };
}

export interface TestServer {
  readonly id: string;
  readonly policyId: string;
  readonly ruleId: string;
  readonly tokenUrl: string;
  readonly path: string;
}

/** A custom server with the scopes, one policy for all clients and one rule that allows `ruleScopes` (default: all of them). */
export async function createServer(
  okta: Harness,
  scopes: Json[],
  ruleScopes?: string[],
  rule: Json = {},
): Promise<TestServer> {
  const base = "/api/v1/authorizationServers";
  const server = await okta.admin("POST", base, { name: "apis", audiences: ["api://apis"], issuerMode: "ORG_URL" });
  const id = server.string("id");
  for (const scope of scopes) {
    await okta.admin("POST", `${base}/${id}/scopes`, { consent: "IMPLICIT", metadataPublish: "ALL_CLIENTS", ...scope });
  }
  const policy = await okta.admin("POST", `${base}/${id}/policies`, policyBody());
  const policyId = policy.string("id");
  const include = ruleScopes ?? scopes.map(({ name }) => name as string);
  const created = await okta.admin("POST", `${base}/${id}/policies/${policyId}/rules`, {
    ...ruleBody(include),
    ...rule,
  });
  const path = `/oauth2/${id}/v1`;
  return { id, policyId, ruleId: created.string("id"), tokenUrl: `${ORG}${path}/token`, path };
}

export const policyBody = (over: Json = {}): Json => ({
  type: "OAUTH_AUTHORIZATION_POLICY",
  name: "consumers",
  description: "x",
  status: "ACTIVE",
  priority: 1,
  conditions: { clients: { include: ["ALL_CLIENTS"] } },
  ...over,
});

export const ruleBody = (scopes: string[], over: Json = {}): Json => ({
  type: "RESOURCE_ACCESS",
  name: "cc",
  status: "ACTIVE",
  priority: 1,
  conditions: {
    grantTypes: { include: ["client_credentials"] },
    scopes: { include: scopes },
    people: { groups: {}, users: {} },
  },
  actions: {
    token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10080 },
  },
  ...over,
});

export interface TestClient {
  readonly id: string;
  readonly secret: string;
  readonly basic: string;
}

/** A client made by registration, as Anypoint makes it: a web client with the code flow beside client_credentials. */
export async function registerClient(okta: Harness, name = "orders-consumer"): Promise<TestClient> {
  const answer = await okta.admin("POST", "/oauth2/v1/clients", registration({ client_name: name }));
  const id = answer.string("client_id");
  const secret = answer.string("client_secret");
  return { id, secret, basic: `${id}:${secret}` };
}

export const registration = (over: Json = {}): Json => ({
  client_name: "orders-consumer",
  redirect_uris: ["https://consumer.example/callback"],
  response_types: ["code", "token"],
  grant_types: ["authorization_code", "client_credentials"],
  token_endpoint_auth_method: "client_secret_basic",
  ...over,
});
