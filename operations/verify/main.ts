/**
 * Command line of the verification: `npm run verify -- --stack dev`. The report goes to standard output, progress to
 * standard error. Exit code 0: every check that ran is ok; 1: a check failed; 2: it could not run. Prints no secret.
 */
import { Command, InvalidArgumentError } from "commander";
import { type ExitCode, type Surroundings, definedOnly, runAsEntry, runCommand, thisProcess } from "../command-line.ts";
import { CannotVerify, NothingToVerify, type CompleteVerifyInput, parseVerifyInput } from "./input.ts";
import { readStack } from "./stack.ts";
import { renderReport } from "./table.ts";
import { type VerifyOptions, verify } from "./verify.ts";

const INPUT_VARIABLE = "OKTA_ANYPOINT_VERIFY_INPUT";

interface Flags {
  stack?: string;
  inputEnv?: boolean;
  ifAny?: boolean;
  deadline?: number;
  json?: boolean;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1800) {
    throw new InvalidArgumentError("Give a whole number of seconds from 1 to 1800.");
  }
  return value;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(
  args: readonly string[],
  around: Surroundings,
  options: VerifyOptions = {},
): Promise<ExitCode> {
  const command = new Command("verify")
    .description("Verifies that the right token gets into the APIs of a stack, and nothing else does.")
    .option("--stack <name>", "read what to verify from this stack")
    .option("--input-env", `read what to verify, as JSON, from the environment variable ${INPUT_VARIABLE}`)
    .option("--if-any", "a stack that has nothing to verify is no failure: say so, and exit with 0")
    .option("--deadline <seconds>", "how long to wait for what takes time to reach the gateway (default 180)", seconds)
    .option("--json", "print the report as JSON");
  return runCommand<Flags>(command, args, around, async (flags) => {
    const input = await readInput(flags, around).catch((error: unknown) => {
      if (flags.ifAny && error instanceof NothingToVerify) return error;
      throw error;
    });
    if (input instanceof NothingToVerify) {
      around.stdout(`Nothing was verified. ${input.message}\n`);
      return 0;
    }
    const report = await verify(
      { ...input, deadlineSeconds: flags.deadline ?? input.deadlineSeconds },
      { onProgress: (line) => around.stderr(`${line}\n`), ...options },
    );
    around.stdout(
      flags.json
        ? `${JSON.stringify(report, null, 2)}\n`
        : renderReport(report, { width: around.columns, color: around.color }),
    );
    return report.ok ? 0 : 1;
  });
}

async function readInput(flags: Flags, { env, workDir }: Surroundings): Promise<CompleteVerifyInput> {
  if ((flags.stack === undefined) === (flags.inputEnv === undefined)) {
    throw new CannotVerify("Give either --stack NAME or --input-env, for example: npm run verify -- --stack dev");
  }
  if (flags.stack !== undefined) return readStack({ stackName: flags.stack, workDir, env: definedOnly(env) });
  const json = env[INPUT_VARIABLE];
  if (json === undefined || json === "") {
    throw new CannotVerify(
      `The environment variable ${INPUT_VARIABLE} is not set; --input-env reads its input from it.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new CannotVerify(`The environment variable ${INPUT_VARIABLE} does not hold JSON.`);
  }
  return parseVerifyInput(value);
}

/** Runs the command line in this process and sets its exit code. `args` without node and script. */
export async function main(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  process.exitCode = await runCommandLine(args, thisProcess());
}

await runAsEntry(import.meta.filename, runCommandLine);
