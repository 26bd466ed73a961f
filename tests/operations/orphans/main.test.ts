/** What keeps the command line from running at all; what it does is in the engine's tests. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/orphans/main.ts";

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(args, {
    env: { PATH: process.env.PATH },
    workDir: join(tmpdir(), "no-such-project"),
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

test.each([
  ["no stack", [], "Give --stack NAME, for example: npm run orphans -- --stack dev"],
  ["what is no client id", ["--stack", "dev", "--client-id", "0oa1 0oa2"], "--client-id: 0oa1 0oa2 is no client id."],
  ["an unknown option", ["--force"], "unknown option '--force'"],
  ["a stack that can't be read", ["--stack", "dev"], "Could not read the stack dev of the project in"],
])("%s: exit code 2, and nothing on standard output", async (_what, args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("help ends with 0", async () => {
  const { code, stdout } = await run("--help");
  expect(code).toBe(0);
  expect(stdout).toContain("--client-id");
});
