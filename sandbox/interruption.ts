/** What a Ctrl-C means to the sandbox: the first stops the engine, which ends its plugins; a second one ends everything at once. */
import { execFileSync } from "node:child_process";

/** Signals that end a run, and the exit codes that a shell expects for them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code of the signal that came; undefined without one. */
  readonly exitCode: number | undefined;
  /** Resolves at the next signal, which then is the sign to go on and interrupts nothing. */
  next(): Promise<void>;
  /** The work's result; throws as soon as a signal comes, for work that leaves nothing behind. */
  readonly orStop: <T>(work: Promise<T>) => Promise<T>;
}

/** Listens from now on. `cleanUp` is called before a second signal ends the process, and must not wait for anything. */
export function onInterruption(say: (text: string) => void, cleanUp: () => void): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let goOn: (() => void) | undefined;
  for (const [name, code] of Object.entries(EXIT_CODES)) {
    process.on(name, () => {
      if (goOn !== undefined) return goOn();
      if (exitCode === undefined) {
        exitCode = code;
        say("Stopping: the engine ends its plugins. A second signal ends all at once.");
        controller.abort(new Error("Interrupted."));
        return;
      }
      endDescendants();
      cleanUp();
      process.exit(code);
    });
  }
  const { signal } = controller;
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
  stopped.catch(() => undefined);
  return {
    signal,
    get exitCode() {
      return exitCode;
    },
    async next() {
      await new Promise<void>((resolve) => (goOn = resolve));
      goOn = undefined;
    },
    orStop: (work) => Promise.race([work, stopped]),
  };
}

/** Kills all processes below this one: the engine gives each plugin a process group of its own, so that no group has them all. */
function endDescendants(): void {
  if (process.platform === "win32") return;
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const processes = table.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const below = [process.pid];
  // Grows while it is gone over: children of children come in.
  for (const parent of below) below.push(...processes.flatMap(([pid, ppid]) => (ppid === parent ? [pid!] : [])));
  for (const pid of below.slice(1)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}
