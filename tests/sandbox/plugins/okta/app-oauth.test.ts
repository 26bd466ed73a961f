import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Secret, UNKNOWN, revealProps } from "../../../../sandbox/plugins/grpc/values.ts";
import { oktaPlugin } from "../../../../sandbox/plugins/okta/provider.ts";
import { type FakeOkta, startFakeOkta } from "../fake-okta.ts";
import { type RunningPlugin, incompleteOf, startPlugin } from "../plugin-client.ts";
import { OAUTH_APP as TOKEN, SERVICE, WEB } from "./apps.ts";
import { type LoginName, configurationOf } from "./logins.ts";

let okta: FakeOkta;
let plugin: RunningPlugin;

async function login(name: LoginName) {
  await plugin.configure(configurationOf(name, okta.url));
  okta.lines();
  return plugin.resource(TOKEN);
}

beforeEach(async () => {
  okta = await startFakeOkta();
  plugin = await startPlugin(oktaPlugin);
});

afterEach(async () => {
  plugin.close();
  await okta.close();
});

describe("bodies", () => {
  test("the exact body of a service app with a key", async () => {
    const app = await login("privateKey");
    await app.create((await app.check(SERVICE)).inputs);
    const body = okta.requests.find(({ line }) => line.startsWith("POST /api/v1/apps"))?.body;
    expect(body).toEqual({
      accessibility: {},
      credentials: {
        oauthClient: {
          autoKeyRotation: true,
          client_id: "mulesoft-client-manager",
          pkce_required: false,
          token_endpoint_auth_method: "private_key_jwt",
        },
        userNameTemplate: { template: "${source.login}", type: "BUILT_IN" },
      },
      label: "Manager",
      name: "oidc_client",
      signOnMode: "OPENID_CONNECT",
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
          jwks: { keys: [{ kty: "RSA", kid: "kid-1", e: "AQAB", n: "bW9kdWx1cw", status: "ACTIVE" }] },
        },
      },
      visibility: { hide: { iOS: true, web: true } },
    });
  });

  const oauthClientOf = (line: string) =>
    okta.requests
      .filter((request) => request.line.startsWith(line) && !request.line.includes("/policies/"))
      .map(({ body }) => (body as { credentials: { oauthClient: Record<string, unknown> } }).credentials.oauthClient)
      .at(-1);

  test("an update sends the client id, the secret of the state and the settings that were read back", async () => {
    const app = await login("privateKey");
    const { inputs } = await app.check(WEB);
    const created = await app.create(inputs);
    await app.update(created.id, created.outputs, { ...inputs, label: "other" });
    expect(oauthClientOf("PUT")).toMatchObject({ client_id: "0oa1", client_secret: "secret-of-0oa1" });
    const put = okta.requests.find(({ line }) => line === "PUT /api/v1/apps/0oa1")?.body;
    expect(put).toMatchObject({
      settings: { app: {}, manualProvisioning: false, oauthClient: { dpop_bound_access_tokens: false } },
    });
  });

  test("omitSecret keeps the secret out of the state and sends an empty one", async () => {
    const app = await login("privateKey");
    const { inputs } = await app.check({ ...WEB, omitSecret: true });
    const created = await app.create(inputs);
    expect(created.outputs["clientSecret"]).toBeUndefined();
    const updated = await app.update(created.id, created.outputs, { ...inputs, label: "other" });
    expect(oauthClientOf("PUT")).toMatchObject({ client_secret: "" });
    expect(updated["clientSecret"]).toBeUndefined();
    const back = (await app.check(WEB)).inputs;
    expect((await app.diff(updated, { ...back, label: "other" }))["omitSecret"]).toEqual({
      kind: "DELETE",
      replaces: true,
    });
  });

  test("a secret of the program's own is sent and stays secret", async () => {
    const app = await login("privateKey");
    const { inputs } = await app.check({ ...WEB, clientBasicSecret: "own-secret-of-the-program" });
    const created = await app.create(inputs);
    expect(oauthClientOf("POST /api/v1/apps?")).toMatchObject({ client_secret: "own-secret-of-the-program" });
    expect(created.outputs["clientBasicSecret"]).toBeInstanceOf(Secret);
  });
});

