/** The engine killed in the middle of an operation, with the program and the plugins. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { inlineCommand } from "../../sandbox/engine.ts";
import type { Bench } from "../engine/harness.ts";
import { alive, below } from "../engine/processes.ts";
import type { FaultCase } from "./cases.ts";

/** Long enough for the engine to be gone before the call takes effect or is refused. */
const HELD_MS = 1500;

/**
 * Brings the stack up and kills everything while a call is under way. One resource at a time, so that no other call is. `takesEffect`:
 * whether the service goes on with the call after that, as one does whose caller has gone.
 */
export async function killedUp({ lab, stack }: Bench, { fault }: FaultCase, takesEffect: boolean): Promise<void> {
  const { caller, service, method, path, skip } = fault;
  lab.faults.add({ caller, service, method, path, skip, kind: takesEffect ? "delay" : "refuse", delayMs: HELD_MS });
  const { workDir, envVars } = stack.workspace;
  const args = ["up", "--stack", stack.name, "--yes", "--skip-preview", "--parallel", "1"];
  const env = { ...process.env, NODE_OPTIONS: "", ...envVars, ...inlineCommand(envVars) };
  const up = spawn("pulumi", args, { cwd: workDir, env, stdio: "ignore" });
  const exit = once(up, "exit");
  while (lab.faults.pending.length > 0 && up.exitCode === null) await sleep(5);
  const arrived = lab.journal.position;
  const pids = [up.pid!, ...below(up.pid!).keys()];
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
  const [code] = (await exit) as [number | null];
  if (code !== null) throw new Error(`The up ended (${code}) before it could be killed.`);
  await alive(pids);
  // The call that was held, and what a service does because of it.
  for (let before = -1; lab.journal.position === arrived || lab.journal.position !== before;) {
    before = lab.journal.position;
    await sleep(300);
  }
}
