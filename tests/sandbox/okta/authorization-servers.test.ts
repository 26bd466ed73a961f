import { describe, expect, test } from "@jest/globals";
import { ORG, createServer, policyBody, ruleBody, startOkta } from "./local-okta.ts";

const BASE = "/api/v1/authorizationServers";

describe("authorization servers", () => {
  test("are created with 201, issuer of their own, system scopes and rotating keys", async () => {
    const okta = await startOkta();
    const created = await okta.admin("POST", BASE, {
      name: "mulesoft",
      audiences: ["api://mule"],
      issuerMode: "ORG_URL",
      credentials: { signing: { rotationMode: "AUTO" } },
    });
    expect(created.status).toBe(201);
    const id = created.string("id");
    expect(created.body).toMatchObject({
      id: expect.stringMatching(/^aus/),
      name: "mulesoft",
      audiences: ["api://mule"],
      issuer: `${ORG}/oauth2/${id}`,
      issuerMode: "ORG_URL",
      status: "ACTIVE",
      default: false,
      credentials: {
        signing: {
          rotationMode: "AUTO",
          lastRotated: "2026-01-01T00:00:00.000Z",
          nextRotation: "2026-04-01T00:00:00.000Z",
        },
      },
    });
    expect((await okta.admin("GET", `${BASE}/${id}`)).body).toEqual(created.body);
    expect((await okta.admin("GET", `${BASE}/${id}/scopes`)).each("", "system")).not.toContain(false);
    const keys = await okta.admin("GET", `${BASE}/${id}/credentials/keys`);
    expect(keys.each("", "status")).toEqual(["ACTIVE"]);
    const rotated = await okta.admin("POST", `${BASE}/${id}/credentials/lifecycle/keyRotate`, { use: "sig" });
    expect(rotated.each("", "status")).toEqual(["ACTIVE", "EXPIRED"]);
    expect(rotated.at("1.kid")).toBe(keys.at("0.kid"));
    expect((await okta.send("GET", `/oauth2/${id}/v1/keys`)).each("keys", "kid")).toEqual(rotated.each("", "kid"));
  });

  test("are found by name, and the seeded one by `default`", async () => {
    const okta = await startOkta();
    await createServer(okta, []);
    expect((await okta.admin("GET", `${BASE}?limit=200&q=apis`)).each("", "name")).toEqual(["apis"]);
    expect((await okta.admin("GET", BASE)).each("", "name")).toEqual(["default", "apis"]);
    const seeded = await okta.admin("GET", `${BASE}/default`);
    expect(seeded.body).toMatchObject({ default: true, audiences: ["api://default"], issuer: `${ORG}/oauth2/default` });
    expect((await okta.admin("GET", `${BASE}/default/policies`)).body).toEqual([]);
  });

  test.each([
    ["no name", { audiences: ["api://x"] }, "name"],
    ["no audience", { name: "x", audiences: [] }, "audiences"],
    ["two audiences", { name: "x", audiences: ["a", "b"] }, "audiences"],
  ])("are refused with %s", async (_name, body, field) => {
    const okta = await startOkta();
    const answer = await okta.admin("POST", BASE, body);
    expect([answer.status, answer.at("errorSummary")]).toEqual([400, `Api validation failed: ${field}`]);
  });

  test("are replaced, deactivated and deleted with all that is in them", async () => {
    const okta = await startOkta();
    const before = structuredClone(okta.okta.state);
    const { id } = await createServer(okta, [{ name: "orders.read" }]);
    const path = `${BASE}/${id}`;
    await okta.admin("POST", `${path}/claims`, { name: "tenant", claimType: "RESOURCE", value: '"acme"' });
    const put = await okta.admin("PUT", path, { name: "renamed", description: "d", audiences: ["api://new"] });
    expect(put.body).toMatchObject({ name: "renamed", description: "d", audiences: ["api://new"], status: "ACTIVE" });
    expect((await okta.admin("POST", `${path}/lifecycle/deactivate`)).status).toBe(204);
    expect((await okta.admin("GET", path)).at("status")).toBe("INACTIVE");
    expect((await okta.admin("DELETE", path)).status).toBe(204);
    expect(okta.okta.state).toEqual(before);
    const gone = await okta.admin("GET", path);
    expect(gone.at("errorSummary")).toBe(`Not found: Resource not found: ${id} (AuthorizationServer)`);
  });

  test("are refused as a whole without API Access Management", async () => {
    const okta = await startOkta();
    const { id } = await createServer(okta, []);
    okta.okta.switches.apiAccessManagement = false;
    for (const [method, path] of [
      ["POST", BASE],
      ["GET", `${BASE}/default`],
      ["POST", `${BASE}/${id}/scopes`],
      ["GET", `${BASE}/${id}/policies`],
    ] as const) {
      const answer = await okta.admin(method, path, method === "POST" ? {} : undefined);
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({
        errorCode: "E0000015",
        errorSummary: "You do not have permission to access the feature you are requesting",
      });
    }
  });
});

