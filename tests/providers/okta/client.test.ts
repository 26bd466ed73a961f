import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { orgToken } from "../../../providers/okta/access-token.ts";
import { all, askOkta, findAtOkta, oktaClient } from "../../../providers/okta/client.ts";
import { type OktaLogin, readOktaConnection, readsAlone, scopeToRead } from "../../../providers/okta/login.ts";
import { type Lab, startLab } from "../../../sandbox/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.close());

const serviceApp = (): Extract<OktaLogin, { kind: "service app" }> => ({
  kind: "service app",
  ...lab.credentials.okta,
});

describe("reading Okta by the vendor's SDK", () => {
  test("as a service app: one login for all calls, its scopes asked for", async () => {
    const client = oktaClient({ orgUrl: lab.okta.url, login: serviceApp() }, [
      "okta.apps.manage",
      "okta.appGrants.manage",
    ]);
    const start = lab.journal.position;
    const [app] = await all(client.applicationApi.listApplications());
    const grants = await all(client.applicationApi.listScopeConsentGrants({ appId: app?.id ?? "" }));
    expect(grants.map(({ scopeId }) => scopeId)).toContain("okta.apps.manage");
    const calls = lab.journal.entries({ after: start });
    expect(calls.map(({ caller, method, status }) => `${caller} ${method} ${status}`)).toEqual([
      "okta-anypoint POST 200",
      "okta-anypoint GET 200",
      "okta-anypoint GET 200",
    ]);
  });

  test("goes straight where NO_PROXY says so", async () => {
    const former = { ...process.env };
    Object.assign(process.env, {
      HTTPS_PROXY: "http://127.0.0.1:9",
      https_proxy: "http://127.0.0.1:9",
      NO_PROXY: "127.0.0.1",
    });
    try {
      const client = oktaClient({ orgUrl: lab.okta.url, login: serviceApp() }, ["okta.apps.manage"]);
      expect(await all(client.applicationApi.listApplications())).toHaveLength(1);
    } finally {
      process.env = former;
    }
  });

  test("with an access token", async () => {
    const { accessToken } = await orgToken(lab.okta.url, serviceApp(), ["okta.apps.manage"]);
    const client = oktaClient({ orgUrl: lab.okta.url, login: { kind: "access token", accessToken } }, []);
    expect(await all(client.applicationApi.listApplications())).toHaveLength(1);
  });

  test("what is not there, and what is refused", async () => {
    const client = oktaClient({ orgUrl: lab.okta.url, login: { kind: "API token", apiToken: "00-wrong-token" } }, []);
    const read = () => client.applicationApi.getApplication({ appId: "0oanone" });
    await expect(askOkta(lab.okta.url, "read the app 0oanone", read)).rejects.toMatchObject({
      name: "OktaError",
      code: "refused",
      status: 401,
      error: "E0000011",
    });
    const granted = oktaClient({ orgUrl: lab.okta.url, login: serviceApp() }, ["okta.apps.manage"]);
    const find = () => granted.applicationApi.getApplication({ appId: "0oanone" });
    expect(await findAtOkta(lab.okta.url, "read the app 0oanone", find)).toBeUndefined();
  });

  test("an org that can't be reached says so, without a word of the credentials", async () => {
    const client = oktaClient({ orgUrl: "http://127.0.0.1:9", login: serviceApp() }, ["okta.apps.manage"]);
    const read = askOkta("http://127.0.0.1:9", "list apps", () => all(client.applicationApi.listApplications()));
    await expect(read).rejects.toMatchObject({ code: "unreachable", reason: "ECONNREFUSED" });
  });
});

describe("the org's token", () => {
  test("is refused with Okta's own words", async () => {
    const app = { ...serviceApp(), clientId: "0oaunknown" };
    await expect(orgToken(lab.okta.url, app, ["okta.apps.manage"])).rejects.toMatchObject({
      code: "refused",
      status: 401,
      error: "invalid_client",
    });
  });

  test("a key that can't be read is named by its app alone", async () => {
    const app = { ...serviceApp(), privateKey: "-----BEGIN PRIVATE KEY-----\nnonsense" };
    await expect(orgToken(lab.okta.url, app, [])).rejects.toThrow(/^The private key of \S+ can't be read: give/);
  });
});

describe("the login that the configuration gives", () => {
  const read = (config: Record<string, string>, env: Record<string, string> = {}) =>
    readOktaConnection((key) => config[key], env);
  const orgUrl = { "okta-anypoint:orgUrl": "https://acme.okta.com/" };

  test("by key, from the plugin's variables, and by token", () => {
    const byKey = { "okta:clientId": "0oa1", "okta:privateKey": "pem", "okta:privateKeyId": "kid" };
    expect(read({ ...orgUrl, ...byKey })).toEqual({
      orgUrl: "https://acme.okta.com",
      login: { kind: "service app", clientId: "0oa1", privateKey: "pem", privateKeyId: "kid" },
    });
    expect(read(orgUrl, { OKTA_API_CLIENT_ID: "0oa1", OKTA_API_PRIVATE_KEY: "pem" }).login.kind).toBe("service app");
    const escaped = read(orgUrl, { OKTA_API_CLIENT_ID: "0oa1", OKTA_API_PRIVATE_KEY: "a\\nb" }).login;
    expect(escaped).toMatchObject({ privateKey: "a\nb" });
    expect(read({ ...orgUrl, "okta:apiToken": "00x" }).login.kind).toBe("API token");
    expect(read(orgUrl, { OKTA_ACCESS_TOKEN: "ey" }).login.kind).toBe("access token");
  });

  test("to read with, by the scopes that it is said to have", () => {
    const token = { ...orgUrl, "okta:apiToken": "00x" };
    const [reading, manage] = ["okta.apps.read", "okta.apps.manage"];
    const said = (config: Record<string, string>, env?: Record<string, string>) => {
      const connection = read({ ...token, ...config }, env);
      return [scopeToRead(connection, manage), readsAlone(connection)];
    };
    expect(said({})).toEqual([manage, false]);
    expect(said({ "okta:scopes": JSON.stringify([reading, "okta.roles.read"]) })).toEqual([reading, true]);
    expect(said({}, { OKTA_API_SCOPES: `${reading}, okta.roles.read` })).toEqual([reading, true]);
    expect(said({}, { OKTA_API_SCOPES: `${reading},okta.roles.manage` })).toEqual([reading, false]);
    expect(said({}, { OKTA_API_SCOPES: `${reading},${manage}` })).toEqual([manage, false]);
    expect(said({ "okta:scopes": "[" }, { OKTA_API_SCOPES: reading })).toEqual([manage, false]);
  });

  test("none, or no org", () => {
    expect(() => read(orgUrl)).toThrow("No way to log in to Okta");
    expect(() => read({ "okta:apiToken": "00x" })).toThrow("okta-anypoint:orgUrl");
  });
});
