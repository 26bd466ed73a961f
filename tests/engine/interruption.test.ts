/** Signals in the middle of `npm run sandbox`, to a real process with a real engine and plugins below it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { ROOT } from "../../sandbox/engine.ts";
import { alive, below } from "./processes.ts";

/** Folders of the run of a process; other runs may be under way. */
const runFolders = (pid: number): string[] =>
  readdirSync(join(ROOT, ".sandbox")).filter((name) => name.startsWith(`run-${pid}-`));

/** Starts the sandbox, sends the signals once it has printed a text, and looks at what is left after its end. */
async function interrupt(at: string, signals: NodeJS.Signals[], wholeGroup = false) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "sandbox/main.ts"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    detached: wholeGroup,
  });
  const exit = once(child, "exit");
  const seen = new Map<number, string>();
  let output = "";
  let sent = false;
  const collect = (data: Buffer) => {
    output += String(data);
    if (sent || !output.includes(at)) return;
    sent = true;
    for (const [pid, args] of below(child.pid!)) seen.set(pid, args);
    // Sent at once, the system might deliver them in another order.
    signals.forEach((signal, index) => {
      setTimeout(() => process.kill(wholeGroup ? -child.pid! : child.pid!, signal), index * 20);
    });
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  while (child.exitCode === null && child.signalCode === null) {
    for (const [pid, args] of below(child.pid!)) seen.set(pid, args);
    await Promise.race([exit, sleep(30)]);
  }
  const survivors = await alive(seen.keys());
  for (const pid of survivors) process.kill(pid, "SIGKILL");
  const left = survivors.map((pid) => seen.get(pid));
  const [code] = (await exit) as [number];
  return {
    code,
    output,
    left,
    seen: [...seen.values()],
    folders: runFolders(child.pid!),
  };
}

test.each([
  ["before the engine", "Local services", "SIGTERM", 143],
  ["while the engine starts", "pulumi up", "SIGINT", 130],
  ["in the middle of an up", "✓ create", "SIGINT", 130],
  ["in the middle of an up", "✓ create   Anypoint", "SIGTERM", 143],
  ["in the second preview", "Second preview", "SIGINT", 130],
  ["in the middle of a destroy", "✓ delete", "SIGINT", 130],
] as const)("%s (%s) a %s ends all processes and leaves no folder", async (_, at, signal, expected) => {
  const { code, output, left, folders } = await interrupt(at, [signal]);
  expect({ code, left, folders }).toEqual({ code: expected, left: [], folders: [] });
  expect(output).toContain("Interrupted; the engine and the services are stopped");
  expect(output).not.toContain("green");
});

test("a Ctrl-C in a terminal, which the engine gets too, ends all processes", async () => {
  const { code, left, folders } = await interrupt("✓ create   Anypoint", ["SIGINT"], true);
  expect({ code, left, folders }).toEqual({ code: 130, left: [], folders: [] });
});

test("a second signal ends all processes at once", async () => {
  const { code, left, folders, seen, output } = await interrupt("✓ create   Anypoint", ["SIGINT", "SIGTERM"]);
  expect({ code, left, folders }).toEqual({ code: 143, left: [], folders: [] });
  // Both plugins ran, each in a process group of its own.
  for (const plugin of ["okta/main.ts", "dynamic-provider"]) {
    expect(seen).toEqual(expect.arrayContaining([expect.stringContaining(plugin)]));
  }
  expect(output).not.toContain("Interrupted;");
});
