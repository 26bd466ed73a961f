/** What came of the cases so far: a file with one line of JSON per case, so that a run can go on where an earlier one ended. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { FaultCase } from "./cases.ts";
import type { Outcome } from "./stage.ts";

export interface Result extends Outcome, Pick<FaultCase, "name" | "operation" | "faultClass"> {
  readonly seconds: number;
}

export class Results {
  readonly #file: string;
  readonly #results = new Map<string, Result>();

  /** Reads what is there. A line that an earlier run could not end is left out of the file. */
  constructor(file: string, { fresh = false } = {}) {
    this.#file = file;
    if (fresh) rmSync(file, { force: true });
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole !== text) writeFileSync(file, whole);
    for (const line of whole.split("\n").filter((one) => one !== "")) {
      const result = JSON.parse(line) as Result;
      this.#results.set(result.name, result);
    }
  }

  get(name: string): Result | undefined {
    return this.#results.get(name);
  }

  add(result: Result): void {
    this.#results.set(result.name, result);
    appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
  }
}
