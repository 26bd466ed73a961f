import { expect, test } from "@jest/globals";
import type { Finding } from "../../../checks/finding.ts";
import { type Looked, exitCodeOf, renderDrift } from "../../../operations/drift/report.ts";
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

const WELL: Finding = { side: "Okta", check: "okta-login", title: "login", status: "ok", seen: "it works" };
const WARNS: Finding = { ...WELL, status: "warn", code: "okta-old", seen: "old", whatToDo: "Mind it." };
const FAILS: Finding = { ...WELL, status: "fail", code: "okta-key-unknown", seen: "401", whatToDo: "Give the key." };

const shown = (looked: Omit<Looked, "stack">) => {
  const all = { stack: "dev", ...looked };
  return { code: exitCodeOf(all), text: renderDrift(all) };
};

test("what a refresh found is told by resource and property, without values, in an order of its own", () => {
  const found = shownBy([
    event("b", { label: "x", nested: { one: 1, two: 2 } }, { label: "very-secret", nested: { one: 1, two: 3 } }),
    event("same", { a: 1 }, { a: 1 }),
    event("a", {}, null),
  ]);
  expect(found).toEqual({ b: ["label", "nested.two"], a: ["gone"] });
  const { code, text } = shown({ shown: found, findings: [WELL] });
  expect(code).toBe(1);
  expect(text).toContain("| a | `gone` |\n| b | `label`, `nested.two` |\n");
  expect(text).toMatch(/^Stack dev: 2 resources are not as/);
  expect(text).toContain("pulumi up --stack dev --refresh --run-program");
  expect(text).toMatch(/\nThe doctor finds nothing broken\.\n$/);
  expect(text).not.toContain("very-secret");
});

test("nothing found is said in one line, a warning of the doctor or not", () => {
  expect(shown({ shown: {}, findings: [WELL, WARNS] })).toEqual({
    code: 0,
    text: "Stack dev: both sides are as the last `pulumi up` left them, and the doctor finds nothing broken.\n",
  });
});

test("what only the doctor finds is told, and counts", () => {
  const { code, text } = shown({ shown: {}, findings: [WELL, FAILS, WARNS] });
  expect(code).toBe(1);
  expect(text).toMatch(/^Stack dev: a refresh finds nothing changed\.\n\nThe doctor .* fails:\n\n\| check \|/);
  expect(text).toContain("| Okta: login | okta-key-unknown | 401 | Give the key. |\n");
  expect(text).not.toMatch(/are as the last|Mind it|it works/);
});

test("what could not be looked at is told beside what could", () => {
  const noRefresh = shown({ findings: [FAILS] });
  expect(noRefresh.code).toBe(2);
  expect(noRefresh.text).toMatch(/^Stack dev: the refresh failed, .*\n\nThe doctor .* fails:/);
  expect(noRefresh.text).toContain("okta-key-unknown");
  const noDoctor = shown({ shown: { a: ["gone"] } });
  expect(noDoctor.code).toBe(2);
  expect(noDoctor.text).toMatch(/\| a \| `gone` \|[^]*\nThe doctor could not run; `npm run doctor -- --stack dev`/);
});

test("what others wrote is no other cell, link, markup or mention", () => {
  const { text } = shown({ shown: {}, findings: [{ ...FAILS, seen: "a | b\n<img> ![x](https://x.example) @team" }] });
  expect(text).toContain("| a &#124; b &#60;img&#62; !&#91;x&#93;(https://x.example) @\u200bteam | Give the key. |\n");
});
