/**
 * What the command lines of all operations share: the process as they see it, exit codes, and that only our own messages
 * are told. Reports go to standard output, progress and errors to standard error.
 */
import { existsSync, realpathSync } from "node:fs";
import { type Command, CommanderError } from "commander";

/** The process as a command line sees it. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the Pulumi project. */
  readonly workDir: string;
  /** Columns of the terminal; undefined when standard output is none. */
  readonly columns?: number;
  readonly color: boolean;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Asks a person and gives the answer; undefined when nobody can be asked. */
  readonly ask?: (question: string) => Promise<string>;
  /** The same, and what is typed is not shown. */
  readonly askSecret?: (question: string) => Promise<string>;
}

/** 0: done and good; 1: done, and something is not as it should be; 2: could not run. */
export type ExitCode = 0 | 1 | 2;

/** Something keeps an operation from running at all; the message says what was tried and what to do. */
export class CannotRun extends Error {
  override readonly name: string = "CannotRun";
}

/** Parses the arguments (without node and script) and runs the action with the options. */
export async function runCommand<Flags extends object>(
  command: Command,
  args: readonly string[],
  around: Surroundings,
  action: (flags: Flags) => Promise<ExitCode>,
): Promise<ExitCode> {
  command
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: around.stdout, writeErr: around.stderr });
  try {
    command.parse(args, { from: "user" });
    return await action(command.opts<Flags>());
  } catch (error) {
    // Commander has said already what is wrong; its help ends with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    around.stderr(`${explain(error, command.name())}\n`);
    return 2;
  }
}

/** Errors whose messages are ours, and hold no secret. */
const OURS = new Set(["AnypointError", "SettingsError", "OktaError"]);

/** Only our own messages are told: those of libraries may repeat what they were given. */
function explain(error: unknown, what: string): string {
  if (error instanceof CannotRun) return error.message;
  if (error instanceof Error && OURS.has(error.name)) return error.message;
  const name = error instanceof Error ? error.name : "unknown error";
  return `\`${what}\` itself failed (${name}). This is a fault of the tool; please report it.`;
}

/** Asks yes or no. Throws `CannotRun` naming the flag that answers yes when nobody can be asked. */
export async function confirm(around: Surroundings, question: string, flag: string): Promise<boolean> {
  if (around.ask === undefined) {
    throw new CannotRun(`${question} Nobody can be asked here: add ${flag} to say yes.`);
  }
  return /^y(es)?$/i.test((await around.ask(`${question} [y/N] `)).trim());
}

/** The variables that are set, for an engine that is started. */
export const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

/** This process. */
export function thisProcess(): Surroundings {
  return {
    env: process.env,
    workDir: process.cwd(),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    color: process.stdout.isTTY && process.stdout.hasColors(),
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    ...(process.stdin.isTTY && { ask: askAtTerminal, askSecret: askHidden }),
  };
}

async function askAtTerminal(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** Asks without an echo: the line editor's output goes nowhere. */
async function askHidden(question: string): Promise<string> {
  const { createInterface } = await import("node:readline");
  const { Writable } = await import("node:stream");
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once("close", () => reject(new CannotRun("Stopped. Nothing was written.")));
      terminal.question("", resolve);
    });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}

/** Runs a command line in this process and sets its exit code, where `file` is what Node.js was started with. */
export async function runAsEntry(
  file: string,
  run: (args: readonly string[], around: Surroundings) => Promise<ExitCode>,
): Promise<void> {
  const entry = process.argv[1];
  if (entry === undefined || !existsSync(entry) || realpathSync(entry) !== file) return;
  process.exitCode = await run(process.argv.slice(2), thisProcess());
}