describe("state", () => {
  test("the client secret comes back secret and survives a refresh, which Okta answers without it", async () => {
    const app = await login("apiToken");
    const { inputs } = await app.check(WEB);
    const created = await app.create(inputs);
    expect(created.outputs["clientSecret"]).toBeInstanceOf(Secret);
    expect(revealProps(created.outputs)["clientSecret"]).toBe("secret-of-0oa1");
    const read = await app.read(created.id, created.outputs, inputs);
    expect(read.outputs).toEqual(created.outputs);
    expect(read.inputs).toEqual(inputs);
    expect(await app.diff(read.outputs, inputs)).toEqual({});
  });

  test("drift shows in the inputs and as a difference", async () => {
    const app = await login("apiToken");
    const { inputs } = await app.check(WEB);
    const created = await app.create(inputs);
    okta.objects.get("/api/v1/apps/0oa1")!["label"] = "by hand";
    const read = await app.read(created.id, created.outputs, inputs);
    expect(read.inputs["label"]).toBe("by hand");
    expect(await app.diff(read.outputs, inputs)).toEqual({ label: { kind: "UPDATE", replaces: false } });
  });

  test("an org that does not say whether it is Classic counts as one that is not, and is asked again", async () => {
    const app = await login("apiToken");
    okta.next("GET /.well-known/okta-organization", 500, { errorCode: "E0000009" });
    const { inputs } = await app.check(WEB);
    const created = await app.create(inputs);
    expect(created.outputs["authenticationPolicy"]).toBe("rstDefault");
    await app.read(created.id, created.outputs, inputs);
    expect(okta.lines().filter((line) => line.endsWith("okta-organization"))).toHaveLength(2);
  });

  test("a deleted app is an error on refresh", async () => {
    const app = await login("apiToken");
    await expect(app.read("0oaGone", { label: "x" }, { label: "x" })).rejects.toThrow(
      "failed to get OAuth application: the API returned an error: Not found: Resource not found",
    );
  });

  test("an import fills the inputs from Okta, without differences to the same program", async () => {
    const app = await login("apiToken");
    const { inputs } = await app.check(WEB);
    const created = await app.create(inputs);
    const imported = await app.read(created.id);
    expect(imported.inputs).toMatchObject({ label: "Inspector", type: "web", redirectUris: WEB.redirectUris });
    expect(await app.diff(imported.outputs, inputs)).toEqual({});
  });

  test("an import has no client secret; a change that brings it along puts it into the state, and Okta keeps it", async () => {
    const app = await login("apiToken");
    const created = await app.create((await app.check(WEB)).inputs);
    const secret = String(revealProps(created.outputs)["clientSecret"]);
    const imported = await app.read(created.id);
    expect(revealProps(imported.outputs)["clientSecret"]).toBeUndefined();
    const { inputs } = await app.check({ ...WEB, clientBasicSecret: secret });
    expect(Object.keys(await app.diff(imported.outputs, inputs))).toEqual(["clientBasicSecret"]);
    const updated = await app.update(created.id, imported.outputs, inputs);
    expect(revealProps(updated)["clientSecret"]).toBe(secret);
  });

  test("a preview makes no request and leaves unknown what Okta fills in", async () => {
    const app = await login("apiToken");
    const preview = await app.create((await app.check(WEB)).inputs, true);
    expect(preview.id).toBe("");
    expect(preview.outputs).toMatchObject({ label: "Inspector", clientId: UNKNOWN, clientSecret: UNKNOWN });
    const chosen = await app.create((await app.check(SERVICE)).inputs, true);
    expect(chosen.outputs["clientId"]).toBe("mulesoft-client-manager");
    expect(okta.lines()).toEqual([]);
  });

  test("what exists after a creation that failed half-way is handed over", async () => {
    const app = await login("privateKey");
    okta.next("PUT /api/v1/apps/", 403, { errorCode: "E0000006", errorSummary: "You do not have permission" });
    const failure = await app.create((await app.check(WEB)).inputs).catch((error: unknown) => error);
    expect(String(failure)).toContain(
      "failed to set authentication policy for an OAuth application: the API returned an error: You do not have permission",
    );
    const incomplete = incompleteOf(failure);
    expect(incomplete?.id).toBe("0oa1");
    expect(incomplete?.outputs["clientSecret"]).toBeInstanceOf(Secret);
  });
});

describe("differences", () => {
  let inputs: Record<string, unknown>;
  let state: Record<string, unknown>;
  let app: ReturnType<RunningPlugin["resource"]>;

  beforeEach(async () => {
    app = await login("privateKey");
    inputs = (await app.check(SERVICE)).inputs;
    state = (await app.create(inputs)).outputs;
  });

  test.each([
    ["label", { label: "x" }, { label: { kind: "UPDATE", replaces: false } }],
    ["type", { type: "web" }, { type: { kind: "UPDATE", replaces: true } }],
    ["clientId", { clientId: "another-one" }, { clientId: { kind: "UPDATE", replaces: true } }],
    ["an unknown key", { jwks: UNKNOWN }, { jwks: { kind: "UPDATE", replaces: false } }],
    ["an unknown client id", { clientId: UNKNOWN }, { clientId: { kind: "UPDATE", replaces: true } }],
    ["a note", { adminNote: "x" }, { adminNote: { kind: "ADD", replaces: false } }],
  ])("%s", async (_, change, expected) => {
    expect(await app.diff(state, { ...inputs, ...change })).toEqual(expected);
  });

  test("a client id that the program leaves to Okta makes none", async () => {
    const { clientId: _, ...rest } = inputs;
    expect(await app.diff(state, rest)).toEqual({});
  });

  test("an app that is inactive already is deleted at once", async () => {
    const updated = await app.update("0oa1", state, { ...inputs, status: "INACTIVE" });
    okta.lines();
    await app.delete("0oa1", updated);
    expect(okta.lines()).toEqual(["DELETE /api/v1/apps/0oa1"]);
  });

  test("without the policy to skip nothing of policies is in the state", async () => {
    const { outputs } = await app.create({ ...inputs, skipAuthenticationPolicy: true });
    expect(outputs["authenticationPolicy"]).toBeUndefined();
  });
});

describe("deletion", () => {
  test("is tried again after a server error", async () => {
    const app = await login("privateKey");
    const created = await app.create((await app.check(WEB)).inputs);
    okta.lines();
    okta.next("DELETE /api/v1/apps/0oa1", 500, { errorCode: "E0000009", errorSummary: "Internal Server Error" });
    await app.delete(created.id, created.outputs);
    expect(okta.lines()).toEqual([
      "POST /api/v1/apps/0oa1/lifecycle/deactivate",
      "DELETE /api/v1/apps/0oa1",
      "DELETE /api/v1/apps/0oa1",
    ]);
  });

  test("of an app that is gone is an error", async () => {
    const app = await login("privateKey");
    await expect(app.delete("0oaGone", { status: "INACTIVE" })).rejects.toThrow("failed to delete OAuth application");
  });
});
