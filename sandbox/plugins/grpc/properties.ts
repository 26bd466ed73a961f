/** What the properties of a resource are, and the check of a program's inputs against it. */
import { randomBytes } from "node:crypto";
import { type Props, Secret, containsUnknown, reveal } from "./values.ts";

export interface Property {
  /** A `set` is a list whose order means nothing. */
  readonly type: "string" | "boolean" | "integer" | "list" | "set" | "object";
  readonly required?: boolean;
  /** Value taken when the program gives none. */
  readonly default?: string | number | boolean;
  /** The service fills it when the program gives none; then it never makes a difference. */
  readonly computed?: boolean;
  /** Never an input. */
  readonly output?: boolean;
  /** A change replaces the resource. */
  readonly replaces?: boolean;
  readonly secret?: boolean;
  /** Left out of the program, the value in the state stays without a difference. */
  readonly keptWhenUnset?: boolean;
  /** Never read back and never compared. */
  readonly writeOnly?: boolean;
  /** An output that every update may change. */
  readonly unknownOnUpdate?: boolean;
  readonly oneOf?: readonly string[];
  /** What a list, a set, or an object without `fields` holds. Default strings. */
  readonly items?: "string" | "any";
  /** Members of an object, or of each object in a list. */
  readonly fields?: Properties;
  /** The real plugin knows it, this one refuses it. */
  readonly unsupported?: boolean;
}

export type Properties = Readonly<Record<string, Property>>;

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckOptions {
  /** Name of the resource in the program. */
  readonly name: string;
  readonly properties: Properties;
  /** Gives `name` a value of its own, `<resource name>-<7 hex digits>`, when the program has none. */
  readonly autoname?: boolean;
  /** Notes the names of defaulted inputs in `__defaults`, as bridged plugins do. */
  readonly recordDefaults: boolean;
  /** Inputs of the last run; empty for a new resource. */
  readonly oldInputs: Props;
}

/** Key under which bridged plugins keep the names of the inputs that they filled. */
export const DEFAULTS_KEY = "__defaults";

/** The inputs with defaults filled in, and what is wrong with them. */
export function checkInputs(news: Props, options: CheckOptions): { inputs: Props; failures: CheckFailure[] } {
  const { properties, name } = options;
  const inputs: Props = {};
  const failures: CheckFailure[] = [];
  const defaulted: string[] = [];

  for (const [key, value] of Object.entries(news)) {
    if (key === DEFAULTS_KEY) continue;
    const property = properties[key];
    const reason = refusal(name, key, property, value);
    if (reason !== undefined) failures.push({ property: key, reason });
    inputs[key] = property?.secret === true && !(value instanceof Secret) ? new Secret(value) : value;
  }
  if (options.autoname === true && inputs["name"] === undefined) {
    const given = options.oldInputs[DEFAULTS_KEY];
    const kept = Array.isArray(given) && given.includes("name") ? options.oldInputs["name"] : undefined;
    inputs["name"] = kept ?? `${name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
    defaulted.push("name");
  }
  for (const [key, property] of Object.entries(properties)) {
    if (inputs[key] !== undefined) continue;
    if (property.default !== undefined) {
      inputs[key] = property.default;
      defaulted.push(key);
    } else if (property.required === true) {
      failures.push({
        property: key,
        reason: `Missing required argument. The argument "${key}" is required, but no definition was found. Examine values at '${name}.${key}'.`,
      });
    }
  }
  if (options.recordDefaults) inputs[DEFAULTS_KEY] = defaulted.sort();
  return { inputs, failures };
}

function refusal(name: string, key: string, property: Property | undefined, value: unknown): string | undefined {
  const where = `Examine values at '${name}.${key}'.`;
  if (property === undefined || property.output === true) {
    return `An argument named "${key}" is not expected here. ${where}`;
  }
  if (property.unsupported === true) {
    return `The argument "${key}" is known to the real plugin, but this stand-in does not model it. Leave it out, or run with the real plugin. ${where}`;
  }
  if (containsUnknown(value)) return undefined;
  const plain = reveal(value);
  if (!hasType(property, plain)) {
    return `Incorrect attribute value type. The argument "${key}" must be a ${property.type}. ${where}`;
  }
  const wrong = [plain].flat().find((item) => property.oneOf !== undefined && !property.oneOf.includes(item as string));
  if (wrong !== undefined) return `expected ${key} to be one of ${JSON.stringify(property.oneOf)}. ${where}`;
  return contentRefusal(name, key, property, plain);
}

/** What is wrong inside of a list or an object, at the first place where something is. */
function contentRefusal(name: string, key: string, property: Property, value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { fields, items = "string" } = property;
  if (fields === undefined) {
    if (items === "any" || Object.values(value).every((item) => typeof item === "string")) return undefined;
    return `Incorrect attribute value type. The argument "${key}" must hold strings alone. Examine values at '${name}.${key}'.`;
  }
  const objects: unknown[] = Array.isArray(value) ? value : [value];
  for (const [index, item] of objects.entries()) {
    const at = Array.isArray(value) ? `${key}[${index}]` : key;
    if (typeof item !== "object" || item === null)
      return `"${at}" must be an object. Examine values at '${name}.${at}'.`;
    for (const [member, held] of Object.entries(item as Props)) {
      const reason = refusal(`${name}.${at}`, member, fields[member], held);
      if (reason !== undefined) return reason;
    }
    const missing = Object.keys(fields).find((member) => fields[member]?.required === true && !(member in item));
    if (missing !== undefined) {
      return `Missing required argument. The argument "${missing}" is required, but no definition was found. Examine values at '${name}.${at}.${missing}'.`;
    }
  }
  return undefined;
}

function hasType(property: Property, value: unknown): boolean {
  switch (property.type) {
    case "string":
    case "boolean":
      return typeof value === property.type;
    case "integer":
      return Number.isInteger(value);
    case "list":
    case "set":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
  }
}
