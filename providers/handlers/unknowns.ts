/**
 * Unknown values. On a preview the host gives `check` and `diff` inputs that are not known yet as this text, on their own or
 * deep inside a value (measured); the SDK has it as `rpc.unknownValue`.
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is unknown, or holds an unknown one. */
export function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(isUnknown);
}

/** The properties that are wholly known. */
export const knownOf = (properties: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => !isUnknown(value)));
