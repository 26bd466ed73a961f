/**
 * What is known of a resource's properties: the policy host throws for each value that is known only by the `up`, and such a value
 * is left out here. A list with an unknown member is unknown: its length tells nothing.
 */
export function knownPart(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const key of Object.keys(props)) {
    const value = knownValue(() => props[key]);
    if (value !== UNKNOWN) known[key] = value;
  }
  return known;
}

const UNKNOWN = Symbol("unknown");

function knownValue(read: () => unknown): unknown {
  let value: unknown;
  try {
    value = read();
  } catch {
    return UNKNOWN;
  }
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    const items = Array.from({ length: list.length }, (_, index) => knownValue(() => list[index]));
    return items.includes(UNKNOWN) ? UNKNOWN : items;
  }
  return typeof value === "object" && value !== null ? knownPart(value as Record<string, unknown>) : value;
}
