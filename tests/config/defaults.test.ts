import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { DEFAULTS_KEY, aboveDefault, effectiveValue, placeOf, withDefaults } from "../../config/defaults.ts";
import { SettingsError, readSettings } from "../../config/settings.ts";

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A configuration as Pulumi hands it over: keys of our namespace without it, under the defaults. */
const layered = (own: Record<string, unknown>, defaults: unknown) =>
  Object.fromEntries([
    ...Object.entries(own).map(([key, value]) => [`okta-anypoint:${key}`, text(value)]),
    [DEFAULTS_KEY, text(defaults)],
  ]) as Record<string, string>;

/** The value of one key as it counts. */
const merged = (own: unknown, inherited: unknown): unknown => {
  const config = layered(own === undefined ? {} : { key: own }, { key: inherited });
  const value = withDefaults(config)["okta-anypoint:key"];
  return value === undefined ? undefined : (JSON.parse(value) as unknown);
};

const OWN = { orgUrl: "https://acme.okta.com", clientProvider: { environments: ["Sandbox"] } };
const LOGINS = {
  "okta:clientId": "0oaBootstrap",
  "okta:privateKey": RSA,
  "anypoint:clientId": "app",
  "anypoint:clientSecret": "hidden-value",
};
const settingsOf = (own: Record<string, unknown>, defaults: unknown, secret: readonly string[] = []) =>
  readSettings({
    stack: "dev",
    config: { ...LOGINS, ...layered({ ...OWN, ...own }, defaults) },
    isSecret: (key) => /:(privateKey|clientSecret)$/.test(key) || secret.includes(key),
    environment: {},
  });

function errorOf(own: Record<string, unknown>, defaults: unknown, secret?: readonly string[]): SettingsError {
  try {
    settingsOf(own, defaults, secret);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("the configuration has no errors");
}
const problemsOf = (...given: Parameters<typeof errorOf>) =>
  errorOf(...given).problems.map(({ key, problem }) => `${key}: ${problem}`);

describe("the merge", () => {
  test.each<[what: string, own: unknown, inherited: unknown, expected: unknown]>([
    ["a key that only the defaults have", undefined, { a: 1 }, { a: 1 }],
    ["members of both", { b: { c: 2 } }, { a: 1, b: { d: 3 } }, { a: 1, b: { c: 2, d: 3 } }],
    ["a value over a value", { a: 2 }, { a: 1 }, { a: 2 }],
    ["a list over a list, as a whole", { a: [3] }, { a: [1, 2] }, { a: [3] }],
    ["null, which takes a member away", { a: null, b: 1 }, { a: { c: 1 } }, { b: 1 }],
    ["null without a default, for the schema to refuse", { a: null }, { b: 1 }, { a: null, b: 1 }],
    ["an empty value, which takes an object away", "", { a: 1 }, undefined],
    ["false over true", false, true, false],
    ["an object over a list", { a: 1 }, [1], { a: 1 }],
  ])("%s", (_, own, inherited, expected) => {
    expect(merged(own, inherited)).toEqual(expected);
  });

  test("keys of other namespaces are left alone, and the defaults are no key any more", () => {
    const config = { ...layered({}, { orgUrl: "https://acme.okta.com" }), "anypoint:host": "US" };
    expect(withDefaults(config)).toEqual({ "okta-anypoint:orgUrl": "https://acme.okta.com", "anypoint:host": "US" });
    expect(effectiveValue((key) => (config as Record<string, string>)[key], "okta-anypoint:orgUrl")).toBe(
      "https://acme.okta.com",
    );
  });

  test("a value that is no JSON stays for the settings to refuse", () => {
    expect(withDefaults({ ...layered({}, { key: { a: 1 } }), "okta-anypoint:key": "{oops" })).toEqual({
      "okta-anypoint:key": "{oops",
    });
  });

  test("what has to stand above a default gives the value again, and nothing that the default says", () => {
    const tree = fc.letrec<{ value: unknown; tree: object }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.integer({ max: 3 }), fc.array(fc.integer({ max: 3 })), tie("tree")),
      tree: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("value"), { noNullPrototype: true }),
    })).tree;
    fc.assert(
      fc.property(tree, tree, (value, inherited) => {
        const own = aboveDefault(value, inherited);
        expect(merged(own, inherited)).toEqual(value);
        expect(aboveDefault(value, value)).toBeUndefined();
      }),
    );
  });
});

