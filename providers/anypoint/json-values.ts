/** Comparison of JSON values. */

/** Whether all that was asked for is there, with equal values. */
export const covers = (there: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(asked).every(([key, value]) => equal(there[key], value));

/** What is there beyond what was asked for. */
export const extras = (there: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(there).filter(([key]) => !Object.hasOwn(asked, key)));

/** Equality of JSON values; null and undefined are one. */
export function equal(one: unknown, other: unknown): boolean {
  if (one === other || ((one ?? undefined) === undefined && (other ?? undefined) === undefined)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  return [...keys].every((key) =>
    equal((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  );
}
