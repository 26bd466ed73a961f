import { describe, expect, test } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLocalJWKSet, exportPKCS8, importPKCS8, jwtVerify, type JSONWebKeySet } from "jose";
import {
  ASSERTION_TYPE,
  type AssertionOptions,
  type Harness,
  type Manager,
  ORG,
  TOKEN_URL,
  assertion,
  assertionForm,
  createManager,
  newKey,
  serviceApp,
  startOkta,
  webApp,
} from "./local-okta.ts";

const SCOPES = ["okta.clients.register", "okta.clients.read"];

const setUp = async (): Promise<{ okta: Harness; manager: Manager }> => {
  const okta = await startOkta();
  return { okta, manager: await createManager(okta, SCOPES, ["APP_ADMIN"]) };
};

async function ask(okta: Harness, manager: Manager, options: AssertionOptions = {}, scope = "okta.clients.read") {
  const signed = await assertion(okta, manager.key.privateKey, manager.clientId, TOKEN_URL, options);
  return okta.form("/oauth2/v1/token", assertionForm(signed, scope));
}

describe("a token of the org", () => {
  test("is a signed JWT of one hour with the granted scopes", async () => {
    const { okta, manager } = await setUp();
    const answer = await ask(okta, manager, {}, SCOPES.join(" "));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      token_type: "Bearer",
      expires_in: 3600,
      access_token: expect.any(String),
      scope: SCOPES.join(" "),
    });
    expect(answer.headers.get("cache-control")).toContain("no-store");
    const keys = (await okta.send("GET", "/oauth2/v1/keys")).body as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(answer.string("access_token"), createLocalJWKSet(keys), {
      currentDate: new Date(okta.now() * 1000),
    });
    expect(protectedHeader.alg).toBe("RS256");
    expect(payload).toEqual({
      ver: 1,
      jti: expect.stringMatching(/^AT\./),
      iss: ORG,
      aud: ORG,
      sub: manager.clientId,
      cid: manager.clientId,
      scp: SCOPES,
      iat: okta.now(),
      exp: okta.now() + 3600,
    });
  });

  test("is given for every RSA algorithm, and for EC keys without curve name as the plugin sends them", async () => {
    const { okta, manager } = await setUp();
    const exported = await exportPKCS8(manager.key.privateKey);
    for (const alg of ["RS384", "RS512"]) {
      const signed = await assertion(okta, await importPKCS8(exported, alg), manager.clientId, TOKEN_URL, { alg });
      expect((await okta.form("/oauth2/v1/token", assertionForm(signed, "okta.clients.read"))).status).toBe(200);
    }
    for (const alg of ["ES256", "ES384", "ES512"]) {
      const { privateKey, jwk } = await newKey("ec-1", alg);
      const { crv: _crv, ...sent } = jwk;
      const id = (await okta.admin("POST", "/api/v1/apps", serviceApp([sent]))).string("id");
      await okta.admin("POST", `/api/v1/apps/${id}/grants`, { issuer: ORG, scopeId: "okta.clients.read" });
      const signed = await assertion(okta, privateKey, id, TOKEN_URL, { alg });
      expect((await okta.form("/oauth2/v1/token", assertionForm(signed, "okta.clients.read"))).status).toBe(200);
    }
  });

  test("is given for parameters in the query as the Go SDKs send them, which the journal blanks", async () => {
    const { okta, manager } = await setUp();
    const signed = await assertion(okta, manager.key.privateKey, manager.clientId, TOKEN_URL);
    const query = new URLSearchParams(assertionForm(signed, "okta.clients.read"));
    expect((await okta.send("POST", `/oauth2/v1/token?${query.toString()}`)).status).toBe(200);
    expect(okta.journal.entries().at(-1)?.path).not.toContain(signed);
  });

  test("holds only what was granted when some scopes were not, or is refused when the org is strict", async () => {
    const { okta, manager } = await setUp();
    const scope = "okta.clients.read okta.clients.manage";
    expect((await ask(okta, manager, {}, scope)).at("scope")).toBe("okta.clients.read");
    okta.okta.switches.partialScopeGrants = "refuse";
    expect((await ask(okta, manager, {}, scope)).at("error")).toBe("consent_required");
  });
});

