/** What the command says of each object that it looked at. */

/** `taken`: it goes into the configuration; `ambiguous`: several could be meant; `missing`: it is needed and was not found. */
export type Outcome = "taken" | "left alone" | "ambiguous" | "missing";

export interface ObjectRow {
  /** Kind of object, for example `App A (Manager)`. */
  readonly object: string;
  /** Name and id, as the consoles show them. */
  readonly name: string;
  readonly outcome: Outcome;
  readonly why: string;
}

/** Keeps the order in which things were found. */
export class Rows {
  readonly all: ObjectRow[] = [];

  add(object: string, name: string, outcome: Outcome, why: string): void {
    this.all.push({ object, name, outcome, why });
  }
}

/** Something needed is not there, or not the only one: nothing can be written. The rows say which objects. */
export class NothingTaken extends Error {
  override readonly name = "NothingTaken";
}
