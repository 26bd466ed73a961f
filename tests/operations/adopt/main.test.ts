import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/adopt/main.ts";
import { type Project, makeProject } from "../project.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await project.workspace.createStack("bare");
});
afterAll(() => project.remove());

async function run(...args: string[]) {
  const said: string[] = [];
  const write = (text: string) => said.push(text);
  const around = { env: project.env, workDir: project.folder, color: false, stdout: write, stderr: write };
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
  await writeFile(join(project.folder, "not.pem"), "hidden-value");
  const wrong = await run("--stack", "bare", "--manager-key", "not.pem");
  expect(wrong).toEqual({ code: 2, said: expect.stringContaining("give an RSA private key as PEM") });
  expect(wrong.said).not.toContain("hidden-value");
});
