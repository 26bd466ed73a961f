// @ts-check
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { findOnPath } from "./paths.mjs";

/** @typedef {import("./paths.mjs").Env} Env */

/**
 * @typedef {object} CommandResult
 * @property {boolean} ok exit code 0
 * @property {string} ended how it ended, for people: `exit code 1`, `killed after 60 s without a sign of life`
 * @property {string} stdout
 * @property {string} output stdout and stderr as they came
 */

/** @typedef {{ kill: () => void, ended: Promise<unknown> }} Running */

/** @type {Set<Running>} */
const running = new Set();
/** @type {Set<() => void>} */
const onInterrupt = new Set();
/** @type {NodeJS.Signals[]} */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
let interrupted = false;
const signalNumbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };

/**
 * Does `work`; when a signal ends the process meanwhile, the commands that run are ended first and then `undo` is called (it must be synchronous).
 * @template T
 * @param {() => void} undo
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function interruptible(undo, work) {
  if (onInterrupt.size === 0) for (const signal of signals) process.on(signal, interrupt);
  onInterrupt.add(undo);
  try {
    return await work();
  } finally {
    // Once interrupted, nothing goes on: what follows would take the ended command for a failed one.
    if (interrupted) await new Promise(() => {});
    onInterrupt.delete(undo);
    if (onInterrupt.size === 0) for (const signal of signals) process.off(signal, interrupt);
  }
}

/** @param {NodeJS.Signals} signal */
async function interrupt(signal) {
  if (interrupted) return;
  interrupted = true;
  const commands = [...running];
  for (const command of commands) command.kill();
  await Promise.race([
    Promise.all(commands.map((command) => command.ended)),
    new Promise((resolve) => setTimeout(resolve, 3000)),
  ]);
  for (const undo of [...onInterrupt].reverse()) {
    try {
      undo();
    } catch {
      // The next set-up removes what is left.
    }
  }
  process.exit(128 + (signalNumbers[/** @type {keyof typeof signalNumbers} */ (signal)] ?? 0));
}

/**
 * Runs a command to its end and keeps its output. Never throws for a command that fails or cannot be started.
 * @param {readonly string[]} command program and arguments
 * @param {object} options
 * @param {Env} options.env
 * @param {string} [options.cwd]
 * @param {(line: string) => void} [options.onLine] each line of stdout and stderr
 * @param {number} [options.silenceSeconds] killed after so long without output and without a change of `activity`
 * @param {() => number} [options.activity] another sign of life, such as the bytes written so far
 * @param {number} options.deadlineSeconds killed after so long
 * @returns {Promise<CommandResult>}
 */
export function run(command, { env, cwd, onLine, silenceSeconds, activity, deadlineSeconds }) {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    // A group of its own, so that the whole tree can be ended; a terminal's Ctrl-C comes through `interruptible`.
    const detached = process.platform !== "win32";
    const child = spawn(program, args, { cwd, env, detached, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let output = "";
    let rest = "";
    let sign = Date.now();
    let seen = 0;
    /** @type {string | undefined} */
    let killed;

    const send = (/** @type {NodeJS.Signals} */ signal) => {
      try {
        if (detached && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // It has just ended by itself.
      }
    };
    /** @type {NodeJS.Timeout | undefined} */
    let force;
    const kill = () => {
      send("SIGTERM");
      // npm goes on for a while after a polite signal.
      force ??= setTimeout(() => send("SIGKILL"), 1500);
    };
    const began = Date.now();
    const watch = setInterval(() => {
      const now = Date.now();
      const size = activity?.() ?? 0;
      if (size !== seen) sign = now;
      seen = size;
      if (now - began > deadlineSeconds * 1000) killed = `killed after its deadline of ${deadlineSeconds} s`;
      else if (silenceSeconds !== undefined && now - sign > silenceSeconds * 1000)
        killed = `killed after ${silenceSeconds} s without a sign of life`;
      if (killed) kill();
    }, 1000);

    /** @type {(value?: unknown) => void} */
    let ended = () => {};
    /** @type {Running} */
    const entry = { kill, ended: new Promise((done) => (ended = done)) };
    running.add(entry);

    const take = (/** @type {string} */ text) => {
      sign = Date.now();
      output += text;
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      if (onLine) for (const line of lines) onLine(line);
    };
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);

    const finish = (/** @type {boolean} */ ok, /** @type {string} */ how) => {
      clearInterval(watch);
      clearTimeout(force);
      running.delete(entry);
      ended();
      if (interrupted) return;
      resolve({ ok: ok && !killed, ended: killed ?? how, stdout, output });
    };
    child.on("error", (error) => finish(false, `could not be started: ${error.message}`));
    child.on("close", (code, signal) => finish(code === 0, signal ? `ended by ${signal}` : `exit code ${code}`));
  });
}

/**
 * How to run npm on a given Node: the npm that runs us when there is one, otherwise PATH's.
 * @param {string} node
 * @param {Env} env
 * @returns {string[] | undefined}
 */
export function npmCommand(node, env) {
  const current = env.npm_execpath;
  if (current && basename(current) === "npm-cli.js" && existsSync(current)) return [node, current];
  if (process.platform === "win32") {
    // npm.cmd would need a shell and its quoting.
    const bundled = join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js");
    return existsSync(bundled) ? [node, bundled] : undefined;
  }
  const npm = findOnPath("npm", env);
  return npm === undefined ? undefined : [npm];
}

/**
 * An output for a failure's text, indented: npm says what matters at the beginning, compilers at the end.
 * @param {string} output
 */
export function excerpt(output) {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  const shown =
    lines.length > 26 ? [...lines.slice(0, 16), `… ${lines.length - 24} lines …`, ...lines.slice(-8)] : lines;
  return shown.map((line) => `     | ${line}`).join("\n");
}

/**
 * How a failed command ended and its last words, in one line.
 * @param {CommandResult} result
 */
export function lastWords({ ended, output }) {
  const line = output.trimEnd().split(/\r?\n/).pop()?.trim();
  return line ? `${ended}: ${line}` : ended;
}
