/** What the engine's events say of resources: what a refresh shows as changed, and what an `up` does. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { differences, shownBy as shownByName } from "../../operations/drift/shown.ts";

/** Without what all names begin with. */
const short = (name: string): string => name.replace(/^okta-anypoint-/, "");
const sorted = (paths: Iterable<string>): string[] => [...new Set(paths)].sort();

/** By resource: paths of the outputs that a refresh found changed, or `gone`. */
export const shownBy = (events: readonly EngineEvent[]): Record<string, string[]> =>
  Object.fromEntries(Object.entries(shownByName(events)).map(([name, paths]) => [short(name), paths]));

/** By resource: what an `up` did, leaving out what stayed the same; and the inputs for whose sake. */
export function doneBy(events: readonly EngineEvent[]): Record<string, { does: string; inputs: string[] }> {
  const done: Record<string, { does: string; inputs: string[] }> = {};
  for (const { resourcePreEvent } of events) {
    if (resourcePreEvent === undefined) continue;
    const { urn, op, old, new: now, detailedDiff } = resourcePreEvent.metadata;
    if (op === "same" || !["create", "update", "replace", "delete"].includes(op)) continue;
    const inputs = [...Object.keys(detailedDiff ?? {}), ...differences(old?.inputs, now?.inputs)];
    done[short(urn.split("::").at(-1) ?? "")] = {
      does: op,
      inputs: op === "create" ? [] : sorted(inputs.filter((path) => path !== "")),
    };
  }
  return done;
}
