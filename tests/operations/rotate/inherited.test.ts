/** A rotation over what all stacks inherit, with the real engine and a program that makes nothing. */
import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { RotatedStack } from "../../../operations/rotate/stack.ts";
import { type Project, makeProject } from "../project.ts";

const PROJECT = `name: okta-anypoint
runtime: nodejs
config:
  anypoint:host: US
  okta-anypoint:defaults:
    value:
      manager:
        modulusLength: 3072
      rotation:
        drainMinutes: 7
`;
const KEY = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

let project: Project;

beforeAll(async () => {
  project = await makeProject(PROJECT);
  const { workspace } = project;
  await workspace.createStack("dev");
  await workspace.setAllConfig("dev", {
    "okta-anypoint:orgUrl": { value: "https://acme.okta.com" },
    "okta:clientId": { value: "0oaBootstrap" },
    "okta:privateKey": { value: KEY, secret: true },
    "anypoint:clientId": { value: "app" },
    "anypoint:clientSecret": { value: "hidden-value", secret: true },
  });
  await workspace.setAllConfig("dev", { "okta-anypoint:clientProvider.environments[0]": { value: "Sandbox" } }, true);
});
afterAll(() => project.remove());

test("reads the inherited settings, and writes into the stack's file the generations alone", async () => {
  const { folder, env } = project;
  const stack = new RotatedStack({ stackName: "dev", workDir: folder, env }, env, async () => ({}));
  const { settings } = await stack.settings();
  expect(settings.manager.modulusLength).toBe(3072);
  expect(settings.rotation.drainMinutes).toBe(7);
  expect(settings.anypoint.host).toBe("US");

  await stack.bring("manager", { generations: [1, 2], active: 2 });
  const { config } = parse(await readFile(join(folder, "Pulumi.dev.yaml"), "utf8")) as { config: object };
  expect(config).toMatchObject({ "okta-anypoint:manager": { generations: [1, 2], active: 2 } });
  expect(JSON.stringify(config)).not.toMatch(/modulusLength|drainMinutes|defaults|"anypoint:host"/);
  expect(await readFile(join(folder, "Pulumi.yaml"), "utf8")).toBe(PROJECT);
  expect((await stack.settings()).settings.manager).toMatchObject({ modulusLength: 3072, active: 2 });
});
