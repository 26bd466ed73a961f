/** What a process finds out about the exchanges with its local services; each finding once. */
import type { Exchange } from "../../sandbox/core/exchanges.ts";
import { isOurs, judge } from "./judge.ts";
import { KNOWN_DIFFERENCES, covers, nameOf } from "./known-differences.ts";

export type Finding =
  /** A departure that is no known difference: one line for people. */
  | { readonly kind: "departure"; readonly text: string }
  /** A known difference that was met. */
  | { readonly kind: "difference"; readonly text: string }
  /** An operation that one of our own called. */
  | { readonly kind: "called"; readonly text: string };

/** Judges exchanges and hands on each new finding. */
export class Observer {
  readonly #seen = new Set<string>();
  readonly #tell: (finding: Finding) => void;

  constructor(tell: (finding: Finding) => void) {
    this.#tell = tell;
  }

  observe(exchange: Exchange): void {
    const verdict = judge(exchange);
    if (verdict === undefined) return;
    if (verdict.operation !== undefined && isOurs(exchange.caller)) this.#add("called", verdict.operation);
    for (const departure of verdict.departures) {
      const { operation, side, at, keyword, status, detail } = departure;
      const known = KNOWN_DIFFERENCES.filter((entry) => covers(entry, departure));
      for (const entry of known) this.#add("difference", nameOf(entry));
      if (known.length > 0) continue;
      const where = `${operation} (${exchange.caller}, ${status ?? "no answer"})`;
      this.#add("departure", `${where}: ${side} ${at || "(whole)"} ${keyword}${detail && ` (${detail})`}`);
    }
  }

  #add(kind: Finding["kind"], text: string): void {
    if (this.#seen.has(`${kind} ${text}`)) return;
    this.#seen.add(`${kind} ${text}`);
    this.#tell({ kind, text });
  }
}
