import { describe, expect, test } from "@jest/globals";
import { MANAGEMENT_SCOPES, createOkta } from "../../../sandbox/okta/index.ts";
import {
  API_TOKEN,
  type Harness,
  ORG,
  TOKEN_URL,
  assertion,
  assertionForm,
  createManager,
  createServer,
  newKey,
  registerClient,
  registration,
  serviceApp,
  startOkta,
} from "./local-okta.ts";

describe("a credential", () => {
  test("is needed, must be known, and must be of the org", async () => {
    const okta = await startOkta();
    const none = await okta.send("GET", "/api/v1/apps");
    expect([none.status, none.at("errorCode"), none.at("errorSummary")]).toEqual([403, "E0000005", "Invalid session"]);
    const basic = await okta.send("GET", "/api/v1/apps", { authorization: "Basic YTpi" });
    expect(basic.at("errorCode")).toBe("E0000005");
    for (const authorization of ["SSWS wrong", "Bearer wrong"]) {
      const wrong = await okta.send("GET", "/api/v1/apps", { authorization });
      expect([wrong.status, wrong.at("errorCode"), wrong.at("errorSummary")]).toEqual([
        401,
        "E0000011",
        "Invalid token provided",
      ]);
    }
    const server = await createServer(okta, [{ name: "orders.read" }]);
    const client = await registerClient(okta);
    const custom = await okta.form(
      `${server.path}/token`,
      { grant_type: "client_credentials", scope: "orders.read" },
      client.basic,
    );
    expect((await okta.bearer(custom.string("access_token"), "GET", "/api/v1/apps")).status).toBe(401);
  });

  test("that expired is refused", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, ["okta.apps.read"], ["APP_ADMIN"]);
    const token = await manager.token("okta.apps.read");
    okta.advance(3599);
    expect((await okta.bearer(token, "GET", "/api/v1/apps")).status).toBe(200);
    okta.advance(1);
    expect((await okta.bearer(token, "GET", "/api/v1/apps")).status).toBe(401);
  });

  test("without API token in the options is never taken", async () => {
    const okta = await startOkta({ apiToken: undefined });
    expect((await okta.send("GET", "/api/v1/users/me", { authorization: "SSWS undefined" })).status).toBe(401);
  });
});

