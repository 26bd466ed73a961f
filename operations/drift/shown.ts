/** What a refresh found changed, from the engine's events. Secrets are `[secret]` in these, and no value is told in any case. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { isTree } from "../../config/defaults.ts";

/** Paths at which two values differ; lists are compared as a whole. */
export function differences(one: unknown, other: unknown, path = ""): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  if (!isTree(one) || !isTree(other)) return [path];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => differences(one[key], other[key], path === "" ? key : `${path}.${key}`));
}

/** By the resource's name: paths of the outputs that a refresh found changed, or `gone`. */
export function shownBy(events: readonly EngineEvent[]): Record<string, string[]> {
  const shown: Record<string, string[]> = {};
  for (const { resOutputsEvent } of events) {
    if (resOutputsEvent === undefined) continue;
    const { urn, old, new: now } = resOutputsEvent.metadata;
    if (old?.custom !== true) continue;
    const paths = now === undefined || now === null ? ["gone"] : differences(old.outputs, now.outputs);
    if (paths.length > 0) shown[urn.split("::").at(-1) ?? urn] = [...new Set(paths)].sort();
  }
  return shown;
}
