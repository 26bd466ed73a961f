/** One stack of its own, in a process of its own: plays the cases that the parent process sends. */
import type { FaultCase } from "./cases.ts";
import { Stage } from "./stage.ts";

/** A method of {@link Stage} with its arguments. */
export type Task = {
  [M in "play" | "kill" | "playHalfMade"]: { readonly method: M; readonly args: Parameters<Stage[M]> };
}["play" | "kill" | "playHalfMade"];

export type ToWorker = Task | { readonly stop: true };
export type FromWorker =
  | { readonly cases: FaultCase[] }
  | { readonly answer: Awaited<ReturnType<Stage[Task["method"]]>>; readonly seconds: number }
  | { readonly error: string };

const [within, updates] = process.argv.slice(2);
const stopped = new AbortController();
let stage: Stage | undefined;
let playing: Promise<void> = Promise.resolve();

const tell = (message: FromWorker) => process.connected && process.send!(message);

/** Ends the engine, then the services, then this process. */
async function stop(): Promise<void> {
  if (stopped.signal.aborted) return;
  stopped.abort(new Error("Interrupted."));
  await playing;
  await stage?.close();
  process.exit(0);
}

async function orTold(work: () => Promise<FromWorker>): Promise<void> {
  try {
    const message = await work();
    if (!stopped.signal.aborted) tell(message);
  } catch (error) {
    if (!stopped.signal.aborted) tell({ error: (error as Error).stack ?? String(error) });
  }
}

async function perform({ method, args }: Task): Promise<FromWorker> {
  const began = performance.now();
  const answer = await (stage![method] as (...given: unknown[]) => ReturnType<Stage[Task["method"]]>).apply(stage, [
    ...args,
  ]);
  return { answer, seconds: (performance.now() - began) / 1000 };
}

process.on("message", (message: ToWorker) => {
  if ("stop" in message) void stop();
  else playing = orTold(() => perform(message));
});
process.on("disconnect", () => void stop());
// The parent says when to end; a terminal's Ctrl-C comes here too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop());

playing = orTold(async () => {
  stage = await Stage.start({ within, signal: stopped.signal, updates: updates !== "without-updates" });
  return { cases: stage.cases };
});
