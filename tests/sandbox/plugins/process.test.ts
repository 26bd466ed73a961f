/** The stand-ins as processes of their own, as the engine starts them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";

const BIN = join(import.meta.dirname, "../../../sandbox/plugins/bin");
let plugin: ChildProcess | undefined;
afterEach(() => {
  plugin?.kill("SIGKILL");
});

test.each(["okta", "command"])("%s tells its port and ends when the engine that started it is gone", async (name) => {
  plugin = spawn(join(BIN, `pulumi-resource-${name}`), ["127.0.0.1:1"], {
    env: { ...process.env, NODE_OPTIONS: "", OKTA_ANYPOINT_NODE: process.execPath },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [port] = (await once(plugin.stdout!, "data")) as [Buffer];
  expect(String(port)).toMatch(/^\d+\n$/);

  plugin.stdin!.end();
  expect(await once(plugin, "exit")).toEqual([0, null]);
});
