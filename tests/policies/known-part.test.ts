import { expect, test } from "@jest/globals";
import { knownPart } from "../../policies/known-part.ts";

/** As the policy host does for a value that only an `up` will know. */
const unknown = {
  get: (): never => {
    throw new Error("can't be known during preview");
  },
  enumerable: true,
};

test("what is unknown is left out at each depth, and the rest stays", () => {
  const inner = Object.defineProperty({ b: 1 }, "a", unknown);
  const props = Object.defineProperty({ name: "x", inner, none: null }, "id", unknown);
  expect(knownPart(props)).toEqual({ name: "x", inner: { b: 1 }, none: null });
});

test("a list with an unknown member is unknown", () => {
  const list = Object.defineProperty([1, 2], 1, unknown);
  expect(knownPart({ list, other: [{ a: [1] }] })).toEqual({ other: [{ a: [1] }] });
});
