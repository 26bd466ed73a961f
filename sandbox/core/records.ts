/** Records by id whose ids come from requests. */

/** Takes the prototype off each record of a store, so that `constructor` or `__proto__` in a path is an id like another: nobody's. */
export function withoutPrototypes<State extends object>(state: State): State {
  for (const record of Object.values(state)) {
    if (typeof record === "object" && record !== null) Object.setPrototypeOf(record, null);
  }
  return state;
}
