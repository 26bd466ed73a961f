/** Near-valid configurations: settings, or one SettingsError that names keys and holds no secret; never anything else. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { DEFAULTS_KEY } from "../../config/defaults.ts";
import { SECRET_KEYS, SettingsError, readSettings } from "../../config/settings.ts";
import { SETTINGS_RUNS } from "./runs.ts";

const configOf = (file: string) =>
  (parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")) as { config: Record<string, unknown> })
    .config;
/** The engine shows an object of Pulumi.yaml without the `value` above it. */
const defaults = (configOf("Pulumi.yaml")[DEFAULTS_KEY] as { value: unknown }).value;
const config = { ...configOf("Pulumi.dev.yaml"), [DEFAULTS_KEY]: defaults };
const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
const SECRET = "00-very-secret-value";
const VALID: Readonly<Record<string, unknown>> = {
  ...config,
  ...{ "okta:clientId": "0oaEXAMPLEbootstrap0", "okta:privateKeyId": "bootstrap-2026", "okta:privateKey": PEM },
  ...{ "anypoint:clientId": "0f0e0d0c0b0a09080706050403020100", "anypoint:clientSecret": SECRET },
};

const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "\0",
    "\ud800",
    "'\"`",
    "é".repeat(300),
    "../x",
    "__proto__",
    "constructor",
    "1e999",
    "{",
    deep(5000),
  ),
);
const value = fc.oneof(text, fc.json(), fc.constantFrom("null", "true", "0", "[]", "{}", '{"__proto__":{"x":1}}'));
const key = fc.oneof(
  fc.constantFrom(...Object.keys(VALID), ...SECRET_KEYS),
  text.map((name) => `okta-anypoint:${name}`),
  fc.constantFrom("okta-anypoint:__proto__", "okta:constructor", "anypoint:toString"),
);

/** Replaces what lies at a random place of a value. */
function mutated(given: unknown, way: readonly number[], by: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof given !== "object" || given === null) return by;
  const keys = Object.keys(given);
  if (keys.length === 0) return by;
  const chosen = keys[step % keys.length]!;
  const copy = structuredClone(given) as Record<string, unknown>;
  copy[chosen] = mutated(copy[chosen], rest, by);
  return copy;
}

const mutation = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), key, value }),
  fc.record({ kind: fc.constant("drop" as const), key }),
  fc.record({
    kind: fc.constant("inside" as const),
    key: fc.constantFrom(...Object.keys(VALID)),
    way: fc.array(fc.nat(8), { maxLength: 4 }),
    by: fc.oneof(text, fc.anything({ maxDepth: 2, withNullPrototype: false })),
  }),
);

test("arbitrary and near-valid configurations", () => {
  let tried = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      tried++;
      const values = new Map(Object.entries(VALID));
      for (const one of mutations) {
        if (one.kind === "drop") values.delete(one.key);
        else if (one.kind === "set") values.set(one.key, one.value);
        else values.set(one.key, mutated(values.get(one.key), one.way, one.by));
      }
      const given: Record<string, string> = {};
      for (const [name, it] of values) {
        const json = typeof it === "string" ? it : JSON.stringify(it);
        if (json !== undefined) given[name] = json;
      }
      try {
        readSettings({ stack: "dev", config: given, isSecret: () => true, environment: {} });
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        expect(error.problems.length).toBeGreaterThan(0);
        expect(error.problems.every((one) => /^(okta-anypoint|okta|anypoint):/.test(one.key))).toBe(true);
        expect(error.message).not.toContain(SECRET);
        expect(error.message).not.toContain(PEM.slice(60, 120));
      }
    }),
    { numRuns: SETTINGS_RUNS },
  );
  expect(tried).toBeGreaterThanOrEqual(SETTINGS_RUNS);
});