describe("assertions", () => {
  test.each<[string, (now: number) => AssertionOptions, string]>([
    ["expired", (now) => ({ claims: { exp: now } }), "The client_assertion token is expired."],
    [
      "expiring after more than an hour",
      (now) => ({ claims: { exp: now + 3606 } }),
      "The client_assertion token has an expiration too far into the future.",
    ],
    ["without expiry", () => ({ claims: { exp: undefined } }), "The client_assertion must contain an expiration date."],
    [
      "from the future",
      (now) => ({ claims: { iat: now + 60 } }),
      "The client_assertion token was issued in the future.",
    ],
    ["naming an unknown key", () => ({ kid: "mgr-2" }), "The client_assertion JWT kid is invalid."],
    [
      "for another issuer",
      () => ({ claims: { iss: "someone" } }),
      "The 'iss' and 'sub' claims of the client_assertion must both be the client id.",
    ],
    [
      "for the org's URL",
      () => ({ claims: { aud: ORG } }),
      `The audience claim of the client_assertion must be the endpoint invoked: ${TOKEN_URL}`,
    ],
    [
      "for two audiences",
      () => ({ claims: { aud: [TOKEN_URL, ORG] } }),
      `The audience claim of the client_assertion must be the endpoint invoked: ${TOKEN_URL}`,
    ],
  ])("are refused when %s", async (_name, options, description) => {
    const { okta, manager } = await setUp();
    const answer = await ask(okta, manager, options(okta.now()));
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ error: "invalid_client", error_description: description });
  });

  test("may live for an hour, and a few seconds more for a fast clock", async () => {
    const { okta, manager } = await setUp();
    for (const lifetime of [3600, 3605]) {
      expect((await ask(okta, manager, { claims: { exp: okta.now() + lifetime } })).status).toBe(200);
    }
  });

  test("are taken for another audience when the switch lists it", async () => {
    const { okta, manager } = await setUp();
    okta.okta.switches.extraAudiences.push(ORG);
    expect((await ask(okta, manager, { claims: { aud: ORG } })).status).toBe(200);
  });

  test("with a jti work once, without one as often as wanted", async () => {
    const { okta, manager } = await setUp();
    const once = await assertion(okta, manager.key.privateKey, manager.clientId, TOKEN_URL, { claims: { jti: "j-1" } });
    const form = assertionForm(once, "okta.clients.read");
    expect((await okta.form("/oauth2/v1/token", form)).status).toBe(200);
    const replayed = await okta.form("/oauth2/v1/token", form);
    expect(replayed.status).toBe(401);
    expect(replayed.at("error_description")).toBe("The client_assertion token has already been used.");
    const free = assertionForm(
      await assertion(okta, manager.key.privateKey, manager.clientId, TOKEN_URL),
      "okta.clients.read",
    );
    for (let i = 0; i < 2; i += 1) expect((await okta.form("/oauth2/v1/token", free)).status).toBe(200);
  });

  test("need a kid as soon as the app has a second key", async () => {
    const { okta, manager } = await setUp();
    expect((await ask(okta, manager)).status).toBe(200);
    const second = await newKey("mgr-2");
    const path = `/api/v1/apps/${manager.id}/credentials/jwks`;
    const added = await okta.admin("POST", path, { ...second.jwk, use: "sig", status: "ACTIVE" });
    expect(added.status).toBe(201);
    expect((await ask(okta, manager)).at("error_description")).toBe("The client_assertion JWT kid is invalid.");
    expect((await ask(okta, manager, { kid: "mgr-1" })).status).toBe(200);
    // An inactive key does not count.
    await okta.admin("POST", `${path}/${added.string("id")}/lifecycle/deactivate`);
    expect((await ask(okta, manager)).status).toBe(200);
  });

  test("of a foreign key, of another algorithm or of nonsense are refused", async () => {
    const { okta, manager } = await setUp();
    const foreign = await newKey("mgr-1");
    const wrong = await assertion(okta, foreign.privateKey, manager.clientId, TOKEN_URL, { kid: "mgr-1" });
    const secret = Buffer.from("a-secret-that-is-32-characters-long!");
    const hmac = await assertion(okta, secret, manager.clientId, TOKEN_URL, { alg: "HS256" });
    for (const [sent, description] of [
      [wrong, "The client_assertion signature is invalid."],
      [hmac, "The client is configured for 'private_key_jwt'; a client_assertion with that algorithm is not accepted."],
      ["not.a.jwt", "The parsing of the client_assertion failed."],
    ] as const) {
      const answer = await okta.form("/oauth2/v1/token", assertionForm(sent, "okta.clients.read"));
      expect(answer.status).toBe(401);
      expect(answer.at("error_description")).toBe(description);
    }
  });

  test("of an unknown client are refused in the management API's shape", async () => {
    const { okta, manager } = await setUp();
    const signed = await assertion(okta, manager.key.privateKey, "0oaNOBODY", TOKEN_URL);
    const answer = await okta.form("/oauth2/v1/token", assertionForm(signed, "okta.clients.read"));
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({
      errorCode: "invalid_client",
      errorSummary: "Invalid value for 'client_id' parameter.",
      errorCauses: [],
    });
  });

  test("are verified by keys without `use` unless the switch says otherwise", async () => {
    const { okta, manager } = await setUp();
    okta.okta.switches.acceptKeysWithoutUse = false;
    expect((await ask(okta, manager)).at("error_description")).toBe(
      "The client does not have a JWKSet configured, but the client_assertion requires one.",
    );
  });

  test("are verified by the keys behind jwks_uri, and refused while they can't be read", async () => {
    const okta = await startOkta();
    const { privateKey, jwk } = await newKey("remote-1");
    const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    const created = await okta.admin("POST", "/api/v1/apps", serviceApp([], { client: { jwks_uri: uri } }));
    const id = created.string("id");
    await okta.admin("POST", `/api/v1/apps/${id}/grants`, { issuer: ORG, scopeId: "okta.clients.read" });
    const form = assertionForm(await assertion(okta, privateKey, id, TOKEN_URL), "okta.clients.read");
    expect((await okta.form("/oauth2/v1/token", form)).status).toBe(200);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    expect((await okta.form("/oauth2/v1/token", form)).status).toBe(401);
  });
});

