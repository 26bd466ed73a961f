/** The part of docs/sandbox.md that says what the descriptions cover, how strict they are, and where we differ. */
import { readFileSync } from "node:fs";
import { createAnypoint } from "../../sandbox/anypoint/index.ts";
import { Faults } from "../../sandbox/core/faults.ts";
import { Journal } from "../../sandbox/core/journal.ts";
import { createOkta } from "../../sandbox/okta/index.ts";
import { partOf, withPart } from "../written-part.ts";
import {
  type DescribedService,
  type Json,
  type Located,
  type Operation,
  DESCRIPTIONS,
  deref,
  findOperation,
  operationsOf,
} from "./descriptions.ts";
import { KNOWN_DIFFERENCES, concerns } from "./known-differences.ts";
import { flatten } from "./members.ts";

export const DOCUMENT = new URL("../../docs/sandbox.md", import.meta.url);
const PART = ["what the descriptions cover", "node tests/contract/whole.ts --write"] as const;

/** Routes of a local service, `METHOD /path/:parameter`. */
export async function routesOf(service: DescribedService): Promise<string[]> {
  const common = { baseUrl: "http://127.0.0.1:1", journal: new Journal(), faults: new Faults() };
  const { app } =
    service === "okta"
      ? await createOkta(common)
      : await createAnypoint({ ...common, connectedApp: { clientId: "none", clientSecret: "none" } });
  const routes = app.routes.filter(({ method }) => method !== "ALL");
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))];
}

/** How much a description says of a body: `closed` (typed, and nothing else may be in it), `typed`, `untyped`, `none`. */
function strictness(content: unknown, url: URL): string {
  const [media] = Object.values((content ?? {}) as Record<string, Json>);
  if (media === undefined) return "none";
  if (media.schema === undefined) return "untyped";
  const parts = partsOf(deref(media.schema, url));
  const types = parts.some(({ value }) => value.properties !== undefined || scalar(value.type) || value.enum);
  const closed = parts.some(({ value }) => value.additionalProperties === false);
  return closed ? "closed" : types ? "typed" : "untyped";
}

const scalar = (type: unknown): boolean => typeof type === "string" && !["object", "array"].includes(type);

/** The parts of a schema, or of its items. */
function partsOf(schema: Located): Located[] {
  const parts = flatten(schema, undefined);
  const items = parts.filter(({ value }) => value.items !== undefined);
  return items.length === 0 ? parts : items.flatMap(({ value, url }) => partsOf(deref(value.items, url)));
}

function row(operation: Operation): string {
  const { name, requestBody, responses } = operation;
  const request = requestBody === undefined ? "none" : strictness(requestBody.value.content, requestBody.url);
  const successes = Object.keys(responses).filter((status) => /^[23]/.test(status));
  const answers = successes.map((status) => strictness(responses[status]!.value.content, responses[status]!.url));
  const differences = KNOWN_DIFFERENCES.filter((entry) => concerns(entry, name)).length;
  return `| \`${name}\` | ${request} | ${[...new Set(answers)].join(", ")} | ${Object.keys(responses).sort().join(" ")} | ${differences || ""} |`;
}

/** The text of the part, for the operations that the stack and the tools call. */
export async function coverageText(called: ReadonlySet<string>): Promise<string> {
  const routes = {
    okta: await routesOf("okta"),
    anypoint: await routesOf("anypoint"),
  };
  const sums: string[] = [];
  const tables: string[] = [];
  for (const [service, files] of Object.entries(DESCRIPTIONS) as [DescribedService, string[]][]) {
    const implemented = routes[service].map((each) => findOperation(service, ...(each.split(" ") as [string, string])));
    for (const file of files) {
      const ours = operationsOf(file).filter(({ name, ...rest }) => {
        const [method = "", path = ""] = name.split(" ");
        return called.has(name) && findOperation(service, method, path)?.file === rest.file;
      });
      const here = new Set(implemented.filter((each) => each?.file === file).map((each) => each!.name));
      sums.push(`| ${file} | ${operationsOf(file).length} | ${here.size} | ${ours.length} |`);
      tables.push(
        `**${file}**, called by us:`,
        "| operation | request body | body of success | statuses declared | known differences |\n|---|---|---|---|---|\n" +
          ours.map(row).sort().join("\n"),
      );
    }
  }
  return [
    "| description | operations | implemented here | called by us |\n|---|---|---|---|\n" + sums.join("\n"),
    "A body is *closed* when the description forbids further members, *typed* when it names members, *untyped* when any JSON fits; *none*: no body is described.",
    ...tables,
    "**Known differences**",
    "| where | side | at | keyword | what | source |\n|---|---|---|---|---|---|\n" +
      KNOWN_DIFFERENCES.map(({ operations, side, at, keyword, status, what, source }) =>
        [operations, side, at, status === undefined ? keyword : `${keyword}, of ${status.source}`, what, source]
          .map(cell)
          .join(" | "),
      )
        .map((cells) => `| ${cells} |`)
        .join("\n"),
  ].join("\n\n");
}

const cell = (value: string | RegExp): string => {
  const text = value instanceof RegExp ? value.source.replaceAll("\\/", "/") : value;
  return text.replaceAll("|", "\\|");
};

const OPERATION = /^\| `([A-Z]+ \/[^`]*)` \|/gm;

/** The document's part as it is, and the operations that it says are called. */
export function written(): { text: string; called: Set<string> } {
  const text = partOf(readFileSync(DOCUMENT, "utf8"), ...PART);
  return { text, called: new Set([...text.matchAll(OPERATION)].map(([, name]) => name!)) };
}

/** The document with another part. */
export const rewritten = (text: string): string => withPart(readFileSync(DOCUMENT, "utf8"), ...PART, text);
