import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { oktaPlugin } from "../../../../sandbox/plugins/okta/provider.ts";
import { readConfiguration } from "../../../../sandbox/plugins/okta/configuration.ts";
import { type FakeOkta, startFakeOkta } from "../fake-okta.ts";
import { type RunningPlugin, startPlugin } from "../plugin-client.ts";
import { API_TOKEN, PRIVATE_KEY, PRIVATE_KEY_PKCS1, PUBLIC_KEY, configurationOf } from "./logins.ts";

let okta: FakeOkta;
let plugin: RunningPlugin;

beforeEach(async () => {
  okta = await startFakeOkta();
  plugin = await startPlugin(oktaPlugin);
});

afterEach(async () => {
  plugin.close();
  await okta.close();
});

const readServer = () => plugin.resource("okta:auth/server:Server").read("aus1", { name: "x" }, { name: "x" });

describe("configure", () => {
  test("an API token is checked twice", async () => {
    await plugin.configure(configurationOf("apiToken", okta.url));
    expect(okta.lines()).toEqual(["GET /api/v1/users/me", "GET /api/v1/users/me"]);
    expect(okta.requests[0]?.headers).toMatchObject({
      authorization: `SSWS ${API_TOKEN}`,
      "user-agent": "pulumi-resource-okta/7.0.0 sdk/v3",
    });
  });

  test("an API token that Okta refuses ends it, without naming the token", async () => {
    okta.next("GET /api/v1/users/me", 401, { errorCode: "E0000011", errorSummary: "Invalid token provided" });
    const failure = await plugin.configure(configurationOf("apiToken", okta.url)).catch((error: unknown) => error);
    expect(String(failure)).toContain("failed to check the Okta API token: the API returned an error: Invalid token");
    expect(String(failure)).not.toContain(API_TOKEN);
  });

  test("a key asks for nothing yet", async () => {
    await plugin.configure(configurationOf("privateKey", okta.url));
    expect(okta.lines()).toEqual([]);
  });

  test.each([
    ["nothing", {}, "okta:apiToken"],
    ["a key without scopes", { clientId: "0oa1", privateKey: "-----BEGIN" }, "okta:scopes"],
    ["two ways", { apiToken: "a", accessToken: "b" }, "Conflicting Okta credentials: apiToken and accessToken"],
  ])("refuses %s", async (_, config, message) => {
    await expect(plugin.configure({ httpProxy: okta.url, ...config })).rejects.toThrow(message);
  });

  test("refuses to start without an org", async () => {
    await expect(plugin.configure({ apiToken: "x" })).rejects.toThrow("okta:orgName and okta:baseUrl");
  });

  test("a resource before the configuration is refused", async () => {
    await expect(readServer()).rejects.toThrow("was not configured");
  });
});

describe("readConfiguration", () => {
  test("the org's own URL, defaults of the retries", () => {
    const read = readConfiguration({ orgName: "acme", baseUrl: "okta.com", apiToken: "x" }, {});
    expect(read).toMatchObject({
      orgUrl: "https://acme.okta.com",
      retries: { limit: 5, minWaitMs: 30_000, maxWaitMs: 300_000 },
      requestTimeoutMs: 0,
    });
  });

  test("environment variables stand in for what is not set", () => {
    const read = readConfiguration(
      {},
      {
        OKTA_HTTP_PROXY: "http://127.0.0.1:1/",
        OKTA_API_CLIENT_ID: "0oa1",
        OKTA_API_PRIVATE_KEY: PRIVATE_KEY_PKCS1,
        OKTA_API_SCOPES: "a,b",
      },
    );
    expect(read.orgUrl).toBe("http://127.0.0.1:1");
    expect(read.login).toMatchObject({ kind: "privateKey", clientId: "0oa1", scopes: ["a", "b"] });
  });

  test("a 0 is no value: the defaults hold", () => {
    const zeros = { minWaitSeconds: "0", maxWaitSeconds: "0", maxRetries: "0" };
    const read = readConfiguration({ httpProxy: "http://x", apiToken: "x", ...zeros }, {});
    expect(read.retries).toMatchObject({ limit: 5, minWaitMs: 30_000, maxWaitMs: 300_000 });
  });

  test("backoff off leaves the tries at the reset alone", () => {
    const read = readConfiguration({ httpProxy: "http://x", apiToken: "x", backoff: "false" }, {});
    expect(read.retries).toMatchObject({ limit: 0, atReset: 5 });
  });
});

