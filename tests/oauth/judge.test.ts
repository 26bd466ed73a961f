/** The local Okta's OAuth against an independent server's: each refusal is the documented one, and every difference is listed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { THEMES } from "./case.ts";
import { DIFFERENCES } from "./differences.ts";
import { CASES, type Result, playAll } from "./play.ts";
import { errorOf, saidBy, verdictOf } from "./side.ts";
import { agrees, comparisonIn, renderComparison } from "./table.ts";

const nameOf = ({ theme, name }: { theme: string; name: string }): string => `${theme}: ${name}`;

let results = new Map<string, Result>();
beforeAll(async () => {
  results = new Map((await playAll()).map((result) => [nameOf(result.one), result]));
});

const resultOf = (name: string): Result => {
  const result = results.get(name);
  if (result === undefined) throw new Error(`Not played: ${name}`);
  return result;
};

test("every case has a name of its own", () => {
  expect(new Set(CASES.map(nameOf)).size).toBe(CASES.length);
});

describe.each(THEMES)("%s", (theme) => {
  const cases = CASES.filter((one) => one.theme === theme);

  test.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
    const { okta, judge } = resultOf(nameOf(one));
    const { error, text } = errorOf(okta);
    if (typeof one.okta === "string") {
      expect([verdictOf(okta), error, text]).toEqual([one.okta, "", ""]);
      const agreeing = judge !== undefined && verdictOf(judge) === one.okta;
      expect(saidBy(okta)).toEqual(agreeing ? saidBy(judge) : one.says);
      // What a case says must be needed.
      if (agreeing) expect(one.says).toBeUndefined();
      return;
    }
    const { status, error: wantedError, text: wantedText } = one.okta;
    const wanted: unknown = typeof wantedText === "string" ? wantedText : expect.stringMatching(wantedText);
    expect([okta.status, error, text]).toEqual([status, wantedError, wanted]);
    const code = judge !== undefined && verdictOf(judge) === "refused" ? errorOf(judge).error : undefined;
    // What the case says of the judge's code must be needed.
    expect(one.judgeError).toBe(code === error ? undefined : code);
  });
});

describe("differences", () => {
  test("are those that are listed, and no other", () => {
    const differing = [...results.values()].filter((result) => result.judge !== undefined && !agrees(result));
    const listed = DIFFERENCES.flatMap(({ theme, cases }) => cases.map((name) => nameOf({ theme, name })));
    expect(new Set(listed).size).toBe(listed.length);
    expect(differing.map(({ one }) => nameOf(one)).sort()).toEqual([...listed].sort());
  });

  test("of one entry are of one kind", () => {
    for (const { theme, cases } of DIFFERENCES) {
      const verdicts = cases.map((name) => verdictOf(resultOf(nameOf({ theme, name })).okta));
      expect([cases, new Set(verdicts).size]).toEqual([cases, 1]);
    }
  });
});

test("docs/sandbox.md tells of this run (npm run docs:oauth writes it)", () => {
  const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "sandbox.md"), "utf8");
  expect(comparisonIn(document)).toBe(renderComparison([...results.values()]));
});
