/** The report as people read it: a table with a line per check, then the causes. */
import { type TableOptions, groupedBy, renderProblem, renderTable, wrap } from "../table.ts";
import type { VerifyReport, VerifyRow } from "./report.ts";

export type { TableOptions } from "../table.ts";

const COLUMNS = { headings: ["API", "check", "expected", "observed", "result"], narrowing: [0, 1, 2, 3] };
const RESULTS = { ok: "ok", failed: "FAILED", "not-run": "not run" } as const;
const COLORS = { ok: "green", failed: "red", "not-run": "yellow" } as const;

/** Table, causes and a closing line; ends in a newline. */
export function renderReport(report: VerifyReport, options: TableOptions = {}): string {
  const rows = report.rows.map(({ api, title, expected, observed, status }) => ({
    cells: [api, title, expected, observed, RESULTS[status]],
    color: COLORS[status],
  }));
  const parts = [renderTable(COLUMNS, rows, options)];
  for (const { api, title, expected, observed, cause, whatToDo, status } of report.rows) {
    if (status !== "failed") continue;
    const heading = `${api}, ${title}: expected ${expected}, observed ${observed}`;
    parts.push(renderProblem(COLORS.failed, heading, { seen: cause, whatToDo }, options));
  }
  const notRun = report.rows.filter(({ status, cause }) => status === "not-run" && cause !== undefined);
  for (const [reason, group] of groupedBy(notRun, ({ cause }) => cause ?? "")) {
    const names = group.map(({ api, title }) => `${api}, ${title}`).join("; ");
    parts.push(wrap(`Not run: ${names}. ${reason}`, options));
  }
  parts.push(closing(report));
  return `${parts.join("\n\n")}\n`;
}

function closing({ rows, ok, durationMs }: VerifyReport): string {
  const count = (status: VerifyRow["status"]) => rows.filter((row) => row.status === status).length;
  const seconds = (durationMs / 1000).toFixed(1);
  const counts = `${count("ok")} ok, ${count("failed")} failed, ${count("not-run")} not run`;
  return `${ok ? "Verified" : "Verification failed"}: ${counts}, in ${seconds} s.`;
}
