import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { readSettings } from "../../config/settings.ts";
import { stackConfig } from "../../config/schema.ts";

const FILE = new URL("../../Pulumi.dev.yaml", import.meta.url);
const { config } = parse(readFileSync(FILE, "utf8")) as { config: Record<string, unknown> };

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** The two secrets that the file tells to set. */
const SECRETS = { "okta:privateKey": KEY, "anypoint:clientSecret": "secret" };

describe("Pulumi.dev.yaml", () => {
  test("is a configuration without errors once its secrets are set", () => {
    const values: Record<string, string> = { ...SECRETS };
    for (const [key, value] of Object.entries(config))
      values[key] = typeof value === "string" ? value : JSON.stringify(value);
    const settings = readSettings({ stack: "dev", config: values, isSecret: (key) => key in SECRETS, environment: {} });
    expect(settings.apis.map(({ name }) => name)).toEqual(["orders", "payments"]);
    expect(settings.probe).toBe(true);
  });

  test("shows every key but the secrets that few stacks have", () => {
    const shown = Object.keys(config).filter((key) => key.startsWith("okta-anypoint:"));
    const all = Object.keys(stackConfig.shape).map((key) => `okta-anypoint:${key}`);
    expect(all.filter((key) => !shown.includes(key))).toEqual([
      "okta-anypoint:managerPrivateKey",
      "okta-anypoint:registrationHeader",
      "okta-anypoint:inspectorClientSecret",
      "okta-anypoint:adopt",
    ]);
  });

  test("holds no secret", () => {
    expect(Object.keys(config).filter((key) => key in SECRETS)).toEqual([]);
  });
});
