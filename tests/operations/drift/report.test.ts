import { expect, test } from "@jest/globals";
import { renderDrift } from "../../../operations/drift/report.ts";
import { shownBy } from "../../../operations/drift/shown.ts";

const event = (name: string, old: object, now: object | null) => ({
  ...{ sequence: 1, timestamp: 1 },
  resOutputsEvent: {
    metadata: {
      ...{ urn: `urn:pulumi:dev::p::t::${name}`, op: "refresh", type: "t" },
      old: { custom: true, outputs: old },
      new: now && { custom: true, outputs: now },
    } as never,
  },
});

test("what a refresh found is told by resource and property, without values, in an order of its own", () => {
  const shown = shownBy([
    event("b", { label: "x", nested: { one: 1, two: 2 } }, { label: "very-secret", nested: { one: 1, two: 3 } }),
    event("same", { a: 1 }, { a: 1 }),
    event("a", {}, null),
  ]);
  expect(shown).toEqual({ b: ["label", "nested.two"], a: ["gone"] });
  const text = renderDrift("dev", shown);
  expect(text).toContain("| a | `gone` |\n| b | `label`, `nested.two` |\n");
  expect(text).toMatch(/^Stack dev: 2 resources are not as/);
  expect(text).toContain("pulumi up --stack dev --refresh --run-program");
  expect(text).not.toContain("very-secret");
});

test("nothing found is said in one line", () => {
  expect(renderDrift("dev", {})).toBe("Stack dev: both sides are as the last `pulumi up` left them.\n");
});
