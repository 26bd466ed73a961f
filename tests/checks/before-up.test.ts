/** What is wrong with a stack's surroundings is named before `up`, all of it at once, by reading alone. */
import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { changedSides, checksBeforeUp } from "../../checks/before-up.ts";
import { type Expectations, expectationsOf } from "../../checks/expectations.ts";
import { readSettings } from "../../config/settings.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { readConnection } from "../../providers/anypoint/connection.ts";
import { readOktaConnection } from "../../providers/okta/login.ts";
import { oktaId, uuid } from "../../sandbox/core/ids.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";
import { sandboxConfig } from "../../sandbox/stack-config.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab.close());

function configured(changes: Record<string, unknown> = {}) {
  const values = sandboxConfig(lab, changes);
  const config = Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));
  const isSecret = (key: string) => values[key]?.secret ?? false;
  return { config, settings: readSettings({ stack: "sandbox", config, isSecret, environment: {} }) };
}

async function look(changes: Record<string, unknown> = {}, former?: Expectations) {
  const { config, settings } = configured(changes);
  const around = {
    okta: readOktaConnection((key) => config[key], {}),
    anypoint: new AnypointClient({ connection: readConnection((key) => config[key], {}), retries: 0 }),
  };
  return checksBeforeUp(expectationsOf(settings), around, former);
}

const codes = async (changes: Record<string, unknown> = {}, former?: Expectations) =>
  (await look(changes, former)).filter(({ status }) => status === "fail").map(({ code }) => code);

const APIS = "okta-anypoint:apis";
const orders = (changes: object) => ({
  [APIS]: [
    {
      name: "orders",
      environment: "Sandbox",
      asset: { assetId: "orders-api", version: "1.0.0", label: "okta" },
      policy: { scopes: ["custom_scope"] },
      ...changes,
    },
  ],
});

const bootstrapRoles = () => Object.entries(lab.okta.state.roles);
const connectedApp = () => Object.values(lab.anypoint.state.connectedApps)[0]!;
const legacy = () => Object.values(lab.anypoint.state.apiInstances)[0]!;
const without = (scope: string) => () => {
  const app = connectedApp();
  app.scopes.splice(0, app.scopes.length, ...app.scopes.filter((one) => one !== scope));
};

test("where all is right there is nothing but ok, and nothing was written", async () => {
  const before = lab.snapshot();
  const findings = await look();
  expect(findings.filter(({ status }) => status !== "ok")).toEqual([]);
  expect(new Set(findings.map(({ check }) => check))).toEqual(
    new Set([
      "okta-org",
      "okta-login",
      "okta-scopes",
      "okta-super-admin",
      "okta-api-access-management",
      "okta-authorization-server",
      "okta-names",
      "anypoint-login",
      "anypoint-provider-name",
      "anypoint-environment",
      "anypoint-api",
      "anypoint-policy-configuration",
      "anypoint-application-name",
    ]),
  );
  expect(lab.snapshot()).toEqual(before);
  const writes = lab.journal.entries().filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"));
  expect(writes).toEqual([]);
});

