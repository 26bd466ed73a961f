/**
 * The layer below a stack's own configuration: `okta-anypoint:defaults` in Pulumi.yaml, an object of the keys of the
 * `okta-anypoint:` namespace that all stacks of the project inherit. Objects are merged member by member; lists and single
 * values of the stack take the place of the default's. `null` in the stack takes a default's member away, and an empty value a
 * whole key.
 */

export const DEFAULTS_KEY = "okta-anypoint:defaults";
const NAMESPACE = "okta-anypoint:";

export type Tree = Readonly<Record<string, unknown>>;

/** Values by full key, as Pulumi gives them: text, JSON for objects. */
export type ConfigText = Readonly<Record<string, string>>;

/** A value as Pulumi gives it: text as it stands, anything else as JSON. */
export const configText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The defaults that a stack inherits; none where there are none, undefined when they are no object. */
export function defaultsOf(config: ConfigText): Tree | undefined {
  const text = config[DEFAULTS_KEY];
  if (text === undefined) return {};
  const value = structured(text);
  return isTree(value) ? value : undefined;
}

/** The configuration as it counts: the stack's own over the defaults, which are no key of it any more. */
export function withDefaults(config: ConfigText): Record<string, string> {
  const { [DEFAULTS_KEY]: _, ...merged }: Record<string, string> = config;
  for (const [key, value] of Object.entries(defaultsOf(config) ?? {})) {
    const own = config[NAMESPACE + key];
    const result = own === undefined ? value : isTree(value) ? overTree(structured(own), value) : own;
    if (result === undefined) delete merged[NAMESPACE + key];
    else merged[NAMESPACE + key] = configText(result);
  }
  return merged;
}

/** The value of one key as it counts. */
export const effectiveValue = (config: (key: string) => string | undefined, key: string): string | undefined => {
  const [own, defaults] = [config(key), config(DEFAULTS_KEY)];
  return withDefaults({
    ...(own !== undefined && { [key]: own }),
    ...(defaults !== undefined && { [DEFAULTS_KEY]: defaults }),
  })[key];
};

/** A key's own value over a default that is an object; undefined when it takes that away. */
function overTree(own: unknown, value: Tree): unknown {
  if (own === null || own === "") return undefined;
  return over(own, value);
}

function over(own: unknown, value: unknown): unknown {
  if (!isTree(own) || !isTree(value)) return own;
  const result = new Map(Object.entries(value));
  for (const [key, member] of Object.entries(own)) {
    if (member === null && Object.hasOwn(value, key)) result.delete(key);
    else result.set(key, Object.hasOwn(value, key) ? over(member, value[key]) : member);
  }
  // A member `__proto__` stays one, for the schema to refuse.
  return Object.fromEntries(result);
}

/**
 * What has to stand in the stack's own file for a value to count: the reverse of the merge. Undefined when the default says all
 * of it. What the default has and the value lacks is null.
 */
export function aboveDefault(value: unknown, inherited: unknown): unknown {
  if (inherited === undefined) return value;
  if (!isTree(value) || !isTree(inherited)) {
    return JSON.stringify(value) === JSON.stringify(inherited) ? undefined : value;
  }
  const kept: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const own = aboveDefault(member, inherited[key]);
    if (own !== undefined) kept[key] = own;
  }
  for (const key of Object.keys(inherited)) if (!Object.hasOwn(value, key)) kept[key] = null;
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** A problem's key (`okta-anypoint:rotation.drainMinutes`), under the defaults where the value comes from there. */
export function placeOf(key: string, config: ConfigText): string {
  const defaults = defaultsOf(config) ?? {};
  const path = key.slice(NAMESPACE.length);
  const [first = "", ...rest] = path.split(/[.[\]]+/).filter((part) => part !== "");
  if (!key.startsWith(NAMESPACE) || !Object.hasOwn(defaults, first)) return key;
  const text = config[NAMESPACE + first];
  let own: unknown = text === undefined ? undefined : structured(text);
  let inherited: unknown = defaults[first];
  for (const part of rest) {
    if (own !== undefined && !isTree(own)) return key;
    own = isTree(own) ? own[part] : undefined;
    inherited = typeof inherited === "object" && inherited !== null ? (inherited as Tree)[part] : undefined;
  }
  return own === undefined && inherited !== undefined ? `${DEFAULTS_KEY}.${path}` : key;
}

/** Whether a problem's key is one of the defaults, and so to be mended in Pulumi.yaml. */
export const isOfDefaults = (key: string): boolean => key === DEFAULTS_KEY || key.startsWith(`${DEFAULTS_KEY}.`);

/** Objects, lists and null come as JSON; everything else stays text. */
function structured(text: string): unknown {
  if (!/^\s*([[{]|null\s*$)/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    // What is nested too deeply to be written again stays as it is, for the schema to refuse.
    JSON.stringify(value);
    return value;
  } catch {
    return text;
  }
}
