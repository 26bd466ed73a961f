import { describe, expect, test } from "@jest/globals";
import { type JSONWebKeySet, createLocalJWKSet, jwtVerify } from "jose";
import {
  type Answer,
  type Harness,
  ORG,
  type TestClient,
  type TestServer,
  assertion,
  assertionForm,
  createManager,
  createServer,
  newKey,
  policyBody,
  registerClient,
  ruleBody,
  serviceApp,
  startOkta,
  webApp,
} from "./local-okta.ts";

const ORDERS = [{ name: "orders.read" }, { name: "orders.write" }];
const DENIED = "Policy evaluation failed for this request, please check the policy configurations.";

const ask = (okta: Harness, server: TestServer, client: TestClient, scope?: string): Promise<Answer> =>
  okta.form(
    `${server.path}/token`,
    { grant_type: "client_credentials", ...(scope !== undefined && { scope }) },
    client.basic,
  );

async function setUp(scopes: Record<string, unknown>[] = ORDERS, ruleScopes?: string[], rule = {}) {
  const okta = await startOkta();
  return { okta, server: await createServer(okta, scopes, ruleScopes, rule), client: await registerClient(okta) };
}

describe("a token of a custom server", () => {
  test("is signed by the server for its audience, with the requested scopes and the rule's lifetime", async () => {
    const { okta, server, client } = await setUp(ORDERS, undefined, {
      actions: { token: { accessTokenLifetimeMinutes: 5 } },
    });
    const answer = await ask(okta, server, client, "orders.read");
    expect(answer.body).toEqual({
      token_type: "Bearer",
      expires_in: 300,
      access_token: expect.any(String),
      scope: "orders.read",
    });
    const keys = (await okta.send("GET", `${server.path}/keys`)).body as JSONWebKeySet;
    const { payload } = await jwtVerify(answer.string("access_token"), createLocalJWKSet(keys), {
      currentDate: new Date(okta.now() * 1000),
      issuer: `${ORG}/oauth2/${server.id}`,
      audience: "api://apis",
    });
    expect(payload).toMatchObject({ cid: client.id, sub: client.id, scp: ["orders.read"], exp: okta.now() + 300 });
  });

  test("carries literal claims of the server", async () => {
    const { okta, server, client } = await setUp();
    const claims = `/api/v1/authorizationServers/${server.id}/claims`;
    await okta.admin("POST", claims, { name: "tenant", claimType: "RESOURCE", value: '"acme"' });
    await okta.admin("POST", claims, {
      name: "other",
      claimType: "RESOURCE",
      value: '"x"',
      conditions: { scopes: ["orders.write"] },
    });
    const token = (await ask(okta, server, client, "orders.read")).string("access_token");
    const answer = await okta.form(`${server.path}/introspect`, { token }, client.basic);
    expect(answer.body).toMatchObject({ active: true, tenant: "acme" });
    expect(answer.body).not.toHaveProperty("other");
  });

  test("holds the default scopes that the rule allows when none are requested", async () => {
    const { okta, server, client } = await setUp(
      [{ name: "orders.read", default: true }, { name: "orders.write", default: true }, { name: "orders.admin" }],
      ["orders.read", "orders.admin"],
    );
    expect((await ask(okta, server, client)).at("scope")).toBe("orders.read");
  });
});

