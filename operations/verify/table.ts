/** The report as people read it: a table with a line per check, then the causes. */
import { styleText } from "node:util";
import Table from "cli-table3";
import type { VerifyReport, VerifyRow } from "./report.ts";
import { wrap } from "./wrap.ts";

export interface TableOptions {
  /** Columns of the terminal. Default 120. */
  readonly width?: number;
  /** Default false. */
  readonly color?: boolean;
}

const HEADINGS = ["API", "check", "expected", "observed", "result"] as const;
const RESULTS = { ok: "ok", failed: "FAILED", "not-run": "not run" } as const;
const COLORS = { ok: "green", failed: "red", "not-run": "yellow" } as const;
const NARROWEST = 6;

const cells = (row: VerifyRow) => [row.api, row.title, row.expected, row.observed, RESULTS[row.status]];

/** Widths of the columns with cli-table3's padding, narrowed from the left when the terminal is narrow. */
function columnWidths(rows: VerifyRow[], width: number): number[] {
  const widths = HEADINGS.map(
    (heading, column) => 2 + Math.max(heading.length, ...rows.map((row) => cells(row)[column]!.length)),
  );
  const borders = HEADINGS.length + 1;
  for (const column of [0, 1, 2, 3]) {
    const excess = widths.reduce((sum, one) => sum + one, borders) - width;
    if (excess > 0) widths[column] = Math.max(NARROWEST, widths[column]! - excess);
  }
  return widths;
}

/** Table, causes and a closing line; ends in a newline. */
export function renderReport(report: VerifyReport, options: TableOptions = {}): string {
  const { width = 120, color = false } = options;
  const paint = (style: "green" | "red" | "yellow", text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const table = new Table({
    head: [...HEADINGS],
    colWidths: columnWidths(report.rows, width),
    style: { head: [], border: [] },
    // No rules between the rows: one line per check.
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const row of report.rows) {
    table.push([...cells(row).slice(0, -1), paint(COLORS[row.status], RESULTS[row.status])]);
  }
  const parts = [table.toString()];
  for (const row of report.rows.filter(({ status }) => status === "failed")) {
    const title = `${row.api}, ${row.title}: expected ${row.expected}, observed ${row.observed}`;
    const lines = [paint(COLORS.failed, wrap(title, width, ""))];
    if (row.cause !== undefined) lines.push(wrap(row.cause, width, "  "));
    if (row.whatToDo !== undefined) lines.push(wrap(`What to do: ${row.whatToDo}`, width, "  "));
    parts.push(lines.join("\n"));
  }
  const reasons = new Map<string, string[]>();
  for (const row of report.rows.filter(({ status, cause }) => status === "not-run" && cause !== undefined)) {
    reasons.set(row.cause!, [...(reasons.get(row.cause!) ?? []), `${row.api}, ${row.title}`]);
  }
  for (const [reason, rows] of reasons) parts.push(wrap(`Not run: ${rows.join("; ")}. ${reason}`, width, ""));
  parts.push(closing(report));
  return `${parts.join("\n\n")}\n`;
}

function closing({ rows, ok, durationMs }: VerifyReport): string {
  const count = (status: VerifyRow["status"]) => rows.filter((row) => row.status === status).length;
  const seconds = (durationMs / 1000).toFixed(1);
  const counts = `${count("ok")} ok, ${count("failed")} failed, ${count("not-run")} not run`;
  return `${ok ? "Verified" : "Verification failed"}: ${counts}, in ${seconds} s.`;
}
