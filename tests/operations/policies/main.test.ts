import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/policies/main.ts";
import { renderFindings } from "../../../operations/policies/report.ts";
import { seenResources } from "../../../operations/policies/seen.ts";

describe("a file of exceptions that can't be used is told before the engine is asked", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "policies-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test.each([
    ["no file", undefined, /can't be read \(ENOENT\)/],
    ["no JSON", "{", /is no JSON/],
    ["an unknown rule", '{"managr-role": {}}', /managr-role/],
    ["an unknown key", '{"manager-role": {"exception": {}}}', /exception/],
    ["a reason that is none", '{"manager-role": {"exceptions": {"x": "ok"}}}', /10 characters[^]*exceptions\.x/],
  ])("%s", async (_, content, message) => {
    if (content !== undefined) await writeFile(join(folder, "policies.json"), content);
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const around = { env: { PATH: "" }, workDir: folder, color: false, stdout: say, stderr: say };
    expect(await runCommandLine(["--stack", "dev", "--policy-pack-config", "policies.json"], around)).toBe(2);
    expect(said.join("")).toMatch(message);
    expect(said.join("")).not.toContain("Asking the engine");
  });
});

const event = (op: string, state: object | undefined, old?: object) => ({
  ...{ sequence: 1, timestamp: 1 },
  resourcePreEvent: {
    metadata: { op, urn: "urn:pulumi:dev::p::t::it", type: "t", new: state && { type: "t", ...state }, old } as never,
  },
});

test("resources are seen as they will be: without what is unknown, with the outputs of what stays, and not if they go", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const old = { type: "t", outputs: { createdAt: "2026-01-01", a: 0 } };
  const inputs = { a: 1, b: unknown, c: [{ d: unknown }], e: ["x", unknown], f: { g: unknown, h: 2 } };
  const seen = { type: "t", name: "it" };
  expect(seenResources([event("update", { inputs, protect: true }, old)])).toEqual([
    { ...seen, protect: true, props: { createdAt: "2026-01-01", a: 1, c: [{}], f: { h: 2 } } },
  ]);
  expect(seenResources([event("create-replacement", { inputs: { a: 1 } }, old)])).toEqual([
    { ...seen, protect: false, props: { a: 1 } },
  ]);
  expect(seenResources([event("delete", undefined, old)])).toEqual([]);
});

test("the report says of each fault its rule, its resource and what to do, and counts what stops", () => {
  const finding = { rule: "rule-scopes", resource: "it", message: 'It allows "*". List the scopes.' };
  const text = renderFindings(
    [
      { ...finding, level: "mandatory" },
      { ...finding, rule: "production-key-age", level: "advisory" },
    ],
    {},
  );
  expect(text).toMatch(/^mandatory: rule-scopes, it\n {2}It allows "\*"\. List the scopes\.\n/);
  expect(text).toMatch(/\n1 of them must be mended, .*; 1 are advice\.\n$/s);
  expect(renderFindings([], {})).toBe("No rule is broken.\n");
});
