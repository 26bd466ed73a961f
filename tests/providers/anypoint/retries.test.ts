import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type HttpAnswer, NoAnswer } from "../../../providers/anypoint/http.ts";
import { askedPause, sendWithRetries } from "../../../providers/anypoint/retries.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

describe("the pause that an answer asks for", () => {
  test.each([
    ["seconds", { "retry-after": "7" }, 7000],
    ["a date", { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }, 9000],
    ["a date that has passed", { "retry-after": "Wed, 31 Dec 2025 23:59:00 GMT" }, 0],
    ["a reset", { "x-ratelimit-reset": String(NOW / 1000 + 30), "x-ratelimit-remaining": "0" }, 30_000],
    ["a reset without what remains", { "x-ratelimit-reset": String(NOW / 1000 + 30) }, 30_000],
    [
      "a reset while calls remain",
      { "x-ratelimit-reset": String(NOW / 1000 + 30), "x-ratelimit-remaining": "5" },
      undefined,
    ],
    ["Retry-After before a reset", { "retry-after": "1", "x-ratelimit-reset": String(NOW / 1000 + 30) }, 1000],
    ["nonsense, then a reset", { "retry-after": "soon", "x-ratelimit-reset": String(NOW / 1000 + 2) }, 2000],
    ["nothing", {}, undefined],
  ])("%s", (_what, headers, pause) => {
    expect(askedPause(headers as unknown as Record<string, string>, NOW)).toBe(pause);
  });

  test("is never negative nor NaN, whatever the headers say", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (retryAfter, reset, remaining) => {
        const headers = { "retry-after": retryAfter, "x-ratelimit-reset": reset, "x-ratelimit-remaining": remaining };
        const pause = askedPause(headers, NOW);
        expect(pause === undefined || pause >= 0).toBe(true);
      }),
    );
  });
});

const answer = (status: number, headers: Record<string, string> = {}): HttpAnswer => ({ status, headers, text: "" });

/** Sends a script of answers and faults; returns what came out and how many were used. */
async function play(script: (HttpAnswer | Error)[], { retries = 3, deadline = Date.now() + 60_000 } = {}) {
  let used = 0;
  const send = async () => {
    const step = script[used];
    used += 1;
    if (step === undefined) throw new Error("the script is over");
    if (step instanceof Error) throw step;
    return step;
  };
  const result = await sendWithRetries(send, new AbortController().signal, deadline, { retries, pauseMs: 1 }).catch(
    (error: unknown) => error,
  );
  return { result, used };
}

describe("what is repeated", () => {
  test.each([429, 500, 502, 503, 504])("%i", async (status) => {
    expect(await play([answer(status), answer(status), answer(200)])).toMatchObject({
      result: { status: 200 },
      used: 3,
    });
  });
  test("a fault of the network", async () => {
    expect(await play([new NoAnswer("ECONNRESET", false), answer(200)])).toMatchObject({
      result: { status: 200 },
      used: 2,
    });
  });
  test.each([400, 401, 403, 404, 405, 409, 418, 501])("not %i", async (status) => {
    expect(await play([answer(status), answer(200)])).toMatchObject({ result: { status }, used: 1 });
  });
  test("no more often than allowed; the last answer is what comes out", async () => {
    expect(await play([answer(500), answer(500), answer(503)], { retries: 2 })).toMatchObject({
      ...{ result: { status: 503 }, used: 3 },
    });
    expect(await play([new NoAnswer("ECONNRESET", false)], { retries: 0 })).toMatchObject({
      ...{ result: expect.any(NoAnswer), used: 1 },
    });
  });
  test("nor beyond the signal: fired in a pause, the last answer is what comes out", async () => {
    const send = () => Promise.resolve(answer(429, { "retry-after": "0" }));
    const times = { retries: 4, pauseMs: 60_000 };
    const result = sendWithRetries(send, AbortSignal.timeout(100), Date.now() + 60_000, times);
    expect(await result).toMatchObject({ status: 429 });
  });
  test("whose pause ends before the deadline, though twice the pause does not", async () => {
    const script = [answer(429, { "retry-after": "1" }), answer(200)];
    expect(await play(script, { deadline: Date.now() + 1900 })).toMatchObject({ result: { status: 200 }, used: 2 });
  });
  test("after the pause that was asked for", async () => {
    expect(await play([answer(429, { "retry-after": "0" }), answer(200)])).toMatchObject({ result: { status: 200 } });
  });
  test("not when the pause goes beyond the deadline", async () => {
    expect(await play([answer(429, { "retry-after": "3600" }), answer(200)])).toMatchObject({
      ...{ result: { status: 429 }, used: 1 },
    });
  });
});
