/** When the repair does not run at all. */
import { expect, test } from "@jest/globals";
import { readSettings } from "../../../config/settings.ts";
import { requireSameOrg, runCommandLine } from "../../../operations/repair-state/main.ts";

test("without a stack it says how to call it", async () => {
  const said: string[] = [];
  const around = { env: {}, workDir: ".", color: false, stdout: () => {}, stderr: (text: string) => said.push(text) };
  expect(await runCommandLine([], around)).toBe(2);
  expect(said.join("")).toContain("npm run repair-state -- --stack dev");
});

test("of another org everything would seem to be gone, so it is refused", () => {
  const settings = readSettings({
    stack: "dev",
    config: {
      "okta-anypoint:orgUrl": "https://acme.okta.com",
      "okta-anypoint:clientProvider": '{"environments":["Sandbox"]}',
      "okta:apiToken": "token",
      "anypoint:accessToken": "token",
    },
    isSecret: () => true,
    environment: {},
  });
  const provider = (inputs: Record<string, unknown>, replaced = false) => ({
    ...{ urn: "urn:pulumi:dev::p::pulumi:providers:okta::okta", type: "pulumi:providers:okta", inputs },
    ...(replaced && { delete: true }),
  });
  const acme = { orgName: "acme", baseUrl: "okta.com" };
  const other = { orgName: "other", baseUrl: "okta.com" };
  expect(() => requireSameOrg(settings, [provider(other)])).toThrow("another Okta org");
  expect(() => requireSameOrg(settings, [provider(other, true), provider(acme)])).not.toThrow();
  expect(() => requireSameOrg(settings, [])).not.toThrow();
});
