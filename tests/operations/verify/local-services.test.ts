/** The verification against the local Okta and a local gateway that really introspects there. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { verify } from "../../../operations/verify/verify.ts";
import type { VerifyInput } from "../../../operations/verify/input.ts";
import { createAnypoint } from "../../../sandbox/anypoint/index.ts";
import { MULESOFT_GROUP, OIDC_POLICY } from "../../../sandbox/anypoint/policy-templates.ts";
import type { AnypointState } from "../../../sandbox/anypoint/state.ts";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal } from "../../../sandbox/core/journal.ts";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import { createBackend } from "../../../sandbox/gateway/backend.ts";
import { type GatewayService, createGateway } from "../../../sandbox/gateway/index.ts";
import { type LocalOkta, createOkta } from "../../../sandbox/okta/index.ts";
import { testTime } from "./fake-pattern.ts";

const API_TOKEN = "a-token-of-the-super-admin";
const journal = new Journal();
const faults = new Faults();
const servers: LocalServer[] = [];
let okta: LocalOkta & { url: string };
let gateway: GatewayService;
let anypoint: AnypointState;
let input: VerifyInput;

beforeAll(async () => {
  const [oktaServer, gatewayServer, backendServer] = await Promise.all([startServer(), startServer(), startServer()]);
  servers.push(oktaServer, gatewayServer, backendServer);
  const service = await createOkta({ baseUrl: oktaServer.url, journal, faults, apiToken: API_TOKEN });
  oktaServer.serve(service.app);
  okta = Object.assign(service, { url: oktaServer.url });
  const platform = await createAnypoint({
    baseUrl: "http://127.0.0.1:1",
    journal,
    faults,
    connectedApp: { clientId: "unused", clientSecret: "unused" },
  });
  anypoint = platform.state;
  backendServer.serve(createBackend({ journal, faults }).app);
  const options = { baseUrl: gatewayServer.url, backendUrl: backendServer.url, anypoint: platform, journal, faults };
  gateway = await createGateway(options);
  gatewayServer.serve(gateway.app);

  const inspector = await createClient("Inspector", "client_secret_post");
  const consumer = await createClient("orders-app", "client_secret_basic");
  const probe = await createClient("probe-app", "client_secret_basic");
  const { id } = await manage<{ id: string }>("/authorizationServers", {
    name: "apis",
    description: "",
    audiences: ["api://orders"],
  });
  for (const name of ["custom_scope", "probe_scope"]) await manage(`/authorizationServers/${id}/scopes`, { name });
  const policy = await manage<{ id: string }>(`/authorizationServers/${id}/policies`, {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: "all",
    description: "all",
    priority: 1,
    status: "ACTIVE",
    conditions: { clients: { include: ["ALL_CLIENTS"] } },
  });
  await manage(`/authorizationServers/${id}/policies/${policy.id}/rules`, {
    type: "RESOURCE_ACCESS",
    name: "client credentials",
    priority: 1,
    status: "ACTIVE",
    conditions: {
      people: { users: { include: [] }, groups: { include: ["EVERYONE"] } },
      grantTypes: { include: ["client_credentials"] },
      scopes: { include: ["custom_scope", "probe_scope"] },
    },
    actions: { token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0 } },
  });

  const issuer = `${okta.url}/oauth2/${id}`;
  fillAnypoint(inspector, consumer, `${issuer}/v1/introspect`);
  input = {
    okta: {
      orgUrl: okta.url,
      issuer,
      tokenUrl: `${issuer}/v1/token`,
      introspectionUrl: `${issuer}/v1/introspect`,
    },
    inspector,
    apis: [
      {
        name: "orders",
        url: `${gateway.urlOf(API_ID)}/orders`,
        scopes: ["custom_scope"],
        scopeCriteria: "AND",
        consumer,
      },
    ],
    probe: { scope: "probe_scope", consumer: probe },
    deadlineSeconds: 5,
  };
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

/** What the gateway knows, as it was at the start of each test. */
let before: AnypointState;
beforeEach(() => {
  before = structuredClone(anypoint);
});
afterEach(() => {
  Object.assign(anypoint, before);
  faults.clear();
});

const API_ID = 1001;
const provider = () => anypoint.clientProviders.okta!.oidc;

