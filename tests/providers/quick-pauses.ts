/** Pauses between retries, and before a second look, are short in tests that fail calls by the hundred. */
import { jest } from "@jest/globals";

/** Cuts every pause of `setTimeout` to 20 ms, until mocks are restored. */
export function quickPauses(): void {
  const { setTimeout: real } = globalThis;
  const quick = (work: () => void, ms = 0) => real(work, Math.min(ms, 20));
  jest.spyOn(globalThis, "setTimeout").mockImplementation(quick);
}
