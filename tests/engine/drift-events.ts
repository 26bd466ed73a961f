/** What the engine's events say of resources: what a refresh shows as changed, and what an `up` does. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

type Bag = Readonly<Record<string, unknown>>;

/** Name of a resource, which is the last part of its URN, without what all names begin with. */
const nameOf = (urn: string): string => (urn.split("::").at(-1) ?? "").replace(/^okta-anypoint-/, "");

/** Paths at which two values differ; lists are compared as a whole. */
function differences(one: unknown, other: unknown, path = ""): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isBag(one) || !isBag(other)) return [path];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => differences(one[key], other[key], path === "" ? key : `${path}.${key}`));
}

const sorted = (paths: Iterable<string>): string[] => [...new Set(paths)].sort();

/** By resource: paths of the outputs that a refresh found changed, or `gone`. */
export function shownBy(events: readonly EngineEvent[]): Record<string, string[]> {
  const shown: Record<string, string[]> = {};
  for (const { resOutputsEvent } of events) {
    if (resOutputsEvent === undefined) continue;
    const { urn, old, new: now } = resOutputsEvent.metadata;
    if (old?.custom !== true) continue;
    const paths = now === undefined || now === null ? ["gone"] : differences(old.outputs, now.outputs);
    if (paths.length > 0) shown[nameOf(urn)] = sorted(paths);
  }
  return shown;
}

/** By resource: what an `up` did, leaving out what stayed the same; and the inputs for whose sake. */
export function doneBy(events: readonly EngineEvent[]): Record<string, { does: string; inputs: string[] }> {
  const done: Record<string, { does: string; inputs: string[] }> = {};
  for (const { resourcePreEvent } of events) {
    if (resourcePreEvent === undefined) continue;
    const { urn, op, old, new: now, detailedDiff } = resourcePreEvent.metadata;
    if (op === "same" || !["create", "update", "replace", "delete"].includes(op)) continue;
    const inputs = [...Object.keys(detailedDiff ?? {}), ...differences(old?.inputs, now?.inputs)];
    done[nameOf(urn)] = { does: op, inputs: op === "create" ? [] : sorted(inputs.filter((path) => path !== "")) };
  }
  return done;
}
