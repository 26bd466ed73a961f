import { describe, expect, test } from "@jest/globals";
import { diffProperties } from "../../../../sandbox/plugins/grpc/property-diff.ts";
import {
  Secret,
  UNKNOWN,
  containsUnknown,
  decode,
  encode,
  keepSecrets,
  reveal,
} from "../../../../sandbox/plugins/grpc/values.ts";

describe("values", () => {
  test("survive the way to the engine and back, secrets and unknowns among them", () => {
    const props = {
      text: "t",
      number: 1,
      no: false,
      list: ["a", { b: new Secret("s") }],
      secret: new Secret({ key: ["x"] }),
      unknown: UNKNOWN,
    };
    expect(decode(encode(props))).toEqual(props);
  });

  test("empty ones are left out", () => {
    expect(decode(encode({ a: undefined, b: { c: undefined } }))).toEqual({ b: {} });
  });

  test("a secret does not get into JSON by mistake", () => {
    expect(JSON.stringify({ a: new Secret("hush") })).toBe('{"a":"[secret]"}');
  });

  test("reveal takes the marks off, keepSecrets puts them back", () => {
    const marked = { a: { b: new Secret("1"), c: "2" }, list: [new Secret("x"), "y"], gone: new Secret("z") };
    expect(reveal(marked)).toEqual({ a: { b: "1", c: "2" }, list: ["x", "y"], gone: "z" });
    expect(keepSecrets({ a: { b: "new", c: "2" }, list: ["y", "x"], more: "m" }, marked)).toEqual({
      a: { b: new Secret("new"), c: "2" },
      list: new Secret(["y", "x"]),
      more: "m",
    });
  });

  test("unknowns are found inside secrets and lists", () => {
    expect(containsUnknown([{ a: new Secret(UNKNOWN) }])).toBe(true);
    expect(containsUnknown([{ a: new Secret("known") }])).toBe(false);
  });
});

describe("diffProperties", () => {
  const properties = {
    set: { type: "set" },
    list: { type: "list" },
    flag: { type: "boolean" },
    filled: { type: "string", computed: true },
  } as const;

  test.each([
    ["a set in another order", { set: ["a", "b"] }, { set: ["b", "a"] }, []],
    ["a list in another order", { list: ["a", "b"] }, { list: ["b", "a"] }, ["list"]],
    ["empty is as good as unset", { flag: false, set: [], list: undefined }, { list: [] }, []],
    ["unset where the state has one", { flag: true }, {}, ["flag"]],
    ["unset where the service fills it", { filled: "x" }, {}, []],
    ["a key of an object in a list", { list: [{ a: "1", b: "" }] }, { list: [{ a: "1" }] }, []],
  ])("%s", (_, state, inputs, changed) => {
    expect(diffProperties(properties, state, inputs).map(({ property }) => property)).toEqual(changed);
  });
});
