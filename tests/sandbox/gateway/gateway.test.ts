import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal } from "../../../sandbox/core/journal.ts";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import { createBackend } from "../../../sandbox/gateway/backend.ts";
import { type GatewayService, createGateway } from "../../../sandbox/gateway/index.ts";
import { type FakeIdentityProvider, startFakeIdentityProvider } from "../anypoint/fake-identity-provider.ts";
import {
  type LocalAnypoint,
  OIDC_POLICY_BODY,
  addInstance,
  addProvider,
  apisPath,
  applicationBody,
  applicationsPath,
  contractBody,
  localAnypoint,
  privateKeyProvider,
} from "../anypoint/local-anypoint.ts";

let idp: FakeIdentityProvider;
let backend: LocalServer;
let backendJournal: Journal;
let anypoint: LocalAnypoint;
let gateway: GatewayService;
let apiId: number;
let policy: string;

beforeAll(async () => {
  idp = await startFakeIdentityProvider();
  backend = await startServer();
  backendJournal = new Journal();
  backend.serve(createBackend({ journal: backendJournal, faults: new Faults() }).app);
});
afterAll(async () => {
  await Promise.all([idp.close(), backend.close()]);
});

beforeEach(async () => {
  anypoint = await localAnypoint();
  idp.answers = { register: 201, token: 200, delete: 204, introspect: 200 };
  idp.introspections.length = 0;
  idp.registrations.length = 0;
  apiId = await addInstance(anypoint, await addProvider(anypoint, privateKeyProvider(idp.url)));
  const applied = await anypoint.call("POST", `${apisPath(anypoint)}/${apiId}/policies`, OIDC_POLICY_BODY);
  policy = `${apisPath(anypoint)}/${apiId}/policies/${applied.body.id}`;
  const { body } = await anypoint.call(
    "POST",
    `${applicationsPath(anypoint)}?apiInstanceId=${apiId}`,
    applicationBody("orders"),
  );
  await anypoint.call("POST", `${applicationsPath(anypoint)}/${body.id}/contracts`, contractBody(anypoint, apiId));
  gateway = await createGateway({
    baseUrl: "http://gateway.local",
    journal: new Journal(),
    faults: new Faults(),
    anypoint: anypoint.service,
    backendUrl: backend.url,
  });
  const exp = anypoint.clock.now / 1000 + 3600;
  idp.tokens.good = { active: true, client_id: "client-1", scope: "orders.read orders.write", exp, sub: "someone" };
});

async function get(authorization?: string, path = "/orders?limit=1", method = "GET") {
  const response = await gateway.app.request(`${gateway.urlOf(apiId)}${path}`, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  });
  const body = (await response.json()) as { error?: string; headersSeen?: Record<string, string> };
  return { status: response.status, body, challenge: response.headers.get("www-authenticate") };
}
const configure = (configurationData: Record<string, unknown>) => anypoint.call("PATCH", policy, { configurationData });
const strict = OIDC_POLICY_BODY.configurationData;

test("a good token reaches the backend; the credentials of introspection go in the body", async () => {
  const { status, body } = await get("Bearer good");
  expect(status).toBe(200);
  expect(body).toMatchObject({ method: "GET", path: "/orders?limit=1", headersSeen: { authorization: "[blanked]" } });
  expect(idp.introspections).toEqual([
    { body: { token: "good", client_id: "inspector", client_secret: "inspector-secret" }, authorization: undefined },
  ]);
  expect(backendJournal.entries().at(-1)).toMatchObject({ caller: "MuleGateway", status: 200 });
});

