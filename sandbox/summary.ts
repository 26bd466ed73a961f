/** What `npm run sandbox` says about a run: resources and HTTP calls, by service. */
import Table from "cli-table3";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { wrap } from "../operations/verify/wrap.ts";
import type { JournalEntry } from "./core/journal.ts";

const NAME_WIDTH = 20;
const PLAIN = { style: { head: [], border: [] } };

/** Which side a resource type belongs to. */
export function sideOf(type: string): string {
  const dynamic = /^pulumi-nodejs:dynamic\/([^:]+):/.exec(type)?.[1];
  const provider = dynamic ?? type.split(":", 1)[0] ?? type;
  switch (provider) {
    case "okta":
      return "Okta";
    case "anypoint":
      return "Anypoint";
    case "okta-anypoint":
      if (type.includes(":index:")) return "components";
      return type.endsWith(":Preflight") ? "checks" : "key";
    case "command":
      return "command";
    default:
      return "engine";
  }
}

/** A line for a resource whose step is done, or undefined for events that are not worth one. */
export function progressLine(event: EngineEvent): string | undefined {
  const failed = event.resOpFailedEvent?.metadata;
  const metadata = event.resOutputsEvent?.metadata ?? failed;
  if (metadata === undefined || metadata.op === "same" || metadata.type.startsWith("pulumi:")) return undefined;
  const side = sideOf(metadata.type);
  if (side === "components") return undefined;
  const name = metadata.urn.split("::").at(-1);
  return `  ${failed === undefined ? "✓" : "✗"} ${metadata.op.padEnd(8)} ${side.padEnd(9)} ${metadata.type.split(":").at(-1)} ${name}`;
}

/** An output with its name; a long value goes on, indented, in further lines. */
export function outputLine(
  name: string,
  { value, secret }: { value: unknown; secret: boolean },
  width: number,
): string {
  const json = () => JSON.stringify(value).replaceAll(/,(?=["{[])/g, ", ");
  const text = secret ? "[secret]" : typeof value === "string" ? value : json();
  const indent = " ".repeat(2 + NAME_WIDTH + 1);
  return `  ${name.padEnd(NAME_WIDTH)} ${wrap(text, width, indent).slice(indent.length)}`;
}

/** Types of the resources that an `up` went over. */
export function resourceTypes(events: readonly EngineEvent[]): string[] {
  return events.flatMap(({ resOutputsEvent }) =>
    resOutputsEvent === undefined ? [] : [resOutputsEvent.metadata.type],
  );
}

/** Table of resources by side. */
export function resourceTable(types: readonly string[]): string {
  const table = new Table({ head: ["resources", "count"], ...PLAIN });
  table.push(...[...countBy(types.map(sideOf))].sort());
  return table.toString();
}

/** Table of HTTP calls: who called whom, how often, how many of them were writes. */
export function callTable(entries: readonly JournalEntry[]): string {
  const table = new Table({ head: ["caller", "service", "calls", "writes"], ...PLAIN });
  const pairs = countBy(entries.map(({ caller, service }) => `${caller} ${service}`));
  for (const [pair, calls] of [...pairs].sort()) {
    const writes = entries.filter((entry) => `${entry.caller} ${entry.service}` === pair && isWrite(entry)).length;
    table.push([...pair.split(" "), calls, writes]);
  }
  return table.toString();
}

/** Logins, token requests and introspections are POSTs that change nothing that is managed. */
function isWrite({ method, path }: JournalEntry): boolean {
  return method !== "GET" && !/\/(token|introspect)(\?|$)/.test(path);
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
