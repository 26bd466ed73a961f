/**
 * Where requests or answers differ from the vendors' descriptions and should: the only place for such exceptions. An entry that no suite
 * needs any more fails the whole run.
 */
import type { Departure } from "./judge.ts";
import type { Side } from "./json-schema.ts";

export interface KnownDifference {
  /** An operation's name, or a pattern of several. */
  readonly operations: string | RegExp;
  readonly side: Side;
  /** See {@link Departure.at}. */
  readonly at: string | RegExp;
  readonly keyword: string;
  /** What differs, in few words. */
  readonly what: string;
  /** Where it is known from: a section of the references, or the description itself; with its mark. */
  readonly source: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [];

const fits = (pattern: string | RegExp, text: string): boolean =>
  typeof pattern === "string" ? pattern === text : pattern.test(text);

export const covers = (entry: KnownDifference, departure: Departure): boolean =>
  entry.side === departure.side &&
  entry.keyword === departure.keyword &&
  fits(entry.operations, departure.operation) &&
  fits(entry.at, departure.at);

export const concerns = (entry: KnownDifference, operation: string): boolean => fits(entry.operations, operation);

/** Names an entry in what suites write down. */
export const nameOf = ({ operations, side, at, keyword }: KnownDifference): string =>
  `${operations} | ${side} ${at} | ${keyword}`;
