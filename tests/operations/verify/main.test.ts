import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/verify/main.ts";
import type { VerifyReport } from "../../../operations/verify/report.ts";
import { FakePattern, respond, testTime } from "./fake-pattern.ts";

let pattern: FakePattern;
beforeEach(async () => {
  pattern = await FakePattern.start();
});
afterEach(() => pattern.close());

/** Runs the command line; `input` becomes the environment variable. */
async function run(args: string[], input?: unknown) {
  const out: string[] = [];
  const err: string[] = [];
  const time = testTime();
  const json = typeof input === "string" ? input : JSON.stringify(input);
  const around = {
    env: input === undefined ? {} : { OKTA_ANYPOINT_VERIFY_INPUT: json },
    workDir: join(tmpdir(), "no-such-project"),
    color: false,
    stdout: (text: string) => out.push(text),
    stderr: (text: string) => err.push(text),
  };
  const code = await runCommandLine(args, around, { now: time.options.now, sleep: time.options.sleep });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

describe("exit code and output", () => {
  test("0 and the table when everything is ok", async () => {
    const { code, stdout, stderr } = await run(["--input-env"], pattern.input());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Verified: 6 ok, 0 failed, 0 not run");
  });

  test("1 when a check failed, with progress on standard error", async () => {
    pattern.contracts.clear();
    const { code, stdout, stderr } = await run(["--input-env", "--deadline", "5"], pattern.input());
    expect(code).toBe(1);
    expect(stdout).toContain("no approved contract");
    expect(stderr.split("\n").filter((line) => line !== "")).toHaveLength(3);
    expect(stderr).toContain("waiting for the contract to reach the gateway … 3 s");
  });

  test("JSON is the report and nothing else", async () => {
    pattern.override("token", () => respond.json({ error: "access_denied" }, 400));
    const { code, stdout } = await run(["--input-env", "--json"], pattern.input());
    const report = JSON.parse(stdout) as VerifyReport;
    expect(code).toBe(1);
    expect(report.ok).toBe(false);
    expect(report.rows[0]).toMatchObject({ check: "token", code: "token-access-policy" });
  });

  test("help ends with 0", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--input-env");
  });
});

describe("2 when it could not run", () => {
  test.each([
    ["neither source", [], undefined, "Give either --stack NAME or --input-env"],
    ["both sources", ["--stack", "dev", "--input-env"], undefined, "Give either --stack NAME or --input-env"],
    ["unknown option", ["--nope"], undefined, "unknown option '--nope'"],
    ["no deadline", ["--input-env", "--deadline", "soon"], undefined, "from 1 to 1800"],
    ["no input", ["--input-env"], undefined, "OKTA_ANYPOINT_VERIFY_INPUT is not set"],
    ["no JSON", ["--input-env"], '{"clientSecret":"s3cret', "does not hold JSON"],
    ["another shape", ["--input-env"], { inspector: { clientSecret: "s3cret" } }, "inspector.clientId"],
  ])("%s", async (_, args, input, message) => {
    const { code, stdout, stderr } = await run(args, input);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("s3cret");
  });

  test("a stack that cannot be read", async () => {
    const { code, stderr } = await run(["--stack", "dev"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Could not read the stack dev of the project in");
  });
});

test("no secret in any output", async () => {
  const echo = [...pattern.clients.values()].join(" ");
  pattern.override("introspect", () => respond.json({ error: "invalid_client", error_description: echo }, 401));
  pattern.override("api", ({ authorization }) => respond.gateway(500, `failed for ${authorization} ${echo}`));
  const outputs = [await run(["--input-env"], pattern.input()), await run(["--input-env", "--json"], pattern.input())];
  for (const { code, stdout, stderr } of outputs) {
    expect(code).toBe(1);
    for (const secret of pattern.secrets()) expect((stdout + stderr).includes(secret)).toBe(false);
  }
});
