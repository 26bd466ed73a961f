/**
 * Command line for a nightly look: `npm run drift -- --stack dev` previews a refresh, asks the doctor, and says what somebody changed or
 * deleted by hand and what is broken. It changes nothing, neither at Okta or Anypoint nor in the state. Exit code 0: nothing; 1: there is
 * drift, or something is broken; 2: not everything could be looked at, and what could stands in the report all the same. No value of a
 * property is printed, only its name.
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { CannotRun, type ExitCode, type Surroundings, definedOnly, runAsEntry, runCommand } from "../command-line.ts";
import { examineStack } from "../doctor/doctor.ts";
import { runOwnProgram } from "../own-program.ts";
import type { StackLocation } from "../stack-state.ts";
import { type Looked, exitCodeOf, renderDrift } from "./report.ts";
import { shownBy } from "./shown.ts";

interface Flags {
  stack: string;
  out?: string;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("drift")
    .description("Says what was changed or deleted outside of Pulumi, and what is broken. Changes nothing.")
    .requiredOption("--stack <name>", "the stack")
    .option("--out <file>", "write the report, which is Markdown, there too");
  return runCommand<Flags>(command, args, around, (flags) => look(flags, around));
}

/** Neither look keeps the other from being told: a refresh fails of just what the doctor names, an app that is gone. */
async function look({ stack, out }: Flags, around: Surroundings): Promise<ExitCode> {
  const location = { stackName: stack, workDir: around.workDir, env: definedOnly(around.env) };
  const onProgress = (line: string) => around.stderr(`${line}\n`);
  onProgress("Asking the engine what a refresh would find …");
  const [refresh] = await Promise.allSettled([refreshed(location)]);
  const [doctor] = await Promise.allSettled([examineStack(location, { onProgress, environment: around.env })]);
  const looked: Looked = {
    stack,
    ...(refresh.status === "fulfilled" && { shown: refresh.value }),
    ...(doctor.status === "fulfilled" && { findings: doctor.value.findings }),
  };
  const report = renderDrift(looked);
  around.stdout(report);
  if (out !== undefined) await writeFile(resolve(around.workDir, out), report);
  for (const one of [refresh, doctor]) if (one.status === "rejected") throw one.reason;
  return exitCodeOf(looked);
}

/** With the program, so that today's credentials count and not those of the last `up`. */
async function refreshed(location: StackLocation): Promise<Record<string, string[]>> {
  const { default: program } = await import("../../index.ts");
  const { events, errors } = await runOwnProgram(location, program, (stack, recording) =>
    stack.previewRefresh({ ...recording, runProgram: true }),
  );
  if (errors.length > 0) {
    throw new CannotRun(`The refresh failed, so nothing is known of drift.\n${errors.join("\n")}`);
  }
  return shownBy(events);
}

await runAsEntry(import.meta.filename, runCommandLine);
