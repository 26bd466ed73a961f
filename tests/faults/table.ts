/** The results in numbers, by fault class and operation, for the terminal and for docs/operations.md. */
import Table from "cli-table3";
import { withPart } from "../written-part.ts";
import { OPERATIONS } from "./cases.ts";
import type { Result } from "./results.ts";
import { TROUBLES, type Trouble } from "./stage.ts";
import { FAULT_CLASSES } from "./ways.ts";

const HEADINGS = [
  "the call fails",
  "in",
  "cases",
  "clean",
  "by --refresh",
  "by orphans",
  "by repair-state",
  ...TROUBLES,
];

type Row = readonly [string, string, ...number[]];

function rows(results: readonly Result[]): Row[] {
  return FAULT_CLASSES.flatMap((faultClass) =>
    OPERATIONS.flatMap((operation): Row[] => {
      const those = results.filter((one) => one.faultClass === faultClass && one.operation === operation);
      return those.length === 0 ? [] : [[faultClass, operation, ...numbers(those)]];
    }),
  );
}

function numbers(results: readonly Result[]): number[] {
  const count = (which: (result: Result) => boolean) => results.filter(which).length;
  const clean = (wayOn: string) => count((result) => result.wayOn === wayOn && result.troubles.length === 0);
  const trouble = (name: Trouble) => count(({ troubles }) => troubles.includes(name));
  return [
    results.length,
    clean("again"),
    clean("refresh"),
    clean("orphans"),
    clean("repair-state"),
    ...TROUBLES.map(trouble),
  ];
}

export function renderResults(results: readonly Result[]): string {
  const table = new Table({
    head: HEADINGS,
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const row of rows(results)) table.push([...row]);
  table.push(["all", "", ...numbers(results)]);
  return table.toString();
}

export interface Extent {
  /** Of all cases that there are. */
  readonly all: number;
  readonly day: string;
}

/** The document with the table between its markers. Throws where they are not there. */
export function withResults(document: string, results: readonly Result[], { all, day }: Extent): string {
  const extent =
    results.length === all ? `The full matrix: ${all} cases` : `**A sample**: ${results.length} of ${all} cases`;
  const caption = `${extent}, by the real engine against the local services, ${day}. Made by \`npm run test:faults\`.`;
  const cells = [HEADINGS, HEADINGS.map(() => "---"), ...rows(results), ["**all**", "", ...numbers(results)]];
  const table = cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
  return withPart(document, "half-way", "npm run test:faults -- --write-docs", `${caption}\n\n${table}`);
}
