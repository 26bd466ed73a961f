/** Findings as one list of errors. */
import type { Finding } from "./finding.ts";

/** What was found, line by line; nothing was changed by finding it. */
export function listOf(findings: readonly Finding[]): string {
  const count = findings.length === 1 ? "one thing" : `${findings.length} things`;
  const lines = findings.map(
    ({ side, title, seen, whatToDo }) =>
      `  - ${side}, ${title}: ${seen}${whatToDo === undefined ? "" : ` ${whatToDo}`}`,
  );
  return `${count} would fail; nothing was changed anywhere.\n${lines.join("\n")}`;
}
