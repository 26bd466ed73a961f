/** The findings as people read them: a table with a line per check, then what is not well and what to do about it. */
import type { Finding } from "../../checks/finding.ts";
import { type Color, type TableOptions, groupedBy, renderProblem, renderTable, wrap } from "../table.ts";
import { type DoctorReport, countOf } from "./doctor.ts";

const COLUMNS = { headings: ["side", "check", "seen", "result"], narrowing: [2, 1] };
const RESULTS = { ok: "ok", warn: "warn", fail: "FAIL", unknown: "unknown" } as const;
const COLORS: Record<Finding["status"], Color> = { ok: "green", warn: "yellow", fail: "red", unknown: "cyan" };

/** Table, problems by weight, and a closing line; ends in a newline. */
export function renderDoctor(report: DoctorReport, options: TableOptions = {}): string {
  const { findings } = report;
  const rows = findings.map(({ side, title, seen, status }) => ({
    cells: [side, title, seen, RESULTS[status]],
    color: COLORS[status],
  }));
  const parts = [renderTable(COLUMNS, rows, options)];
  for (const status of ["fail", "warn"] as const) {
    for (const { side, title, code, seen, whatToDo } of findings.filter((finding) => finding.status === status)) {
      const heading = `${RESULTS[status]} ${side}, ${title}${code === undefined ? "" : ` (${code})`}`;
      parts.push(renderProblem(COLORS[status], heading, { seen, whatToDo }, options));
    }
  }
  const unknown = findings.filter(({ status }) => status === "unknown");
  for (const [reason, group] of groupedBy(
    unknown,
    ({ seen, whatToDo = "" }) => `${seen.replace(/\.?$/, ".")} ${whatToDo}`,
  )) {
    const names = group.map(({ side, title }) => `${side}, ${title}`).join("; ");
    parts.push(wrap(`Unknown: ${names}: ${reason}`.trim(), options));
  }
  parts.push(wrap(closing(report), options));
  return `${parts.join("\n\n")}\n`;
}

function closing({ stack, findings, ok, durationMs }: DoctorReport): string {
  const counts = (["ok", "warn", "fail", "unknown"] as const).map((status) => `${countOf(findings, status)} ${status}`);
  return `Stack ${stack}: ${ok ? "nothing fails" : "something is broken"}: ${counts.join(", ")}, in ${(durationMs / 1000).toFixed(1)} s.`;
}
