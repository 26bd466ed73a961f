import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { UNKNOWN } from "../../../../sandbox/plugins/grpc/values.ts";
import { oktaPlugin } from "../../../../sandbox/plugins/okta/provider.ts";
import { type FakeOkta, notFound, startFakeOkta } from "../fake-okta.ts";
import { type RunningPlugin, incompleteOf, startPlugin } from "../plugin-client.ts";
import { type LoginName, configurationOf } from "./logins.ts";

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

async function login(token: string, name: LoginName = "privateKey") {
  await plugin.configure(configurationOf(name, okta.url));
  okta.lines();
  return plugin.resource(token);
}

/** Requests without the one for the token. */
const lines = (): string[] => okta.lines().filter((line) => line !== "POST /oauth2/v1/token");

const GRANTS = "/api/v1/apps/0oaApp/grants";

describe("AppOauthApiScope", () => {
  const TOKEN = "okta:index/appOauthApiScope:AppOauthApiScope";
  const inputsOf = (...scopes: string[]) => ({ appId: "0oaApp", issuer: "https://acme.okta.com", scopes });
  const scopesAtOkta = () =>
    [...okta.objects].filter(([path]) => path.startsWith(`${GRANTS}/`)).map(([, grant]) => grant["scopeId"]);

  test.each<LoginName>(["apiToken", "privateKey"])(
    "one grant per scope, in the same order always; login by %s",
    async (name) => {
      const grants = await login(TOKEN, name);
      const created = await grants.create(inputsOf("okta.clients.register", "okta.clients.read"));
      expect(created).toMatchObject({
        id: "0oaApp",
        outputs: { scopes: ["okta.clients.read", "okta.clients.register"] },
      });
      expect(okta.requests.find(({ line }) => line === `POST ${GRANTS}`)?.body).toEqual({
        issuer: "https://acme.okta.com",
        scopeId: "okta.clients.read",
      });

      expect(await grants.diff(created.outputs, inputsOf("okta.clients.register", "okta.clients.read"))).toEqual({});
      const read = await grants.read(created.id, created.outputs, created.inputs);
      expect(read.inputs).toEqual(created.inputs);
    },
  );

  test("an update grants what is missing, then revokes what is too much", async () => {
    const grants = await login(TOKEN);
    const created = await grants.create(inputsOf("a", "b"));
    await grants.update(created.id, created.outputs, inputsOf("b", "c"));
    expect(scopesAtOkta()).toEqual(["b", "c"]);
  });

  test("a deletion revokes each scope of the state", async () => {
    const grants = await login(TOKEN);
    const created = await grants.create(inputsOf("a", "b"));
    await grants.delete(created.id, created.outputs);
    expect(scopesAtOkta()).toEqual([]);
  });

  test("a deletion after the app went is done", async () => {
    const grants = await login(TOKEN);
    okta.next(`GET ${GRANTS}`, 404, notFound("0oaApp").body);
    await expect(grants.delete("0oaApp", inputsOf("a"))).resolves.toBeUndefined();
    expect(lines()).toEqual([`GET ${GRANTS}`]);
  });

  test("a grant from elsewhere is drift; a missing app is an error", async () => {
    const grants = await login(TOKEN);
    const created = await grants.create(inputsOf("a"));
    okta.objects.set(`${GRANTS}/obj9`, { id: "obj9", scopeId: "okta.users.read", issuer: "https://acme.okta.com" });
    const read = await grants.read(created.id, created.outputs, created.inputs);
    expect(await grants.diff(read.outputs, created.inputs)).toEqual({ scopes: { kind: "UPDATE", replaces: false } });
    okta.next(`GET ${GRANTS}`, 404, notFound("0oaApp").body);
    await expect(grants.read(created.id, created.outputs, created.inputs)).rejects.toThrow(
      "failed to get application scope consent grants: the API returned an error: Not found",
    );
  });

  test("a refused grant stops, leaves the earlier ones behind and no resource", async () => {
    const grants = await login(TOKEN);
    okta.next(`POST ${GRANTS}`, 201, { id: "obj1" });
    okta.next(`POST ${GRANTS}`, 403, { errorCode: "E0000006", errorSummary: "No permission" });
    const failure = await grants.create(inputsOf("a", "b", "c")).catch((error: unknown) => error);
    expect(String(failure)).toContain(
      "failed to grant application api scope: the API returned an error: No permission",
    );
    expect(incompleteOf(failure)).toBeUndefined();
    expect(lines()).toEqual([`POST ${GRANTS}`, `POST ${GRANTS}`]);
  });

  test("another app replaces, an unknown one too", async () => {
    const grants = await login(TOKEN);
    const { outputs, inputs } = await grants.create(inputsOf("a"));
    for (const appId of ["0oaOther", UNKNOWN]) {
      expect(await grants.diff(outputs, { ...inputs, appId })).toEqual({ appId: { kind: "UPDATE", replaces: true } });
    }
  });

  test("an import takes the issuer from the first grant", async () => {
    const grants = await login(TOKEN);
    await grants.create(inputsOf("b", "a"));
    const imported = await grants.read("0oaApp");
    expect(imported.inputs).toMatchObject(inputsOf("a", "b"));
    await expect(grants.read("0oaNone")).rejects.toThrow("no application scope found");
  });
});

