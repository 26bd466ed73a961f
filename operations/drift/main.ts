/**
 * Command line for a nightly look: `npm run drift -- --stack dev` previews a refresh and says what somebody changed or deleted by hand. It
 * changes nothing, neither at Okta or Anypoint nor in the state. Exit code 0: nothing; 1: there is drift; 2: it could not run. No value is
 * printed, only names of properties.
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { Command } from "commander";
import { CannotRun, type ExitCode, type Surroundings, definedOnly, runAsEntry, runCommand } from "../command-line.ts";
import { errorsOf, withOwnProgram } from "../own-program.ts";
import { renderDrift } from "./report.ts";
import { shownBy } from "./shown.ts";

interface Flags {
  stack: string;
  out?: string;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("drift")
    .description("Says what was changed or deleted outside of Pulumi. Changes nothing.")
    .requiredOption("--stack <name>", "the stack")
    .option("--out <file>", "write the report, which is Markdown, there too");
  return runCommand<Flags>(command, args, around, (flags) => look(flags, around));
}

async function look({ stack: stackName, out }: Flags, around: Surroundings): Promise<ExitCode> {
  const { default: program } = await import("../../index.ts");
  const events: EngineEvent[] = [];
  around.stderr("Asking the engine what a refresh would find …\n");
  const location = { stackName, workDir: around.workDir, env: definedOnly(around.env) };
  await withOwnProgram(location, program, async (stack) => {
    try {
      await stack.previewRefresh({ color: "never", runProgram: true, onEvent: (event) => events.push(event) });
    } catch (error) {
      if (errorsOf(events).length === 0) throw error;
      throw new CannotRun(`The refresh failed, so nothing is known of drift.\n${errorsOf(events).join("\n")}`);
    }
  });
  const shown = shownBy(events);
  const report = renderDrift(stackName, shown);
  around.stdout(report);
  if (out !== undefined) await writeFile(resolve(around.workDir, out), report);
  return Object.keys(shown).length === 0 ? 0 : 1;
}

await runAsEntry(import.meta.filename, runCommandLine);
