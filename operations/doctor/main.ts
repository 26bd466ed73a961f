/**
 * Command line of the doctor: `npm run doctor -- --stack dev`. Before the first `up` it says what would fail, afterwards what is
 * broken. It changes nothing. Exit code 0: nothing fails; 1: something does; 2: it could not run. Prints no secret.
 */
import { Command } from "commander";
import { type ExitCode, type Surroundings, runAsEntry, runCommand } from "../command-line.ts";
import { examineStack } from "./doctor.ts";
import { renderDoctor } from "./table.ts";

interface Flags {
  stack: string;
  json?: boolean;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("doctor")
    .description("Says what would fail in `pulumi up`, and what is broken of what it has made. Changes nothing.")
    .requiredOption("--stack <name>", "the stack to look at")
    .option("--json", "print the report as JSON");
  return runCommand<Flags>(command, args, around, async ({ stack, json }) => {
    const report = await examineStack(
      { stackName: stack, workDir: around.workDir },
      { onProgress: (line) => around.stderr(`${line}\n`), environment: around.env },
    );
    around.stdout(
      json
        ? `${JSON.stringify(report, null, 2)}\n`
        : renderDoctor(report, { width: around.columns, color: around.color }),
    );
    return report.ok ? 0 : 1;
  });
}

await runAsEntry(import.meta.filename, runCommandLine);
