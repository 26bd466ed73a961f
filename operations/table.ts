/** The look that the tables of all operations share: a line per row, then paragraphs, no wider than the terminal. */
import { styleText } from "node:util";
import Table from "cli-table3";
import { wrap as wrapAt } from "./verify/wrap.ts";

export interface TableOptions {
  /** Columns of the terminal. Default 120. */
  readonly width?: number;
  /** Default false. */
  readonly color?: boolean;
}

export type Color = "green" | "red" | "yellow" | "cyan";

export interface TableRow {
  readonly cells: readonly string[];
  /** Of the last cell. */
  readonly color: Color;
}

export interface Columns {
  readonly headings: readonly string[];
  /** Which columns become narrower when the terminal is narrow, the first of them first. */
  readonly narrowing: readonly number[];
}

const NARROWEST = 6;
export const DEFAULT_WIDTH = 120;

/** Widths of the columns with cli-table3's padding. */
function columnWidths({ headings, narrowing }: Columns, rows: readonly TableRow[], width: number): number[] {
  const widths = headings.map(
    (heading, column) => 2 + Math.max(heading.length, ...rows.map(({ cells }) => cells[column]!.length)),
  );
  const borders = headings.length + 1;
  for (const column of narrowing) {
    const excess = widths.reduce((sum, one) => sum + one, borders) - width;
    if (excess > 0) widths[column] = Math.max(NARROWEST, widths[column]! - excess);
  }
  return widths;
}

/** Colours a text, or leaves it. */
export const paint = (color: Color, text: string, { color: wanted = false }: TableOptions): string =>
  wanted ? styleText(color, text, { validateStream: false }) : text;

/** The table alone, without a newline at its end. */
export function renderTable(columns: Columns, rows: readonly TableRow[], options: TableOptions): string {
  const table = new Table({
    head: [...columns.headings],
    colWidths: columnWidths(columns, rows, options.width ?? DEFAULT_WIDTH),
    style: { head: [], border: [] },
    // No rules between the rows: one line per check.
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const { cells, color } of rows) table.push([...cells.slice(0, -1), paint(color, cells.at(-1) ?? "", options)]);
  return table.toString();
}

/** Breaks a text into lines of at most the terminal's width. */
export const wrap = (text: string, { width = DEFAULT_WIDTH }: TableOptions, indent = ""): string =>
  wrapAt(text, width, indent);

/** A title in colour, then what was seen and what to do, indented. */
export function renderProblem(
  color: Color,
  title: string,
  { seen, whatToDo }: { readonly seen?: string; readonly whatToDo?: string },
  options: TableOptions,
): string {
  const lines = [paint(color, wrap(title, options), options)];
  if (seen !== undefined) lines.push(wrap(seen, options, "  "));
  if (whatToDo !== undefined) lines.push(wrap(`What to do: ${whatToDo}`, options, "  "));
  return lines.join("\n");
}

/** Texts by the reason that they share, in the order of their first appearance. */
export function groupedBy<T>(items: readonly T[], reason: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(reason(item), [...(groups.get(reason(item)) ?? []), item]);
  return groups;
}
