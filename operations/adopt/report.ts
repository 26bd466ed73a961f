/** What was looked at, what the first `up` would do, and conflicts, as people read them. */
import Table from "cli-table3";
import type { FirstUp, Step } from "./first-up.ts";
import type { Conflict } from "./merge.ts";
import type { ObjectRow } from "./object-row.ts";

const NO_RULES = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
const PADDING = 2;
const NARROWEST = 12;

/** A table whose last column is wrapped to the width of the terminal. */
function table(head: string[], rows: string[][], width: number): string {
  const widths = head.map(
    (title, column) => PADDING + Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const others = widths.slice(0, -1).reduce((sum, one) => sum + one, head.length + 1);
  const last = Math.min(widths.at(-1) ?? NARROWEST, Math.max(NARROWEST, width - others));
  const made = new Table({
    head,
    colWidths: [...widths.slice(0, -1), last],
    wordWrap: true,
    style: { head: [], border: [] },
    chars: NO_RULES,
  });
  made.push(...rows);
  return `${made.toString()}\n`;
}

export const renderObjects = (rows: readonly ObjectRow[], width = 160): string =>
  table(
    ["object", "name (id)", "outcome", "why"],
    rows.map(({ object, name, outcome, why }) => [object, name, outcome, why]),
    width,
  );

export const renderConflicts = (conflicts: readonly Conflict[]): string =>
  conflicts
    .map(
      ({ key, configured, found, decides }) =>
        `  - ${key}: the configuration says ${configured}, found ${found}${decides ? "" : "; the configuration stays, and the first `up` brings it there"}\n`,
    )
    .join("");

const WORDS: Record<Step["does"], string> = {
  import: "imported",
  "take over": "taken over",
  change: "changed",
  make: "made new",
  REPLACE: "REPLACED",
  DELETE: "DELETED",
};

export function renderFirstUp({ steps }: FirstUp, width = 160): string {
  if (steps.length === 0) return "`pulumi up` would change nothing.\n";
  const rows = steps.map(({ resource, does, properties, remark }) => {
    const stays = does === "import" || does === "take over" ? "stays as it is" : undefined;
    const what = properties.length > 0 ? `changes ${properties.join(", ")}` : stays;
    return [resource, WORDS[does], [what, remark].filter((one) => one !== undefined).join("; ")];
  });
  return table(["resource", "the first `up`", "what changes"], rows, width);
}

/** What a new key of App A means, said as loudly as it deserves. */
export const NEW_KEY = `A NEW KEY for App A: the first \`up\` gives it to the app, then to the client provider. Between the two no client can be
registered, and the old key stops working for good. To keep the key, run this command with --manager-key FILE.
`;

/** Steps that a takeover must not have. */
export const dangers = ({ steps }: FirstUp): Step[] =>
  steps.filter(({ does }) => does === "REPLACE" || does === "DELETE");
