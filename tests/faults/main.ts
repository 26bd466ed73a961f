/**
 * `npm run test:faults`: every remote call of a first `up`, of an update and of a destroy fails in every way, by the real engine
 * against local services; then the same operation again. Exit code 0: each ends as an undisturbed one does; 1: not; 2: it could not run.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { ROOT } from "../../sandbox/engine.ts";
import { onInterruption } from "../../sandbox/interruption.ts";
import { type FaultCase, OPERATIONS, type OperationName, sample } from "./cases.ts";
import { playAll } from "./crew.ts";
import { type Result, Results } from "./results.ts";
import type { Outcome } from "./stage.ts";
import { renderResults, withResults } from "./table.ts";

const number = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("give a number from 1 on");
  return Number(text);
};

const flags = new Command("test:faults")
  .description("Lets every remote call of up, update and destroy fail half-way, and looks at what comes of it.")
  .addOption(new Option("--operation <name>", "the cases of one operation").choices(OPERATIONS))
  .option("--only <text>", "the cases whose name has this text")
  .option("--sample <count>", "so many of them, spread evenly", number)
  .option("--jobs <count>", "stacks side by side", number, 2)
  .option("--fresh", "begin anew; otherwise cases with a result are not played again")
  .option("--write-docs", "put the table into docs/operations.md")
  .parse()
  .opts<{
    operation?: OperationName;
    only?: string;
    sample?: number;
    jobs: number;
    fresh?: boolean;
    writeDocs?: boolean;
  }>();

const say = (text: string) => process.stdout.write(`${text}\n`);
const sandbox = join(ROOT, ".sandbox");
mkdirSync(sandbox, { recursive: true });
const folder = mkdtempSync(join(sandbox, `faults-${process.pid}-`));
const cleanUp = () => rmSync(folder, { recursive: true, force: true });
const interruption = onInterruption((text) => process.stderr.write(`\n${text}\n`), cleanUp);
const results = new Results(join(sandbox, "fault-results.jsonl"), { fresh: flags.fresh });

let all: readonly FaultCase[] = [];
let chosen: readonly FaultCase[] = [];
const done = (): Result[] => chosen.flatMap(({ name }) => results.get(name) ?? []);
const isClean = ({ troubles }: Result) => troubles.length === 0;

function choose(cases: readonly FaultCase[]): readonly FaultCase[] {
  all = cases;
  const { operation, only = "" } = flags;
  const wanted = cases.filter((one) => operation === undefined || one.operation === operation);
  const named = wanted.filter(({ name }) => name.includes(only));
  chosen = flags.sample === undefined ? named : sample(named, flags.sample);
  const open = chosen.filter(({ name }) => results.get(name) === undefined);
  say(`${cases.length} cases; ${chosen.length} chosen, ${chosen.length - open.length} of them have a result already.`);
  began = performance.now();
  return open;
}

let began = performance.now();
let played = 0;

function onResult({ name, operation, faultClass }: FaultCase, outcome: Outcome, seconds: number): void {
  const result: Result = { ...outcome, name, operation, faultClass, seconds: Math.round(seconds * 10) / 10 };
  results.add(result);
  played += 1;
  const finished = done();
  const left = ((performance.now() - began) / played) * (chosen.length - finished.length);
  const bad = finished.filter((one) => !isClean(one)).length;
  if (!isClean(result)) {
    say(`✗ ${name}: ${result.troubles.join(", ")}`);
    for (const line of result.details) say(`    ${line}`);
  }
  say(`${finished.length}/${chosen.length}, ${bad} not clean, about ${Math.ceil(left / 60_000)} min left`);
}

say(`${flags.jobs} stack${flags.jobs === 1 ? "" : "s"} side by side; each is brought up, updated and destroyed first.`);
let code = 0;
try {
  await playAll({ jobs: flags.jobs, within: folder, choose, onResult, signal: interruption.signal });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  code = 2;
} finally {
  cleanUp();
}
const finished = done();
if (finished.length > 0) say(renderResults(finished));
if (interruption.exitCode !== undefined) {
  say("Interrupted; the same command goes on where it ended.");
  process.exit(interruption.exitCode);
}
if (code === 0 && flags.writeDocs) {
  const file = join(ROOT, "docs", "operations.md");
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(file, withResults(readFileSync(file, "utf8"), finished, { all: all.length, day }));
  say("Written: docs/operations.md");
}
if (code === 0) code = finished.length === chosen.length && finished.every(isClean) ? 0 : 1;
process.exit(code);
