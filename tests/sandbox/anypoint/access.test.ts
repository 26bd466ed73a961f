import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type LocalAnypoint,
  CONNECTED_APP,
  addProvider,
  localAnypoint,
  staticHeaderProvider,
  tokenWith,
} from "./local-anypoint.ts";

let anypoint: LocalAnypoint;
beforeEach(async () => {
  anypoint = await localAnypoint();
});

describe("login", () => {
  test("gives a bearer token for an hour", async () => {
    const { status, body } = await anypoint.login(CONNECTED_APP.clientId, CONNECTED_APP.clientSecret);
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), token_type: "bearer", expires_in: 3600 });
  });

  test("refuses a wrong secret and an unknown client with 401", async () => {
    expect((await anypoint.login(CONNECTED_APP.clientId, "wrong")).status).toBe(401);
    expect((await anypoint.login("nobody", "wrong")).status).toBe(401);
  });

  test("refuses other grants", async () => {
    const path = "/accounts/api/v2/oauth2/token";
    const { status } = await anypoint.call("POST", path, { ...CONNECTED_APP, grant_type: "password" }, null);
    expect(status).toBe(400);
  });

  test("a token ends with its expires_in", async () => {
    anypoint.service.switches.accessTokenSeconds = 2;
    const { body } = await anypoint.login(CONNECTED_APP.clientId, CONNECTED_APP.clientSecret);
    expect(body.expires_in).toBe(2);
    expect((await anypoint.call("GET", "/accounts/api/me", undefined, body.access_token)).status).toBe(200);
    anypoint.clock.now += 2000;
    expect((await anypoint.call("GET", "/accounts/api/me", undefined, body.access_token)).status).toBe(401);
  });

  test("every area refuses calls without a token with 401, in its own shape", async () => {
    const { root, sandbox } = anypoint;
    const accounts = await anypoint.call("GET", "/accounts/api/me", undefined, null);
    const apis = await anypoint.call(
      "GET",
      `/apimanager/api/v1/organizations/${root}/environments/${sandbox}/apis`,
      undefined,
      null,
    );
    const exchange = await anypoint.call(
      "GET",
      `/exchange/api/v2/organizations/${root}/applications`,
      undefined,
      "made-up",
    );
    expect([accounts.status, apis.status, exchange.status]).toEqual([401, 401, 401]);
    expect(accounts.text).toBe("Unauthorized");
    expect(apis.body).toEqual({ error: "Unauthorized", message: "Unauthorized" });
    expect(exchange.body).toEqual({ error: "Unauthorized", message: "Unauthorized" });
  });
});

test("me names the connected app and its root organization", async () => {
  const { body } = await anypoint.call("GET", "/accounts/api/me");
  expect(body.client).toMatchObject({ client_id: CONNECTED_APP.clientId, org_id: anypoint.root });
});

test("an unknown route answers 501 and names the nearest", async () => {
  const { status, body } = await anypoint.call("GET", `/accounts/api/organizations/${anypoint.root}/teams`);
  expect(status).toBe(501);
  expect(body.message).toContain("Nearest:");
});

describe("rate limit", () => {
  test("headers count down on Access Management calls and on refusals", async () => {
    const first = await anypoint.call("GET", "/accounts/api/me", undefined, null);
    const second = await anypoint.call("GET", "/accounts/api/me", undefined, null);
    expect(first.headers.get("x-ratelimit-limit")).toBe("500");
    expect(
      Number(first.headers.get("x-ratelimit-remaining")) - Number(second.headers.get("x-ratelimit-remaining")),
    ).toBe(1);
    expect(Number(first.headers.get("x-ratelimit-reset")) * 1000).toBeGreaterThan(anypoint.clock.now);
  });

  test("429 past the limit when enforced, until the window is over", async () => {
    Object.assign(anypoint.service.switches, { rateLimit: 1, enforceRateLimit: true });
    anypoint.clock.now = 60_000;
    expect((await anypoint.call("GET", "/accounts/api/me", undefined, null)).status).toBe(401);
    const refused = await anypoint.call("GET", "/accounts/api/me", undefined, null);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-reset")).toBe("120");
    anypoint.clock.now = 120_000;
    expect((await anypoint.call("GET", "/accounts/api/me", undefined, null)).status).toBe(401);
  });
});

describe("scopes", () => {
  test("a call without its scope is refused with 403 and names the scope", async () => {
    const token = await tokenWith(anypoint, "read:orgclientproviders");
    const path = `/accounts/api/organizations/${anypoint.root}/clientProviders`;
    const { status, text } = await anypoint.call("POST", path, staticHeaderProvider("http://idp.invalid"), token);
    expect(status).toBe(403);
    expect(text).toContain("admin:orgclientproviders");
  });

  test("a list without its scope is empty, or refused when so switched", async () => {
    await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
    const token = await tokenWith(anypoint, "read:exchange");
    const path = `/accounts/api/organizations/${anypoint.root}/clientProviders?ascending=true`;
    expect((await anypoint.call("GET", path, undefined, token)).body).toEqual({ data: [], total: 0 });
    anypoint.service.switches.emptyListWithoutScope = false;
    expect((await anypoint.call("GET", path, undefined, token)).status).toBe(403);
  });

  test("an API is made only with Exchange Viewer besides", async () => {
    const token = await tokenWith(anypoint, "manage:api_configuration");
    const path = `/apimanager/api/v1/organizations/${anypoint.root}/environments/${anypoint.sandbox}/apis`;
    const { status, body } = await anypoint.call("POST", path, {}, token);
    expect(status).toBe(403);
    expect(body.message).toContain("read:exchange");
  });
});

test("secrets() names every secret that the store holds", async () => {
  await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
  const { body } = await anypoint.login(CONNECTED_APP.clientId, CONNECTED_APP.clientSecret);
  expect(anypoint.service.secrets()).toEqual(
    expect.arrayContaining([CONNECTED_APP.clientSecret, "inspector-secret", "SSWS static-token", body.access_token]),
  );
});
