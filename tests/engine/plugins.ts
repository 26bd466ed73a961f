/** The plugins that the engine of this run uses: PLUGINS=real, standin (the default) or auto. Throws when `real` is not to be had. */
import type { test as jestTest } from "@jest/globals";
import { type Plugins, askedPlugins, choosePlugins } from "../../sandbox/plugin-choice.ts";

export const plugins: Plugins = choosePlugins(askedPlugins("standin"));

/** Jest's `test` for what holds with the stand-ins alone; with the real plugins such tests are skipped, and the reason is printed. */
export function standInTest(test: typeof jestTest, reason: string): typeof jestTest {
  if (plugins === "standin") return test;
  process.stderr.write(`Skipped with the real plugins: ${reason}\n`);
  return test.skip as unknown as typeof jestTest;
}
