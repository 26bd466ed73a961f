/** The comparison as a part of docs/sandbox.md. */
import { partOf, withPart } from "../written-part.ts";
import { THEMES } from "./case.ts";
import { DIFFERENCES } from "./differences.ts";
import type { Result } from "./play.ts";
import { errorOf, verdictOf } from "./side.ts";

const NAME = "oauth-judge";
const COMMAND = "npm run docs:oauth";

export const agrees = ({ okta, judge }: Result): boolean => judge !== undefined && verdictOf(okta) === verdictOf(judge);

const row = (...cells: (string | number)[]): string => `| ${cells.join(" | ")} |`;

function counts(name: string, results: readonly Result[]): string {
  const compared = results.filter(({ judge }) => judge !== undefined);
  const agreed = compared.filter(agrees);
  const refused = agreed.filter(({ okta }) => verdictOf(okta) === "refused");
  const sameCode = refused.filter(({ okta, judge }) => judge && errorOf(okta).error === errorOf(judge).error);
  return row(
    ...[name, results.length, agreed.length, compared.length - agreed.length],
    ...[results.length - compared.length, refused.length, sameCode.length],
  );
}

/** What the document must say of these results. */
export function renderComparison(results: readonly Result[]): string {
  const themed = THEMES.map((theme) =>
    counts(
      theme,
      results.filter(({ one }) => one.theme === theme),
    ),
  );
  return [
    row("theme", "cases", "agreed", "differ", "Okta alone", "refused by both", "with the same code"),
    "|---|---|---|---|---|---|---|",
    ...themed,
    counts("all", results),
    "",
    row("case", "Okta", "why", "mark"),
    "|---|---|---|---|",
    ...DIFFERENCES.map(({ theme, cases, reason, mark }) => {
      const played = results.find(({ one }) => one.theme === theme && one.name === cases[0]);
      const verdict = played === undefined ? "not played" : verdictOf(played.okta);
      return row(`${theme}: ${cases.join("; ")}`, verdict, reason, mark.replace(/^\w+/, "*$&*"));
    }),
  ].join("\n");
}

export const withComparison = (document: string, results: readonly Result[]): string =>
  withPart(document, NAME, COMMAND, renderComparison(results));

export const comparisonIn = (document: string): string => partOf(document, NAME, COMMAND);
