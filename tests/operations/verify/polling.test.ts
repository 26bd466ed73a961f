import { expect, test } from "@jest/globals";
import { type Attempt, poll } from "../../../operations/verify/polling.ts";

/** Polls a fixed series of attempts (the last one repeats), and tells at what seconds they were made. */
async function polled(series: Attempt<string>[], deadlineSeconds: number) {
  let time = 0;
  const at: number[] = [];
  const result = await poll(
    async () => {
      at.push(time / 1000);
      return series[Math.min(at.length, series.length) - 1]!;
    },
    {
      clock: {
        now: () => time,
        sleep: async (milliseconds) => {
          time += milliseconds;
        },
      },
      deadline: deadlineSeconds * 1000,
      waiting: () => {},
    },
  );
  return { result, at };
}

const long: Attempt<string> = { result: "not yet", patience: "long" };
const hiccup: Attempt<string> = { result: "hiccup", patience: "briefly" };
const done: Attempt<string> = { result: "done", patience: "never" };

test("what waiting cannot change is tried once", async () => {
  expect(await polled([done], 180)).toEqual({ result: "done", at: [0] });
});

test("pauses grow, and the last try is at the deadline", async () => {
  expect(await polled([long], 45)).toEqual({ result: "not yet", at: [0, 1, 3, 6, 11, 19, 29, 39, 45] });
});

test("a hiccup gets fifteen seconds of its own", async () => {
  expect((await polled([hiccup], 180)).at).toEqual([0, 1, 3, 6, 11, 15]);
  expect((await polled([long, long, long, long, long, hiccup], 180)).at).toEqual([0, 1, 3, 6, 11, 19, 29, 34]);
});

test("a passed deadline leaves one try", async () => {
  expect(await polled([long], 0)).toEqual({ result: "not yet", at: [0] });
});

test("Retry-After lengthens a pause, and ends the waiting where it goes past the end", async () => {
  expect((await polled([{ ...hiccup, retryAfterSeconds: 12 }, done], 180)).at).toEqual([0, 12]);
  expect((await polled([{ ...hiccup, retryAfterSeconds: 60 }, done], 180)).at).toEqual([0]);
});
