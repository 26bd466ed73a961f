/** OpenAPI 3.0 schemas as JSON Schema validators. */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { type Json, type Located, deref, follow, leadsBack } from "./descriptions.ts";

/** Requests need no `readOnly` member that is required, answers no `writeOnly` one. */
export type Side = "request" | "answer";

const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);
const AS_IS =
  "enum const format minLength maxLength minItems maxItems uniqueItems minimum maximum minProperties maxProperties".split(
    " ",
  );

/**
 * Compiles schemas of descriptions, each definition once. `nullable` becomes a type; `oneOf` with a discriminator becomes a choice by its
 * value, and without one `anyOf`, since published alternatives often overlap. Keywords that only document are dropped.
 */
export class Compiler {
  readonly #side: Side;
  readonly #ajv: Ajv;
  readonly #names = new Map<string, string>();
  /** Definitions that ajv has not been given yet. */
  #fresh: [string, object][] = [];
  readonly #compiled = new WeakMap<object, ValidateFunction>();

  /** `coerce` takes texts for numbers, booleans and lists of one, as forms and queries carry them. */
  constructor(side: Side, coerce = false) {
    this.#side = side;
    // Some published schemas are not valid in themselves (an enum with the same value twice): they are taken as they are.
    this.#ajv = new Ajv({
      strict: false,
      validateSchema: false,
      allErrors: true,
      logger: false,
      coerceTypes: coerce && "array",
    });
    addFormats.default(this.#ajv);
  }

  /** What is wrong with a value; nothing when it fits. May coerce members in place. */
  check({ value, url }: Located, data: unknown): ErrorObject[] {
    let validate = this.#compiled.get(value);
    if (validate === undefined) {
      const schema = this.#convert(value, url) as object;
      for (const [name, definition] of this.#fresh) this.#ajv.addSchema(definition, name);
      this.#fresh = [];
      validate = this.#ajv.compile(schema);
      this.#compiled.set(value, validate);
    }
    return validate(data) ? [] : causes(validate.errors ?? []);
  }

  /** `part`: of an `allOf`, or chosen by a discriminator; alternatives that lead back are then left out. */
  #convert(schema: unknown, url: URL, part = false): unknown {
    if (typeof schema !== "object" || schema === null) return schema === false ? false : {};
    const source = schema as Json;
    if (typeof source.$ref === "string") return { $ref: this.#define(source.$ref, url, part) };

    const target: Json = {};
    for (const keyword of AS_IS) if (keyword in source) target[keyword] = source[keyword];
    const types = [source.type].flat().filter((type) => TYPES.has(type as string));
    if (types.length > 0) target.type = types;
    if (Array.isArray(source.required)) target.required = this.#required(source, url);
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
        Object.entries(source[keyword] as Json).map(([name, child]) => [name, this.#convert(child, url)]),
      );
    }
    for (const keyword of ["items", "additionalProperties", "not"] as const) {
      if (source[keyword] !== undefined) target[keyword] = this.#convert(source[keyword], url);
    }
    const all = (source.allOf as unknown[] | undefined)?.map((child) => this.#convert(child, url, true)) ?? [];
    if (!part || !leadsBack({ value: source, url })) {
      if (source.anyOf !== undefined) target.anyOf = this.#each(source.anyOf, url);
      const choice = this.#choice(source, url);
      if (source.oneOf === undefined) all.push(...(choice?.slice(1) ?? []));
      else all.push(...(choice ?? [{ anyOf: this.#each(source.oneOf, url) }]));
    }
    if (all.length > 0) target.allOf = all;
    return source.nullable === true ? nullable(target) : target;
  }

  #required(source: Json, url: URL): string[] {
    const flag = this.#side === "request" ? "readOnly" : "writeOnly";
    const properties = (source.properties ?? {}) as Json;
    return (source.required as string[]).filter(
      (name) => properties[name] === undefined || deref(properties[name], url).value?.[flag] !== true,
    );
  }

  #each(schemas: unknown, url: URL): unknown[] {
    return (schemas as unknown[]).map((child) => this.#convert(child, url));
  }

  /** First that the discriminator names an alternative at all, then what each alternative asks. */
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
        then: this.#convert({ $ref: ref }, url, true),
      })),
    ];
  }

  #define(ref: string, url: URL, part: boolean): string {
    const { value, url: home, key: place } = follow(ref, url);
    const key = `${place} ${part}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = `d${this.#names.size}`;
    this.#names.set(key, name);
    this.#fresh.push([name, this.#convert(value, home, part) as object]);
    return name;
  }
}

function nullable(schema: Json): Json {
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...(schema.enum as unknown[]), null];
  if (Array.isArray(schema.type)) schema.type = [...(schema.type as unknown[]), "null"];
  return "allOf" in schema || "anyOf" in schema ? { if: { not: { type: "null" } }, then: schema } : schema;
}

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

/** Without what only repeats others: `if` what its `then` found, and the alternatives of an `anyOf` what the choice as a whole says. */
function causes(errors: ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf");
  return errors.filter(
    (error) =>
      error.keyword !== "if" &&
      !choices.some(
        ({ instancePath }) => error.keyword !== "anyOf" && `${error.instancePath}/`.startsWith(`${instancePath}/`),
      ),
  );
}
