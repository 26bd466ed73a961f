import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { keyAgeDays, keyRotationDue } from "../../../config/key-age.ts";
import type { Settings } from "../../../config/settings.ts";
import { CannotRun } from "../../../operations/command-line.ts";
import { namesOf, objection, planOf } from "../../../operations/rotate/plan.ts";

describe("a plan", () => {
  const both = { generations: [1, 2] };
  test.each([
    [
      "begins",
      { generations: [1], active: 1 },
      { generations: [1], active: 1 },
      false,
      { target: 2, create: true, begins: true },
    ],
    [
      "makes what is configured only",
      { ...both, active: 1 },
      { generations: [1], active: 1 },
      false,
      { target: 2, create: true, begins: false },
    ],
    ["goes on before the switch", { ...both, active: 1 }, { ...both, active: 1 }, false, { target: 2, active: 1 }],
    [
      "switches what is configured only",
      { ...both, active: 2 },
      { ...both, active: 1 },
      false,
      { target: 2, active: 1 },
    ],
    [
      "goes on after the switch",
      { ...both, active: 2 },
      { ...both, active: 2 },
      false,
      { target: 2, active: 2, retiring: [1] },
    ],
    [
      "goes back after the switch",
      { ...both, active: 2 },
      { ...both, active: 2 },
      true,
      { target: 1, active: 2, retiring: [2] },
    ],
    [
      "goes back before it",
      { generations: [4, 3], active: 3 },
      { generations: [3], active: 3 },
      true,
      { target: 3, unknown: [4] },
    ],
  ])("%s", (_, configured, made, undo, plan) => {
    expect(planOf("manager", configured, made, undo)).toMatchObject({
      app: "manager",
      active: made.active,
      undo,
      ...plan,
    });
  });

  test("with one generation there is nothing to undo", () => {
    const one = { generations: [2], active: 2 };
    expect(() => planOf("inspector", one, one, true)).toThrow(CannotRun);
    expect(() => planOf("inspector", one, one, true)).toThrow(/nothing to undo/);
  });

  test("never retires its target, and each generation is in one place", () => {
    const generations = fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(generations, fc.nat(), fc.boolean(), (numbers, pick, undo) => {
        fc.pre(!undo || numbers.length > 1);
        const active = numbers[pick % numbers.length] ?? 1;
        const { target, retiring, create } = planOf(
          "manager",
          { generations: numbers, active },
          { generations: numbers, active },
          undo,
        );
        expect(retiring).not.toContain(target);
        expect([...retiring, ...(create ? [] : [target])].sort()).toEqual([...numbers].sort());
      }),
    );
  });
});

const settings = (mode: string) =>
  ({
    stack: "dev",
    clientProvider: { mode },
    manager: { label: "Manager", clientId: "manager-dev-1", generations: [1], active: 1 },
    inspector: { label: "Inspector", clientId: "inspector-dev-1", generations: [1], active: 1 },
  }) as unknown as Settings;

test("modes in which a person or a header does the work are refused with the way", () => {
  expect(objection("manager", settings("managed"))).toBeUndefined();
  expect(objection("inspector", settings("header"))).toBeUndefined();
  expect(objection("manager", settings("header"))).toMatch(/registrationHeader/);
  expect(objection("inspector", settings("manual"))).toMatch(
    /inspector\.generations: \[1, 2\], inspector\.active: 1[\s\S]*inspector-dev-2[\s\S]*--generation 2 --inspector-secret[\s\S]*inspector\.active: 2/,
  );
});

test("a generation has its number in each of its names, the first has none", () => {
  expect(namesOf("manager", 1, settings("managed"))).toEqual({
    ...{ label: "Manager", clientId: "manager-dev-1" },
    ...{ app: "okta-anypoint-manager-app", key: "okta-anypoint-manager-key" },
  });
  expect(namesOf("manager", 3, settings("managed"))).toEqual({
    ...{ label: "Manager 3", clientId: "manager-dev-3" },
    ...{ app: "okta-anypoint-manager-3-app", key: "okta-anypoint-manager-3-key" },
  });
});

test("a key is due on the day after which it is too old", () => {
  const createdAt = "2026-01-01T00:00:00.000Z";
  const due = keyRotationDue(createdAt, { maxKeyAgeDays: 180 });
  expect(due).toBe("2026-06-30T00:00:00.000Z");
  expect(keyAgeDays(createdAt, Date.parse(due))).toBe(180);
  expect(keyAgeDays(createdAt, Date.parse(due) + 24 * 3600 * 1000)).toBe(181);
});
