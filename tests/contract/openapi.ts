/** Published OpenAPI 3.0 descriptions as a measure for the local services: does a route exist, does an answer fit its schema. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv, type ErrorObject } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";

/** Folder with the vendors' files, beside the checkout. */
const SPECS = new URL("../../../shared/specs/", import.meta.url);

/** Whether the vendors' files are on this machine; contract tests are skipped without them. */
export const specsPresent = existsSync(fileURLToPath(SPECS));

type Json = Record<string, unknown>;

/** One OpenAPI description with the files that it refers to. */
export interface Spec {
  /** Path under the folder of specs, for example `okta/oauth.yaml`. */
  readonly file: string;
  readonly document: Json;
}

const documents = new Map<string, Json>();

function readDocument(url: URL): Json {
  const known = documents.get(url.href);
  if (known !== undefined) return known;
  const text = readFileSync(url, "utf8");
  const document = (url.pathname.endsWith(".json") ? JSON.parse(text) : parse(text, { maxAliasCount: -1 })) as Json;
  documents.set(url.href, document);
  return document;
}

/** Reads and parses a description, once. `file` is relative to the folder of specs. Throws when it is not there. */
export function loadSpec(file: string): Spec {
  return { file, document: readDocument(new URL(file, SPECS)) };
}

/** Path prefixes of the description's servers: `/accounts/api`, or nothing. */
function basePaths({ document }: Spec): string[] {
  const servers = (document.servers as { url: string }[] | undefined) ?? [{ url: "" }];
  return [...new Set(servers.map(({ url }) => url.replace(/^https?:\/\/[^/]+/, "").replace(/\/$/, "")))];
}

const PARAMETER = /^:|\{[^}]*\}/;

/** Whether a segment of an asked path (`{id}`, `:id` or a value) fits one of the description. */
function segmentFits(asked: string, published: string): boolean {
  if (PARAMETER.test(asked)) return PARAMETER.test(published);
  if (asked === published) return true;
  if (!PARAMETER.test(published)) return false;
  const pattern = published
    .split(/\{[^}]*\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[^/]+");
  return new RegExp(`^${pattern}$`).test(asked);
}

/** The description's entry for a full path as a client sends it: values, `{name}` and `:name` are taken as parameters. */
function findOperation(spec: Spec, method: string, path: string): Json | undefined {
  const asked = path.split("?", 1)[0] ?? "";
  const paths = spec.document.paths as Record<string, Json>;
  const fitting = Object.keys(paths).filter((template) =>
    basePaths(spec).some((base) => {
      const published = (base + template).split("/");
      const parts = asked.split("/");
      return parts.length === published.length && parts.every((part, i) => segmentFits(part, published[i] ?? ""));
    }),
  );
  // A literal path wins over one with parameters.
  fitting.sort((a, b) => a.split("{").length - b.split("{").length);
  for (const template of fitting) {
    const operation = paths[template]?.[method.toLowerCase()];
    if (operation !== undefined) return operation as Json;
  }
  return undefined;
}

/** Whether the description has the method on the path (full path, the server's prefix included). */
export const routeExists = (spec: Spec, method: string, path: string): boolean =>
  findOperation(spec, method, path) !== undefined;

interface Located {
  readonly value: Json;
  /** The file that `value` stands in: relative references start there. */
  readonly url: URL;
}

function follow(ref: string, from: URL): Located & { key: string } {
  const [file = "", pointer = ""] = ref.split("#", 2);
  const url = file === "" ? from : new URL(file, from);
  let value: unknown = readDocument(url);
  for (const part of pointer.split("/").filter((part) => part !== "")) {
    value = (value as Json | undefined)?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  if (value === undefined) throw new Error(`${from.pathname} refers to ${ref}, which is not there.`);
  return { value: value as Json, url, key: `${url.href}#${pointer}` };
}

function deref(value: Json, url: URL): Located {
  let located: Located = { value, url };
  while (typeof located.value.$ref === "string") located = follow(located.value.$ref, located.url);
  return located;
}

const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);
const AS_IS =
  "enum const format minLength maxLength minItems maxItems uniqueItems minimum maximum minProperties maxProperties".split(
    " ",
  );

/**
 * Turns OpenAPI 3.0 schemas into one JSON Schema. `nullable` becomes a type; `oneOf` with a discriminator becomes a choice by its value,
 * and without one `anyOf`, since published alternatives often overlap. Keywords that only document are dropped.
 */
class Converter {
  readonly definitions: Record<string, unknown> = {};
  readonly #names = new Map<string, string>();

  convert(schema: unknown, url: URL): unknown {
    if (typeof schema !== "object" || schema === null) return schema === false ? false : {};
    const source = schema as Json;
    if (typeof source.$ref === "string") return { $ref: `#/definitions/${this.#define(source.$ref, url)}` };

    const target: Json = {};
    for (const keyword of AS_IS) if (keyword in source) target[keyword] = source[keyword];
    const types = [source.type].flat().filter((type) => TYPES.has(type as string));
    if (types.length > 0) target.type = types;
    if (Array.isArray(source.required)) target.required = source.required;
    if (typeof source.pattern === "string" && isRegExp(source.pattern)) target.pattern = source.pattern;
    for (const [flag, limit] of [
      ["exclusiveMinimum", "minimum"],
      ["exclusiveMaximum", "maximum"],
    ] as const) {
      if (source[flag] === true) {
        target[flag] = target[limit];
        delete target[limit];
      }
    }
    for (const keyword of ["properties", "patternProperties"] as const) {
      if (source[keyword] === undefined) continue;
      target[keyword] = Object.fromEntries(
        Object.entries(source[keyword] as Json).map(([name, child]) => [name, this.convert(child, url)]),
      );
    }
    for (const keyword of ["items", "additionalProperties", "not"] as const) {
      if (source[keyword] !== undefined) target[keyword] = this.convert(source[keyword], url);
    }
    const all = (source.allOf as unknown[] | undefined)?.map((child) => this.convert(child, url)) ?? [];
    if (source.anyOf !== undefined) target.anyOf = this.#each(source.anyOf, url);
    if (source.oneOf !== undefined) {
      const choice = this.#choice(source, url);
      if (choice === undefined) all.push({ anyOf: this.#each(source.oneOf, url) });
      else all.push(...choice);
    }
    if (all.length > 0) target.allOf = all;
    return source.nullable === true ? nullable(target) : target;
  }

  #each(schemas: unknown, url: URL): unknown[] {
    return (schemas as unknown[]).map((child) => this.convert(child, url));
  }

  #choice(source: Json, url: URL): unknown[] | undefined {
    const { propertyName, mapping } = (source.discriminator ?? {}) as {
      propertyName?: string;
      mapping?: Record<string, string>;
    };
    if (propertyName === undefined || mapping === undefined) return undefined;
    return [
      { required: [propertyName], properties: { [propertyName]: { enum: Object.keys(mapping) } } },
      ...Object.entries(mapping).map(([value, ref]) => ({
        if: { required: [propertyName], properties: { [propertyName]: { const: value } } },
        then: this.convert({ $ref: ref }, url),
      })),
    ];
  }

  #define(ref: string, url: URL): string {
    const { value, url: home, key } = follow(ref, url);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = `d${this.#names.size}`;
    this.#names.set(key, name);
    this.definitions[name] = this.convert(value, home);
    return name;
  }
}

