/** Faults on request: what a test or a person asks a local service to do wrong, and how often. */
import type { ServiceName } from "./journal.ts";

export interface Fault {
  readonly service: ServiceName;
  /** First product of the User-Agent header, as the journal has it; any when left out. */
  readonly caller?: string;
  /** HTTP method; any when left out. */
  readonly method?: string;
  /** Regular expression that the path must match. */
  readonly path: string;
  /**
   * - `refuse`: answers `status` (default 500) and nothing happens;
   * - `lose`: the request takes effect, then `status` is answered (default 504) in place of its answer;
   * - `cut`: the request takes effect, then the connection is closed without an answer;
   * - `delay`: waits `delayMs` (default 1000), or for `until` in its place, then goes on as usual.
   */
  readonly kind: "refuse" | "lose" | "cut" | "delay";
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Of the other kinds: what is waited before; default 0. */
  readonly delayMs?: number;
  /** In the same process only: what a delay waits for. */
  readonly until?: Promise<unknown>;
  /** How many requests it meets before it is used up; default 1. */
  readonly times?: number;
  /** How many matching requests pass untouched before; default 0. */
  readonly skip?: number;
}

interface Armed {
  readonly fault: Fault;
  readonly path: RegExp;
  left: number;
  skip: number;
}

export class Faults {
  #armed: Armed[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, path: new RegExp(fault.path), left: fault.times ?? 1, skip: fault.skip ?? 0 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** Faults that are armed and not used up. */
  get pending(): Fault[] {
    return this.#armed.map((armed) => armed.fault);
  }

  /** The fault to play for this request, if any; counts it as played. */
  take(service: ServiceName, method: string, path: string, caller = "unknown"): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.service !== service || (fault.method ?? method).toUpperCase() !== method) continue;
      if ((fault.caller ?? caller) !== caller || !armed.path.test(path)) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      if (armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
      return fault;
    }
    return undefined;
  }
}
