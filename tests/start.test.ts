import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";

const START = fileURLToPath(new URL("../start.mjs", import.meta.url));

/** Imports the entry of `pulumi up` in a process that says it is this version of Node.js. */
async function start(version: string): Promise<{ stdout: string; stderr: string }> {
  const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
  const script = `${pretend} console.log(typeof (await import(process.argv[1])).default);`;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script, START]);
  return run.catch((error: { stdout: string; stderr: string }) => error);
}

describe("start.mjs", () => {
  test.each(["22.18.0", "24.0.0"])("gives the program on Node.js %s", async (version) => {
    expect((await start(version)).stdout.trim()).toBe("function");
  });

  test.each(["20.20.2", "22.17.9"])("says what to do on Node.js %s", async (version) => {
    const { stdout, stderr } = await start(version);
    expect(stdout).toBe("");
    expect(stderr).toContain(
      `okta-anypoint needs Node.js 22.18 or newer, which runs TypeScript by itself; this is ${version}.`,
    );
  });
});
