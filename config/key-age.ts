/** Age of the Manager's key. Only its date stands in outputs, so that a day that goes by is no change. */

const DAY_MS = 24 * 3600 * 1000;

/** Whole days from the making of a key (ISO 8601) to `now` (milliseconds since the epoch). */
export const keyAgeDays = (createdAt: string, now: number): number =>
  Math.floor((now - Date.parse(createdAt)) / DAY_MS);

/** The day from which on a key is older than it may be, ISO 8601. */
export const keyRotationDue = (createdAt: string, { maxKeyAgeDays }: { readonly maxKeyAgeDays: number }): string =>
  new Date(Date.parse(createdAt) + maxKeyAgeDays * DAY_MS).toISOString();