describe("a service app", () => {
  test("needs the scope, which the refusal names", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, ["okta.groups.read"], ["SUPER_ADMIN"]);
    const answer = await okta.bearer(await manager.token("okta.groups.read"), "GET", "/api/v1/apps");
    expect([answer.status, answer.at("errorCode")]).toEqual([403, "E0000006"]);
    expect(answer.headers.get("www-authenticate")).toContain('scope="okta.apps.read", error="insufficient_scope"');
  });

  test("may read with a manage scope, but not the other way round", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, ["okta.apps.manage", "okta.apps.read"], ["APP_ADMIN"]);
    expect((await okta.bearer(await manager.token("okta.apps.manage"), "GET", "/api/v1/apps")).status).toBe(200);
    const reader = await manager.token("okta.apps.read");
    expect((await okta.bearer(reader, "POST", "/api/v1/apps", serviceApp([manager.key.jwk]))).status).toBe(403);
  });

  test("needs a fitting role: none can do nothing, and grants, roles and servers are not for APP_ADMIN", async () => {
    const okta = await startOkta();
    const scopes = [
      "okta.apps.manage",
      "okta.appGrants.manage",
      "okta.roles.manage",
      "okta.authorizationServers.manage",
    ];
    const [nobody, admin, superAdmin] = [
      await createManager(okta, scopes, [], "No role"),
      await createManager(okta, scopes, ["APP_ADMIN"], "App admin"),
      await createManager(okta, scopes, ["SUPER_ADMIN"], "Super admin"),
    ];
    const target = await createManager(okta, [], [], "Target");
    const calls = [
      ["GET", "/api/v1/apps", undefined],
      ["POST", `/api/v1/apps/${target.id}/grants`, { issuer: ORG, scopeId: "okta.clients.read" }],
      ["POST", `/oauth2/v1/clients/${target.id}/roles`, { type: "APP_ADMIN" }],
      ["POST", "/api/v1/authorizationServers", { name: "x", audiences: ["api://x"] }],
    ] as const;
    const statuses = async (token: string) => {
      const all: number[] = [];
      for (const [method, path, body] of calls) all.push((await okta.bearer(token, method, path, body)).status);
      return all;
    };
    expect(await statuses(await nobody.token(...scopes))).toEqual([403, 403, 403, 403]);
    expect(await statuses(await admin.token(...scopes))).toEqual([200, 403, 403, 403]);
    expect(await statuses(await superAdmin.token(...scopes))).toEqual([200, 201, 201, 201]);
  });

  test("registers clients with scope and role, and loses it with either", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, ["okta.clients.register", "okta.clients.manage"], []);
    const both = await manager.token("okta.clients.register", "okta.clients.manage");
    const denied = await okta.bearer(both, "POST", "/oauth2/v1/clients", registration());
    expect(denied.status).toBe(403);
    expect(denied.body).toMatchObject({
      errorCode: "E0000006",
      errorSummary: "You don't have permission to perform the requested action.",
    });
    for (const [type, status] of [
      ["READ_ONLY_ADMIN", 403],
      ["API_ACCESS_MANAGEMENT_ADMIN", 201],
      ["APP_ADMIN", 201],
      ["SUPER_ADMIN", 201],
    ] as const) {
      const role = await okta.admin("POST", `/oauth2/v1/clients/${manager.id}/roles`, { type });
      expect((await okta.bearer(both, "POST", "/oauth2/v1/clients", registration())).status).toBe(status);
      await okta.admin("DELETE", `/oauth2/v1/clients/${manager.id}/roles/${role.string("id")}`);
    }
    expect((await okta.bearer(both, "POST", "/oauth2/v1/clients", registration())).status).toBe(403);
    await okta.admin("POST", `/oauth2/v1/clients/${manager.id}/roles`, { type: "APP_ADMIN" });
    // Managing clients does not include registering them.
    const managing = await manager.token("okta.clients.manage");
    expect((await okta.bearer(managing, "POST", "/oauth2/v1/clients", registration())).status).toBe(403);
    expect((await okta.send("POST", "/oauth2/v1/clients", { body: registration() })).at("errorCode")).toBe("E0000005");
  });
});

describe("the org setting for public client apps", () => {
  const SETTING = "/api/v1/org/settings/clientPrivilegesSetting";
  const rolesOf = async (okta: Harness, clientId: string) =>
    ((await okta.admin("GET", `/oauth2/v1/clients/${clientId}/roles`)).body as { type: string }[]).map(
      ({ type }) => type,
    );

  test("is off, is read with okta.orgs.read, and is changed by a super admin alone", async () => {
    const okta = await startOkta();
    const reader = await createManager(okta, ["okta.orgs.read"], ["READ_ONLY_ADMIN"], "Reader");
    const manager = await createManager(okta, ["okta.orgs.manage", "okta.apps.read"], ["ORG_ADMIN"], "Org admin");
    const read = await okta.bearer(await reader.token("okta.orgs.read"), "GET", SETTING);
    expect([read.status, read.body]).toEqual([200, { clientPrivilegesSetting: false }]);
    expect((await okta.bearer(await manager.token("okta.apps.read"), "GET", SETTING)).status).toBe(403);
    const on = { clientPrivilegesSetting: true };
    expect((await okta.bearer(await manager.token("okta.orgs.manage"), "PUT", SETTING, on)).status).toBe(403);
    expect((await okta.admin("PUT", SETTING, { clientPrivilegesSetting: "yes" })).status).toBe(400);
    expect((await okta.admin("PUT", SETTING, on)).body).toEqual(on);
  });

  test("makes a service app super admin once it is granted a scope, while it is on", async () => {
    const okta = await startOkta();
    const before = await createManager(okta, ["okta.clients.read"], [], "Before");
    await okta.admin("PUT", SETTING, { clientPrivilegesSetting: true });
    const after = await createManager(okta, ["okta.clients.read", "okta.clients.register"], [], "After");
    expect([await rolesOf(okta, before.id), await rolesOf(okta, after.id)]).toEqual([[], ["SUPER_ADMIN"]]);
  });
});

