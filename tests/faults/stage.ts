/** A lab and a stack in which one case after another is played; each begins where the undisturbed operation began. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment, EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Fault } from "../../sandbox/core/faults.ts";
import { engineErrors } from "../../sandbox/failure.ts";
import { type Bench, type BenchOptions, startBench } from "../engine/harness.ts";
import { type FaultCase, OPERATIONS, type OperationName, casesOf } from "./cases.ts";
import { type Difference, type Inventory, compare, takeInventory } from "./inventory.ts";
import { killedUp } from "./kill.ts";
import { removeOrphans, repair } from "./repair.ts";
import { BEFORE_UPDATE, addOthers, addTier, newManagerKey, updateOf } from "./settings.ts";

/** What can be wrong in the end. */
export const TROUBLES = ["doubled", "orphaned", "lost", "failed"] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What leads to the end of an undisturbed run: the same command again, with `--refresh`, or one of the stack's own tools. */
export const WAYS_ON = ["again", "refresh", "orphans", "repair-state"] as const;
export type WayOn = (typeof WAYS_ON)[number];

export interface Outcome {
  readonly wayOn: WayOn;
  /** Empty: the end is that of an undisturbed run. */
  readonly troubles: readonly Trouble[];
  /** What was seen where it was not at once, line by line. */
  readonly details: readonly string[];
}

/** A moment to go back to. */
interface Moment {
  readonly okta: Bench["lab"]["okta"]["state"];
  readonly anypoint: Bench["lab"]["anypoint"]["state"];
  readonly deployment: Deployment;
  /** Text of the stack's configuration. */
  readonly config: string;
}

/** An operation that nothing disturbed. */
interface Undisturbed {
  readonly from: Moment;
  readonly end: Inventory;
  /** After a destroy that follows. */
  readonly afterDestroy: Inventory;
  readonly cases: readonly FaultCase[];
}

export class Stage {
  readonly bench: Bench;
  readonly #undisturbed: ReadonlyMap<OperationName, Undisturbed>;

  private constructor(bench: Bench, undisturbed: ReadonlyMap<OperationName, Undisturbed>) {
    this.bench = bench;
    this.#undisturbed = undisturbed;
  }

  /** Brings the pattern up and destroys it, and the same with an update where updates are to be played, undisturbed. */
  static async start({
    updates = true,
    ...options
  }: BenchOptions & { readonly updates?: boolean } = {}): Promise<Stage> {
    const bench = await startBench({}, undefined, options);
    try {
      return new Stage(bench, await playUndisturbed(bench, updates));
    } catch (error) {
      await bench.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.bench.close();
  }

  /** All cases, in the order of the calls. */
  get cases(): FaultCase[] {
    return OPERATIONS.flatMap((operation) => this.#undisturbed.get(operation)?.cases ?? []);
  }

  /** The operation with the fault, then once more without. What came through at once, and as it should, is not repeated. */
  async play(one: FaultCase): Promise<Outcome> {
    const { operation, fault } = one;
    await this.#begin(operation);
    this.bench.lab.faults.add(fault);
    const failure = await operate(this.bench, operation);
    if (this.bench.lab.faults.pending.length > 0) {
      return {
        wayOn: "again",
        troubles: ["failed"],
        details: ["no such call was made", ...(failure === undefined ? [] : [failure])],
      };
    }
    if (failure === undefined) {
      const { details } = await this.#look(operation, undefined);
      if (details.length === 0) return { wayOn: "again", troubles: [], details };
    }
    return this.#goOn(one, () => operate(this.bench, operation));
  }

  /** The engine killed at the call of a case of `up`, then what the documentation tells to do. */
  async kill(one: FaultCase, takesEffect: boolean): Promise<Outcome> {
    const { bench } = this;
    await this.#begin("up");
    await killedUp(bench, one, takesEffect);
    return this.#goOn({ ...one, blind: takesEffect ? one.blind : undefined }, async () => {
      await bench.stack.cancel();
      await bench.stack.refresh({ runProgram: true, clearPendingCreates: true });
      return operate(bench, "up");
    });
  }

