/** Holds one exchange with a local service to the vendor's description. */
import type { ErrorObject } from "ajv";
import type { Exchange, Message } from "../../sandbox/core/exchanges.ts";
import {
  type DescribedService,
  type Json,
  type Located,
  type Operation,
  type Parameter,
  DESCRIPTIONS,
  deref,
  findOperation,
  pathValues,
  responseFor,
} from "./descriptions.ts";
import { Compiler, type Side } from "./json-schema.ts";
import { memberFaults } from "./members.ts";

/** One way in which an exchange departs from its description. Holds no value of it. */
export interface Departure {
  /** The operation's name, or `METHOD path` with ids starred where no description has it. */
  readonly operation: string;
  readonly side: Side;
  /** JSON pointer into the body, `?name` for a query parameter, `{name}` for one of the path; empty for the whole. Indices are `*`. */
  readonly at: string;
  /**
   * A keyword of JSON Schema, or: `undescribed` (no such operation, body or content), `status` (not declared; `at` says which), `unknown`
   * (a member or parameter that is not there), `writeOnly` (in an answer), `not simulated` (one of our own got 501), `simulator fault`
   * (the local service itself failed).
   */
  readonly keyword: string;
  readonly status: number | undefined;
  readonly detail: string;
}

/** What was found out about one exchange. */
export interface Verdict {
  /** Undefined where no description has it. */
  readonly operation: string | undefined;
  readonly departures: readonly Departure[];
}

/**
 * First products of User-Agents of our own: our clients, the Okta plugin and its stand-in, and the local Anypoint and gateway where they
 * ask Okta. All others are made by hand: by tests, people, and software of strangers.
 */
const OURS = new Set([
  ...["okta-anypoint", "okta-anypoint-verify", "pulumi-resource-okta"],
  ...["AnypointPlatform", "MuleGateway"],
]);

/** The walk through all routes (tests/sandbox/routes.test.ts) sends noise, to see that no service is made to fail by it. */
const NOISE = "Noise";

export const isOurs = (caller: string): boolean => OURS.has(caller);

const bodies = { request: new Compiler("request"), answer: new Compiler("answer") };
const texts = new Compiler("request", true);

/** Undefined for services that no vendor describes. */
export function judge(exchange: Exchange): Verdict | undefined {
  const { service, method, target, caller, request, answer } = exchange;
  if (!(service in DESCRIPTIONS)) return undefined;
  const failed = answer?.status === 500 && answer.body.includes("simulator_fault");
  if (caller === NOISE && !failed) return undefined;
  const ours = isOurs(caller);
  if (answer?.status === 501 && !ours) return undefined;
  const operation = findOperation(service as DescribedService, method, target);
  const name = operation?.name ?? `${method} ${withoutIds(target)}`;
  const departures: Departure[] = [];
  const add = (side: Side, at: string, keyword: string, detail = ""): void => {
    departures.push({ operation: name, side, at: starred(at), keyword, status: answer?.status, detail });
  };
  if (failed) add("answer", "500", "simulator fault");
  if (failed) return { operation: operation?.name, departures };
  if (answer?.status === 501) add("answer", "501", "not simulated");
  else if (operation === undefined && !mistaken(exchange, ours)) add("request", "", "undescribed");
  if (operation === undefined) return { operation: undefined, departures };

  const accepted = answer !== undefined && answer.status < 300;
  if (ours || accepted) judgeRequest(operation, target, request, add);
  if (answer !== undefined && answer.status !== 501) judgeAnswer(operation, answer.status, answer, add);
  return { operation: name, departures };
}

/** Refused, and asked by hand as a test of just that, or at the wrong vendor's: a wrong URL in a configuration. */
function mistaken({ service, method, target, answer }: Exchange, ours: boolean): boolean {
  const others = (Object.keys(DESCRIPTIONS) as DescribedService[]).filter((other) => other !== service);
  const elsewhere = others.some((other) => findOperation(other, method, target) !== undefined);
  return !ours
    ? answer === undefined || answer.status >= 400
    : elsewhere && answer !== undefined && answer.status >= 400;
}

type Add = (side: Side, at: string, keyword: string, detail?: string) => void;

function judgeRequest(operation: Operation, target: string, request: Message, add: Add): void {
  const url = new URL(target, "http://local");
  const given = operation.parameters.filter((parameter) => parameter.in === "query");
  for (const name of new Set(url.searchParams.keys())) {
    if (!given.some((parameter) => parameter.name === name)) add("request", `?${name}`, "unknown");
  }
  for (const parameter of given) {
    const values = url.searchParams.getAll(parameter.name);
    if (values.length === 0 && parameter.required) add("request", `?${parameter.name}`, "required");
    if (values.length > 0) judgeParameter(parameter, `?${parameter.name}`, values, add);
  }
  const inPath = pathValues(operation, url.pathname);
  for (const parameter of operation.parameters.filter((each) => each.in === "path")) {
    const value = inPath[parameter.name];
    if (value !== undefined) judgeParameter(parameter, `{${parameter.name}}`, [value], add);
  }
  judgeBody("request", operation.requestBody, request, texts, add);
}

function judgeParameter(parameter: Parameter, at: string, values: string[], add: Add): void {
  if (parameter.schema === undefined) return;
  const list = parameter.schema.value.type === "array";
  const split = list && !parameter.explode ? values.flatMap((value) => value.split(",")) : values;
  const data = { value: split.length === 1 ? split[0] : split };
  // Coercion changes members, so the value needs an object around it.
  const around = {
    value: { type: "object", properties: { value: parameter.schema.value } },
    url: parameter.schema.url,
  };
  const wrapped = wrappers.get(parameter) ?? around;
  wrappers.set(parameter, wrapped);
  for (const error of texts.check(wrapped, data)) add("request", at, error.keyword, detailOf(error));
}
/** The compiler knows a schema by its identity. */
const wrappers = new WeakMap<Parameter, Located>();