describe("the org's token endpoint refuses", () => {
  test.each([
    ["no scope", "", 400, "invalid_scope", "No scopes were requested."],
    ["a custom scope", "orders.read", 400, "invalid_scope", "Custom scopes are not allowed for this request."],
    [
      "a mixed list",
      "okta.clients.read orders.read",
      400,
      "invalid_scope",
      "Custom scopes are not allowed for this request.",
    ],
    [
      "a scope not granted",
      "okta.apps.manage",
      400,
      "consent_required",
      "You are not allowed any of the requested scopes.",
    ],
  ])("%s", async (_name, scope, status, error, error_description) => {
    const { okta, manager } = await setUp();
    const answer = await ask(okta, manager, {}, scope);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error, error_description });
  });

  test("client secrets", async () => {
    const okta = await startOkta();
    const app = await okta.admin("POST", "/api/v1/apps", webApp());
    const answer = await okta.form("/oauth2/v1/token", {
      grant_type: "client_credentials",
      scope: "okta.clients.read",
      client_id: app.string("id"),
      client_secret: app.string("credentials.oauthClient.client_secret"),
    });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      error: "invalid_client",
      error_description:
        "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
    });
  });

  test("apps that demand DPoP, naming the missing header", async () => {
    const { okta, manager } = await setUp();
    await okta.admin(
      "PUT",
      `/api/v1/apps/${manager.id}`,
      serviceApp([manager.key.jwk], { client: { dpop_bound_access_tokens: true } }),
    );
    const answer = await ask(okta, manager);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: "invalid_dpop_proof",
      error_description: "The DPoP proof JWT header is missing.",
    });
  });

  test("another grant type, another assertion type, no credentials, two credentials, and JSON", async () => {
    const { okta, manager } = await setUp();
    const signed = await assertion(okta, manager.key.privateKey, manager.clientId, TOKEN_URL);
    const form = assertionForm(signed, "okta.clients.read");
    const grant = await okta.form("/oauth2/v1/token", { ...form, grant_type: "authorization_code" });
    expect([grant.status, grant.at("error"), grant.at("error_description")]).toEqual([
      400,
      "unauthorized_client",
      "The client is not authorized to use the provided grant type. Configured grant types: [client_credentials].",
    ]);
    const type = await okta.form("/oauth2/v1/token", { ...form, client_assertion_type: `${ASSERTION_TYPE}x` });
    expect([type.status, type.at("error_description")]).toEqual([400, "The `client_assertion_type` is invalid."]);
    const none = await okta.form("/oauth2/v1/token", { grant_type: "client_credentials", scope: "okta.clients.read" });
    expect([none.status, none.at("error_description")]).toEqual([401, "No client credentials found."]);
    const two = await okta.form("/oauth2/v1/token", form, "a:b");
    expect([two.status, two.at("error")]).toEqual([400, "invalid_request"]);
    expect(two.at("error_description")).toMatch(/^Can't supply multiple client credentials\./);
    const json = await okta.send("POST", "/oauth2/v1/token", { body: form });
    expect([json.status, json.at("error")]).toEqual([400, "invalid_request"]);
  });

  test("inactive apps, whose tokens die for good", async () => {
    const { okta, manager } = await setUp();
    const token = await manager.token("okta.clients.read");
    expect((await okta.bearer(token, "GET", "/oauth2/v1/clients")).status).toBe(200);
    await okta.admin("POST", `/api/v1/apps/${manager.id}/lifecycle/deactivate`);
    expect((await ask(okta, manager)).status).toBe(401);
    const dead = await okta.bearer(token, "GET", "/oauth2/v1/clients");
    expect([dead.status, dead.at("errorCode")]).toEqual([401, "E0000011"]);
    await okta.admin("POST", `/api/v1/apps/${manager.id}/lifecycle/activate`);
    expect((await okta.bearer(token, "GET", "/oauth2/v1/clients")).status).toBe(401);
    expect((await ask(okta, manager)).status).toBe(200);
  });
});