describe("OauthRoleAssignment", () => {
  const TOKEN = "okta:app/oauthRoleAssignment:OauthRoleAssignment";
  const inputs = { clientId: "0oaApp", type: "APP_ADMIN" };

  test.each<LoginName>(["apiToken", "privateKey"])("create, read, delete; login by %s", async (name) => {
    const role = await login(TOKEN, name);
    const created = await role.create(inputs);
    expect(okta.requests.at(-1)?.body).toEqual({ type: "APP_ADMIN" });
    expect(created.outputs).toMatchObject({ ...inputs, label: "Application Administrator", status: "ACTIVE" });

    expect((await role.read(created.id, created.outputs, inputs)).outputs).toEqual(created.outputs);
    await role.delete(created.id, created.outputs);
    expect([...okta.objects]).toEqual([]);
  });

  test("a custom role is sent with its resource set, and needs both", async () => {
    const role = await login(TOKEN);
    await role.create({ clientId: "0oaApp", type: "CUSTOM", role: "cr0", resourceSet: "iam0" });
    expect(okta.requests.at(-1)?.body).toEqual({ type: "CUSTOM", role: "cr0", "resource-set": "iam0" });
    const { failures } = await role.check({ clientId: "0oaApp", type: "CUSTOM", role: "cr0" });
    expect(failures).toEqual([{ property: "type", reason: expect.stringContaining("must be set") }]);
  });

  test("everything replaces, nothing updates", async () => {
    const role = await login(TOKEN);
    const { outputs } = await role.create(inputs);
    const changed = { clientId: "0oaB", type: "CUSTOM", role: "cr0", resourceSet: "iam0" };
    const diff = await role.diff(outputs, changed);
    expect(Object.keys(diff).sort()).toEqual(["clientId", "resourceSet", "role", "type"]);
    expect(Object.values(diff).every(({ replaces }) => replaces)).toBe(true);
    await expect(role.update("obj1", outputs, changed)).rejects.toThrow("Update not supported");
  });

  test("what is gone is an error, on refresh and on deletion", async () => {
    const role = await login(TOKEN);
    await expect(role.read("IFIF", inputs, inputs)).rejects.toThrow("Unable to read role assignment: the API returned");
    await expect(role.delete("IFIF", inputs)).rejects.toThrow("Unable to delete role assignment: the API returned");
  });

  test("an import id carries the client", async () => {
    const role = await login(TOKEN);
    await role.create(inputs);
    const imported = await role.read("0oaApp/obj1");
    expect(imported.id).toBe("obj1");
    expect(imported.inputs).toMatchObject(inputs);
    await expect(role.read("obj1")).rejects.toThrow("expected clientId/id, got 'obj1'");
  });
});