describe("login by private key", () => {
  const tokenForms = () =>
    okta.requests
      .filter(({ line }) => line === "POST /oauth2/v1/token")
      .map(({ body }) => body as Record<string, string>);

  test("one token for all requests, by an assertion that Okta accepts", async () => {
    await plugin.configure(configurationOf("privateKey", okta.url));
    await Promise.all([readServer(), readServer()]);
    await readServer();
    const [form, ...more] = tokenForms();
    expect(more).toEqual([]);
    expect(form).toMatchObject({
      grant_type: "client_credentials",
      scope: "okta.apps.manage okta.appGrants.manage",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });
    const assertion = form!["client_assertion"]!;
    const { payload } = await jwtVerify(assertion, PUBLIC_KEY, {
      issuer: "0oaBootstrap",
      subject: "0oaBootstrap",
      audience: `${okta.url}/oauth2/v1/token`,
    });
    expect(payload.exp! - payload.iat!).toBe(3600);
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: "RS256", kid: "boot-1" });
    expect(okta.requests.at(-1)?.headers.authorization).toBe("Bearer org-token");
  });

  test("no kid unless it is configured; PKCS#1 keys too", async () => {
    const { privateKeyId: _, ...config } = configurationOf("privateKey", okta.url);
    await plugin.configure({ ...config, privateKey: PRIVATE_KEY_PKCS1 });
    await readServer();
    expect(decodeProtectedHeader(tokenForms()[0]!["client_assertion"]!)).toEqual({ alg: "RS256" });
  });

  test("a token that ends is fetched again", async () => {
    await plugin.configure(configurationOf("privateKey", okta.url));
    okta.next("POST /oauth2/v1/token", 200, { access_token: "short", expires_in: 2 });
    await readServer();
    await readServer();
    expect(tokenForms()).toHaveLength(2);
  });

  test("a refused token is told as the real plugin does, and asked for again", async () => {
    await plugin.configure(configurationOf("privateKey", okta.url));
    okta.next("POST /oauth2/v1/token", 401, { error: "invalid_client", error_description: "why" });
    const failure = await readServer().catch((error: unknown) => error);
    expect(String(failure)).toContain("failed to get authorization server: empty access token");
    expect(String(failure)).not.toContain("why");
    expect(String(failure)).not.toContain(PRIVATE_KEY);
    await expect(readServer()).resolves.toMatchObject({ id: "" });
  });
});

describe("retries", () => {
  const tooMany = { errorCode: "E0000047", errorSummary: "API call exceeded rate limit due to too many requests." };

  test("a 429 is tried again", async () => {
    await plugin.configure(configurationOf("apiToken", okta.url));
    okta.lines();
    okta.next("GET /api/v1/authorizationServers/aus1", 429, tooMany);
    await readServer();
    expect(okta.lines()).toHaveLength(2);
  });

  test("a refusal that says when to come again is waited for as long, not as the configuration says", async () => {
    await plugin.configure({ ...configurationOf("apiToken", okta.url), minWaitSeconds: "300" });
    okta.lines();
    okta.next("GET /api/v1/authorizationServers/aus1", 429, tooMany, { "retry-after": "0" });
    okta.next("GET /api/v1/authorizationServers/aus1", 503, {}, { "retry-after": new Date(0).toUTCString() });
    await readServer();
    expect(okta.lines()).toHaveLength(3);
  });

  test.each([
    [502, 2],
    [503, 2],
    [504, 2],
    [500, 1],
    [501, 1],
  ])("a %i leads to %i requests", async (status, requests) => {
    await plugin.configure(configurationOf("apiToken", okta.url));
    okta.lines();
    okta.next("GET /api/v1/authorizationServers/aus1", status, {});
    await readServer().catch(() => undefined);
    expect(okta.lines()).toHaveLength(requests);
  });

  test("a creation whose answer a server in between lost is sent again as well", async () => {
    await plugin.configure(configurationOf("apiToken", okta.url));
    okta.lines();
    okta.next("POST /api/v1/authorizationServers", 504, {});
    const server = { name: "x", audiences: ["api://x"] };
    await plugin.resource("okta:auth/server:Server").create(server);
    expect(okta.lines().filter((line) => line === "POST /api/v1/authorizationServers")).toHaveLength(2);
  });

  test("as often as maxRetries says", async () => {
    await plugin.configure(configurationOf("apiToken", okta.url));
    okta.lines();
    for (let i = 0; i < 3; i += 1) okta.next("GET /api/v1/authorizationServers/aus1", 429, tooMany);
    await expect(readServer()).rejects.toThrow("API call exceeded rate limit");
    expect(okta.lines()).toHaveLength(3);
  });

  test("not at all with backoff off and no reset named, and no other status", async () => {
    await plugin.configure({ ...configurationOf("apiToken", okta.url), backoff: "false" });
    okta.lines();
    okta.next("GET /api/v1/authorizationServers/aus1", 429, tooMany);
    await expect(readServer()).rejects.toThrow("rate limit");
    okta.next("GET /api/v1/authorizationServers/aus1", 500, {});
    await expect(readServer()).rejects.toThrow("the API returned an unknown error");
    expect(okta.lines()).toHaveLength(2);
  });

  test("with backoff off, at the reset that the refusal names", async () => {
    await plugin.configure({ ...configurationOf("apiToken", okta.url), backoff: "false", maxRetries: "1" });
    okta.lines();
    const reset = () => ({ "x-rate-limit-reset": String(Math.floor(Date.now() / 1000) - 1) });
    okta.next("GET /api/v1/authorizationServers/aus1", 429, tooMany, reset());
    await readServer();
    expect(okta.lines()).toHaveLength(2);

    for (let i = 0; i < 2; i += 1) okta.next("GET /api/v1/authorizationServers/aus1", 429, tooMany, reset());
    await expect(readServer()).rejects.toThrow("API call exceeded rate limit");
    expect(okta.lines()).toHaveLength(2);
  });

  test("an org that does not answer is named", async () => {
    await plugin.configure(configurationOf("privateKey", okta.url));
    await okta.close();
    await expect(readServer()).rejects.toThrow(`POST ${okta.url}/oauth2/v1/token got no answer in 3 attempt(s)`);
  });
});
