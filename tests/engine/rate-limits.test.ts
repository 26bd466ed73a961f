/** A run against an org that enforces rate limits: the plugin waits, and the end is the same. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { FREE_ORG_LIMITS } from "../../sandbox/okta/index.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  const requests = { ...FREE_ORG_LIMITS.requests, apps: 4, management: 6 };
  bench.lab.okta.switches.rateLimits = { windowSeconds: 2, requests };
});
afterAll(() => bench.close());

const refused = () => bench.calls("okta", 0).filter(({ status }) => status === 429);

test("up meets limits, waits and converges; destroy leaves nothing", async () => {
  const before = bench.lab.snapshot();
  expect((await bench.stack.up(recorded(bench))).summary.result).toBe("succeeded");
  expect(refused().length).toBeGreaterThan(0);
  expect(new Set(refused().map(({ caller }) => caller))).toEqual(new Set(["pulumi-resource-okta"]));
  expect(Object.keys((await bench.stack.preview(recorded(bench))).changeSummary)).toEqual(["same"]);
  await bench.stack.destroy({ ...recorded(bench), runProgram: true });
  expect(bench.lab.snapshot()).toEqual(before);
});
