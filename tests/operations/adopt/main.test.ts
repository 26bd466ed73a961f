import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { runCommandLine } from "../../../operations/adopt/main.ts";

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "okta-anypoint-adopt-test-"));
  const [state, home] = [join(folder, "state"), join(folder, "home")];
  await Promise.all([mkdir(state), mkdir(home)]);
  await writeFile(join(folder, "Pulumi.yaml"), "name: okta-anypoint\nruntime: nodejs\n");
  env = {
    PATH: process.env.PATH ?? "",
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_HOME: home,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const workspace = await LocalWorkspace.create({ workDir: folder, envVars: env });
  await workspace.createStack("bare");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  const said: string[] = [];
  const write = (text: string) => said.push(text);
  const around = { env, workDir: folder, color: false, stdout: write, stderr: write };
  return { code: await runCommandLine(args, around), said: said.join("") };
}

test("a stack without logins: all that is missing, in one list", async () => {
  const { code, said } = await run("--stack", "bare");
  expect(code).toBe(2);
  expect(said).toMatch(
    /Could not look at both sides; nothing was asked\.\n {2}- okta-anypoint:orgUrl: .*\n {2}- There are no Anypoint credentials/,
  );
});

test("no stack, and one that is not there", async () => {
  expect(await run()).toEqual({ code: 2, said: expect.stringContaining("--stack <name>") });
  expect(await run("--stack", "none")).toEqual({
    code: 2,
    said: expect.stringContaining("there is no stack of this name"),
  });
});

test("a key file that is not there, and one that holds no key, of which not a word is said", async () => {
  const missing = await run("--stack", "bare", "--manager-key", "nowhere.pem");
  expect(missing).toEqual({
    code: 2,
    said: expect.stringMatching(/Could not read the key file .*nowhere\.pem \(ENOENT\)/),
  });
  await writeFile(join(folder, "not.pem"), "hidden-value");
  const wrong = await run("--stack", "bare", "--manager-key", "not.pem");
  expect(wrong).toEqual({ code: 2, said: expect.stringContaining("give an RSA private key as PEM") });
  expect(wrong.said).not.toContain("hidden-value");
});
