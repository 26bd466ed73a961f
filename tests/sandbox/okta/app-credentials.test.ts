import { describe, expect, test } from "@jest/globals";
import { createManager, newKey, serviceApp, startOkta, webApp } from "./local-okta.ts";

async function withSecret() {
  const okta = await startOkta();
  const app = await okta.admin("POST", "/api/v1/apps", webApp());
  return { okta, app, path: `/api/v1/apps/${app.string("id")}/credentials/secrets` };
}

describe("client secrets", () => {
  test("are two at most, both shown with their values", async () => {
    const { okta, app, path } = await withSecret();
    const second = await okta.admin("POST", path, { client_secret: "chosen-by-myself-2026" });
    expect(second.status).toBe(201);
    expect(second.body).toMatchObject({
      id: expect.stringMatching(/^ocs/),
      status: "ACTIVE",
      client_secret: "chosen-by-myself-2026",
      secret_hash: expect.any(String),
    });
    const listed = await okta.admin("GET", path);
    expect(listed.each("", "client_secret")).toEqual([
      app.string("credentials.oauthClient.client_secret"),
      "chosen-by-myself-2026",
    ]);
    const third = await okta.admin("POST", path, {});
    expect(third.status).toBe(400);
    expect(third.body).toMatchObject({
      errorCode: "E0000001",
      errorSummary: "Api validation failed: OAuth2ClientSecretMediated",
      errorCauses: [{ errorSummary: "You've reached the maximum number of client secrets per client." }],
    });
  });

  test("rotate: create, deactivate, delete; never without an active one", async () => {
    const { okta, path } = await withSecret();
    const first = (await okta.admin("GET", path)).string("0.id");
    expect((await okta.admin("POST", `${path}/${first}/lifecycle/deactivate`)).status).toBe(400);
    const second = (await okta.admin("POST", path, {})).string("id");
    expect((await okta.admin("DELETE", `${path}/${first}`)).status).toBe(400);
    const deactivated = await okta.admin("POST", `${path}/${first}/lifecycle/deactivate`);
    expect([deactivated.status, deactivated.at("status")]).toEqual([200, "INACTIVE"]);
    expect((await okta.admin("DELETE", `${path}/${first}`)).status).toBe(204);
    expect((await okta.admin("GET", path)).each("", "id")).toEqual([second]);
    const gone = await okta.admin("GET", `${path}/${first}`);
    expect(gone.at("errorSummary")).toBe(`Not found: Resource not found: ${first} (OAuth2ClientSecretMediated)`);
  });

  test("are refused for a key client", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, [], []);
    expect((await okta.admin("POST", `/api/v1/apps/${manager.id}/credentials/secrets`, {})).status).toBe(400);
  });
});

describe("keys", () => {
  async function withKey() {
    const okta = await startOkta();
    const { jwk } = await newKey("a");
    const app = await okta.admin("POST", "/api/v1/apps", serviceApp([jwk]));
    return { okta, jwk, path: `/api/v1/apps/${app.string("id")}/credentials/jwks` };
  }

  test("rotate: add, deactivate, delete; never without an active one", async () => {
    const { okta, path } = await withKey();
    const first = (await okta.admin("GET", path)).string("0.id");
    const refused = await okta.admin("POST", `${path}/${first}/lifecycle/deactivate`);
    expect([refused.status, refused.at("errorSummary")]).toEqual([400, "Api validation failed: JsonWebKey"]);
    const { jwk } = await newKey("b");
    const added = await okta.admin("POST", path, { ...jwk, use: "sig" });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ id: expect.stringMatching(/^pks/), kid: "b", use: "sig", status: "ACTIVE" });
    expect((await okta.admin("DELETE", `${path}/${first}`)).status).toBe(400);
    expect((await okta.admin("POST", `${path}/${first}/lifecycle/deactivate`)).at("status")).toBe("INACTIVE");
    expect((await okta.admin("DELETE", `${path}/${first}`)).status).toBe(204);
    expect((await okta.admin("GET", path)).each("", "kid")).toEqual(["b"]);
  });

  test("are refused with a name that is taken, without a name, or weak", async () => {
    const { okta, jwk, path } = await withKey();
    const { kid: _kid, ...unnamed } = (await newKey("x")).jwk;
    for (const body of [
      jwk,
      unnamed,
      { kty: "RSA", kid: "w", e: "AQAB", n: Buffer.alloc(128, 1).toString("base64url") },
    ]) {
      expect((await okta.admin("POST", path, body)).at("errorSummary")).toBe("Api validation failed: JsonWebKey");
    }
    expect((await okta.admin("GET", path)).each("", "kid")).toEqual(["a"]);
  });

  test("of an app with Okta scopes are for super admins", async () => {
    const okta = await startOkta();
    const lesser = await createManager(okta, ["okta.apps.manage"], ["APP_ADMIN"]);
    const granted = await createManager(okta, ["okta.clients.read"], []);
    const { jwk } = await newKey("b");
    const path = `/api/v1/apps/${granted.id}/credentials/jwks`;
    expect((await okta.bearer(await lesser.token("okta.apps.manage"), "POST", path, jwk)).status).toBe(403);
    expect((await okta.admin("POST", path, jwk)).status).toBe(201);
  });
});