describe("tokens", () => {
  test.each([
    ["no token", undefined],
    ["another scheme", "Basic Z29vZDpnb29k"],
    ["a malformed one", "Bearer two words"],
  ])("%s is a 400, or a 401 when so switched", async (_, authorization) => {
    expect(await get(authorization)).toMatchObject({
      status: 400,
      body: { error: expect.any(String) },
      challenge: null,
    });
    gateway.switches.missingTokenStatus = 401;
    expect(await get(authorization)).toMatchObject({ status: 401, challenge: 'Bearer realm="OpenId Client Realm"' });
    expect(idp.introspections).toEqual([]);
  });

  test("a token in the query is not looked at", async () => {
    expect((await get(undefined, "/orders?access_token=good")).status).toBe(400);
  });

  test("an inactive one is a 401 with a challenge", async () => {
    expect(await get("Bearer garbage")).toEqual({
      status: 401,
      body: { error: "Token has been revoked." },
      challenge: 'Bearer realm="OpenId Client Realm"',
    });
  });

  test("an identity provider out of reach is a 401 too", async () => {
    const provider = Object.values(anypoint.service.state.clientProviders)[0]!;
    provider.oidc.urls.introspect = "http://127.0.0.1:1/introspect";
    expect((await get("Bearer good")).status).toBe(401);
  });

  test.each([
    ["refused credentials", () => (idp.answers.introspect = 401)],
    ["something else than JSON", () => (idp.answers.introspectText = "<html>")],
    ["an answer without active", () => (idp.answers.introspectText = "{}")],
  ])("%s at introspection are a 500", async (_, spoil) => {
    spoil();
    expect((await get("Bearer good")).status).toBe(500);
  });
});

describe("scopes", () => {
  test("all are needed with AND, one with OR, none when none is configured", async () => {
    await configure({ ...strict, scopes: "orders.read orders.admin" });
    expect(await get("Bearer good")).toMatchObject({ status: 403, body: { error: expect.stringContaining("scopes") } });
    await configure({ ...strict, scopes: "orders.read orders.admin", scopeValidationCriteria: "OR" });
    expect((await get("Bearer good")).status).toBe(200);
    await configure({ ...strict, scopes: "orders.admin", scopeValidationCriteria: "OR" });
    expect((await get("Bearer good")).status).toBe(403);
    await configure({ ...strict, scopes: "" });
    expect((await get("Bearer good")).status).toBe(200);
  });

  test("keys that the policy doesn't know do nothing", async () => {
    await configure({ scope: "orders.admin", skipClientIdValidation: false });
    expect((await get("Bearer good")).status).toBe(200);
  });
});

describe("contracts", () => {
  const change = (status: string) => {
    const [contract] = Object.values(anypoint.service.state.contracts);
    return anypoint.call("PATCH", `${apisPath(anypoint)}/${apiId}/contracts/${contract!.id}`, { status });
  };

  test("a client without an approved one is a 403, at once after it was revoked", async () => {
    expect((await get("Bearer good")).status).toBe(200);
    await change("REVOKED");
    expect(await get("Bearer good")).toMatchObject({ status: 403, body: { error: "Invalid Client" }, challenge: null });
    await change("APPROVED");
    expect((await get("Bearer good")).status).toBe(200);
  });

  test("an introspection answer without client_id is a 403", async () => {
    delete idp.tokens.good!["client_id"];
    expect((await get("Bearer good")).status).toBe(403);
  });

  test("are not checked when skipped, which is the default of the key", async () => {
    idp.tokens.good!["client_id"] = "of-another-environment";
    expect((await get("Bearer good")).status).toBe(403);
    await configure({ ...strict, skipClientIdValidation: true });
    expect((await get("Bearer good")).status).toBe(200);
    await configure({ scopes: "orders.read" });
    expect((await get("Bearer good")).status).toBe(200);
  });
});

describe("cache", () => {
  test("keeps a token until exp, whatever the identity provider says meanwhile", async () => {
    await get("Bearer good");
    delete idp.tokens.good;
    expect((await get("Bearer good")).status).toBe(200);
    expect(idp.introspections).toHaveLength(1);
    anypoint.clock.now += 3_600_000;
    expect((await get("Bearer good")).status).toBe(401);
  });

  test("is cleared on request", async () => {
    await get("Bearer good");
    expect(gateway.secrets()).toEqual(["good"]);
    gateway.clearCache();
    await get("Bearer good");
    expect(idp.introspections).toHaveLength(2);
  });

  test("keeps no token without exp, and none when its size is 0", async () => {
    await configure({ ...strict, maxCacheSize: 0 });
    await get("Bearer good");
    await get("Bearer good");
    await configure(strict);
    delete idp.tokens.good!["exp"];
    await get("Bearer good");
    await get("Bearer good");
    expect(idp.introspections).toHaveLength(4);
  });

  test("drops the oldest when full, and caps the life when so configured", async () => {
    idp.tokens.other = { ...idp.tokens.good };
    await configure({ ...strict, maxCacheSize: 1, maxFederationExpirationTime: 60 });
    await get("Bearer good");
    await get("Bearer other");
    expect(gateway.secrets()).toEqual(["other"]);
    anypoint.clock.now += 60_000;
    await get("Bearer other");
    expect(idp.introspections).toHaveLength(3);
  });
});

