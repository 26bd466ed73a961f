/** The examples: each stack's file over the project's. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { DEFAULTS_KEY, isTree } from "../../config/defaults.ts";
import { SECRET_KEYS, type Settings, readSettings } from "../../config/settings.ts";
import { stackConfig } from "../../config/schema.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** The logins, which no file has: they come from the environment, or a person stores them. */
const LOGINS = ["okta:clientId", "okta:privateKeyId", "okta:privateKey", "anypoint:clientId", "anypoint:clientSecret"];
const ENVIRONMENT = {
  ...{ OKTA_API_CLIENT_ID: "0oaReads", OKTA_API_PRIVATE_KEY_ID: "one", OKTA_API_PRIVATE_KEY: KEY },
  ...{ ANYPOINT_CLIENT_ID: "reads", ANYPOINT_CLIENT_SECRET: "secret" },
};

type Config = Record<string, unknown>;

const configOf = (file: string): Config => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  return (parse(text) as { config: Config }).config;
};

/** Pulumi.yaml's layer as the engine inherits it: objects and lists stand under `value`. */
const project: Config = Object.fromEntries(
  Object.entries(configOf("Pulumi.yaml")).map(([key, value]) => [key, isTree(value) ? value.value : value]),
);
const defaults = project[DEFAULTS_KEY] as Config;

const STACKS = ["dev", "staging", "prod"] as const;
type Stack = (typeof STACKS)[number];
const own = Object.fromEntries(STACKS.map((stack) => [stack, configOf(`Pulumi.${stack}.yaml`)])) as Record<
  Stack,
  Config
>;

function settingsOf(stack: Stack): Settings {
  const config: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...project, ...own[stack] })) {
    config[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return readSettings({ stack, config, isSecret: () => false, environment: ENVIRONMENT });
}

/** Paths of values which say what the layer below says already. */
function repeats(value: unknown, below: unknown, path: string): string[] {
  if (isTree(value) && isTree(below)) {
    return Object.entries(value).flatMap(([key, member]) => repeats(member, below[key], `${path}.${key}`));
  }
  return below !== undefined && JSON.stringify(value) === JSON.stringify(below) ? [path] : [];
}

const repeatsOf = (config: Config, inherited: Config = project): string[] =>
  Object.entries(config).flatMap(([key, value]) => {
    const ofDefaults = repeats(value, defaults[key.replace(/^okta-anypoint:/, "")], key);
    return key.startsWith("okta-anypoint:") ? ofDefaults : repeats(value, inherited[key], key);
  });

describe.each(STACKS)("Pulumi.%s.yaml over Pulumi.yaml", (stack) => {
  test("is a configuration without errors with the logins of the environment", () => {
    const settings = settingsOf(stack);
    expect(settings.apis.map(({ name }) => name)).toEqual(["orders", "payments"]);
    expect(settings.authorizationServer?.create?.audience).toBe("api://mulesoft");
    // Where nothing says otherwise the environment may: ANYPOINT_HOST.
    expect(settings.anypoint.host).toBeUndefined();
  });

  test("repeats nothing of what is inherited", () => {
    expect(repeatsOf(own[stack])).toEqual([]);
  });

  test("holds no login, which would win over that of the environment, and no secret", () => {
    const not = [...LOGINS, ...SECRET_KEYS];
    expect([...Object.keys(own[stack]), ...Object.keys(project)].filter((key) => not.includes(key))).toEqual([]);
    expect(Object.keys(defaults).filter((key) => SECRET_KEYS.some((one) => one.endsWith(`:${key}`)))).toEqual([]);
  });
});

test("what is repeated is found: whole keys, members and keys of other namespaces", () => {
  const config = {
    "anypoint:host": "US",
    "okta-anypoint:verifyAfterUp": false,
    "okta-anypoint:clientProvider": { timeoutSeconds: 5, name: "one" },
    "okta-anypoint:authorizationServer": { scopes: [{ name: "custom_scope", description: "Reads orders" }] },
  };
  expect(repeatsOf(config, { "anypoint:host": "US" })).toEqual([
    "anypoint:host",
    "okta-anypoint:verifyAfterUp",
    "okta-anypoint:clientProvider.timeoutSeconds",
    "okta-anypoint:authorizationServer.scopes",
  ]);
});

test("no two stacks share an org with the same names, an environment, or an API instance", () => {
  const all = STACKS.map(settingsOf);
  const distinct = (of: (settings: Settings) => unknown) => new Set(all.map((one) => JSON.stringify(of(one)))).size;
  expect(distinct(({ orgUrl }) => orgUrl)).toBe(3);
  expect(distinct(({ clientProvider }) => clientProvider.name)).toBe(3);
  expect(distinct(({ clientProvider }) => clientProvider.environments)).toBe(3);
  expect(distinct(({ apis }) => apis.map(({ instanceId }) => instanceId))).toBe(3);
});

test("the stacks differ in what is a question of risk", () => {
  const table = STACKS.map((stack) => {
    const { protect, rotation, clientProvider, probe, verifyAfterUp, authorizationServer, manager } = settingsOf(stack);
    return [
      protect,
      rotation.maxKeyAgeDays,
      rotation.drainMinutes,
      clientProvider.clientDeletion,
      probe,
      verifyAfterUp,
      authorizationServer?.allowClients,
      manager.modulusLength,
    ];
  });
  expect(table).toEqual([
    [false, 180, 60, "everywhere", true, false, "all", 2048],
    [false, 120, 60, "anypoint", true, true, "declared", 2048],
    [true, 90, 1440, "keep", false, true, "declared", 3072],
  ]);
});

test("Pulumi.dev.yaml says how a person stores the logins", () => {
  const text = readFileSync(new URL("../../Pulumi.dev.yaml", import.meta.url), "utf8");
  const told = [...text.matchAll(/^# {3}pulumi config set (?:--secret )?(\S+:\S+)/gm)].map(([, key]) => key);
  expect(told).toEqual(LOGINS);
});

test("Pulumi.dev.yaml and Pulumi.yaml show every key but the secrets that few stacks have", () => {
  const shown = [...Object.keys(own.dev), ...Object.keys(defaults).map((key) => `okta-anypoint:${key}`)];
  const all = Object.keys(stackConfig.shape).map((key) => `okta-anypoint:${key}`);
  expect(all.filter((key) => !shown.includes(key))).toEqual([
    "okta-anypoint:managerPrivateKey",
    "okta-anypoint:registrationHeader",
    "okta-anypoint:inspectorClientSecret",
    "okta-anypoint:adopt",
  ]);
});
