/** Property bags as the host passes them: plain JSON values, without undefined, which it can't encode. */
import type { z } from "zod";
import { PROVIDER_KEY } from "../stored-code.ts";

export type Properties = Record<string, unknown>;

export type Shape = Readonly<Record<string, z.ZodType>>;

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** A deep copy without undefined values. */
export const plain = (properties: object): Properties => JSON.parse(JSON.stringify(properties)) as Properties;

export function withoutProvider(properties: Properties): Properties {
  const { [PROVIDER_KEY]: _, ...rest } = properties;
  return rest;
}

/** Equality of JSON values; null, undefined and a missing key are one. */
export function sameValue(one: unknown, other: unknown): boolean {
  if ((one ?? undefined) === (other ?? undefined)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => sameValue((one as Properties)[key], (other as Properties)[key]));
}

/** Equality of lists whose order means nothing. */
export const sameMembers = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? sameValue(one.map(String).sort(), other.map(String).sort())
    : sameValue(one, other);

export interface Checked {
  /** With defaults filled in; unknown values as they came. */
  readonly inputs: Properties;
  /** One per property. */
  readonly failures: Failure[];
}

/** Checks each known property by its schema. Properties that the shape does not have are failures. */
export function checkShape(shape: Shape, news: Properties, isUnknown: (value: unknown) => boolean): Checked {
  const inputs: Properties = {};
  const failures: Failure[] = [];
  for (const [property, schema] of Object.entries(shape)) {
    const value = news[property] ?? undefined;
    if (isUnknown(value)) {
      inputs[property] = value;
      continue;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      if (parsed.data !== undefined) inputs[property] = parsed.data;
    } else {
      failures.push({ property, reason: reasonOf(parsed.error.issues, value === undefined) });
    }
  }
  for (const property of Object.keys(news)) {
    if (property === PROVIDER_KEY || Object.hasOwn(shape, property)) continue;
    failures.push({ property, reason: `is not an input; the inputs are ${Object.keys(shape).join(", ")}` });
  }
  return { inputs, failures };
}

function reasonOf(issues: readonly z.core.$ZodIssue[], missing: boolean): string {
  const reasons = issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`));
  return `${missing ? "is missing; " : ""}${[...new Set(reasons)].join("; ")}`;
}
