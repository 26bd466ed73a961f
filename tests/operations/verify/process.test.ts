/** The verification as processes of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { FakePattern } from "./fake-pattern.ts";

const ROOT = join(import.meta.dirname, "../../..");
let pattern: FakePattern;
beforeEach(async () => {
  pattern = await FakePattern.start();
});
afterEach(() => pattern.close());

/** Runs Node with the pattern as the environment's input. */
function node(...args: string[]): Promise<{ code: number | string | null; stdout: string; stderr: string }> {
  const env = { ...process.env, OKTA_ANYPOINT_VERIFY_INPUT: JSON.stringify(pattern.input()) };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
    });
  });
}

const commandLine = ["operations/verify/main.ts", "--input-env"];
const afterUp = ["--input-type=module", "--eval", "import 'okta-anypoint/verify-after-up'"];

test.each([
  ["the command line", commandLine],
  ["the stack's command", afterUp],
])("%s ends with the exit code of the verification, and prints no secret", async (_, args) => {
  const good = await node(...args);
  expect(good).toMatchObject({ code: 0 });
  expect(good.stdout).toContain("Verified: 6 ok");

  pattern.scopes.clear();
  const bad = await node(...args);
  expect(bad).toMatchObject({ code: 1 });
  expect(bad.stdout).toContain("Create the scope on");

  const printed = [good, bad].map(({ stdout, stderr }) => stdout + stderr).join("");
  for (const secret of pattern.secrets()) expect(printed.includes(secret)).toBe(false);
});