describe("Okta", () => {
  test.each<[string, Record<string, unknown>, () => void, string[]]>([
    ["another server than an org", { "okta-anypoint:orgUrl": "ANYPOINT" }, () => {}, ["okta-not-an-org"]],
    ["nobody at the URL", { "okta-anypoint:orgUrl": "http://127.0.0.1:9" }, () => {}, ["okta-unreachable"]],
    ["an unknown client", { "okta:clientId": "0oanobody" }, () => {}, ["okta-login-client-unknown"]],
    ["a key id that the app has not", { "okta:privateKeyId": "other" }, () => {}, ["okta-login-key"]],
    ["a clock behind Okta's", {}, () => (lab.okta.switches.clockSkewSeconds = 400), ["okta-login-clock"]],
    ["a clock far ahead of Okta's", {}, () => (lab.okta.switches.clockSkewSeconds = -3500), ["okta-login-clock"]],
    ["read-only mode, which takes no write but is read", {}, () => (lab.okta.switches.readOnly = true), []],
    [
      "a scope that is not granted",
      {},
      () => {
        const [id] = Object.entries(lab.okta.state.grants).find(([, { scopeId }]) => scopeId === "okta.roles.manage")!;
        delete lab.okta.state.grants[id];
      },
      ["okta-scope-missing"],
    ],
    [
      "no admin role",
      {},
      () => {
        for (const [id] of bootstrapRoles()) delete lab.okta.state.roles[id];
      },
      // Without a role the apps can't be read either.
      ["okta-not-super-admin", "okta-refused", "okta-refused"],
    ],
    [
      "another admin role",
      {},
      () => Object.assign(bootstrapRoles()[0]![1], { type: "ORG_ADMIN" }),
      ["okta-not-super-admin"],
    ],
    [
      "no API Access Management",
      {},
      () => (lab.okta.switches.apiAccessManagement = false),
      ["okta-no-api-access-management"],
    ],
    [
      "an authorization server that is not there",
      { "okta-anypoint:authorizationServer": { id: "ausnone", scopes: ["custom_scope"] } },
      () => {},
      ["okta-server-unknown"],
    ],
    [
      "a scope that the server should have",
      { "okta-anypoint:authorizationServer": { id: "default", existingScopes: ["custom_scope"] } },
      () => {},
      ["okta-scope-unknown"],
    ],
  ])("%s", async (_what, changes, prepare, expected) => {
    if (changes["okta-anypoint:orgUrl"] === "ANYPOINT") changes["okta-anypoint:orgUrl"] = lab.anypoint.url;
    prepare();
    expect(await codes(changes)).toEqual(expected);
  });

  test("a clock a little ahead of Okta's is a warning, since the plugin's login uses the whole hour", async () => {
    lab.okta.switches.clockSkewSeconds = -20;
    const wrong = (await look()).filter(({ status }) => status !== "ok");
    expect(wrong).toMatchObject([
      { status: "warn", code: "okta-clock-ahead", seen: expect.stringMatching(/2[01] seconds ahead of Okta's/) },
    ]);
  });

  test("a clock behind Okta's is named with how far", async () => {
    lab.okta.switches.clockSkewSeconds = 3600 * 3;
    const [wrong] = (await look()).filter(({ status }) => status !== "ok");
    expect(wrong?.whatToDo).toBe(
      "This machine's clock is 3 hours behind Okta's: set it right, best by a time server (NTP).",
    );
  });

  test("a key that is no longer the app's, without a word of it", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { config, settings } = configured();
    const okta = readOktaConnection((key) => (key === "okta:privateKey" ? pem : config[key]), {});
    const anypoint = new AnypointClient({ connection: readConnection((key) => config[key], {}) });
    const findings = await checksBeforeUp(expectationsOf(settings), { okta, anypoint });
    const failed = findings.filter(({ status }) => status === "fail");
    expect(failed.map(({ code }) => code)).toEqual(["okta-login-key"]);
    expect(JSON.stringify(failed)).not.toContain(pem.split("\n")[1]);
  });

  test("names the scope that is missing, and where to grant it", async () => {
    const grants = Object.entries(lab.okta.state.grants);
    for (const [id, { scopeId }] of grants) if (scopeId === "okta.appGrants.manage") delete lab.okta.state.grants[id];
    const [finding] = (await look()).filter(({ status }) => status === "fail");
    expect(finding).toMatchObject({ check: "okta-scopes", seen: expect.stringContaining("okta.appGrants.manage.") });
    expect(finding?.whatToDo).toContain("Okta API Scopes");
  });

  test("a scope that is missing later than the first up is a warning", async () => {
    const { settings } = configured();
    for (const [id, { scopeId }] of Object.entries(lab.okta.state.grants)) {
      if (scopeId === "okta.roles.manage") delete lab.okta.state.grants[id];
    }
    const findings = await look({}, expectationsOf(settings));
    expect(findings.filter(({ status }) => status !== "ok").map(({ status, code }) => [status, code])).toEqual([
      ["warn", "okta-scope-missing"],
      ["unknown", undefined],
    ]);
  });

  test("a login that is said to read alone looks at everything, and is not asked to be super admin", async () => {
    for (const grant of Object.values(lab.okta.state.grants)) grant.scopeId = grant.scopeId.replace(/manage$/, "read");
    for (const [, role] of bootstrapRoles()) role.type = "READ_ONLY_ADMIN";
    const scopes = Object.values(lab.okta.state.grants).map(({ scopeId }) => scopeId);
    const findings = await look({ "okta:scopes": scopes });
    expect(findings.filter(({ status }) => status !== "ok").map(({ check, status }) => [check, status])).toEqual([
      ["okta-super-admin", "unknown"],
    ]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["okta-authorization-server", "okta-names"]),
    );
  });

  test("an org that is busy where it tells its id is not taken for something else", async () => {
    lab.faults.add({ service: "okta", path: "okta-organization$", kind: "refuse", status: 503 });
    expect(await codes()).toEqual(["okta-busy"]);
  });

  test("later than the first up, roles that can't be listed stop nothing", async () => {
    const { settings } = configured();
    lab.faults.add({ service: "okta", path: "/roles$", kind: "refuse", status: 400 });
    const findings = await look({}, expectationsOf(settings));
    expect(findings.filter(({ status }) => status !== "ok").map(({ check, status }) => [check, status])).toEqual([
      ["okta-super-admin", "unknown"],
    ]);
  });

  test("a client id that may not be looked up does not hide an app of our label", async () => {
    const label = "MuleSoft-Token-Introspection (sandbox)";
    const [app] = Object.values(lab.okta.state.apps);
    const id = oktaId("0oa");
    lab.okta.state.apps[id] = { ...structuredClone(app!), id, clientId: id, label };
    lab.faults.add({ service: "okta", path: "/mulesoft-client-manager-sandbox-1/roles$", kind: "refuse", status: 403 });
    expect(await codes()).toEqual(["okta-app-exists"]);
  });

  test("an app with the Inspector's client id that this stack did not make", async () => {
    const [app] = Object.values(lab.okta.state.apps);
    const id = oktaId("0oa");
    lab.okta.state.apps[id] = { ...structuredClone(app!), id, clientId: "mulesoft-token-introspection-sandbox-1" };
    expect(await codes()).toEqual(["okta-client-id-taken"]);
    const { settings } = configured();
    expect(await codes({}, expectationsOf(settings))).toEqual([]);
    expect(await codes({ "okta-anypoint:inspector": { clientId: "another-introspection" } })).toEqual([]);
    expect(await codes({ "okta-anypoint:adopt": { inspectorApp: id } })).toEqual([]);
  });

  test.each([429, 503])("an org that is busy (%s) is not taken for a wrong login", async (status) => {
    lab.faults.add({ service: "okta", path: "/oauth2/v1/token$", kind: "refuse", status, times: 10 });
    expect(await codes()).toEqual(["okta-busy"]);
  });

  test("an app of our label that this stack did not make", async () => {
    const label = "MuleSoft-Token-Introspection (sandbox)";
    const [app] = Object.values(lab.okta.state.apps);
    const id = oktaId("0oa");
    lab.okta.state.apps[id] = { ...structuredClone(app!), id, clientId: id, label };
    expect(await codes()).toEqual(["okta-app-exists"]);
    const { settings } = configured();
    expect(await codes({}, expectationsOf(settings))).toEqual([]);
    expect(await codes({ "okta-anypoint:inspector": { label: "Another" } })).toEqual([]);
  });

  /** An app of the Manager's label, as a release that kept no record of the preflight left it. */
  function addManager(clientId = "mulesoft-client-manager-sandbox-1") {
    const [app] = Object.values(lab.okta.state.apps);
    const id = oktaId("0oa");
    const label = "MuleSoft-Client-Manager (sandbox)";
    lab.okta.state.apps[id] = { ...structuredClone(app!), id, clientId, label };
  }

  test("where the Manager's client is there, what is taken may be our own: a warning", async () => {
    addManager();
    expect(await codes()).toEqual([]);
    const warned = (await look()).filter(({ status }) => status === "warn").map(({ code }) => code);
    expect(warned).toEqual(["okta-app-exists", "okta-client-id-taken"]);
  });

  test("and a login that may do less than the first up needs is one too, also where it can't list a client's roles", async () => {
    addManager();
    Object.assign(bootstrapRoles()[0]![1], { type: "ORG_ADMIN" });
    for (const [id, { scopeId }] of Object.entries(lab.okta.state.grants))
      if (scopeId === "okta.appGrants.manage") delete lab.okta.state.grants[id];
    lab.faults.add({ service: "okta", path: "/roles$", kind: "refuse", status: 403, times: 2 });
    const findings = (await look()).filter(({ status }) => status !== "ok");
    expect(findings.map(({ status, code }) => [status, code])).toEqual([
      ["warn", "okta-scope-missing"],
      ["warn", "okta-not-super-admin"],
      ["warn", "okta-app-exists"],
      ["warn", "okta-client-id-taken"],
      // Whether the Inspector's client id is free can't be looked up either.
      ["unknown", undefined],
    ]);
  });

  test("without the scope to look for a client, the Manager is known by its app", async () => {
    addManager();
    for (const [id, { scopeId }] of Object.entries(lab.okta.state.grants))
      if (scopeId === "okta.roles.manage") delete lab.okta.state.grants[id];
    expect(await codes()).toEqual([]);
  });

  test("an app of the Manager's label with another client id is not ours", async () => {
    addManager("another-client");
    Object.assign(bootstrapRoles()[0]![1], { type: "ORG_ADMIN" });
    expect(await codes()).toEqual(["okta-not-super-admin", "okta-app-exists"]);
  });
});