/** An API instance with provider and policy, and an application with an approved contract. */
function fillAnypoint(inspector: Client, consumer: Client, introspect: string): void {
  const createdAt = new Date().toISOString();
  const environment = Object.values(anypoint.environments).find(({ name }) => name === "Sandbox")!;
  const { id: environmentId, organizationId } = environment;
  const of = (path: string) => `${okta.url}/oauth2/v1/${path}`;
  anypoint.clientProviders.okta = {
    providerId: "okta",
    organizationId,
    type: { name: "openid-dynamic-client" },
    oidc: {
      client: { urls: { register: of("clients") } },
      primary_client: { id: inspector.clientId, secret: inspector.clientSecret },
      urls: { authorize: of("authorize"), token: of("token"), introspect },
    },
    grantTypes: [],
  };
  anypoint.apiInstances[API_ID] = {
    id: API_ID,
    organizationId,
    environmentId,
    groupId: organizationId,
    assetId: "orders-api",
    assetVersion: "1.0.0",
    productVersion: "v1",
    instanceLabel: "verified",
    providerId: "okta",
    technology: "mule4",
    endpointUri: null,
    endpoint: {},
    deprecated: false,
    approvalMethod: null,
    createdAt,
  };
  anypoint.policies[1] = {
    id: 1,
    apiId: API_ID,
    groupId: MULESOFT_GROUP,
    assetId: OIDC_POLICY,
    assetVersion: "1.6.0",
    configurationData: { scopes: "custom_scope", scopeValidationCriteria: "AND", skipClientIdValidation: false },
    pointcutData: null,
    order: 1,
    disabled: false,
    createdAt,
  };
  anypoint.applications[1] = {
    id: 1,
    name: consumer.name,
    description: null,
    url: null,
    redirectUri: [],
    grantTypes: ["client_credentials"],
    clientId: consumer.clientId,
    clientSecret: consumer.clientSecret,
    providerId: "okta",
    createdBy: "unused",
    createdAt,
  };
  anypoint.contracts[1] = {
    id: 1,
    applicationId: 1,
    apiId: API_ID,
    status: "APPROVED",
    tierId: null,
    requestedTierId: null,
    approvedDate: createdAt,
    rejectedDate: null,
    revokedDate: null,
    createdAt,
  };
}

interface Client {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

async function manage<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(`${okta.url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `SSWS ${API_TOKEN}`, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as T;
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function createClient(name: string, method: string): Promise<Client> {
  const response = await fetch(`${okta.url}/oauth2/v1/clients`, {
    method: "POST",
    headers: { authorization: `SSWS ${API_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({
      client_name: name,
      grant_types: ["authorization_code", "client_credentials"],
      response_types: ["code"],
      redirect_uris: ["https://redirect-not-used.invalid/callback"],
      token_endpoint_auth_method: method,
    }),
  });
  const { client_id, client_secret } = (await response.json()) as { client_id: string; client_secret: string };
  expect(response.status).toBe(201);
  return { name, clientId: client_id, clientSecret: client_secret };
}

test("a right set-up passes every check at once", async () => {
  const time = testTime();
  const report = await verify(input, time.options);
  expect(report.rows.map(({ check, observed, status }) => [check, observed, status])).toEqual([
    ["token", "200", "ok"],
    ["call", "200", "ok"],
    ["no-token", "400", "ok"],
    ["garbage-token", "401", "ok"],
    ["missing-scope", "403", "ok"],
    ["no-contract", "403", "ok"],
  ]);
  expect(time.seconds()).toBe(0);
});

async function firstFailure(changes: Partial<VerifyInput> = {}) {
  const time = testTime();
  const report = await verify({ ...input, ...changes }, time.options);
  const secrets = [...okta.secrets(), ...gateway.secrets(), API_TOKEN];
  const texts = JSON.stringify(report) + time.lines.join();
  expect(secrets.filter((secret) => secret !== "" && texts.includes(secret))).toEqual([]);
  return report.rows.find(({ status }) => status === "failed");
}

test("introspection at the org is found out", async () => {
  const right = provider().urls.introspect;
  provider().urls.introspect = `${okta.url}/oauth2/v1/introspect`;
  const found = await firstFailure({ okta: { ...input.okta, introspectionUrl: provider().urls.introspect } });
  expect(found).toMatchObject({ check: "call", observed: "401", code: "introspection-elsewhere" });
  expect(found?.whatToDo).toContain(right);
});

