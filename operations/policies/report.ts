/** What the rules have against a stack, as people read it: a line per fault, then what each says. */
import type { Violation } from "../../policies/rules.ts";
import { type TableOptions, paint, renderProblem, wrap } from "../table.ts";

export interface Finding extends Violation {
  readonly level: "mandatory" | "advisory";
}

/** Ends in a newline. */
export function renderFindings(findings: readonly Finding[], options: TableOptions): string {
  if (findings.length === 0) return `${paint("green", "No rule is broken.", options)}\n`;
  const parts = findings.map(({ rule, resource, message, level }) =>
    renderProblem(
      level === "mandatory" ? "red" : "yellow",
      `${level}: ${rule}, ${resource}`,
      { seen: message },
      options,
    ),
  );
  const stops = findings.filter(({ level }) => level === "mandatory").length;
  parts.push(
    wrap(
      `${stops} of them must be mended, or excepted with a reason (docs/policies.md); ${findings.length - stops} are advice.`,
      options,
    ),
  );
  return `${parts.join("\n\n")}\n`;
}
