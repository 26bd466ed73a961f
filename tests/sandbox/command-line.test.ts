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
    const lookedFor = (name: string) => join(home, "plugins", name);
    expect(stderr).toBe(
      "The real plugins are not installed: okta 7.0.0 and command 1.2.1 missing, looked for " +
        `${lookedFor("resource-okta-v7.0.0/pulumi-resource-okta")} and ${lookedFor("resource-command-v1.2.1/pulumi-resource-command")}. ` +
        "Install: pulumi plugin install resource okta 7.0.0; pulumi plugin install resource command 1.2.1.\n",
    );
  },
);

test.each(["sandbox/main.ts", "sandbox/start.ts", "scripts/test.mjs"])("%s hears PLUGINS as well", async (file) => {
  process.env["PLUGINS"] = "real";
  const refused = await run(file);
  process.env["PLUGINS"] = "unreal";
  const wrong = await run(file);
  delete process.env["PLUGINS"];
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^(\nsetup failed: )?The real plugins are not installed: [^\n]*\n$/);
  expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 1, stdout: "" });
  expect(wrong.stderr).toMatch(/PLUGINS.*real, standin, auto/);
});
