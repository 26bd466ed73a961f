import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { oktaPlugin } from "../../../../sandbox/plugins/okta/provider.ts";
import { type FakeOkta, startFakeOkta } from "../fake-okta.ts";
import { type RunningPlugin, startPlugin } from "../plugin-client.ts";
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

describe("refusals", () => {
  test.each([
    ["a missing label", { type: "web" }, "label", 'The argument "label" is required'],
    ["an unknown argument", { ...WEB, dpop: true }, "dpop", 'An argument named "dpop" is not expected here'],
    ["an output", { ...WEB, clientSecret: "x" }, "clientSecret", "is not expected here"],
    ["a wrong type", { ...WEB, redirectUris: "x" }, "redirectUris", "must be a list"],
    ["a response type", { ...WEB, responseTypes: ["fish"] }, "responseTypes", '["code","token","id_token"]'],
    ["items of a wrong type", { ...WEB, redirectUris: [1] }, "redirectUris", "must hold strings alone"],
    [
      "a member that a key can't have",
      { ...WEB, jwks: [{ ...SERVICE.jwks[0], use: "sig" }] },
      "jwks",
      "'app.jwks[0].use'",
    ],
    ["a member of a wrong type", { ...WEB, jwks: [{ ...SERVICE.jwks[0], n: 1 }] }, "jwks", '"n" must be a string'],
    ["a key without a kid", { ...WEB, jwks: [{ kty: "RSA", e: "AQAB", n: "x" }] }, "jwks", "'app.jwks[0].kid'"],
    ["a key that is none", { ...WEB, jwks: ["x"] }, "jwks", '"jwks[0]" must be an object'],
    ["what is not modelled", { ...WEB, logo: "x.png" }, "logo", "this stand-in does not model it"],
    [
      "both own secrets",
      { ...WEB, clientBasicSecret: "a", clientBasicSecretWo: "b" },
      "clientBasicSecret",
      "conflicts with clientBasicSecretWo",
    ],
  ])("check refuses %s", async (_, inputs, property, reason) => {
    const { failures } = await plugin.resource(TOKEN, "app").check(inputs);
    expect(failures).toEqual([{ property, reason: expect.stringContaining(reason) }]);
  });

  test.each([
    ["private_key_jwt without keys", { ...SERVICE, jwks: undefined }, "'jwks' or 'jwks_uri' is required"],
    [
      "a service app with authorization_code",
      { ...SERVICE, grantTypes: ["client_credentials", "authorization_code"] },
      'failed conditional validation for field "grant_types" of type "service"',
    ],
    ["a web app without authorization_code", { ...WEB, grantTypes: ["client_credentials"] }, "[authorization_code]"],
    ["a login mode without URI", { ...WEB, loginMode: "OKTA" }, "'login_uri'"],
    ["implicit without a token", { ...WEB, grantTypes: ["authorization_code", "implicit"] }, "'response_types'"],
  ])("create refuses %s, after the preview and before any request", async (_, inputs, message) => {
    const app = await login("apiToken");
    const checked = await app.check(inputs);
    expect(checked.failures).toEqual([]);
    await app.create(checked.inputs, true);
    await expect(app.create(checked.inputs)).rejects.toThrow(message);
    expect(okta.lines()).toEqual([]);
  });

  test("a web app may have client credentials beside the code", async () => {
    const app = await login("privateKey");
    const { inputs } = await app.check({ ...WEB, grantTypes: ["authorization_code", "client_credentials"] });
    await expect(app.create(inputs)).resolves.toMatchObject({ id: "0oa1" });
  });

  test("Okta's refusal comes with its causes", async () => {
    const app = await login("privateKey");
    okta.next("POST /api/v1/apps", 400, {
      errorCode: "E0000001",
      errorSummary: "Api validation failed: client_id",
      errorCauses: [{ errorSummary: "client_id: The client_id is in use." }],
    });
    await expect(app.create((await app.check(WEB)).inputs)).rejects.toThrow(
      "failed to create OAuth application: the API returned an error: Api validation failed: client_id. Causes: errorSummary: client_id: The client_id is in use.",
    );
  });
});
