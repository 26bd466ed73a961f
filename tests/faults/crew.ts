/** The worker processes: each plays one case at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { FaultCase } from "./cases.ts";
import type { Outcome } from "./stage.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

class Worker {
  readonly process: ChildProcess;

  constructor(within: string) {
    this.process = fork(join(import.meta.dirname, "worker.ts"), [within], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  /** The next message. Throws what the worker says of a failure, and where it ends. */
  async answer<K extends "cases" | "outcome">(kind: K): Promise<Extract<FromWorker, Record<K, unknown>>> {
    const ended = new AbortController();
    const { signal } = ended;
    try {
      const [message] = (await Promise.race([
        once(this.process, "message", { signal }),
        once(this.process, "exit", { signal }).then(([code]) => [{ error: `A worker ended (${code}).` }]),
      ])) as [FromWorker];
      if ("error" in message) throw new Error(message.error);
      if (!(kind in message)) throw new Error(`A worker answered ${Object.keys(message).join()} in place of ${kind}`);
      return message as Extract<FromWorker, Record<K, unknown>>;
    } finally {
      ended.abort();
    }
  }

  tell(message: ToWorker): void {
    if (this.process.connected) this.process.send(message);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, "exit");
    this.tell({ stop: true });
    await exit;
  }
}

export interface CrewOptions {
  readonly jobs: number;
  /** Folder for the stacks of all. */
  readonly within: string;
  /** Which of all the cases to play. */
  readonly choose: (cases: readonly FaultCase[]) => readonly FaultCase[];
  readonly onResult: (played: FaultCase, outcome: Outcome, seconds: number) => void;
  readonly signal: AbortSignal;
}

/** Plays the cases, as many at a time as there are jobs. Whatever comes, no process is left in the end. */
export async function playAll({ jobs, within, choose, onResult, signal }: CrewOptions): Promise<void> {
  const workers = Array.from({ length: jobs }, () => new Worker(within));
  const stop = () => Promise.all(workers.map((worker) => worker.stop()));
  signal.addEventListener("abort", () => void stop());
  let queue: FaultCase[] | undefined;
  try {
    await Promise.all(
      workers.map(async (worker) => {
        const { cases } = await worker.answer("cases");
        queue ??= [...choose(cases)];
        for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
          worker.tell({ play: next });
          const { outcome, seconds } = await worker.answer("outcome");
          onResult(next, outcome, seconds);
        }
      }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await stop();
  }
}
