/**
 * Remote calls of an `up`, an update and a destroy fail half-way, by the real engine: one case of each way to fail, of each
 * operation, at each service. All of them: `npm run test:faults`.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ROOT } from "../../sandbox/engine.ts";
import { type FaultCase, OPERATIONS, sample } from "../faults/cases.ts";
import { Worker } from "../faults/crew.ts";
import { FAULT_CLASSES } from "../faults/ways.ts";
import { standInTest } from "./plugins.ts";

// In a process of its own: an `up` that fails leaves rejected promises in that of its program.
let worker: Worker;
let cases: readonly FaultCase[];
beforeAll(async () => {
  worker = new Worker(join(ROOT, ".sandbox"));
  cases = await worker.cases();
});
afterAll(() => worker.stop());

const SERVICES = ["okta", "anypoint"] as const;

const spread = OPERATIONS.flatMap((operation) =>
  FAULT_CLASSES.flatMap((faultClass) => SERVICES.map((service) => [operation, faultClass, service] as const)),
);

/** Those that the Okta plugin can't find again are in killed.test.ts. Of the others, those that nobody loses sight of if there are any. */
function choose(of: (one: FaultCase) => boolean): FaultCase {
  const all = cases.filter((one) => of(one) && one.blind !== "plugin");
  const seen = all.filter(({ blind }) => blind === undefined);
  const [one] = sample(seen.length > 0 ? seen : all, 1);
  if (one === undefined) throw new Error("There is no such case.");
  return one;
}

const retriedTest = standInTest(
  test,
  "which calls are tried again is the stand-in's; over HTTP the real Okta plugin goes round its own retries (inferred).",
);

retriedTest.each(spread)("%s, %s, at %s", async (operation, faultClass, service) => {
  const one = choose(
    (is) => is.operation === operation && is.faultClass === faultClass && is.fault.service === service,
  );
  const { wayOn, troubles, details } = (await worker.run("play", one)).answer;
  const expected = one.blind === "Anypoint" ? "orphans" : "again";
  expect([one.name, wayOn, troubles, ...(wayOn === "again" ? details : [])]).toEqual([one.name, expected, []]);
});
