// @ts-check
import { clearInterval, setInterval } from "node:timers";

/**
 * A failure that the user can do something about. The message stands alone: what was attempted, on what, what came back, what to do.
 */
export class SetupError extends Error {
  /** @override */
  name = "SetupError";
}

/**
 * @param {number} milliseconds
 * @returns {string} `m:ss`
 */
export function clock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Tells the user what the set-up does. On stderr, so that a command's own output (`--json`) stays clean.
 * @typedef {object} Progress
 * @property {(text: string) => void} say one line
 * @property {<T>(state: () => string, work: () => Promise<T>) => Promise<T>} during repeats `state` with the elapsed time while `work` runs
 */

/**
 * @param {{ write?: (line: string) => void, everyMilliseconds?: number }} [options] default: a line every 15 s
 * @returns {Progress}
 */
export function createProgress({ write = (line) => process.stderr.write(line), everyMilliseconds = 15_000 } = {}) {
  const say = (/** @type {string} */ text) => write(`setup: ${text}\n`);
  return {
    say,
    async during(state, work) {
      const began = Date.now();
      const timer = setInterval(() => say(`  … ${state()} (${clock(Date.now() - began)})`), everyMilliseconds);
      try {
        return await work();
      } finally {
        clearInterval(timer);
      }
    },
  };
}
