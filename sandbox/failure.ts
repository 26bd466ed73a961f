/** What `npm run sandbox` says of a step that failed: the engine's own diagnostics, what the services refused, what to do. */
import { stripVTControlCharacters } from "node:util";
import { CommandError, type EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { wrap } from "../operations/verify/wrap.ts";
import type { JournalEntry } from "./core/journal.ts";

/** The engine's colour directives, as `<{%fg 1%}>`. */
const DIRECTIVES = /<\{%.*?%\}>/g;
/** Says only that some other diagnostic was an error. */
const SUMMARY = /^(update|preview|destroy|refresh) failed$/;
const REFUSALS_SHOWN = 5;

export interface Failure {
  readonly error: unknown;
  /** Events and requests of the step that failed. */
  readonly events: readonly EngineEvent[];
  readonly requests: readonly JournalEntry[];
}

/** Several lines, without a newline at the end. */
export function describeFailure({ error, events, requests }: Failure, width: number): string {
  const told = engineErrors(events);
  const lines = told.length > 0 ? told : [messageOf(error)];
  const parts = [lines.map((text) => wrapLines(text, width)).join("\n")];

  const refused = requests.filter(({ status }) => status === 0 || status >= 400);
  if (refused.length > 0) {
    const shown = refused.slice(-REFUSALS_SHOWN);
    const rows = shown.map(
      ({ caller, service, method, path, status, fault }) =>
        `  ${status || "cut"}${fault === undefined ? "" : " (fault)"}  ${caller} → ${service}: ${method} ${path}`,
    );
    parts.push(
      [`Answers of 400 and more in this step, the last ${shown.length} of ${refused.length}:`, ...rows].join("\n"),
    );
  }
  parts.push(
    wrapLines(
      "What to do: mend what is named above and run `npm run sandbox` again; each run begins anew. To repeat a step by hand and look at " +
        "the requests between, use `npm run sandbox:start`.",
      width,
    ),
  );
  return parts.join("\n\n");
}

/** A command that failed is told by its error lines alone: the rest has its arguments, secrets of the configuration among them. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof CommandError)) return error.message;
  const said = new Set([...error.message.matchAll(/(?:^|\s)error: (.*)$/gm)].map(([, text]) => text!.trim()));
  return `The Pulumi CLI failed: ${[...said].join("; ") || "it gave no reason"}`;
}

/** Messages of severity error, each once, with the resource that it is about. */
export function engineErrors(events: readonly EngineEvent[]): string[] {
  const messages = events.flatMap(({ diagnosticEvent }) => {
    if (diagnosticEvent?.severity !== "error") return [];
    const message = stripVTControlCharacters(diagnosticEvent.message).replace(DIRECTIVES, "").trim();
    if (SUMMARY.test(message)) return [];
    const resource = diagnosticEvent.urn?.split("::").slice(-2) ?? [];
    const [type, name] = resource;
    return [name === undefined ? message : `${type!.split("$").at(-1)!.split(":").at(-1)} ${name}: ${message}`];
  });
  return [...new Set(messages)];
}

/** Each line by itself; what goes on is indented as the line was. */
function wrapLines(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => {
      const indent = /^ */.exec(line)![0];
      return wrap(line.slice(indent.length), width, indent);
    })
    .join("\n");
}
