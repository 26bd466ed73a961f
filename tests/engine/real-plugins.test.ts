/** The way of `--plugins real` through the engine, with plugins in its folder that are the stand-ins dressed up: none on PATH takes part. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import * as command from "@pulumi/command";
import { ROOT, sandboxStack } from "../../sandbox/engine.ts";
import { installDressedUp, startedFrom } from "../sandbox/plugins/dressed-up.ts";

const before = { PULUMI_HOME: process.env["PULUMI_HOME"], PATH: process.env["PATH"], PLUGINS: process.env["PLUGINS"] };
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "okta-anypoint-home-"));
  await installDressedUp(home);
  process.env["PULUMI_HOME"] = home;
  process.env["PLUGINS"] = "real";
  // As in a shell that has read a lab's env.sh.
  process.env["PATH"] = [join(ROOT, "sandbox", "plugins", "bin"), before.PATH ?? ""].join(delimiter);
});
afterAll(async () => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(home, { recursive: true });
});

test("npm run sandbox -- --plugins real is green with the plugin of the engine's folder, and says so", async () => {
  const nodeOptions = { NODE_OPTIONS: `${process.env.NODE_OPTIONS} --disable-warning=ExperimentalWarning` };
  const env = { ...process.env, ...nodeOptions, PLUGINS: "standin" };
  const { error, stdout, stderr } = await new Promise<{ error: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, ["sandbox/main.ts", "--plugins", "real"], { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });
  expect({ error, stderr, end: stdout.slice(-300) }).toEqual({
    error: null,
    stderr: "",
    end: expect.stringContaining("The sandbox is green"),
  });
  const folder = join(home, "plugins");
  expect(stdout).toContain(`plugins   the real ones, pulumi-okta 7.0.0 and pulumi-command 1.2.1 of ${folder}`);
  expect(await startedFrom(home)).toEqual(new Set(["okta"]));
});

test("a stack of the tests takes the Command plugin from there as well, by PLUGINS alone", async () => {
  const folder = join(home, "stack");
  const program = async () => ({ done: new command.local.Command("job", { create: "echo done" }).stdout });
  const stack = await sandboxStack({ folder, stackName: "real", program, config: {} });
  expect((await stack.up()).outputs["done"]?.value).toBe("done");
  await stack.destroy();
  expect(await startedFrom(home)).toContain("command");
});
