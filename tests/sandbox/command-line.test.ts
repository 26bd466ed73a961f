/** The sandbox's commands as processes, where they refuse. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

const ROOT = join(import.meta.dirname, "../..");
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "okta-anypoint-home-"));
});
afterAll(() => rm(home, { recursive: true }));

function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS} --disable-warning=ExperimentalWarning`,
    PULUMI_HOME: home,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

test.each(["sandbox/main.ts", "sandbox/start.ts"])(
  "%s --plugins real says how to get the plugins, before it starts anything",
  async (file) => {
    const { code, stdout, stderr } = await run(file, "--plugins", "real");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^The real plugins are not installed \(.*pulumi plugin install resource command 1\.2\.1\.\n$/,
    );
  },
);
