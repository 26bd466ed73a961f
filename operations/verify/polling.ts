/** Repeats a check while waiting can change its result, with growing pauses and a deadline. */
import type { Patience } from "./report.ts";

/** Time, for tests to bring their own. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export interface Attempt<T> {
  readonly result: T;
  readonly patience: Patience;
  /** Seconds that the server asked to wait. */
  readonly retryAfterSeconds?: number;
  /** What is waited for, for progress lines. */
  readonly waitingFor?: string;
}

const PAUSES_SECONDS = [1, 2, 3, 5, 8, 10];
/** How long a hiccup is waited for. */
const BRIEFLY_SECONDS = 15;

/**
 * The first result that needs no waiting, or the last one before the deadline; there is always at least one attempt.
 * `waiting` is called before each pause.
 */
export async function poll<T>(
  attempt: () => Promise<Attempt<T>>,
  options: { clock: Clock; deadline: number; waiting: (attempt: Attempt<T>, elapsedSeconds: number) => void },
): Promise<T> {
  const { clock, deadline, waiting } = options;
  const start = clock.now();
  let hiccupSince: number | undefined;
  for (let tries = 0; ; tries += 1) {
    const made = await attempt();
    const { result, patience, retryAfterSeconds = 0 } = made;
    if (patience === "never") return result;
    const now = clock.now();
    hiccupSince = patience === "briefly" ? (hiccupSince ?? now) : undefined;
    const end = hiccupSince === undefined ? deadline : Math.min(deadline, hiccupSince + BRIEFLY_SECONDS * 1000);
    const pause = Math.max(PAUSES_SECONDS[tries] ?? PAUSES_SECONDS.at(-1)!, retryAfterSeconds) * 1000;
    if (now >= end || now + retryAfterSeconds * 1000 > end) return result;
    waiting(made, Math.round((now - start) / 1000));
    await clock.sleep(Math.min(pause, end - now));
  }
}
