/** One stack of its own, in a process of its own: plays the cases that the parent process sends. */
import type { FaultCase } from "./cases.ts";
import { type Outcome, Stage } from "./stage.ts";

export type ToWorker = { readonly play: FaultCase } | { readonly stop: true };
export type FromWorker =
  | { readonly cases: FaultCase[] }
  | { readonly outcome: Outcome; readonly seconds: number }
  | { readonly error: string };

const [within] = process.argv.slice(2);
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

async function play(one: FaultCase): Promise<FromWorker> {
  const began = performance.now();
  const outcome = await stage!.play(one);
  return { outcome, seconds: (performance.now() - began) / 1000 };
}

process.on("message", (message: ToWorker) => {
  if ("stop" in message) void stop();
  else playing = orTold(() => play(message.play));
});
process.on("disconnect", () => void stop());
// The parent says when to end; a terminal's Ctrl-C comes here too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop());

playing = orTold(async () => {
  stage = await Stage.start({ within, signal: stopped.signal });
  return { cases: stage.cases };
});
