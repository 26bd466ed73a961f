/** No suite escapes: one whose own tests all pass fails for what its services answered, in its process or in another. */
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { specsPresent } from "./descriptions.ts";

const ROOT = join(import.meta.dirname, "..", "..");

(specsPresent ? test : test.skip)(
  "a suite fails for a departure, its own or a child's, and shows no value",
  async () => {
    const jest = [
      "--experimental-vm-modules",
      "--disable-warning=ExperimentalWarning",
      "node_modules/jest/bin/jest.js",
    ];
    const args = [...jest, "--runInBand", "--testMatch", "**/tests/contract/fixtures/departing.fixture.ts"];
    const { code, said } = await new Promise<{ code: unknown; said: string }>((resolve) => {
      execFile(
        process.execPath,
        args,
        { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: "", CONTRACT_RUN: undefined } },
        (error, out, err) => resolve({ code: error?.code ?? 0, said: out + err }),
      );
    });
    expect(said).toContain("2 departures");
    expect(said).toContain("GET /.well-known/okta-organization (unknown, 200): answer /inSuite unknown");
    expect(said).toContain("GET /.well-known/okta-organization (unknown, 200): answer /inChild unknown");
    expect(said).not.toContain("hunter2");
    expect(said).toMatch(/Tests: +1 passed/);
    expect(code).toBe(1);
  },
);

test("no suite has another environment, or takes its processes out of sight", () => {
  const files = readdirSync(join(ROOT, "tests"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const escapes = files.filter((file) =>
    /@jest-environment|NODE_OPTIONS/.test(
      readFileSync(join(ROOT, "tests", file), "utf8").replaceAll("NODE_OPTIONS: `${process.env.NODE_OPTIONS} ", ""),
    ),
  );
  // The runs of faults are no suite; the plugins' processes serve nothing that is described.
  const known = ["contract/environment.test.ts", "faults/crew.ts", "faults/kill.ts", "sandbox/plugins/process.test.ts"];
  expect(escapes.sort()).toEqual(known);
});
