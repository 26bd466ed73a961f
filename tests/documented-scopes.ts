/** The scopes that a table of the docs names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** Of Anypoint and of Okta, in backquotes. */
export const SCOPE = /`((?:(?:admin|read|manage|view|create|edit):|okta\.\w+\.)[a-z_]+)`/g;

/** The scopes of the row that begins with `row`, and of the rows that continue it, whose first cell is empty. Throws where there is no such row. */
export function documentedScopes(document: string, row: string): string[] {
  const lines = readFileSync(join(ROOT, "docs", document), "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${row}`));
  if (start < 0) throw new Error(`docs/${document} has no row "${row}"`);
  const next = lines.findIndex((line, at) => at > start && !line.startsWith("| |"));
  return lines.slice(start, next).flatMap((line) => [...line.matchAll(SCOPE)].map(([, scope]) => scope!));
}