describe("policies", () => {
  test("a disabled one, or none, lets everything through", async () => {
    await anypoint.call("POST", `${policy.replace("/api/v1/", "/xapi/v1/")}/disable`);
    expect((await get()).status).toBe(200);
    await anypoint.call("DELETE", policy);
    expect((await get()).status).toBe(200);
  });

  test("apply to methods and paths of their pointcut only", async () => {
    const pointcutData = [{ methodRegex: "POST|PUT", uriTemplateRegex: "/orders.*" }];
    await anypoint.call("PATCH", policy, { pointcutData });
    expect((await get()).status).toBe(200);
    expect((await get(undefined, "/orders/1", "POST")).status).toBe(400);
    expect((await get(undefined, "/health", "POST")).status).toBe(200);
  });

  test("expose scalar introspection fields to the backend", async () => {
    Object.assign(idp.tokens.good!, { "tenant id": "acme", groups: ["a"], exp: undefined });
    await configure({ ...strict, exposeHeaders: true });
    const headersSeen = (await get("Bearer good")).body.headersSeen ?? {};
    const exposed = Object.keys(headersSeen).filter((name) => name.startsWith("x-agw-"));
    expect(exposed.toSorted()).toEqual(["x-agw-active", "x-agw-client_id", "x-agw-sub", "x-agw-tenant-id"]);
    expect(headersSeen["x-agw-sub"]).toBe("someone");
  });

  test("fail when the client provider is gone", async () => {
    const [id] = Object.keys(anypoint.service.state.clientProviders);
    await anypoint.call("DELETE", `/accounts/api/organizations/${anypoint.root}/clientProviders/${id}`);
    expect((await get("Bearer good")).status).toBe(500);
  });
});

describe("view of the platform", () => {
  test("an unknown API is a 404", async () => {
    for (const path of ["/sandbox/orders-api/unknown/x", "/sandbox", "/"]) {
      expect((await gateway.app.request(`http://gateway.local${path}`)).status).toBe(404);
    }
  });

  test("503 while policies are not loaded", async () => {
    gateway.switches.policiesLoaded = false;
    expect((await get("Bearer good")).status).toBe(503);
  });

  test("401 while its network reaches no identity provider, without asking it", async () => {
    gateway.switches.reachesIdentityProvider = false;
    const answer = await get("Bearer good");
    expect(answer.status).toBe(401);
  });

  test("a served instance becomes active", async () => {
    const status = async (): Promise<string> =>
      (await anypoint.call("GET", `${apisPath(anypoint)}/${apiId}`)).body.status;
    expect(await status()).toBe("unregistered");
    await get();
    expect(await status()).toBe("active");
  });

  test("changes arrive with the next synchronization", async () => {
    anypoint.service.switches.gatewaySyncSeconds = 60;
    expect((await get()).status).toBe(400);
    await anypoint.call("DELETE", policy);
    apiId = await addInstance(anypoint, null, "New One");
    expect(gateway.urlOf(apiId)).toBe("http://gateway.local/sandbox/orders-api/new-one");
    expect((await get()).status).toBe(503);
    anypoint.clock.now += 59_999;
    expect((await get()).status).toBe(503);
    anypoint.clock.now += 1;
    expect((await get()).status).toBe(200);
    await anypoint.call("DELETE", `${apisPath(anypoint)}/${apiId}`);
    expect((await gateway.app.request("http://gateway.local/sandbox/orders-api/new-one/x")).status).toBe(200);
    gateway.sync();
    expect((await gateway.app.request("http://gateway.local/sandbox/orders-api/new-one/x")).status).toBe(404);
  });
});
