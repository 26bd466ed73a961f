/** What JSON Schema does not say of members: which ones a schema doesn't have at all, and which ones only requests may have. */
import { type Json, type Located, deref, leadsBack } from "./descriptions.ts";
import type { Side } from "./json-schema.ts";

export interface MemberFault {
  /** JSON pointer of the member. */
  readonly at: string;
  readonly keyword: "unknown" | "writeOnly";
}

/**
 * Members that no alternative of the schema has, where it names members and does not open itself by `additionalProperties`; and in
 * answers those that are `writeOnly`. What `additionalProperties: false` forbids is a matter of JSON Schema.
 */
export function memberFaults(schema: Located, data: unknown, side: Side): MemberFault[] {
  const faults: MemberFault[] = [];
  const walk = (schemas: Located[], value: unknown, at: string): void => {
    const parts = schemas.flatMap((each) => flatten(each, value));
    if (Array.isArray(value)) {
      const items = parts.flatMap((part) => child(part, part.value.items));
      for (const [index, item] of value.entries()) walk(items, item, `${at}/${index}`);
    } else if (typeof value === "object" && value !== null) {
      const named = parts.some(({ value: { properties } }) => properties !== undefined);
      const closed = named && parts.every(({ value: { additionalProperties } }) => additionalProperties === undefined);
      for (const [name, member] of Object.entries(value)) {
        const own = parts.flatMap((part) => child(part, (part.value.properties as Json | undefined)?.[name]));
        const pointer = `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        if (own.length === 0 && closed) faults.push({ at: pointer, keyword: "unknown" });
        if (side === "answer" && own.some(({ value: { writeOnly } }) => writeOnly === true)) {
          faults.push({ at: pointer, keyword: "writeOnly" });
        }
        const others = parts.flatMap((part) => child(part, part.value.additionalProperties));
        walk(own.length > 0 ? own : others, member, pointer);
      }
    }
  };
  walk([schema], data, "");
  return faults;
}

const child = ({ url }: Located, schema: unknown): Located[] =>
  typeof schema === "object" && schema !== null ? [deref(schema, url)] : [];

/**
 * A schema and what it is put together of; of alternatives with a discriminator only the one that the value names. `part`: of an `allOf`,
 * or chosen by a discriminator; alternatives that lead back are then left out.
 */
export function flatten(schema: Located, data: unknown, part = false): Located[] {
  const { value, url } = deref(schema.value, schema.url);
  const each = (source: unknown, of: boolean): Located[] => flatten({ value: source as Json, url }, data, of);
  const all = ((value.allOf as unknown[] | undefined) ?? []).flatMap((source) => each(source, true));
  if (part && leadsBack({ value, url })) return [{ value, url }, ...all];
  const { propertyName, mapping } = (value.discriminator ?? {}) as { propertyName?: string; mapping?: Json };
  const named = propertyName === undefined ? undefined : (data as Json | null | undefined)?.[propertyName];
  const chosen = typeof named === "string" ? mapping?.[named] : undefined;
  if (typeof chosen === "string") return [{ value, url }, ...all, ...each({ $ref: chosen }, true)];
  const alternatives = [value.oneOf, value.anyOf].flatMap((source) => (source as unknown[] | undefined) ?? []);
  return [{ value, url }, ...all, ...alternatives.flatMap((source) => each(source, true))];
}