test("a wrong secret of the Inspector is found out", async () => {
  provider().primary_client.secret = "another-secret";
  const found = await firstFailure({ inspector: { ...input.inspector, clientSecret: "another-secret" } });
  expect(found).toMatchObject({ check: "call", observed: "500", code: "inspector-refused" });
});

test("a gateway that does not reach Okta is found out", async () => {
  provider().urls.introspect = "http://127.0.0.1:1/introspect";
  const found = await firstFailure();
  expect(found).toMatchObject({ check: "call", observed: "401", code: "gateway-cannot-introspect" });
});

test("a contract that is not approved is found out", async () => {
  anypoint.contracts[1]!.status = "PENDING";
  expect(await firstFailure()).toMatchObject({ check: "call", observed: "403", code: "contract-missing" });
});

test("a policy that asks for other scopes is found out", async () => {
  anypoint.policies[1]!.configurationData.scopes = "custom_scope another_scope";
  expect(await firstFailure()).toMatchObject({ check: "call", observed: "403", code: "policy-scopes-differ" });
});

test("a policy that asks for no scope is found out", async () => {
  anypoint.policies[1]!.configurationData.scopes = "";
  expect(await firstFailure()).toMatchObject({ check: "missing-scope", observed: "200", code: "scopes-not-enforced" });
});

test("a policy that skips the contract check is found out", async () => {
  anypoint.policies[1]!.configurationData.skipClientIdValidation = true;
  expect(await firstFailure()).toMatchObject({ check: "no-contract", observed: "200", code: "contract-not-enforced" });
});

test("an API without the policy is found out", async () => {
  anypoint.policies = {};
  expect(await firstFailure()).toMatchObject({ check: "no-token", observed: "200", code: "policy-missing" });
});

test("a gateway that has loaded no policies is found out", async () => {
  gateway.switches.policiesLoaded = false;
  const found = await firstFailure();
  gateway.switches.policiesLoaded = true;
  expect(found).toMatchObject({ check: "call", observed: "503", code: "gateway-not-ready" });
});

test("a path that nothing serves is found out", async () => {
  const apis = input.apis.map((api) => ({ ...api, url: api.url.replace("/verified/", "/unknown/") }));
  expect(await firstFailure({ apis })).toMatchObject({ check: "call", observed: "404", code: "path-wrong" });
});

test("a short failure of backend and Okta does no harm", async () => {
  faults.add({ service: "backend", path: ".*", kind: "refuse", status: 502, times: 2 });
  faults.add({ service: "okta", path: "/v1/token$", kind: "refuse", status: 503, times: 2 });
  expect(await firstFailure()).toBeUndefined();
});

test("the org's token endpoint is found out", async () => {
  const found = await firstFailure({ okta: { ...input.okta, tokenUrl: `${okta.url}/oauth2/v1/token` } });
  expect(found).toMatchObject({ check: "token", code: "token-org-server" });
});

test("a server without an access policy is found out", async () => {
  const { id } = await manage<{ id: string }>("/authorizationServers", {
    name: "no policy",
    description: "",
    audiences: ["api://none"],
  });
  await manage(`/authorizationServers/${id}/scopes`, { name: "custom_scope" });
  const issuer = `${okta.url}/oauth2/${id}`;
  const found = await firstFailure({ okta: { ...input.okta, issuer, tokenUrl: `${issuer}/v1/token` } });
  expect(found).toMatchObject({ check: "token", code: "token-access-policy" });
});

test.each([
  ["a scope that the server does not have", { scopes: ["unknown_scope"] }, "token-scope-unknown"],
  ["a secret that is not the client's", { clientSecret: "another-secret" }, "token-client-refused"],
  ["a client that is not there", { clientId: "0oaNOBODY00000000001" }, "token-client-refused"],
])("%s is found out", async (_, change, code) => {
  const { scopes, ...client } = { scopes: undefined, ...change };
  const [api] = input.apis;
  const apis = [{ ...api!, scopes: scopes ?? api!.scopes, consumer: { ...api!.consumer, ...client } }];
  expect(await firstFailure({ apis })).toMatchObject({ check: "token", code });
});

test("the journal knows the verification by its name", () => {
  const callers = new Set(journal.entries().map(({ caller }) => caller));
  expect(callers).toContain("okta-anypoint-verify");
});