describe("a custom server refuses", () => {
  test.each([
    [
      "a scope that it does not have",
      "orders.delete",
      "One or more scopes are not configured for the authorization server resource.",
    ],
    [
      "one of several that it does not have",
      "orders.read nothing",
      "One or more scopes are not configured for the authorization server resource.",
    ],
    ["OpenID scopes", "openid", "OpenID Connect scopes are not allowed for the 'client_credentials' grant."],
    [
      "no scope without defaults",
      undefined,
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    ],
  ])("%s", async (_name, scope, error_description) => {
    const { okta, server, client } = await setUp();
    const answer = await ask(okta, server, client, scope);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: "invalid_scope", error_description });
  });

  test.each<[string, string[], Record<string, unknown>]>([
    ["not all requested scopes are in the rule", ["orders.read"], {}],
    ["the rule's scope list is empty", [], {}],
    [
      "the rule is for another grant",
      ["*"],
      { conditions: { grantTypes: { include: ["authorization_code"] }, scopes: { include: ["*"] } } },
    ],
    ["the rule is inactive", ["*"], { status: "INACTIVE" }],
  ])("when %s", async (_name, ruleScopes, rule) => {
    const { okta, server, client } = await setUp(ORDERS, ruleScopes, rule);
    const answer = await ask(okta, server, client, "orders.read orders.write");
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: "access_denied", error_description: DENIED });
    okta.okta.switches.accessDeniedStatus = 401;
    expect((await ask(okta, server, client, "orders.read orders.write")).status).toBe(401);
  });

  test("clients that no active policy includes", async () => {
    const { okta, server, client } = await setUp();
    const path = `/api/v1/authorizationServers/${server.id}/policies/${server.policyId}`;
    await okta.admin("PUT", path, policyBody({ conditions: { clients: { include: ["0oaANOTHER"] } } }));
    expect((await ask(okta, server, client, "orders.read")).at("error")).toBe("access_denied");
    await okta.admin("PUT", path, policyBody({ conditions: { clients: { include: [client.id] } } }));
    expect((await ask(okta, server, client, "orders.read")).status).toBe(200);
    await okta.admin("POST", `${path}/lifecycle/deactivate`);
    expect((await ask(okta, server, client, "orders.read")).at("error")).toBe("access_denied");
  });

  test("the seeded default server without a policy", async () => {
    const okta = await startOkta();
    const client = await registerClient(okta);
    await okta.admin("POST", "/api/v1/authorizationServers/default/scopes", { name: "orders.read" });
    const answer = await okta.form(
      "/oauth2/default/v1/token",
      { grant_type: "client_credentials", scope: "orders.read" },
      client.basic,
    );
    expect(answer.at("error")).toBe("access_denied");
  });

  test("scopes that need consent to clients that must ask for it, not to trusted ones", async () => {
    const { okta, server, client } = await setUp([
      { name: "a", consent: "REQUIRED" },
      { name: "b", consent: "FLEXIBLE" },
    ]);
    expect((await ask(okta, server, client, "a")).status).toBe(400);
    expect((await ask(okta, server, client, "a b")).at("error")).toBe("consent_required");
    expect((await ask(okta, server, client, "b")).status).toBe(200);
    const trusted = await okta.admin(
      "POST",
      "/api/v1/apps",
      webApp({ credentials: { token_endpoint_auth_method: "client_secret_basic" } }),
    );
    const basic = `${trusted.string("id")}:${trusted.string("credentials.oauthClient.client_secret")}`;
    const answer = await okta.form(`${server.path}/token`, { grant_type: "client_credentials", scope: "a" }, basic);
    expect(answer.status).toBe(200);
  });

  test("everything with 404 when it is unknown or inactive", async () => {
    const { okta, server, client } = await setUp();
    const token = (await ask(okta, server, client, "orders.read")).string("access_token");
    await okta.admin("POST", `/api/v1/authorizationServers/${server.id}/lifecycle/deactivate`);
    const answers = [
      await ask(okta, server, client, "orders.read"),
      await okta.form(`${server.path}/introspect`, { token }, client.basic),
      await okta.send("GET", `/oauth2/${server.id}/.well-known/openid-configuration`),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.at("errorSummary")).toBe(`Not found: Resource not found: ${server.id} (AuthorizationServer)`);
    }
    expect((await okta.send("GET", "/oauth2/ausNONE/v1/keys")).status).toBe(404);
  });
});

describe("policy evaluation", () => {
  test("takes the first rule by priority that fits, and moves the others", async () => {
    const { okta, server, client } = await setUp();
    const rules = `/api/v1/authorizationServers/${server.id}/policies/${server.policyId}/rules`;
    const token = { accessTokenLifetimeMinutes: 10 };
    const narrow = ruleBody(["orders.read"], { name: "narrow", priority: 1, actions: { token } });
    await okta.admin("POST", rules, narrow);
    const listed = await okta.admin("GET", rules);
    expect(listed.each("", "name")).toEqual(["narrow", "cc"]);
    expect(listed.each("", "priority")).toEqual([1, 2]);
    expect((await ask(okta, server, client, "orders.read")).at("expires_in")).toBe(600);
    expect((await ask(okta, server, client, "orders.read orders.write")).at("expires_in")).toBe(3600);
  });

  test("goes on to the next policy when none of a policy's rules fit", async () => {
    const { okta, server, client } = await setUp(ORDERS, ["orders.read"]);
    const base = `/api/v1/authorizationServers/${server.id}/policies`;
    const second = await okta.admin("POST", base, policyBody({ name: "second", priority: 2 }));
    await okta.admin("POST", `${base}/${second.string("id")}/rules`, ruleBody(["*"]));
    expect((await ask(okta, server, client, "orders.write")).status).toBe(200);
  });
});

