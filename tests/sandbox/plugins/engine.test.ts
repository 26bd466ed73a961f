import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import * as command from "@pulumi/command";
import * as okta from "@pulumi/okta";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { sandboxStack } from "../../../sandbox/engine.ts";
import { type FakeOkta, startFakeOkta } from "./fake-okta.ts";
import { configurationOf } from "./okta/logins.ts";

const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
process.env["PATH"] = [process.env["PATH"] ?? "", join(home, "versions", "3.259.0", "bin")].join(delimiter);

let org: FakeOkta;
let folder: string;
let stack: Stack;
let label = "Inspector";
let clientId = "first-client";

async function program() {
  const app = new okta.app.OAuth("app", {
    label,
    clientId,
    type: "web",
    redirectUris: ["https://unused.invalid/callback"],
    tokenEndpointAuthMethod: "client_secret_post",
    skipAuthenticationPolicy: true,
  });
  new okta.app.OauthRoleAssignment(
    "role",
    { clientId: app.clientId, type: "APP_ADMIN" },
    { deletedWith: app, deleteBeforeReplace: true },
  );
  const job = new command.local.Command("job", { create: "echo done", logging: "none" });
  return { clientId: app.clientId, clientSecret: app.clientSecret, done: job.stdout };
}

/** Requests of the last operation without the check of the API token. */
const requests = (): string[] => org.lines().filter((line) => line !== "GET /api/v1/users/me");

beforeAll(async () => {
  org = await startFakeOkta();
  // Folders with a space are what people have.
  folder = await mkdtemp(join(tmpdir(), "okta anypoint-"));
  const config = Object.entries(configurationOf("apiToken", org.url)).map(([key, value]) => [
    `okta:${key}`,
    { value, secret: key === "apiToken" },
  ]);
  stack = await sandboxStack({
    folder,
    stackName: "plugins",
    program,
    config: Object.fromEntries(config) as Record<string, { value: string; secret: boolean }>,
    plugins: "standin",
  });
});

afterAll(async () => {
  await org.close();
  await rm(folder, { recursive: true, force: true });
});

/** All files of the stack's state. */
async function stateOnDisk(): Promise<string> {
  const files = await readdir(join(folder, "state"), { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

test("the engine brings a stack up, keeps it still, changes, replaces and destroys it", async () => {
  const up = await stack.up();
  expect(up.summary.resourceChanges).toEqual({ create: 4 });
  expect(up.outputs["clientSecret"]).toEqual({ value: "secret-of-0oa1", secret: true });
  expect(up.outputs["done"]?.value).toBe("done");
  expect(await stateOnDisk()).not.toContain("secret-of-0oa1");

  org.lines();
  expect((await stack.preview({ expectNoChanges: true })).changeSummary).toEqual({ same: 4 });
  expect(requests()).toEqual([]);

  expect((await stack.refresh({ runProgram: true })).summary.resourceChanges).toEqual({ same: 4 });
  expect(requests().every((line) => line.startsWith("GET "))).toBe(true);

  label = "Inspector 2";
  clientId = "second-client";
  expect((await stack.up()).summary.resourceChanges).toEqual({ replace: 2, same: 2 });
  const apps = [...org.objects.entries()].filter(([path]) => /^\/api\/v1\/apps\/[^/]+$/.test(path));
  expect(apps.map(([, app]) => app["label"])).toEqual(["Inspector 2"]);

  org.lines();
  expect((await stack.destroy()).summary.resourceChanges).toEqual({ delete: 4 });
  expect(requests()).toEqual([
    expect.stringMatching(/^POST .*\/lifecycle\/deactivate$/),
    expect.stringMatching(/^DELETE \/api\/v1\/apps\/[^/]+$/),
  ]);
});