describe("the bootstrap app", () => {
  test("can do everything that the pattern needs, and is made once", async () => {
    const { privateKey, jwk } = await newKey("bootstrap-1");
    const okta = await startOkta({ bootstrap: { clientId: "pulumi-bootstrap", publicJwk: jwk } });
    const signed = await assertion(okta, privateKey, "pulumi-bootstrap", TOKEN_URL, { kid: "bootstrap-1" });
    const answer = await okta.form("/oauth2/v1/token", assertionForm(signed, MANAGEMENT_SCOPES.join(" ")));
    expect(answer.at("scope")).toBe(MANAGEMENT_SCOPES.join(" "));
    const token = answer.string("access_token");
    expect(
      (await okta.bearer(token, "POST", "/api/v1/authorizationServers", { name: "x", audiences: ["api://x"] })).status,
    ).toBe(201);
    expect((await okta.bearer(token, "GET", "/api/v1/groups?q=Everyone")).each("", "type")).toEqual(["BUILT_IN"]);
    const again = await createOkta({
      baseUrl: ORG,
      journal: okta.journal,
      faults: okta.faults,
      state: okta.okta.state,
      bootstrap: { clientId: "pulumi-bootstrap", publicJwk: jwk },
    });
    expect(Object.keys(again.state.apps)).toHaveLength(1);
    expect(again.state).toBe(okta.okta.state);
  });
});

describe("grants", () => {
  test("are created with 201, listed, read and deleted", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, [], []);
    const path = `/api/v1/apps/${manager.id}/grants`;
    const created = await okta.admin("POST", path, { issuer: ORG, scopeId: "okta.clients.read" });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: expect.stringMatching(/^oag/),
      status: "ACTIVE",
      issuer: ORG,
      clientId: manager.id,
      scopeId: "okta.clients.read",
      source: "ADMIN",
    });
    expect((await okta.admin("GET", path)).body).toEqual([created.body]);
    const one = `${path}/${created.string("id")}`;
    expect((await okta.admin("GET", one)).body).toEqual(created.body);
    expect((await okta.admin("DELETE", one)).status).toBe(204);
    expect((await okta.admin("DELETE", one)).status).toBe(404);
    expect((await okta.admin("GET", path)).body).toEqual([]);
  });

  test.each([
    ["a scope twice", { issuer: ORG, scopeId: "okta.groups.read" }],
    ["an unknown scope", { issuer: ORG, scopeId: "okta.everything.manage" }],
    ["a custom scope", { issuer: ORG, scopeId: "orders.read" }],
    ["another issuer", { issuer: `${ORG}/oauth2/default`, scopeId: "okta.clients.read" }],
    ["an issuer with a slash", { issuer: `${ORG}/`, scopeId: "okta.clients.read" }],
  ])("refuse %s", async (_name, body) => {
    const okta = await startOkta();
    const manager = await createManager(okta, ["okta.groups.read"], []);
    const answer = await okta.admin("POST", `/api/v1/apps/${manager.id}/grants`, body);
    expect([answer.status, answer.at("errorCode")]).toEqual([400, "E0000001"]);
  });
});