describe("client authentication", () => {
  test("follows the app's method strictly", async () => {
    const { okta, server, client } = await setUp();
    const post = await okta.admin("POST", "/api/v1/apps", webApp());
    const secret = post.string("credentials.oauthClient.client_secret");
    const form = { grant_type: "client_credentials", scope: "orders.read" };
    const inBody = (id: string, client_secret: string) =>
      okta.form(`${server.path}/token`, { ...form, client_id: id, client_secret });
    expect((await inBody(post.string("id"), secret)).status).toBe(200);
    const header = await okta.form(`${server.path}/token`, form, `${post.string("id")}:${secret}`);
    expect([header.status, header.at("error")]).toEqual([401, "invalid_client"]);
    expect((await inBody(client.id, client.secret)).status).toBe(401);
    okta.okta.switches.bodyCredentialsOnBasicApps = true;
    expect((await inBody(client.id, client.secret)).status).toBe(200);
  });

  test("refuses a wrong secret, an unknown client and two credentials", async () => {
    const { okta, server, client } = await setUp();
    const form = { grant_type: "client_credentials", scope: "orders.read" };
    const wrong = await okta.form(`${server.path}/token`, form, `${client.id}:wrong`);
    expect(wrong.status).toBe(401);
    expect(wrong.body).toEqual({
      error: "invalid_client",
      error_description: "The client secret supplied for a confidential client is invalid.",
    });
    const unknown = await okta.form(`${server.path}/token`, form, "nobody:secret");
    expect([unknown.status, unknown.at("errorCode"), unknown.at("errorSummary")]).toEqual([
      401,
      "invalid_client",
      "Invalid value for 'client_id' parameter.",
    ]);
    const two = { ...form, client_id: client.id, client_secret: client.secret };
    expect((await okta.form(`${server.path}/token`, two, client.basic)).status).toBe(400);
    expect((await okta.form(`${server.path}/token`, { ...form, client_id: client.id })).at("error_description")).toBe(
      "No client credentials found.",
    );
  });

  test("takes both of two active secrets, and not a deactivated one", async () => {
    const { okta, server, client } = await setUp();
    const secrets = `/api/v1/apps/${client.id}/credentials/secrets`;
    const second = await okta.admin("POST", secrets, {});
    const asked = async (secret: string) =>
      (await ask(okta, server, { ...client, basic: `${client.id}:${secret}` }, "orders.read")).status;
    expect([await asked(client.secret), await asked(second.string("client_secret"))]).toEqual([200, 200]);
    await okta.admin("POST", `${secrets}/${second.string("id")}/lifecycle/deactivate`);
    expect([await asked(client.secret), await asked(second.string("client_secret"))]).toEqual([200, 401]);
  });

  test("by key takes assertions for this server's token URL only", async () => {
    const { okta, server } = await setUp();
    const key = await newKey("svc-1");
    const id = (await okta.admin("POST", "/api/v1/apps", serviceApp([key.jwk]))).string("id");
    const asked = async (audience: string) => {
      const signed = await assertion(okta, key.privateKey, id, audience);
      return (await okta.form(`${server.path}/token`, assertionForm(signed, "orders.read"))).status;
    };
    expect([await asked(server.tokenUrl), await asked(`${ORG}/oauth2/v1/token`)]).toEqual([200, 401]);
  });

  test("by secret JWT takes assertions signed with the secret", async () => {
    const { okta, server } = await setUp();
    const app = await okta.admin(
      "POST",
      "/api/v1/apps",
      webApp({ credentials: { token_endpoint_auth_method: "client_secret_jwt" } }),
    );
    const secret = app.string("credentials.oauthClient.client_secret");
    const asked = async (key: string) => {
      const signed = await assertion(okta, Buffer.from(key), app.string("id"), server.tokenUrl, { alg: "HS256" });
      return (await okta.form(`${server.path}/token`, assertionForm(signed, "orders.read"))).status;
    };
    expect([await asked(secret), await asked("another-secret-of-32-characters-or-more")]).toEqual([200, 401]);
  });
});

