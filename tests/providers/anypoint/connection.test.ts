import { describe, expect, test } from "@jest/globals";
import { baseUrlOf, readConnection } from "../../../providers/anypoint/connection.ts";

const read = (config: Record<string, string>, environment: Record<string, string> = {}) =>
  readConnection((key) => config[`${key}`], environment);
const app = { "anypoint:clientId": "id", "anypoint:clientSecret": "very-secret" };

describe("host", () => {
  test.each([
    ["US", "https://anypoint.mulesoft.com"],
    ["eu", "https://eu1.anypoint.mulesoft.com"],
    ["GOV", "https://gov.anypoint.mulesoft.com"],
    ["CA", "https://ca1.platform.mulesoft.com"],
    ["JP", "https://jp1.platform.mulesoft.com"],
    ["anypoint.example.com", "https://anypoint.example.com"],
    ["https://anypoint.example.com/", "https://anypoint.example.com"],
    ["http://127.0.0.1:4711", "http://127.0.0.1:4711"],
    ["http://localhost:4711", "http://localhost:4711"],
    ["http://[::1]:4711", "http://[::1]:4711"],
  ])("%s is %s", (host, url) => {
    expect(baseUrlOf(host)).toBe(url);
  });

  test.each([
    ["http://anypoint.example.com", /http is for this machine only/],
    ["http://127.0.0.1.example.com", /http is for this machine only/],
    ["ftp://127.0.0.1", /https alone/],
    ["https://user:pass@anypoint.example.com", /user name or password/],
    ["https://anypoint.example.com/accounts", /has a path/],
    ["not a host", /is no host/],
  ])("%s is refused", (host, message) => {
    expect(() => baseUrlOf(host)).toThrow(message);
    expect(() => baseUrlOf(host)).not.toThrow(/pass@/);
  });

  test("comes from configuration, then the environment, then is US", () => {
    expect(read({ ...app, "anypoint:host": "EU" }, { ANYPOINT_HOST: "JP" }).baseUrl).toMatch(/eu1/);
    expect(read(app, { ANYPOINT_HOST: "JP" }).baseUrl).toMatch(/jp1/);
    expect(read(app).baseUrl).toBe("https://anypoint.mulesoft.com");
  });
});

describe("credentials", () => {
  test("of configuration win over those of the environment, as a whole", () => {
    const environment = { ANYPOINT_CLIENT_ID: "other", ANYPOINT_CLIENT_SECRET: "other-secret" };
    expect(read(app, environment).credentials).toEqual({
      ...{ kind: "connected app", clientId: "id", clientSecret: "very-secret" },
    });
    expect(read({}, environment).credentials).toMatchObject({ clientId: "other" });
    expect(read({ "anypoint:accessToken": "token" }, environment).credentials).toEqual({
      ...{ kind: "access token", accessToken: "token" },
    });
    expect(read({}, { ANYPOINT_ACCESS_TOKEN: "token" }).credentials.kind).toBe("access token");
  });

  test.each([
    ["none", {}, /There are no Anypoint credentials.*--run-program/s],
    ["an id alone", { "anypoint:clientId": "id" }, /anypoint:clientSecret is missing.*--secret anypoint:clientSecret/s],
    ["a secret alone", { "anypoint:clientSecret": "very-secret" }, /anypoint:clientId is missing/],
    ["both kinds", { ...app, "anypoint:accessToken": "token" }, /Give one of them/],
    ["blank ones", { "anypoint:clientId": " ", "anypoint:clientSecret": "" }, /There are no Anypoint credentials/],
  ])("%s is refused without showing any", (_what, config, message) => {
    expect(() => read(config)).toThrow(message);
    expect(() => read(config)).not.toThrow(/very-secret/);
  });
});