describe("scopes", () => {
  test("are created, replaced and deleted", async () => {
    const okta = await startOkta();
    const { id } = await createServer(okta, []);
    const path = `${BASE}/${id}/scopes`;
    const body = {
      name: "orders.read",
      displayName: "",
      description: "",
      consent: "IMPLICIT",
      metadataPublish: "ALL_CLIENTS",
      default: false,
      optional: false,
    };
    const created = await okta.admin("POST", path, body);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      ...body,
      id: expect.stringMatching(/^scp/),
      system: false,
      apiResourceId: null,
    });
    const one = `${path}/${created.string("id")}`;
    expect((await okta.admin("PUT", one, { ...body, description: "Read orders" })).at("description")).toBe(
      "Read orders",
    );
    expect((await okta.admin("DELETE", one)).status).toBe(204);
    expect((await okta.admin("GET", one)).status).toBe(404);
  });

  test.each(["okta.orders", "okta:orders", "with space", 'quo"te', "back\\slash", "ümlaut", "", "orders.read"])(
    "are refused with the name %j",
    async (name) => {
      const okta = await startOkta();
      const { id } = await createServer(okta, [{ name: "orders.read" }]);
      const answer = await okta.admin("POST", `${BASE}/${id}/scopes`, { name });
      expect([answer.status, answer.at("errorSummary")]).toEqual([400, "Api validation failed: name"]);
    },
  );

  test("belong to their server", async () => {
    const okta = await startOkta();
    const { id } = await createServer(okta, [{ name: "orders.read" }]);
    const scope = (await okta.admin("GET", `${BASE}/${id}/scopes?q=orders`)).string("0.id");
    expect((await okta.admin("GET", `${BASE}/default/scopes/${scope}`)).status).toBe(404);
    expect((await okta.admin("PUT", `${BASE}/default/scopes/${scope}`, { name: "x" })).status).toBe(404);
  });
});

describe("policies and rules", () => {
  test("come back in the vendor's shape", async () => {
    const okta = await startOkta();
    const server = await createServer(okta, [{ name: "orders.read" }]);
    const policy = `${BASE}/${server.id}/policies/${server.policyId}`;
    expect((await okta.admin("GET", policy)).body).toMatchObject({
      ...policyBody(),
      id: expect.stringMatching(/^00p/),
      system: false,
    });
    const rules = `${policy}/rules`;
    const body = ruleBody([], { name: "two grants", priority: 2 });
    const created = await okta.admin("POST", rules, {
      ...body,
      conditions: {
        grantTypes: { include: ["authorization_code", "client_credentials"] },
        scopes: {},
        people: { users: {}, groups: {} },
      },
    });
    expect(created.status).toBe(201);
    expect(created.at("conditions")).toEqual({
      grantTypes: { include: ["client_credentials", "authorization_code"] },
      scopes: { include: [] },
      people: { users: { exclude: [] }, groups: { exclude: [] } },
    });
    expect(created.at("actions")).toEqual(body.actions);
  });

  test("renumber when one is deleted, and refuse a name that is taken", async () => {
    const okta = await startOkta();
    const { id, policyId } = await createServer(okta, []);
    const path = `${BASE}/${id}/policies`;
    expect((await okta.admin("POST", path, policyBody())).status).toBe(400);
    await okta.admin("POST", path, policyBody({ name: "second", priority: 99 }));
    expect((await okta.admin("GET", path)).each("", "priority")).toEqual([1, 2]);
    expect((await okta.admin("DELETE", `${path}/${policyId}`)).status).toBe(204);
    const left = await okta.admin("GET", path);
    expect([left.each("", "name"), left.each("", "priority")]).toEqual([["second"], [1]]);
    expect(okta.okta.state.policyRules).toEqual({});
    expect((await okta.admin("DELETE", `${path}/${policyId}`)).status).toBe(404);
  });

  test.each([
    ["no grant type", { conditions: { grantTypes: { include: [] } } }],
    ["a lifetime of 4 minutes", { actions: { token: { accessTokenLifetimeMinutes: 4 } } }],
    ["a lifetime of 1441 minutes", { actions: { token: { accessTokenLifetimeMinutes: 1441 } } }],
    [
      "a refresh lifetime below the access lifetime",
      { actions: { token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 30 } } },
    ],
    ["another type", { type: "SIGN_ON" }],
  ])("refuse a rule with %s", async (_name, over) => {
    const okta = await startOkta();
    const { id, policyId } = await createServer(okta, []);
    const answer = await okta.admin(
      "POST",
      `${BASE}/${id}/policies/${policyId}/rules`,
      ruleBody(["*"], { name: "n", ...over }),
    );
    expect([answer.status, answer.at("errorCode")]).toEqual([400, "E0000001"]);
  });

  test("replace and switch by lifecycle", async () => {
    const okta = await startOkta();
    const { id, policyId, ruleId } = await createServer(okta, []);
    const rule = `${BASE}/${id}/policies/${policyId}/rules/${ruleId}`;
    const put = await okta.admin("PUT", rule, ruleBody(["*"], { name: "renamed" }));
    expect([put.status, put.at("name"), put.at("conditions.scopes.include")]).toEqual([200, "renamed", ["*"]]);
    expect((await okta.admin("POST", `${rule}/lifecycle/deactivate`)).status).toBe(204);
    expect((await okta.admin("GET", rule)).at("status")).toBe("INACTIVE");
    // A PUT without status leaves it.
    const { status: _status, ...rest } = ruleBody(["*"]);
    expect((await okta.admin("PUT", rule, rest)).at("status")).toBe("INACTIVE");
  });
});
