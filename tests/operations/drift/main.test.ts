/** The command line where not everything can be looked at, with the real engine over a stack that lacks its configuration. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Project, makeProject } from "../project.ts";

const MAIN = join(import.meta.dirname, "..", "..", "..", "operations", "drift", "main.ts");

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.workspace.createStack("bare");
});
afterAll(() => project.remove());

/** As a process: of a program that fails the SDK also rejects promises that nobody waits for, which Jest would count. */
async function run(stack: string) {
  const { env, folder } = project;
  const args = ["--disable-warning=ExperimentalWarning", MAIN, "--stack", stack, "--out", "drift.md"];
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, stdout: out, stderr: err }),
    );
  });
  expect(await readFile(join(folder, "drift.md"), "utf8")).toBe(stdout);
  return { code, out: stdout, errors: stderr };
}

test("a refresh that fails is told with what the doctor finds, and neither as no drift", async () => {
  const { code, out, errors } = await run("bare");
  expect(code).toBe(2);
  expect(out).toMatch(/^Stack bare: the refresh failed, [^]*\| stack: .*\| setting-wrong \| okta-anypoint:orgUrl/);
  expect(errors).toMatch(/The refresh failed, so nothing is known of drift\.\n[^]*okta-anypoint:orgUrl/);
});

test("a stack that is not there", async () => {
  const { code, out, errors } = await run("none");
  expect(code).toBe(2);
  expect(out).toBe(
    "Stack none: the refresh failed, so nothing is known of what was changed by hand. Why stands in the log.\n\nThe doctor could not run; `npm run doctor -- --stack none` says why.\n",
  );
  expect(errors).toContain("there is no stack of this name");
});
