import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/doctor/main.ts";

async function run(args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(args, {
    env: {},
    workDir: join(tmpdir(), "no-such-project"),
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

test("help ends with 0", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("--json");
});

describe("2 when it could not run", () => {
  test.each([
    ["no stack named", [], "required option '--stack <name>' not specified"],
    ["unknown option", ["--stack", "dev", "--repair"], "unknown option '--repair'"],
    ["a stack that can't be read", ["--stack", "dev"], "Could not read the stack dev of the project in"],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
