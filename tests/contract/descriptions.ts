/** The vendors' published OpenAPI 3.0 descriptions: read, looked up by path, and followed by reference. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { SPECS } from "./names.mjs";

/** Whether the vendors' files are on this machine; nothing is held to them where they are absent. */
export const specsPresent = existsSync(SPECS);

export type Json = Record<string, unknown>;
export type DescribedService = "okta" | "anypoint";

/** Which files describe which service. */
export const DESCRIPTIONS: Record<DescribedService, readonly string[]> = {
  okta: ["okta/management.yaml", "okta/oauth.yaml"],
  anypoint: [
    "mulesoft/access-management/api.yaml",
    "mulesoft/api-manager/api.yaml",
    "mulesoft/api-portal-xapi/api.yaml",
    "mulesoft/exchange-experience/api.yaml",
  ],
};

/** A part of a file, and the file: relative references start there. */
export interface Located {
  readonly value: Json;
  readonly url: URL;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required: boolean;
  readonly explode: boolean;
  readonly schema: Located | undefined;
}

/** One method on one path. */
export interface Operation {
  /** Path of the description under the folder of specs. */
  readonly file: string;
  readonly method: string;
  /** `METHOD /path/{parameter}`, the server's prefix included: how findings and the documentation name it. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody: Located | undefined;
  /** By status, `4XX` or `default`. */
  readonly responses: Readonly<Record<string, Located>>;
}

interface Route {
  readonly operation: Operation;
  readonly segments: readonly (string | RegExp)[];
}

const documents = new Map<string, Json>();

/** Parses a file once; the slow YAML is kept as JSON under the system's temporary folder, by the hash of the text. */
function readDocument(url: URL): Json {
  const known = documents.get(url.href);
  if (known !== undefined) return known;
  const text = readFileSync(url, "utf8");
  const document = url.pathname.endsWith(".json") ? (JSON.parse(text) as Json) : throughCache(text);
  documents.set(url.href, document);
  return document;
}

function throughCache(text: string): Json {
  const folder = join(tmpdir(), `okta-anypoint-descriptions-${userInfo().uid}`);
  const file = join(folder, `${createHash("sha256").update(text).digest("hex")}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Json;
  } catch {
    const document = parse(text, { maxAliasCount: -1 }) as Json;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Several processes may write it at once; each renames a whole file of its own.
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(document));
    renameSync(`${file}.${process.pid}`, file);
    return document;
  }
}

/** What a reference points at; `key` is the same for all references to one place. Throws when nothing is there. */
export function follow(ref: string, from: URL): Located & { readonly key: string } {
  const [file = "", pointer = ""] = ref.split("#", 2);
  const url = file === "" ? from : new URL(file, from);
  let value: unknown = readDocument(url);
  for (const part of pointer.split("/").filter((part) => part !== "")) {
    value = (value as Json | undefined)?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  if (value === undefined) throw new Error(`${from.pathname} refers to ${ref}, which is not there.`);
  return { value: value as Json, url, key: `${url.href}#${pointer}` };
}

/** The value itself where it is no reference. */
export function deref(value: unknown, url: URL): Located {
  let located: Located = { value: value as Json, url };
  while (typeof located.value?.$ref === "string") located = follow(located.value.$ref, located.url);
  return located;
}

/** Whether an alternative of a schema is that schema again, or has it as a part: inheritance, which would never end. */
export function leadsBack({ value, url }: Located): boolean {
  const { mapping = {} } = (value.discriminator ?? {}) as { mapping?: Record<string, string> };
  const mapped = Object.values(mapping).map(($ref) => ({ $ref }));
  const has = (other: Located): boolean =>
    other.value === value ||
    ((other.value.allOf as unknown[] | undefined) ?? []).some((each) => has(deref(each, other.url)));
  return [value.oneOf, value.anyOf, mapped]
    .flatMap((each) => (each as unknown[] | undefined) ?? [])
    .some((each) => has(deref(each, url)));
}

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];
const routesByFile = new Map<string, Route[]>();

function routesOf(file: string): Route[] {
  const known = routesByFile.get(file);
  if (known !== undefined) return known;
  const url = new URL(file, SPECS);
  const document = readDocument(url);
  const routes = Object.entries(document.paths as Record<string, unknown>).flatMap(([template, item]) => {
    const { value: members, url: home } = deref(item, url);
    return METHODS.filter((method) => method in members).flatMap((method) =>
      basePaths(document).map((base) => route(file, method.toUpperCase(), base + template, members, method, home)),
    );
  });
  routesByFile.set(file, routes);
  return routes;
}

