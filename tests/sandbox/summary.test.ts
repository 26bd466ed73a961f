import { expect, test } from "@jest/globals";
import { outputLine } from "../../sandbox/summary.ts";

test("a short output is one line, a secret is masked", () => {
  expect(outputLine("activeKid", { value: "abc", secret: false }, 80)).toBe("  activeKid            abc");
  expect(outputLine("key", { value: "abc", secret: true }, 80)).toBe("  key                  [secret]");
});

test("a long output goes on in lines that keep to the width and lose nothing", () => {
  const value = [{ name: "orders", ids: Array.from({ length: 9 }, (_, n) => ({ id: n, of: "environment" })) }];
  const lines = outputLine("apis", { value, secret: false }, 80).split("\n");
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.slice(1).filter((line) => !line.startsWith(" ".repeat(23)))).toEqual([]);
  expect(JSON.parse(lines.map((line) => line.slice(23)).join(""))).toEqual(value);
});
