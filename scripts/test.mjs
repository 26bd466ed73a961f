// @ts-check
// `npm test`: types, lint, formatting, and the Jest suites on two Node releases. Runs after the set-up (run.mjs).
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail, setup } from "./setup.mjs";
import { checkout } from "./setup/paths.mjs";
import { SetupError, clock } from "./setup/progress.mjs";

const usage = `npm test                     types, lint, formatting, and all suites, on Node 22 and 24; on the second a part of the engine suites
npm test -- --fast           the suites on one Node only
npm test -- tests/foo …      Jest alone, with these arguments, on one Node
PLUGINS=real npm test        with the real Okta and Command plugins, where they are installed (auto: if they are)
`;

/** The suites that drive the real engine against whole sandboxes: two at a time, each test with minutes. */
const engineSuites = "tests/engine";
const engineOptions = ["--maxWorkers=2", "--testTimeout=300000"];
/** Those of them that show how a Node release runs programs, providers, plugins and commands; the others would show the same twice. */
const engineOnBoth = ["life-cycle", "variants", "walk", "interruption"].map((name) => `${engineSuites}/${name}`);

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ ok: boolean, counts?: Counts }} Outcome */
/** @typedef {{ name: string, suites?: true, run: (before: (Outcome | undefined)[]) => Promise<Outcome> }} Step */
/** @typedef {{ node: string, env: Record<string, string | undefined> }} Runtime */

