import { expect, test } from "@jest/globals";
import { ANSWER_RUNS, CLIENTS, NAME_RUNS, SETTINGS_RUNS } from "./runs.ts";

test("the fuzz run has 10,000 cases or more", () => {
  expect(SETTINGS_RUNS + ANSWER_RUNS * CLIENTS + NAME_RUNS * 2).toBeGreaterThanOrEqual(10_000);
});