  /**
   * A first `up` that leaves an object half-made, then each of the ways on from there. Gives the name of what was half-made, and how
   * each end is unlike that of an undisturbed run.
   */
  async playHalfMade(fault: Fault): Promise<{ halfMade: string[]; details: Record<string, string[]> }> {
    const { bench } = this;
    await this.#begin("up");
    bench.lab.faults.add(fault);
    await operate(bench, "up");
    const half = await moment(bench);
    const { resources = [] } = half.deployment.deployment as { resources?: { urn: string; initErrors?: string[] }[] };
    const halfMade = resources.filter(({ initErrors = [] }) => initErrors.length > 0);
    const details: Record<string, string[]> = {};
    const { afterDestroy } = this.#undisturbed.get("up")!;

    details.up = (await this.#look("up", await operate(bench, "up"))).details;
    await goTo(bench, half);
    await bench.stack.refresh({ runProgram: true });
    details.refreshAndUp = (await this.#look("up", await operate(bench, "up"))).details;
    await goTo(bench, half);
    const failure = await operate(bench, "destroy");
    details.destroy = told(compare(afterDestroy, takeInventory(bench.lab)), failure);
    return { halfMade: halfMade.map(({ urn }) => urn.split("::").at(-1)!), details };
  }

  #begin(operation: OperationName): Promise<void> {
    return goTo(this.bench, this.#undisturbed.get(operation)!.from);
  }

  /** How what is there is unlike the end of the undisturbed operation. */
  async #look(operation: OperationName, error: string | undefined) {
    const { lab, stack } = this.bench;
    const { end } = this.#undisturbed.get(operation)!;
    const difference = compare(end, takeInventory(lab, await stack.exportStack()));
    return { error, difference, details: told(difference, error) };
  }

  /** The operation again, and the further ways on where that is not enough. */
  async #goOn({ operation, blind }: FaultCase, again: () => Promise<string | undefined>): Promise<Outcome> {
    const { bench } = this;
    let wayOn: WayOn = "again";
    let found = await this.#look(operation, await again());
    const details = found.details.map((line) => `again: ${line}`);
    if (blind === "Anypoint" && found.error === undefined && details.length > 0) {
      wayOn = "orphans";
      await removeOrphans(bench);
      found = await this.#look(operation, undefined);
    }
    if (blind === "plugin" && details.length > 0) {
      wayOn = "refresh";
      found = await this.#look(operation, await operate(bench, operation, true));
      details.push(...found.details.map((line) => `with --refresh: ${line}`));
      if (found.details.length > 0) {
        wayOn = "repair-state";
        const left = await repair(bench);
        if (left !== undefined) details.push(`repair-state: ${left}`);
        found = await this.#look(operation, await operate(bench, operation));
        details.push(...found.details.map((line) => `after repair-state: ${line}`));
      }
    }
    const troubles = new Set<Trouble>();
    const { error, difference } = found;
    if (error === undefined && difference.more.length > 0) {
      troubles.add(operation === "destroy" ? "orphaned" : "doubled");
    }
    if (error === undefined && difference.fewer.length > 0) troubles.add("lost");
    if (error !== undefined || difference.unlike.length > 0) troubles.add("failed");
    if (operation !== "destroy") {
      const refusal = await operate(bench, "destroy");
      const after = compare(this.#undisturbed.get(operation)!.afterDestroy, takeInventory(bench.lab));
      details.push(...told(after, refusal).map((line) => `destroy afterwards: ${line}`));
      if (after.more.length > 0) troubles.add("orphaned");
      if (refusal !== undefined || after.fewer.length + after.unlike.length > 0) troubles.add("failed");
    }
    return { wayOn, troubles: TROUBLES.filter((trouble) => troubles.has(trouble)), details };
  }
}

/** Of what failed, only why: that things are missing then says nothing more. */
const told = ({ more, fewer, unlike }: Difference, error: string | undefined): string[] =>
  error === undefined
    ? [
        ...more.map((line) => `more ${line}`),
        ...fewer.map((line) => `fewer ${line}`),
        ...unlike.map((line) => `unlike ${line}`),
      ]
    : [error];

/** What the engine said of a failure; undefined without one. */
async function operate({ stack }: Bench, operation: OperationName, refresh = false): Promise<string | undefined> {
  const events: EngineEvent[] = [];
  const options = { onEvent: (event: EngineEvent) => void events.push(event), ...(refresh && { refresh }) };
  try {
    if (operation === "destroy") await stack.destroy({ ...options, runProgram: true });
    else await stack.up({ ...options, ...(refresh && { runProgram: true }) });
    return undefined;
  } catch (error) {
    return engineErrors(events).join("\n") || (error as Error).message;
  }
}

const configFile = ({ folder }: Bench) => join(folder, "project", "Pulumi.sandbox.yaml");

async function moment(bench: Bench): Promise<Moment> {
  const { okta, anypoint } = bench.lab;
  return structuredClone({
    okta: okta.state,
    anypoint: anypoint.state,
    deployment: await bench.stack.exportStack(),
    config: await readFile(configFile(bench), "utf8"),
  });
}

async function goTo(bench: Bench, { okta, anypoint, deployment, config }: Moment): Promise<void> {
  Object.assign(bench.lab.okta.state, structuredClone(okta));
  Object.assign(bench.lab.anypoint.state, structuredClone(anypoint));
  bench.lab.faults.clear();
  bench.lab.journal.clear();
  await writeFile(configFile(bench), config);
  await bench.stack.importStack(deployment);
}

async function playUndisturbed(bench: Bench, updates: boolean): Promise<ReadonlyMap<OperationName, Undisturbed>> {
  const { lab, stack } = bench;
  const undisturbed = new Map<OperationName, Undisturbed>();
  const play = async (operation: OperationName) => {
    const from = await moment(bench);
    const error = await operate(bench, operation);
    if (error !== undefined) throw new Error(`An undisturbed ${operation} failed:\n${error}`);
    const cases = casesOf(operation, lab.journal.entries());
    const end = takeInventory(lab, await stack.exportStack());
    undisturbed.set(operation, { from, end, cases, afterDestroy: takeInventory(lab) });
  };
  const destroyed = (operation: OperationName) =>
    undisturbed.set(operation, { ...undisturbed.get(operation)!, afterDestroy: takeInventory(lab) });

  addOthers(lab);
  await play("up");
  lab.journal.clear();
  await play("destroy");
  destroyed("up");
  if (!updates) return undisturbed;

  await bench.configure(BEFORE_UPDATE);
  await operate(bench, "up");
  addTier(lab);
  await bench.configure(updateOf(lab));
  await stack.setConfig("okta-anypoint:managerPrivateKey", { value: newManagerKey(), secret: true });
  lab.journal.clear();
  await play("update");
  await operate(bench, "destroy");
  destroyed("update");
  return undisturbed;
}
