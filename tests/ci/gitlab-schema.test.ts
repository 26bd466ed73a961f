/** The pipeline for GitLab by GitLab's own schema of such files, which gitlab-ci-local brings; its list of jobs runs none of them. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

const run = promisify(execFile);
const PROGRAM = createRequire(import.meta.url).resolve("gitlab-ci-local");
const PIPELINE = readFileSync(join(import.meta.dirname, "..", "..", "examples", "gitlab", ".gitlab-ci.yml"), "utf8");

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "gitlab-"));
  // It reads a checkout's name and branch, and asks nobody.
  await run("git", ["init", "-q", folder]);
  await run("git", ["-C", folder, "remote", "add", "origin", "git@gitlab.example:acme/okta-anypoint.git"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What it says of a pipeline: the schema's complaints, or the jobs. */
async function judged(text: string): Promise<{ readonly valid: boolean; readonly said: string }> {
  writeFileSync(join(folder, ".gitlab-ci.yml"), text);
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } };
  try {
    const { stdout, stderr } = await run(process.execPath, [PROGRAM, "--list-all"], options);
    return { valid: true, said: stripVTControlCharacters(stdout + stderr) };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { valid: false, said: stripVTControlCharacters(stdout + stderr) };
  }
}

test("is valid, and has the jobs", async () => {
  const { valid, said } = await judged(PIPELINE);
  expect({ valid, said }).toEqual({ valid: true, said: expect.stringContaining("json schema validated") });
  expect(said).toMatch(/deploy-prod/);
});

test.each([
  ["a flag that is none", /interruptible: false/, "interruptible: maybe"],
  ["a key that no job has", /^( +)resource_group:/m, "$1resource_groups:"],
  ["a time that is none", /\bwhen: \w+/, "when: sometimes"],
])("%s is seen by it", async (_what, from, to) => {
  const changed = PIPELINE.replace(from, to);
  expect(changed).not.toBe(PIPELINE);
  const { valid, said } = await judged(changed);
  expect({ valid, said }).toEqual({ valid: false, said: expect.stringContaining("Invalid .gitlab-ci.yml") });
});
