/** Differences between a resource's state and the inputs of a program, property by property. */
import type { Properties, Property } from "./properties.ts";
import { type Props, containsUnknown } from "./values.ts";

export interface PropertyChange {
  readonly property: string;
  readonly kind: "add" | "delete" | "update";
  readonly replaces: boolean;
}

/** Terraform's idea of an empty value: none, "", false, 0, no items. */
export function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  return typeof value === "object" && Object.values(value).every(isUnset) && !hasItems(value);
}

const hasItems = (value: object): boolean => Array.isArray(value) && value.length > 0;

function canonical(value: unknown, type?: Property["type"]): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return type === "set" ? items.map((item) => JSON.stringify(item)).sort() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => !isUnset(item));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item)]));
}

/** Whether two values of a property mean the same. */
export function sameValue(property: Property, a: unknown, b: unknown): boolean {
  if (isUnset(a) || isUnset(b)) return isUnset(a) && isUnset(b);
  return JSON.stringify(canonical(a, property.type)) === JSON.stringify(canonical(b, property.type));
}

/**
 * What the inputs would change in a resource's state. An unknown input is a change; it replaces where a change of that
 * property does, as with bridged plugins.
 */
export function diffProperties(properties: Properties, state: Props, inputs: Props): PropertyChange[] {
  const changes: PropertyChange[] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (property.output === true || property.writeOnly === true) continue;
    const before = state[name];
    const after = inputs[name];
    if (after === undefined && (property.computed === true || property.keptWhenUnset === true)) continue;
    if (!containsUnknown(after) && sameValue(property, before, after)) continue;
    changes.push({
      property: name,
      kind: isUnset(before) ? "add" : isUnset(after) ? "delete" : "update",
      replaces: property.replaces === true,
    });
  }
  return changes;
}
