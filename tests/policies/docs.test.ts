import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { RULES } from "../../policies/rules.ts";

const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "policies.md"), "utf8");

test("docs/policies.md tells of each rule, and of no other", () => {
  const rows = document.split("\n").filter((line) => /^\| `[\w-]+` \| (mandatory|advisory) \|/.test(line));
  expect(rows).toEqual(
    RULES.map(({ name, level = "mandatory", description }) => `| \`${name}\` | ${level} | ${description} |`),
  );
});