describe("client roles", () => {
  test("have the Base32 of their type as id, the same for every client", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, [], []);
    const path = `/oauth2/v1/clients/${manager.id}/roles`;
    const created = await okta.admin("POST", path, { type: "APP_ADMIN" });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: "IFIFAX2BIRGUSTQ",
      label: "Application Administrator",
      type: "APP_ADMIN",
      status: "ACTIVE",
      created: "2026-01-01T00:00:00.000Z",
      lastUpdated: "2026-01-01T00:00:00.000Z",
      assignmentType: "CLIENT",
      _links: { assignee: { href: `${ORG}/oauth2/v1/clients/${manager.id}` } },
    });
    const again = await okta.admin("POST", path, { type: "APP_ADMIN" });
    expect([again.status, again.at("errorCode")]).toEqual([409, "E0000090"]);
    expect((await okta.admin("GET", path)).body).toEqual([created.body]);
    expect((await okta.admin("DELETE", `${path}/IFIFAX2BIRGUSTQ`)).status).toBe(204);
    const gone = await okta.admin("GET", `${path}/IFIFAX2BIRGUSTQ`);
    expect(gone.status).toBe(404);
    expect(gone.at("errorSummary")).toBe("Not found: Resource not found: IFIFAX2BIRGUSTQ (RoleAssignment)");
  });

  test("of kind CUSTOM need role and resource set; unknown kinds and clients are refused", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, [], []);
    const path = `/oauth2/v1/clients/${manager.id}/roles`;
    expect((await okta.admin("POST", path, { type: "CUSTOM" })).status).toBe(400);
    const custom = { type: "CUSTOM", role: "cr0a", "resource-set": "iama" };
    expect((await okta.admin("POST", path, custom)).body).toMatchObject({
      ...custom,
      id: expect.stringMatching(/^irb/),
    });
    expect((await okta.admin("POST", path, { type: "EMPEROR" })).status).toBe(400);
    const unknown = await okta.admin("POST", "/oauth2/v1/clients/0oaNONE/roles", { type: "APP_ADMIN" });
    expect([unknown.status, unknown.at("errorCode")]).toEqual([404, "E0000007"]);
  });
});

describe("the org", () => {
  test("tells its pipeline without a credential and without rate limit headers", async () => {
    const okta = await startOkta();
    const answer = await okta.send("GET", "/.well-known/okta-organization");
    expect(answer.body).toMatchObject({ pipeline: "idx", _links: { organization: { href: ORG } } });
    expect(answer.headers.has("x-rate-limit-limit")).toBe(false);
  });

  test("has a user behind the API token, and none behind a service app", async () => {
    const okta = await startOkta();
    expect((await okta.admin("GET", "/api/v1/users/me")).at("profile.login")).toBe("admin@example.com");
    const manager = await createManager(okta, ["okta.users.read"], ["SUPER_ADMIN"]);
    expect((await okta.bearer(await manager.token("okta.users.read"), "GET", "/api/v1/users/me")).status).toBe(404);
  });

  test("gives rate limit headers with answers and refusals", async () => {
    const okta = await startOkta();
    for (const answer of [await okta.admin("GET", "/api/v1/apps"), await okta.admin("GET", "/api/v1/apps/0oaNONE")]) {
      for (const name of ["limit", "remaining", "reset"]) {
        expect(Number(answer.headers.get(`x-rate-limit-${name}`))).toBeGreaterThan(0);
      }
    }
  });

  test("lists all its secrets for searches, and only texts", async () => {
    const okta = await startOkta();
    const client = await registerClient(okta);
    const manager = await createManager(okta, ["okta.apps.read"], ["APP_ADMIN"]);
    const token = await manager.token("okta.apps.read");
    const secrets = okta.okta.secrets();
    expect(secrets).toEqual(expect.arrayContaining([client.secret, token, API_TOKEN]));
    expect(secrets.filter((secret) => secret.startsWith("-----BEGIN PRIVATE KEY-----"))).toHaveLength(2);
    expect(secrets.every((secret) => typeof secret === "string" && secret.length > 3)).toBe(true);
    expect(JSON.stringify(okta.journal.entries())).not.toContain(client.secret);
  });

  test("is plain JSON", async () => {
    const okta = await startOkta();
    await createServer(okta, [{ name: "orders.read" }]);
    await createManager(okta, ["okta.apps.read"], ["APP_ADMIN"]);
    expect(JSON.parse(JSON.stringify(okta.okta.state))).toEqual(okta.okta.state);
  });

  test("answers routes that it lacks with 501 and the nearest it has", async () => {
    const okta = await startOkta();
    const answer = await okta.admin("GET", "/api/v1/apps/0oaX/connections");
    expect([answer.status, answer.at("error")]).toEqual([501, "not_simulated"]);
    expect(answer.at("message")).toContain("/api/v1/apps/:id");
  });
});
