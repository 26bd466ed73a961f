/** Inputs that may be a name or an id, compared with what they were resolved to. */
import type { Properties } from "./properties.ts";

/** The same environment or business group, whichever way it is named now. */
export const sameNamed =
  (...resolved: readonly string[]) =>
  (asked: unknown, state: Properties, key: string): boolean =>
    asked === state[key] || resolved.some((output) => asked === state[output]);
