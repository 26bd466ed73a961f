/** The worker processes: each plays one case at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { FaultCase } from "./cases.ts";
import type { Outcome, Stage } from "./stage.ts";
import type { FromWorker, Task, ToWorker } from "./worker.ts";

export class Worker {
  readonly #process: ChildProcess;

  constructor(within: string, { updates = true } = {}) {
    const args = [within, updates ? "with-updates" : "without-updates"];
    this.#process = fork(join(import.meta.dirname, "worker.ts"), args, {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...process.env, NODE_OPTIONS: "" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  /** Once the undisturbed runs are done. */
  async cases(): Promise<FaultCase[]> {
    const message = await this.#next();
    if (!("cases" in message)) throw new Error("A worker did not begin with its cases.");
    return message.cases;
  }

  /** Has the worker's {@link Stage} do something. */
  async run<M extends Task["method"]>(
    method: M,
    ...args: Parameters<Stage[M]>
  ): Promise<{ answer: Awaited<ReturnType<Stage[M]>>; seconds: number }> {
    this.#tell({ method, args } as unknown as Task);
    const message = await this.#next();
    if (!("answer" in message)) throw new Error("A worker gave no answer.");
    return message as unknown as { answer: Awaited<ReturnType<Stage[M]>>; seconds: number };
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#tell({ stop: true });
    await exit;
  }

  #tell(message: ToWorker): void {
    if (this.#process.connected) this.#process.send(message);
  }

  /** The next message. Throws what the worker says of a failure, and where it ends. */
  async #next(): Promise<FromWorker> {
    const ended = new AbortController();
    const { signal } = ended;
    try {
      const [message] = (await Promise.race([
        once(this.#process, "message", { signal }),
        once(this.#process, "exit", { signal }).then(([code]) => [{ error: `A worker ended (${code}).` }]),
      ])) as [FromWorker];
      if ("error" in message) throw new Error(message.error);
      return message;
    } finally {
      ended.abort();
    }
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
        const cases = await worker.cases();
        queue ??= [...choose(cases)];
        for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
          const { answer, seconds } = await worker.run("play", next);
          onResult(next, answer, seconds);
        }
      }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await stop();
  }
}
