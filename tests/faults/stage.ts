/** A lab and a stack in which one case after another is played; each begins where the undisturbed operation began. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment, EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { engineErrors } from "../../sandbox/failure.ts";
import { type Bench, type BenchOptions, startBench } from "../engine/harness.ts";
import { type FaultCase, OPERATIONS, type OperationName, casesOf } from "./cases.ts";
import { type Difference, type Inventory, compare, takeInventory } from "./inventory.ts";
import { repair } from "./repair.ts";
import { BEFORE_UPDATE, addOthers, addTier, newManagerKey, updateOf } from "./settings.ts";

/** What can be wrong in the end. */
export const TROUBLES = ["doubled", "orphaned", "lost", "failed"] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What leads to the end of an undisturbed run: the same command again, with `--refresh`, or after `npm run repair-state`. */
export const WAYS_ON = ["again", "refresh", "repair-state"] as const;
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

  /** Brings the pattern up, updates it and destroys it, undisturbed. */
  static async start(options: BenchOptions = {}): Promise<Stage> {
    const bench = await startBench({}, undefined, options);
    try {
      return new Stage(bench, await playUndisturbed(bench));
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
    return OPERATIONS.flatMap((operation) => this.#undisturbed.get(operation)!.cases);
  }

  async play({ operation, fault, blind }: FaultCase): Promise<Outcome> {
    const { from, end, afterDestroy } = this.#undisturbed.get(operation)!;
    const { bench } = this;
    const { faults } = bench.lab;
    await goTo(bench, from);
    faults.add(fault);
    const failure = await operate(bench, operation);
    if (faults.pending.length > 0) return { wayOn: "again", troubles: ["failed"], details: ["no such call was made"] };

    const look = (error: string | undefined) => lookAt(bench, end, error);
    let wayOn: WayOn = "again";
    // What came through all the same is not repeated.
    let found = await look(failure === undefined ? undefined : await operate(bench, operation));
    const details = found.details.map((line) => `again: ${line}`);
    if (failure === undefined && details.length === 0) return { wayOn, troubles: [], details };
    if (blind && details.length > 0) {
      wayOn = "refresh";
      found = await look(await operate(bench, operation, true));
      details.push(...found.details.map((line) => `with --refresh: ${line}`));
      if (found.details.length > 0) {
        wayOn = "repair-state";
        if (await repair(bench)) found = await look(await operate(bench, operation));
      }
    }
    const troubles = new Set<Trouble>();
    const { error, difference } = found;
    if (operation === "destroy") {
      if (difference.more.length > 0) troubles.add("orphaned");
    } else {
      if (difference.more.length > 0) troubles.add("doubled");
      const refusal = await operate(bench, "destroy");
      const after = compare(afterDestroy, takeInventory(bench.lab));
      details.push(...told(after, refusal).map((line) => `destroy afterwards: ${line}`));
      if (after.more.length > 0) troubles.add("orphaned");
      if (refusal !== undefined || after.fewer.length + after.unlike.length > 0) troubles.add("failed");
    }
    if (difference.fewer.length > 0) troubles.add("lost");
    if (error !== undefined || difference.unlike.length > 0) troubles.add("failed");
    return { wayOn, troubles: TROUBLES.filter((trouble) => troubles.has(trouble)), details };
  }
}

const told = ({ more, fewer, unlike }: Difference, error: string | undefined): string[] => [
  ...(error === undefined ? [] : [error]),
  ...more.map((line) => `more ${line}`),
  ...fewer.map((line) => `fewer ${line}`),
  ...unlike.map((line) => `unlike ${line}`),
];

/** How what is there is unlike the end of an undisturbed operation. */
async function lookAt({ lab, stack }: Bench, end: Inventory, error: string | undefined) {
  const difference = compare(end, takeInventory(lab, await stack.exportStack()));
  return { error, difference, details: told(difference, error) };
}

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

async function playUndisturbed(bench: Bench): Promise<ReadonlyMap<OperationName, Undisturbed>> {
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