function judgeAnswer(operation: Operation, status: number, answer: Message, add: Add): void {
  const response = responseFor(operation, status);
  if (response === undefined) add("answer", String(status), "status");
  else judgeBody("answer", response, answer, undefined, add);
}

/** `from` is a request body or a response of the description. Forms are read by `forms`; without it there are none. */
function judgeBody(
  side: Side,
  from: Located | undefined,
  message: Message,
  forms: Compiler | undefined,
  add: Add,
): void {
  const content = (from?.value.content ?? {}) as Record<string, Json>;
  const types = Object.keys(content);
  if (message.body === "") {
    if (side === "request" ? from?.value.required === true : types.length > 0) add(side, "", "required", "a body");
    return;
  }
  if (types.length === 0) return add(side, "", "undescribed", "a body");
  const type = message.type?.split(";", 1)[0]!.trim().toLowerCase() ?? "";
  const media = content[type] ?? content[types.find((each) => /^(\*\/\*|application\/\*)$/.test(each)) ?? ""];
  if (media === undefined) return add(side, "content-type", "undescribed", type || "none");
  if (media.schema === undefined) return;
  const { schema, examples } = mediaOf(media, from!.url);
  const shown = (at: string, keyword: string, data: unknown): boolean =>
    (keyword === "unknown" && examples.has(starred(at))) ||
    (keyword === "type" && (examples.get(starred(at))?.has(typeOf(valueAt(data, at))) ?? false));
  if (type === "application/x-www-form-urlencoded") {
    const data = Object.fromEntries(new URLSearchParams(message.body));
    judgeValue(side, schema, data, forms ?? bodies[side], add);
  } else if (/[/+]json$/.test(type)) {
    let data: unknown;
    try {
      data = JSON.parse(message.body);
    } catch {
      return add(side, "", "undescribed", "a body that is not JSON");
    }
    const judgeJson = (json: unknown): void =>
      judgeValue(side, schema, json, bodies[side], (_, at, keyword, detail) => {
        if (!shown(at, keyword, json)) add(side, at, keyword, detail);
      });
    judgeJson(data);
    const rows = schema.value.type === "array" ? rowsInstead(data) : undefined;
    if (rows !== undefined) judgeJson(rows);
  }
}

/** What comes in place of a described list: the first list within, or the thing as its only row; so rows are looked into all the same. */
function rowsInstead(data: unknown): unknown[] | undefined {
  if (Array.isArray(data) || typeof data !== "object" || data === null) return undefined;
  return (Object.values(data).find(Array.isArray) as unknown[] | undefined) ?? [data];
}

interface Media {
  readonly schema: Located;
  /** Members that the description's own examples have, by starred pointer, with their types there. */
  readonly examples: ReadonlyMap<string, ReadonlySet<string>>;
}

const known = new WeakMap<Json, Media>();

/** What the vendor itself shows in an example is described as well: some schemas are derived from one example and know too little. */
function mediaOf(media: Json, url: URL): Media {
  let found = known.get(media);
  if (found !== undefined) return found;
  const examples = new Map<string, Set<string>>();
  const walk = (value: unknown, at: string): void => {
    examples.set(at, (examples.get(at) ?? new Set()).add(typeOf(value)));
    if (typeof value !== "object" || value === null) return;
    for (const [name, member] of Object.entries(value)) walk(member, `${at}/${Array.isArray(value) ? "*" : name}`);
  };
  for (const example of Object.values((media.examples ?? {}) as Json)) walk(exampleOf(example, url), "");
  if (media.example !== undefined) walk(media.example, "");
  found = { schema: deref(media.schema, url), examples };
  known.set(media, found);
  return found;
}

/** Undefined where only the reference is left: Okta's files are kept without their examples. */
function exampleOf(example: unknown, url: URL): unknown {
  try {
    return deref(example, url).value.value;
  } catch {
    return undefined;
  }
}

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

const valueAt = (data: unknown, at: string): unknown =>
  at
    .split("/")
    .slice(1)
    .reduce((value, part) => (value as Json | undefined)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], data);

function judgeValue(side: Side, schema: Located, data: unknown, compiler: Compiler, add: Add): void {
  for (const error of compiler.check(schema, data)) {
    const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>;
    const member = missingProperty ?? additionalProperty;
    const keyword = error.keyword === "additionalProperties" ? "unknown" : error.keyword;
    add(side, error.instancePath + (member === undefined ? "" : `/${member}`), keyword, detailOf(error));
  }
  for (const { at, keyword } of memberFaults(schema, data, side)) add(side, at, keyword);
}

/** What the schema asked for; never what was there. */
function detailOf({ keyword, params }: ErrorObject): string {
  const { type, format, pattern, limit } = params as Record<string, string | number | string[] | undefined>;
  if (keyword === "type") return [type].flat().join(" or ");
  return [format, pattern, limit].find((each) => each !== undefined)?.toString() ?? "";
}

const starred = (pointer: string): string => pointer.replace(/\/\d+(?=\/|$)/g, "/*");

/** A path of no description, with segments that look like ids starred, so that findings of two runs are the same. */
const withoutIds = (target: string): string =>
  target
    .split("?", 1)[0]!
    .split("/")
    .map((part) => (/^\d+$|^(?=.*\d).{10,}$/.test(part) ? "*" : part))
    .join("/");
