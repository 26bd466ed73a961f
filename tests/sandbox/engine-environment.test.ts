import { resolve } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { engineEnvironment } from "../../sandbox/engine.ts";

const { PULUMI_HOME } = process.env;
afterEach(() => {
  if (PULUMI_HOME === undefined) delete process.env.PULUMI_HOME;
  else process.env.PULUMI_HOME = PULUMI_HOME;
});

test("a PULUMI_HOME of one's own is handed on, from whatever folder it is used", () => {
  process.env.PULUMI_HOME = "own/home";
  expect(engineEnvironment("/state", "standin").PULUMI_HOME).toBe(resolve("own/home"));
  delete process.env.PULUMI_HOME;
  expect(engineEnvironment("/state", "standin")).not.toHaveProperty("PULUMI_HOME");
});