describe("settings over defaults", () => {
  test("the defaults count where the stack says nothing", () => {
    const settings = settingsOf(
      { rotation: { drainMinutes: 5 }, protect: false },
      { rotation: { drainMinutes: 90, maxKeyAgeDays: 30 }, protect: true, clientProvider: { timeoutSeconds: 9 } },
    );
    expect(settings.rotation).toEqual({ drainMinutes: 5, maxKeyAgeDays: 30 });
    expect(settings.protect).toBe(false);
    expect(settings.clientProvider).toMatchObject({ timeoutSeconds: 9, name: "okta-dev" });
  });

  test("a stack may take an existing server where the others create one, or none at all", () => {
    const defaults = { authorizationServer: { create: { audience: "api://orders" }, scopes: ["read"] } };
    const server = { id: "default", create: null };
    expect(settingsOf({ authorizationServer: server }, defaults).authorizationServer).toMatchObject({
      id: "default",
      scopes: [{ name: "read" }],
    });
    expect(settingsOf({ authorizationServer: "" }, defaults).authorizationServer).toBeUndefined();
  });

  test("problems of both layers are in one list, each with the place where it is", () => {
    const error = errorOf(
      { rotation: { drainMinutes: -1 }, nothing: 1 },
      { rotation: { maxKeyAgeDays: 0 }, verification: { wrong: 1 }, orgurl: "x", "okta:clientId": "x" },
    );
    expect(error.message).toBe(
      `The configuration of stack "dev" has 6 errors; nothing was changed anywhere.
  - okta-anypoint:defaults.rotation.maxKeyAgeDays: give at least 1 days
  - okta-anypoint:defaults.verification.wrong: is not a setting.
  - okta-anypoint:defaults.orgurl: is not a setting. ${KNOWN}
  - okta-anypoint:defaults.okta:clientId: stands beside okta-anypoint:defaults, directly under \`config:\`
  - okta-anypoint:rotation.drainMinutes: give at least 0 minutes
  - okta-anypoint:nothing: is not a setting. ${KNOWN}
Mend them in Pulumi.yaml (what is under okta-anypoint:defaults, for all stacks); and in Pulumi.dev.yaml, or with \`pulumi config set\`. Pulumi.dev.yaml over Pulumi.yaml is a complete example.`,
    );
  });

  test("a wrong default is told where the stack has another value too", () => {
    expect(problemsOf({ rotation: { drainMinutes: 5 } }, { rotation: { drainMinutes: "soon" } })).toEqual([
      "okta-anypoint:defaults.rotation.drainMinutes: give a whole number of minutes from 0 to 10080",
    ]);
  });

  test("what the defaults lack is for the stacks to say, and told as theirs", () => {
    expect(settingsOf({}, { clientProvider: { mode: "managed" } }).clientProvider.mode).toBe("managed");
    const incomplete = { authorizationServer: { scopes: ["read"] }, manager: { adminRole: { role: "cr0" } } };
    const completed = {
      authorizationServer: { id: "default" },
      manager: { adminRole: { type: "CUSTOM", resourceSet: "iam" } },
    };
    expect(settingsOf(completed, incomplete).authorizationServer?.id).toBe("default");
    expect(problemsOf({ clientProvider: {} }, { clientProvider: { timeoutSeconds: 5 } })).toEqual([
      "okta-anypoint:clientProvider.environments: give a list of environments",
    ]);
  });

  test("an entry of a list in the defaults is whole", () => {
    expect(problemsOf({}, { apis: [{ name: "orders", environment: "Sandbox" }] })).toEqual([
      "okta-anypoint:defaults.apis[0]: give either instanceId (an existing instance) or asset (with adopt: true to take an existing one)",
    ]);
  });

  test("contradictions between settings are told at the layer that has the value", () => {
    const defaults = { consumers: [{ name: "mobile", api: "orders" }] };
    expect(problemsOf({}, defaults)).toEqual([expect.stringMatching(/^okta-anypoint:defaults\.consumers\[0\]\.api: /)]);
    expect(problemsOf({ consumers: [{ name: "mobile", api: "orders" }] }, defaults)).toEqual([
      expect.stringMatching(/^okta-anypoint:consumers\[0\]\.api: /),
    ]);
  });

  test("secrets are refused, and are in no message", () => {
    const error = errorOf({}, { managerPrivateKey: RSA, inspectorClientSecret: "hidden-too" });
    expect(error.problems).toEqual([
      expect.objectContaining({ key: "okta-anypoint:defaults.managerPrivateKey" }),
      expect.objectContaining({ key: "okta-anypoint:defaults.inspectorClientSecret" }),
    ]);
    expect(error.message).not.toMatch(/hidden-too|PRIVATE KEY-----/);
  });

  test.each([
    ["a text", "some", [], "give an object of settings; in Pulumi.yaml it stands under `value:`"],
    ["a list", [1], [], "give an object of settings; in Pulumi.yaml it stands under `value:`"],
    ["a secret", {}, [DEFAULTS_KEY], "is stored as a secret; all stacks read it in clear"],
  ])("%s is no object of defaults", (_, defaults, secret, problem) => {
    expect(problemsOf({}, defaults, secret)).toEqual([`${DEFAULTS_KEY}: ${problem}`]);
  });
});

test.each<[key: string, own: Record<string, unknown>, expected: string]>([
  ["okta-anypoint:apis[1].name", {}, "okta-anypoint:defaults.apis[1].name"],
  ["okta-anypoint:apis[1].name", { apis: [] }, "okta-anypoint:apis[1].name"],
  [
    "okta-anypoint:rotation.drainMinutes",
    { rotation: { maxKeyAgeDays: 1 } },
    "okta-anypoint:defaults.rotation.drainMinutes",
  ],
  ["okta-anypoint:rotation.drainMinutes", { rotation: 1 }, "okta-anypoint:rotation.drainMinutes"],
  ["okta-anypoint:rotation.other", {}, "okta-anypoint:rotation.other"],
  ["anypoint:host", {}, "anypoint:host"],
])("a problem of %s with %j of the stack's own is at %s", (key, own, expected) => {
  const defaults = { apis: [{ name: "a" }, { name: "b" }], rotation: { drainMinutes: 1 }, host: "US" };
  expect(placeOf(key, layered(own, defaults))).toBe(expected);
});

const KNOWN =
  "Known keys: orgUrl, manager, managerPrivateKey, registrationHeader, inspector, inspectorClientSecret, rotation, authorizationServer, clientProvider, apis, consumers, verification, protect, verifyAfterUp, adopt, exportConsumerSecrets.";
