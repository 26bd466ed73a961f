/** When a request may be repeated, and how long to wait before. */
import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import { type HttpAnswer, NoAnswer } from "./http.ts";

export interface RetryTimes {
  /** Repeats at most; default 4. */
  readonly retries?: number;
  /** First pause in ms, doubled each time and blurred at random; default 500. */
  readonly pauseMs?: number;
  /** Repeats nothing but what a rate limit refused by its own headers, which had no effect: for a POST. Default false. */
  readonly onlyWhenLimited?: boolean;
}

/** An answer that a repeat may better, carried through the retry library as an error. */
class Repeatable extends Error {
  readonly answer: HttpAnswer;

  constructor(answer: HttpAnswer) {
    super(`status ${answer.status}`);
    this.answer = answer;
  }
}

/**
 * Sends until an answer is final: a network fault, 429 and 5xx (but not 501) are repeated, after the time that the answer
 * itself asks for. Returns the last answer or throws the last fault. Never waits beyond `signal`.
 */
export async function sendWithRetries(
  send: () => Promise<HttpAnswer>,
  signal: AbortSignal,
  deadline: number,
  { retries = 4, pauseMs = 500, onlyWhenLimited = false }: RetryTimes,
): Promise<HttpAnswer> {
  const mayRepeat = (error: unknown) => !onlyWhenLimited || (error instanceof Repeatable && isLimit(error.answer));
  let last: HttpAnswer | undefined;
  try {
    return await pRetry(
      async () => {
        last = undefined;
        const answer = await send();
        if (answer.status !== 429 && (answer.status < 500 || answer.status === 501)) return answer;
        last = answer;
        throw new Repeatable(answer);
      },
      {
        retries,
        minTimeout: pauseMs,
        maxTimeout: 10_000,
        randomize: true,
        signal,
        // Decided once for each failure, before the pause: after it the same pause would count twice against the deadline.
        onFailedAttempt: async ({ error, retriesLeft }) => {
          if (retriesLeft === 0) return;
          const asked = error instanceof Repeatable ? (askedPause(error.answer.headers, Date.now()) ?? 0) : 0;
          if (!mayRepeat(error) || signal.aborted || Date.now() + asked > deadline) throw error;
          if (asked > 0) await sleep(asked, undefined, { signal });
        },
      },
    );
  } catch (error) {
    if (error instanceof Repeatable) return error.answer;
    if (error instanceof NoAnswer) throw error;
    // What is left is the overall signal, which fired in a pause: the answer before it says more.
    if (last !== undefined) return last;
    throw new NoAnswer("the overall deadline has passed", true);
  }
}

/** Whether a rate limit itself refused the request: its headers say that nothing is left (confirmed: DX-AM). */
const isLimit = ({ status, headers }: HttpAnswer): boolean =>
  status === 429 && headers["x-ratelimit-remaining"]?.trim() === "0";

/**
 * The pause in ms that an answer asks for: `Retry-After` in seconds or as a date (RFC 9110), else `X-RateLimit-Reset` in
 * UTC epoch seconds (confirmed: DX-AM) once `X-RateLimit-Remaining` is 0 or absent. Points in time are by the server's clock, which
 * the answer's `Date` tells; `now` is ours, for an answer without.
 */
export function askedPause(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const told = Date.parse(headers.date ?? "");
  const present = Number.isNaN(told) ? now : told;
  const retryAfter = headers["retry-after"]?.trim();
  if (retryAfter !== undefined && retryAfter !== "") {
    if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
    const at = Date.parse(retryAfter);
    if (!Number.isNaN(at)) return Math.max(0, at - present);
  }
  const reset = headers["x-ratelimit-reset"]?.trim();
  if (reset !== undefined && /^\d+$/.test(reset) && Number(headers["x-ratelimit-remaining"] ?? 0) === 0) {
    return Math.max(0, Number(reset) * 1000 - present);
  }
  return undefined;
}
