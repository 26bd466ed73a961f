import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { JournalEntry } from "../../sandbox/core/journal.ts";
import { casesOf, sample } from "./cases.ts";
import { type Result, Results } from "./results.ts";
import { renderResults, withResults } from "./table.ts";

const folder = mkdtempSync(join(tmpdir(), "fault-results-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const result = (name: string, more: Partial<Result> = {}): Result => ({
  ...{ name, operation: "up", faultClass: "answer lost", wayOn: "again", troubles: [], details: [], seconds: 1 },
  ...more,
});

describe("cases", () => {
  const entry = (method: string, path: string, caller = "okta-anypoint"): JournalEntry => ({
    ...{ seq: 1, at: "", caller, service: "okta", method, path, status: 200 },
  });

  test("calls are numbered by their shape, and matched whatever the ids", () => {
    const cases = casesOf("up", [
      entry("GET", "/api/v1/apps/0oaJ7W7HjRHcz9bX0LuV?x=1"),
      entry("GET", "/api/v1/apps/0oaIPoCMloI3N75l50wW"),
    ]);
    expect(cases.map(({ name }) => name)).toEqual(
      [1, 2].flatMap((nth) =>
        ["refuse 503", "refuse 429", "cut"].map(
          (way) => `up: okta-anypoint → okta GET /api/v1/apps/* (${nth}): ${way}`,
        ),
      ),
    );
    expect(cases.at(-1)?.fault).toMatchObject({ skip: 1, path: "^/api/v1/apps/[^/]+$" });
  });

  test("who loses sight of what it changed", () => {
    const [app, grant, client] = ["/api/v1/apps", "/api/v1/apps/0oaJ7W7HjRHcz9bX0LuV/grants", "/oauth2/v1/clients"];
    const blind = (caller: string, ...paths: string[]) =>
      casesOf(
        "up",
        paths.map((path) => entry("POST", path, caller)),
      ).map((one) => one.blind);
    expect(blind("pulumi-resource-okta", app)).toEqual([undefined, undefined, "plugin", "plugin", "plugin"]);
    expect(blind("pulumi-resource-okta", grant, grant)[5]).toBe("plugin");
    expect(blind("AnypointPlatform", client).at(-1)).toBe("Anypoint");
    expect(blind("okta-anypoint", app).every((one) => one === undefined)).toBe(true);
  });

  test("a sample is spread over all, and the same each time", () => {
    const all = Array.from({ length: 100 }, (_, index) => index);
    expect(sample(all, 4)).toEqual([12, 37, 62, 87]);
    expect(sample(all, 200)).toEqual(all);
  });
});

test("results are kept from run to run; a line that was cut off is not", () => {
  const file = join(folder, "results.jsonl");
  new Results(file).add(result("one"));
  writeFileSync(file, `${readFileSync(file, "utf8")}{"name":"tw`);
  const again = new Results(file);
  expect([again.get("one"), again.get("tw")]).toEqual([result("one"), undefined]);
  again.add(result("three"));
  expect(new Results(file).get("three")).toEqual(result("three"));
  expect(new Results(file, { fresh: true }).get("one")).toBeUndefined();
});

describe("the table", () => {
  const results = [
    result("a"),
    result("b", { troubles: ["doubled", "orphaned"] }),
    result("c", { operation: "destroy", wayOn: "refresh" }),
  ];

  test("counts by class and operation", () => {
    const rows = renderResults(results)
      .split("\n")
      .map((line) =>
        line
          .split("│")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
      .filter((cells) => cells.length > 1);
    expect(rows).toContainEqual(["answer lost", "up", "2", "1", "0", "0", "0", "1", "1", "0", "0"]);
    expect(rows).toContainEqual(["answer lost", "destroy", "1", "0", "1", "0", "0", "0", "0", "0", "0"]);
  });

  test("stands between its markers in the document, and says whether it is all", () => {
    const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "operations.md"), "utf8");
    const sampled = withResults(document, results, { all: 9, day: "2026-01-02" });
    expect(sampled).toContain("**A sample**: 3 of 9 cases");
    expect(withResults(sampled, results, { all: 3, day: "2026-01-02" })).toContain("The full matrix: 3 cases");
    expect(withResults(sampled, results, { all: 3, day: "2026-01-02" })).not.toContain("A sample");
    expect(sampled.split("## ").length).toBe(document.split("## ").length);
    expect(() => withResults("nothing", results, { all: 3, day: "" })).toThrow("half-way: begin");
  });
});
