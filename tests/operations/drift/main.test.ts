/** The command line where not everything can be looked at, with the real engine over a stack that lacks its configuration. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/drift/main.ts";
import { type Project, makeProject } from "../project.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.workspace.createStack("bare");
});
afterAll(() => project.remove());

async function run(stack: string) {
  const [out, errors]: [string[], string[]] = [[], []];
  const { env, folder: workDir } = project;
  const around = {
    ...{ env, workDir, color: false },
    ...{ stdout: (text: string) => out.push(text), stderr: (text: string) => errors.push(text) },
  };
  const code = await runCommandLine(["--stack", stack, "--out", "drift.md"], around);
  expect(await readFile(join(workDir, "drift.md"), "utf8")).toBe(out.join(""));
  return { code, out: out.join(""), errors: errors.join("") };
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
