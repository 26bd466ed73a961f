import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareVersions, configurationProblems } from "../../../providers/anypoint/policy-template.ts";

const template = (configuration: unknown) =>
  ({ groupId: "g", assetId: "a", version: "1.0.0", applicable: true, configuration }) as never;

const listed = template([
  { propertyName: "scopes", type: "string", optional: true },
  { propertyName: "limit", type: "int", optional: false },
  { propertyName: "mode", type: "radio", options: [{ value: "a" }, { value: "b" }], optional: true },
  { propertyName: "rateLimits", type: "rateLimits", optional: true },
]);

describe("configuration by a list of properties", () => {
  test.each([
    [{ limit: 1 }, []],
    [{ limit: 1, mode: "b", rateLimits: [{ anything: 1 }], scopes: "" }, []],
    [{ limit: "#[vars.limit]" }, []],
    [{}, ["limit is missing"]],
    [{ limit: "1", mode: "c" }, ["limit must be a number", "mode must be one of a, b"]],
    [{ limit: 1, scope: "x" }, ["scope is no key of this policy; it has scopes, limit, mode, rateLimits"]],
  ])("%j", (configuration, problems) => {
    expect(configurationProblems(configuration, listed)).toEqual(
      problems.map((problem) => `${problem} (template version 1.0.0)`),
    );
  });

  test("any key that the template does not have is named", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (key) => {
        fc.pre(!["scopes", "limit", "mode", "rateLimits"].includes(key) && key !== "__proto__");
        const problems = configurationProblems({ limit: 1, [key]: 1 }, listed);
        expect(problems).toHaveLength(1);
        expect(problems[0]?.startsWith(`${key} is no key`)).toBe(true);
      }),
    );
  });
});

describe("configuration by a JSON Schema", () => {
  const open = template({
    $schema: "https://json-schema.org/draft/2019-09/schema",
    $id: "http://example/schema",
    type: "object",
    properties: { scopes: { type: "string" }, criteria: { enum: ["AND", "OR"] } },
    required: ["scopes"],
  });
  test("names unknown keys even where the schema leaves its object open", () => {
    expect(configurationProblems({ scopes: "", more: 1 }, open)).toEqual([
      "more is no key of this policy; it has scopes, criteria (template version 1.0.0)",
    ]);
  });
  test("names missing and wrong ones together", () => {
    expect(configurationProblems({ criteria: "XOR" }, open)).toEqual([
      "must have required property 'scopes' (template version 1.0.0)",
      "criteria must be equal to one of the allowed values: AND, OR (template version 1.0.0)",
    ]);
  });
  test("a schema that can't be compiled still has its keys checked", () => {
    const broken = template({ type: "object", properties: { scopes: { type: "nonsense" } } });
    expect(configurationProblems({ scopes: 1 }, broken)).toEqual([]);
    expect(configurationProblems({ other: 1 }, broken)).toHaveLength(1);
  });
});

test("a template without a description is not judged", () => {
  expect(configurationProblems({ anything: 1 }, template(undefined))).toEqual([]);
});

test("versions are ordered by number, a pre-release before its release", () => {
  const versions = ["1.10.0", "1.9.1", "2.0.0-rc.1", "2.0.0", "1.9.0"];
  expect(versions.sort(compareVersions)).toEqual(["1.9.0", "1.9.1", "1.10.0", "2.0.0-rc.1", "2.0.0"]);
});
