/** The cases: each call of an undisturbed operation, failing in each way. */
import type { Fault } from "../../sandbox/core/faults.ts";
import type { JournalEntry } from "../../sandbox/core/journal.ts";
import { type FaultClass, WAYS, type Way, waysOf } from "./ways.ts";

export const OPERATIONS = ["up", "update", "destroy"] as const;
export type OperationName = (typeof OPERATIONS)[number];

export interface FaultCase {
  /** The same in each lab: operation, caller, call and its place among calls of its kind, way. */
  readonly name: string;
  readonly operation: OperationName;
  readonly faultClass: FaultClass;
  readonly fault: Fault;
  /**
   * Who loses sight here of what it changed, and looks for nothing before it does it again: the Okta plugin with all whose answer it
   * does not get, and with the grants before one that is refused; Anypoint with a client that it registers.
   */
  readonly blind?: "plugin" | "Anypoint";
}

/** Ids of either vendor: Okta's with their prefixes, UUIDs, numbers, and Anypoint's client ids. */
const ID = /^(?:(?:0oa|aus|scp|00p|0pr|oag|ocs|pks|rst|ocl)[A-Za-z0-9]{17}|[0-9a-f-]{36}|\d{5,}|[0-9a-f]{32})$/;

/** A path whose ids are `*`. */
const shapeOf = (path: string): string =>
  new URL(path, "http://any").pathname
    .split("/")
    .map((segment) => (ID.test(segment) ? "*" : segment))
    .join("/");

function losesSight(shape: string, method: string, skip: number, { kind, status }: Omit<Way, "faultClass">): boolean {
  if (waysOf(method, shape) !== WAYS.write) return false;
  return kind !== "refuse" || (status !== 429 && shape.endsWith("/grants") && skip > 0);
}

function blindCaller(caller: string, method: string): FaultCase["blind"] {
  if (caller === "pulumi-resource-okta") return "plugin";
  return caller === "AnypointPlatform" && method === "POST" ? "Anypoint" : undefined;
}

const escaped = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");

/**
 * Calls run in parallel and so in another order each time: a call is known by caller, service, method and the shape of its
 * path, and by how many such calls came before it.
 */
export function casesOf(operation: OperationName, calls: readonly JournalEntry[]): FaultCase[] {
  const seen = new Map<string, number>();
  return calls.flatMap(({ caller, service, method, path }) => {
    const shape = shapeOf(path);
    const call = `${caller} → ${service} ${method} ${shape}`;
    const skip = seen.get(call) ?? 0;
    seen.set(call, skip + 1);
    return waysOf(method, shape).map(({ faultClass, ...way }) => ({
      name: `${operation}: ${call} (${skip + 1}): ${way.kind}${way.status === undefined ? "" : ` ${way.status}`}`,
      operation,
      faultClass,
      fault: { ...way, caller, service, method, path: `^${escaped(shape).replaceAll("*", "[^/]+")}$`, skip },
      ...(losesSight(shape, method, skip, way) && { blind: blindCaller(caller, method) }),
    }));
  });
}

/** `count` of the cases, spread evenly over them, the same each time. */
export function sample<T>(cases: readonly T[], count: number): T[] {
  if (count >= cases.length) return [...cases];
  return Array.from({ length: count }, (_, index) => cases[Math.floor(((index + 0.5) * cases.length) / count)]!);
}
