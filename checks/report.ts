/** One check of the catalogue, and the findings that it may give: a code that is not its own does not compile. */
import { CATALOGUE, type CheckName, type CodeOf } from "./catalogue.ts";
import type { Finding } from "./finding.ts";
import { type Subject, fail, ok, unknown, warn } from "./run.ts";

export interface Report<Name extends CheckName> {
  readonly subject: Subject;
  readonly ok: (seen: string) => Finding;
  readonly warn: (code: CodeOf<Name>, seen: string, whatToDo: string) => Finding;
  readonly fail: (code: CodeOf<Name>, seen: string, whatToDo: string) => Finding;
  readonly unknown: (seen: string, whatToDo?: string) => Finding;
}

/** `of`: name of the API, consumer or environment that the title speaks of. */
export function reportOf<Name extends CheckName>(check: Name, of = ""): Report<Name> {
  const { side, title } = CATALOGUE[check];
  const subject: Subject = { side, check, title: title.replace("{}", of) };
  return {
    subject,
    ok: (seen) => ok(subject, seen),
    warn: (code, seen, whatToDo) => warn(subject, code, seen, whatToDo),
    fail: (code, seen, whatToDo) => fail(subject, code, seen, whatToDo),
    unknown: (seen, whatToDo) => unknown(subject, seen, whatToDo),
  };
}

/** A check that is ready to run. */
export interface Check {
  readonly subject: Subject;
  run(): Promise<Finding[]>;
}

/** A check by its report. */
export const check = <Name extends CheckName>(
  report: Report<Name>,
  run: (report: Report<Name>) => Promise<Finding | Finding[]>,
): Check => ({ subject: report.subject, run: async () => [await run(report)].flat() });
