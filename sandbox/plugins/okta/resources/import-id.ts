/** Import ids of nested resources: `serverId/id`, `serverId/policyId/id`. */
import type { Props } from "../../grpc/values.ts";

/**
 * The resource's own id, and its state with the ids of its parents. A resource of the state has its own id only; an
 * import, which has no state, carries the parents in the id. Throws when parts are missing.
 */
export function importParts(id: string, state: Props, parents: readonly string[]): { id: string; parents: Props } {
  if (parents.every((parent) => state[parent] !== undefined)) return { id, parents: state };
  const parts = id.split("/");
  if (parts.length !== parents.length + 1 || parts.includes("")) {
    throw new Error(`invalid format used for import ID, expected ${[...parents, "id"].join("/")}, got '${id}'`);
  }
  const found = Object.fromEntries(parents.map((parent, index) => [parent, parts[index]]));
  return { id: parts.at(-1) ?? id, parents: { ...state, ...found } };
}