function nullable(schema: Json): Json {
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...(schema.enum as unknown[]), null];
  if (Array.isArray(schema.type)) schema.type = [...(schema.type as unknown[]), "null"];
  return "allOf" in schema || "anyOf" in schema ? { anyOf: [schema, { type: "null" }] } : schema;
}

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

/** One way in which an answer departs from its schema. */
export interface Departure {
  /** JSON pointer into the answer; empty for the answer itself. */
  readonly at: string;
  /** The schema's keyword that failed: `type`, `enum`, `required`, … */
  readonly keyword: string;
  readonly message: string;
}

/** Checks one answer; no departures when it fits. Values of the answer never appear in the messages. */
export type ResponseValidator = (body: unknown) => Departure[];

/**
 * A validator of the JSON body that a route's answer with this status must have. Throws when the description has no such route,
 * status or JSON schema, so that a test cannot pass by asking for nothing.
 */
export function responseValidator(spec: Spec, method: string, path: string, status: number): ResponseValidator {
  const asked = `${method.toUpperCase()} ${path} ${status}`;
  const operation = findOperation(spec, method, path);
  if (operation === undefined) throw new Error(`${spec.file} has no route for ${asked}.`);
  const root = new URL(spec.file, SPECS);
  const responses = operation.responses as Record<string, Json>;
  const published = responses[String(status)] ?? responses.default;
  if (published === undefined) throw new Error(`${spec.file} has no such status for ${asked}.`);
  const response = deref(published, root);
  const content = (response.value.content ?? {}) as Record<string, Json>;
  const media = Object.entries(content).find(([type]) => /[/+]json\b/.test(type))?.[1];
  if (media?.schema === undefined) throw new Error(`${spec.file} has no JSON schema for ${asked}.`);

  const converter = new Converter();
  const schema = converter.convert(media.schema, response.url);
  // Some published schemas are not valid in themselves (an enum with the same value twice): take them as they are.
  const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  const validate = ajv.compile({ allOf: [schema], definitions: converter.definitions });
  return (body) => (validate(body) ? [] : (validate.errors ?? []).filter(isCause).map(departure));
}

/** `if` only repeats what its `then` found. */
const isCause = ({ keyword }: ErrorObject): boolean => keyword !== "if";

const departure = ({ instancePath, keyword, message, params }: ErrorObject): Departure => ({
  at: instancePath,
  keyword,
  message: `${instancePath || "(the answer)"} ${message ?? keyword} ${JSON.stringify(params)}`,
});