const began = Date.now();
const temporary = mkdtempSync(join(tmpdir(), "okta-anypoint-test-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));

const args = process.argv.slice(2);
if (args.includes("--help")) {
  process.stdout.write(usage);
} else {
  const steps = await plan(args).catch(fail);
  process.exitCode = (await runAll(steps)) ? 0 : 1;
}

/**
 * @param {string[]} args
 * @returns {Promise<Step[]>}
 */
async function plan(args) {
  /** @type {Runtime} */
  const current = { node: process.execPath, env: process.env };
  await settlePlugins();
  const forJest = args.filter((arg) => arg !== "--fast");
  const major = process.versions.node.split(".")[0];
  if (forJest.length > 0) {
    const heavy = forJest.some((arg) => arg.includes(engineSuites));
    return [jest(`suites, Node ${major}`, current, [...(heavy ? engineOptions : []), ...forJest])];
  }
  // A look at all suites together needs all of them, and them alone.
  const found = join(checkout, ".sandbox", "contract");
  process.env.CONTRACT_RUN = found;
  rmSync(found, { recursive: true, force: true });
  const steps = [
    tool("types", current, "typescript/bin/tsc", ["--noEmit"]),
    tool("lint", current, "eslint/bin/eslint.js", [".", "--max-warnings", "0"]),
    tool("formatting", current, "prettier/bin/prettier.cjs", ["--check", "."]),
    ...suites(major ?? "", current, [engineSuites]),
  ];
  if (!args.includes("--fast")) {
    const other = major === "24" ? "22" : "24";
    const ready = await setup({ nodeVersion: other, quiet: true });
    steps.push(...suites(other, ready, engineOnBoth));
  }
  const suiteSteps = steps.flatMap(({ suites }, index) => (suites ? index : []));
  const whole = script("contract, all suites", current, "tests/contract/whole.ts");
  const run = (/** @type {(Outcome | undefined)[]} */ before) => {
    const counts = suiteSteps.map((index) => before[index]?.counts);
    // A step that broke off has none; and what the real plugins call is not what the documents tell.
    if (counts.every((each) => each !== undefined) && process.env.PLUGINS !== "real") {
      const failed = counts.reduce((sum, each) => sum + each.failed, 0);
      mkdirSync(found, { recursive: true });
      writeFileSync(join(found, "all-ran.json"), JSON.stringify({ failed }));
    }
    return whole.run(before);
  };
  steps.push({ ...whole, run });
  return steps;
}

/** Says which plugins the engines will use, before anything starts; PLUGINS then names them for all processes. */
async function settlePlugins() {
  const { PLUGINS_VARIABLE, askedPlugins, choosePlugins, describePlugins } =
    await import("../sandbox/plugin-choice.ts");
  try {
    const plugins = choosePlugins(askedPlugins("standin"));
    process.stdout.write(`plugins: ${describePlugins(plugins)}\n`);
    process.env[PLUGINS_VARIABLE] = plugins;
  } catch (error) {
    throw new SetupError(String(error instanceof Error ? error.message : error));
  }
}

/**
 * @param {string} major
 * @param {Runtime} runtime
 * @param {string[]} engine which of the engine suites
 * @returns {Step[]}
 */
function suites(major, runtime, engine) {
  const steps = [jest(`unit suites, Node ${major}`, runtime, ["--testPathIgnorePatterns", `/${engineSuites}/`])];
  if (existsSync(join(checkout, engineSuites)))
    steps.push(jest(`engine suites, Node ${major}`, runtime, [...engineOptions, ...engine]));
  return steps;
}

/**
 * @param {string} name
 * @param {Runtime} runtime
 * @param {string} file under the checkout
 * @returns {Step}
 */
function script(name, runtime, file) {
  return {
    name,
    run: async () => ({ ok: (await start(runtime, ["--disable-warning=ExperimentalWarning", file])) === 0 }),
  };
}

/**
 * @param {string} name
 * @param {Runtime} runtime
 * @param {string} program under node_modules
 * @param {string[]} args
 * @returns {Step}
 */
function tool(name, runtime, program, args) {
  return { name, run: async () => ({ ok: (await start(runtime, [join("node_modules", program), ...args])) === 0 }) };
}

/**
 * @param {string} name
 * @param {Runtime} runtime
 * @param {string[]} args
 * @returns {Step}
 */
function jest(name, runtime, args) {
  const report = join(temporary, `${name.replace(/\W+/g, "-")}.json`);
  const command = [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    join("node_modules", "jest", "bin", "jest.js"),
    "--json",
    `--outputFile=${report}`,
    ...args,
  ];
  return {
    name,
    suites: true,
    run: async () => {
      const code = await start(runtime, command);
      const counts = readCounts(report);
      return { ok: code === 0 && counts !== undefined, counts };
    },
  };
}

/**
 * @param {string} report
 * @returns {Counts | undefined} nothing when Jest ended without a report
 */
function readCounts(report) {
  if (!existsSync(report)) return undefined;
  const found = JSON.parse(readFileSync(report, "utf8"));
  return {
    passed: found.numPassedTests,
    // A suite that can't be loaded has no tests to count, but it is a failure.
    failed: found.numFailedTests + found.numRuntimeErrorTestSuites,
    skipped: found.numPendingTests + found.numTodoTests,
  };
}

/**
 * @param {Runtime} runtime
 * @param {string[]} command arguments of Node
 * @returns {Promise<number>} exit code
 */
function start(runtime, command) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime.node, command, { cwd: checkout, env: runtime.env, stdio: "inherit" });
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      child.kill(signal);
      process.exit(130);
    };
    process.once("SIGINT", forward).once("SIGTERM", forward);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", forward).off("SIGTERM", forward);
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs every step, also after one has failed, and prints the summary. Its last line is the sum of all tests; a step that failed without a
 * failed test counts as one.
 * @param {Step[]} steps
 * @returns {Promise<boolean>}
 */
async function runAll(steps) {
  const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);
  const sum = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const table = [];
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const [index, { name, run }] of steps.entries()) {
    const stepBegan = Date.now();
    say(`\n[${clock(stepBegan - began)}] ${index + 1} of ${steps.length}: ${name}`);
    const outcome = await run(outcomes);
    outcomes.push(outcome);
    const { ok } = outcome;
    const counts = { ...(outcome.counts ?? { passed: 0, failed: 0, skipped: 0 }) };
    if (!ok && counts.failed === 0) counts.failed = 1;
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
    const took = clock(Date.now() - stepBegan);
    say(`[${clock(Date.now() - began)}] ${name}: ${ok ? "ok" : "FAILED"} (${took})`);
    table.push(
      `${ok ? "ok    " : "FAILED"}  ${took.padStart(6)}  ${name.padEnd(24)}  ${counts.passed || ""}`.trimEnd(),
    );
  }
  say(`\n${table.join("\n")}\n${" ".repeat(8)}${clock(Date.now() - began).padStart(6)}  in all\n`);
  say(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ""}`);
  return sum.failed === 0;
}
