/**
 * Remote calls of an `up`, an update and a destroy fail half-way, by the real engine: one case of each way to fail, of each
 * operation, at each service. All of them: `npm run test:faults`.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type FaultCase, OPERATIONS, sample } from "../faults/cases.ts";
import { Stage } from "../faults/stage.ts";
import { FAULT_CLASSES } from "../faults/ways.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const SERVICES = ["okta", "anypoint"] as const;

const spread = OPERATIONS.flatMap((operation) =>
  FAULT_CLASSES.flatMap((faultClass) => SERVICES.map((service) => [operation, faultClass, service] as const)),
);

/** Those that the Okta plugin can't find again are in killed.test.ts. Of the others, those that nobody loses sight of if there are any. */
function choose(of: (one: FaultCase) => boolean): FaultCase {
  const all = stage.cases.filter((one) => of(one) && one.blind !== "plugin");
  const seen = all.filter(({ blind }) => blind === undefined);
  const [one] = sample(seen.length > 0 ? seen : all, 1);
  if (one === undefined) throw new Error("There is no such case.");
  return one;
}

test.each(spread)("%s, %s, at %s", async (operation, faultClass, service) => {
  const one = choose(
    (is) => is.operation === operation && is.faultClass === faultClass && is.fault.service === service,
  );
  const { wayOn, troubles, details } = await stage.play(one);
  const expected = one.blind === "Anypoint" ? "orphans" : "again";
  expect([one.name, wayOn, troubles, ...(wayOn === "again" ? details : [])]).toEqual([one.name, expected, []]);
});