/** Path prefixes of the description's servers: `/accounts/api`, or nothing. */
function basePaths(document: Json): string[] {
  const servers = (document.servers as { url: string }[] | undefined) ?? [{ url: "" }];
  return [...new Set(servers.map(({ url }) => url.replace(/^https?:\/\/[^/]+/, "").replace(/\/$/, "")))];
}

function route(file: string, method: string, path: string, item: Json, key: string, url: URL): Route {
  const { value: own, url: home } = deref(item[key], url);
  const parameters = [
    ...((item.parameters as unknown[] | undefined) ?? []).map((each) => parameter(each, url)),
    ...((own.parameters as unknown[] | undefined) ?? []).map((each) => parameter(each, home)),
  ];
  const operation: Operation = {
    file,
    method,
    name: `${method} ${path}`,
    // What the operation itself says wins over what its path says.
    parameters: [...new Map(parameters.map((each) => [`${each.in} ${each.name}`, each])).values()],
    requestBody: own.requestBody === undefined ? undefined : deref(own.requestBody, home),
    responses: Object.fromEntries(
      Object.entries(own.responses as Json).map(([status, response]) => [status, deref(response, home)]),
    ),
  };
  return { operation, segments: path.split("/").map(segment) };
}

function parameter(source: unknown, url: URL): Parameter {
  const { value, url: home } = deref(source, url);
  const content = Object.values((value.content ?? {}) as Record<string, Json>)[0];
  const schema = value.schema ?? content?.schema;
  return {
    name: String(value.name),
    in: value.in as Parameter["in"],
    required: value.required === true,
    explode: value.explode !== false,
    schema: schema === undefined ? undefined : deref(schema, home),
  };
}

const PARAMETER = /\{[^}]*\}/;

function segment(published: string): string | RegExp {
  if (!PARAMETER.test(published)) return published;
  const parts = published.split(PARAMETER).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+)")}$`);
}

/** Whether a segment of an asked path fits one of the description; `:id` and `{id}` fit parameters alone. */
function fits(asked: string, published: string | RegExp): boolean {
  if (/^:|\{/.test(asked)) return typeof published !== "string";
  return typeof published === "string" ? asked === published : published.test(asked);
}

/**
 * The operation that describes a method on a path (with values, or with `:id` and `{id}` for parameters); undefined when the service's
 * descriptions have none. A path with more literal segments wins.
 */
export function findOperation(service: DescribedService, method: string, path: string): Operation | undefined {
  const asked = path.split("?", 1)[0]!.split("/");
  return candidates(service, method.toUpperCase(), asked.length).find(({ segments }) =>
    segments.every((published, index) => fits(asked[index]!, published)),
  )?.operation;
}

const sorted = new Map<string, Route[]>();

/** Routes of a service with a method and a number of segments; those with most literal segments first. */
function candidates(service: DescribedService, method: string, length: number): Route[] {
  const key = `${service} ${method} ${length}`;
  let routes = sorted.get(key);
  if (routes === undefined) {
    const literals = ({ segments }: Route): number => segments.filter((part) => typeof part === "string").length;
    routes = DESCRIPTIONS[service]
      .flatMap(routesOf)
      .filter(({ operation, segments }) => operation.method === method && segments.length === length)
      .sort((a, b) => literals(b) - literals(a));
    sorted.set(key, routes);
  }
  return routes;
}

/** Values of the path's parameters in the order of the template; as they are where they can't be decoded. */
export function pathValues(operation: Operation, path: string): Record<string, string> {
  const asked = path.split("?", 1)[0]!.split("/");
  const template = operation.name.slice(operation.method.length + 1).split("/");
  return Object.fromEntries(
    template.flatMap((published, index) => {
      const pattern = segment(published);
      const names = published.match(/\{([^}]*)\}/g) ?? [];
      const values = typeof pattern === "string" ? [] : (pattern.exec(asked[index]!)?.slice(1) ?? []);
      return names.map((name, i): [string, string] => [name.slice(1, -1), decoded(values[i] ?? "")]);
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** All operations of one description. */
export const operationsOf = (file: string): Operation[] => routesOf(file).map(({ operation }) => operation);

/** What an operation's responses say about a status: by itself, by its class (`4XX`), or by `default`. */
export const responseFor = ({ responses }: Operation, status: number): Located | undefined =>
  responses[String(status)] ?? responses[`${String(status)[0]}XX`] ?? responses.default;

/** Parsed description, for searches in it. */
export const documentOf = (file: string): Json => readDocument(new URL(file, SPECS));