describe("Anypoint", () => {
  test.each<[string, Record<string, unknown>, () => void, string[]]>([
    ["a wrong client id", { "anypoint:clientId": "nobody" }, () => {}, ["anypoint-login-refused"]],
    ["nobody at the host", { "anypoint:host": "http://127.0.0.1:9" }, () => {}, ["anypoint-unreachable"]],
    [
      "an unknown environment and an unknown business group",
      {
        "okta-anypoint:clientProvider": {
          environments: ["Nowhere", { environment: "Sandbox", businessGroup: "Nobody" }],
        },
      },
      () => {},
      ["anypoint-refused", "anypoint-refused"],
    ],
    ["an unknown API instance", orders({ asset: undefined, instanceId: 1 }), () => {}, ["anypoint-not-found"]],
    [
      "an unknown asset",
      orders({ asset: { assetId: "nothing", version: "1.0.0", label: "x" } }),
      () => {},
      ["anypoint-asset-unknown"],
    ],
    [
      "an unknown version of an asset",
      orders({ asset: { assetId: "orders-api", version: "9.0.0", label: "x" } }),
      () => {},
      ["anypoint-asset-unknown"],
    ],
    [
      "an instance of this label, not to be adopted",
      orders({ asset: { assetId: "orders-api", version: "1.0.0", label: "legacy" } }),
      () => {},
      ["anypoint-api-exists"],
    ],
    [
      "two instances of one label",
      orders({ asset: { assetId: "orders-api", version: "1.0.0", label: "legacy", adopt: true } }),
      () => {
        const id = legacy().id + 1000;
        lab.anypoint.state.apiInstances[id] = { ...structuredClone(legacy()), id };
      },
      ["anypoint-refused"],
    ],
    [
      "an unknown key of the policy",
      orders({ policy: { scopes: ["custom_scope"], configuration: { skipClientId: true } } }),
      () => {},
      ["anypoint-policy-configuration"],
    ],
    [
      "an unknown version of the policy",
      orders({ policy: { scopes: ["custom_scope"], version: "9.9.9" } }),
      () => {},
      ["anypoint-policy-version-unknown"],
    ],
    [
      "an environment list that is empty for want of a scope",
      {},
      () => ["view:environment", "read:orgenvironments"].forEach((scope) => without(scope)()),
      ["anypoint-scope-missing"],
    ],
  ])("%s", async (_what, changes, prepare, expected) => {
    prepare();
    expect(await codes(changes)).toEqual(expected);
  });

  test("a business group in place of the root organization", async () => {
    const group = Object.values(lab.anypoint.state.organizations).find(({ parentId }) => parentId !== null)!;
    expect(await codes({ "anypoint:organizationId": group.id })).toContain("anypoint-not-root");
  });

  test("the limit of client providers, and a name that is taken", async () => {
    const provider = (name: string) => {
      const providerId = uuid();
      const organizationId = Object.keys(lab.anypoint.state.organizations)[0]!;
      lab.anypoint.state.clientProviders[providerId] = {
        providerId,
        organizationId,
        name,
        type: { name: "openid-dynamic-client", description: "" },
      } as (typeof lab.anypoint.state.clientProviders)[string];
    };
    provider("okta-sandbox");
    expect(await codes()).toEqual(["anypoint-provider-exists"]);
    for (let index = 0; index < 24; index += 1) provider(`other-${index}`);
    expect(await codes({ "okta-anypoint:clientProvider": { name: "new", environments: ["Sandbox"] } })).toEqual([
      "anypoint-provider-limit",
    ]);
  });

  test("an application of our name", async () => {
    lab.anypoint.state.applications["1"] = {
      id: 1,
      name: "orders-mobile-sandbox",
      owner: "somebody",
      createdBy: connectedApp().clientId,
    } as unknown as (typeof lab.anypoint.state.applications)[string];
    const failed = (await look()).filter(({ status }) => status === "fail");
    expect(failed.map(({ code }) => code)).toEqual(["anypoint-application-exists"]);
    expect(failed[0]?.seen).toContain("orders-mobile-sandbox");
  });

  test.each(["read:orgclientproviders", "read:api_configuration", "read:exchange", "read:client_applications"])(
    "a connected app without %s, where lists are refused: it is named",
    async (scope) => {
      lab.anypoint.switches.emptyListWithoutScope = false;
      without(scope)();
      // The administrator's scope includes the reader's.
      if (scope === "read:orgclientproviders") without("admin:orgclientproviders")();
      if (scope === "read:client_applications")
        for (const one of ["create:client_applications", "manage:clients", "view:clients"]) without(one)();
      if (scope === "read:api_configuration")
        for (const one of ["manage:api_configuration", "manage:apis"]) without(one)();
      const failed = (await look()).filter(({ status }) => status === "fail");
      expect(failed.map(({ code }) => code)).toContain("anypoint-scope-missing");
      expect(failed.map(({ seen }) => seen).join()).toContain(scope);
    },
  );
});

test("a change of one side asks nothing of the other", () => {
  const expected = expectationsOf(configured().settings);
  expect(changedSides(expected, undefined)).toEqual({ okta: true, anypoint: true });
  expect(changedSides(expected, structuredClone(expected))).toEqual({ okta: false, anypoint: false });
  const environments = [...expected.environments, { environment: "Production" }];
  expect(changedSides({ ...expected, environments }, expected)).toEqual({ okta: false, anypoint: true });
  expect(changedSides({ ...expected, inspector: { label: "Another" } }, expected)).toEqual({
    okta: true,
    anypoint: false,
  });
});

test("everything that is wrong is found at once", async () => {
  lab.okta.switches.apiAccessManagement = false;
  const found = await codes({
    "okta-anypoint:clientProvider": { environments: ["Nowhere"] },
    ...orders({
      asset: { assetId: "nothing", version: "1.0.0", label: "x" },
      policy: { scopes: ["custom_scope"], version: "9.9.9" },
    }),
  });
  expect(found.sort()).toEqual([
    "anypoint-asset-unknown",
    "anypoint-policy-version-unknown",
    "anypoint-refused",
    "okta-no-api-access-management",
  ]);
});