describe("introspection", () => {
  const inspect = (okta: Harness, path: string, token: string, client: TestClient) =>
    okta.form(`${path}/introspect`, { token }, client.basic);

  test("by another confidential client shows a live token as the vendor does", async () => {
    const { okta, server, client } = await setUp();
    const token = (await ask(okta, server, client, "orders.read orders.write")).string("access_token");
    const inspector = await okta.admin("POST", "/api/v1/apps", webApp());
    const answer = await okta.form(`${server.path}/introspect`, {
      token,
      token_type_hint: "access_token",
      client_id: inspector.string("id"),
      client_secret: inspector.string("credentials.oauthClient.client_secret"),
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      active: true,
      token_type: "Bearer",
      scope: "orders.read orders.write",
      client_id: client.id,
      sub: client.id,
      aud: "api://apis",
      iss: `${ORG}/oauth2/${server.id}`,
      jti: expect.stringMatching(/^AT\./),
      iat: okta.now(),
      exp: okta.now() + 3600,
    });
  });

  test("elsewhere than at the issuer says nothing but inactive", async () => {
    const { okta, server, client } = await setUp();
    const other = await createServer(okta, [{ name: "x" }]);
    const custom = (await ask(okta, server, client, "orders.read")).string("access_token");
    const manager = await createManager(okta, ["okta.clients.read"], []);
    const org = await manager.token("okta.clients.read");
    for (const [path, token, active] of [
      [server.path, custom, true],
      [other.path, custom, false],
      ["/oauth2/v1", custom, false],
      ["/oauth2/v1", org, true],
      [server.path, org, false],
      [server.path, "garbage", false],
      [server.path, `${custom}x`, false],
    ] as const) {
      const answer = await inspect(okta, path, token, client);
      expect([answer.status, answer.at("active")]).toEqual([200, active]);
      if (!active) expect(answer.body).toEqual({ active: false });
    }
  });

  test("needs a client and a token", async () => {
    const { okta, server, client } = await setUp();
    const anonymous = await okta.form(`${server.path}/introspect`, { token: "x" });
    expect([anonymous.status, anonymous.at("error")]).toEqual([401, "invalid_client"]);
    const empty = await okta.form(`${server.path}/introspect`, {}, client.basic);
    expect(empty.status).toBe(400);
    expect(empty.body).toEqual({ error: "invalid_request", error_description: "The `token` parameter is required." });
  });

  test("ends with expiry, deactivation, deletion and revocation", async () => {
    const { okta, server, client } = await setUp();
    const inspector = await registerClient(okta, "inspector");
    const isActive = async (token: string) => (await inspect(okta, server.path, token, inspector)).at("active");
    const token = async () => (await ask(okta, server, client, "orders.read")).string("access_token");

    const expiring = await token();
    okta.advance(3599);
    expect(await isActive(expiring)).toBe(true);
    okta.advance(1);
    expect(await isActive(expiring)).toBe(false);

    const foreign = await token();
    await okta.form(`${server.path}/revoke`, { token: foreign }, inspector.basic);
    expect(await isActive(foreign)).toBe(true);
    expect((await okta.form(`${server.path}/revoke`, { token: foreign }, client.basic)).status).toBe(200);
    expect(await isActive(foreign)).toBe(false);

    const before = await token();
    await okta.admin("POST", `/api/v1/apps/${client.id}/lifecycle/deactivate`);
    expect(await isActive(before)).toBe(false);
    await okta.admin("POST", `/api/v1/apps/${client.id}/lifecycle/activate`);
    expect(await isActive(before)).toBe(false);

    const last = await token();
    expect((await okta.admin("DELETE", `/oauth2/v1/clients/${client.id}`)).status).toBe(204);
    expect(await isActive(last)).toBe(false);
  });
});

describe("discovery", () => {
  test("of the org names registration, and keys only in the OpenID form", async () => {
    const okta = await startOkta();
    const openid = await okta.send("GET", "/.well-known/openid-configuration");
    expect(openid.body).toMatchObject({
      issuer: ORG,
      token_endpoint: `${ORG}/oauth2/v1/token`,
      registration_endpoint: `${ORG}/oauth2/v1/clients`,
      introspection_endpoint: `${ORG}/oauth2/v1/introspect`,
      jwks_uri: `${ORG}/oauth2/v1/keys`,
      token_endpoint_auth_methods_supported: expect.arrayContaining(["private_key_jwt"]),
      grant_types_supported: expect.arrayContaining(["client_credentials"]),
      scopes_supported: expect.arrayContaining(["okta.clients.register", "openid"]),
    });
    const oauth = await okta.send("GET", "/.well-known/oauth-authorization-server");
    expect(oauth.at("issuer")).toBe(ORG);
    expect(oauth.body).not.toHaveProperty("jwks_uri");
  });

  test("of a custom server has its own endpoints, registration at the org, and published scopes", async () => {
    const okta = await startOkta();
    const { id } = await createServer(okta, [
      { name: "orders.read" },
      { name: "hidden", metadataPublish: "NO_CLIENTS" },
    ]);
    const issuer = `${ORG}/oauth2/${id}`;
    for (const path of [
      `/oauth2/${id}/.well-known/openid-configuration`,
      `/oauth2/${id}/.well-known/oauth-authorization-server`,
      `/.well-known/oauth-authorization-server/oauth2/${id}`,
    ]) {
      const answer = await okta.send("GET", path);
      expect(answer.body).toMatchObject({
        issuer,
        introspection_endpoint: `${issuer}/v1/introspect`,
        jwks_uri: `${issuer}/v1/keys`,
        registration_endpoint: `${ORG}/oauth2/v1/clients`,
      });
      expect(answer.at("scopes_supported")).toContain("orders.read");
      expect(answer.at("scopes_supported")).not.toContain("hidden");
      expect(answer.body).not.toHaveProperty("claims_supported");
    }
    expect((await okta.send("GET", "/oauth2/default/.well-known/openid-configuration")).at("issuer")).toBe(
      `${ORG}/oauth2/default`,
    );
  });
});
