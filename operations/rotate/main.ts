/**
 * Command line that rotates the Manager's key or the Inspector's secret without an outage:
 * `npm run rotate -- --stack dev --app manager`. It goes on where it was interrupted; `--undo` goes back until the former
 * generation is retired; `--emergency` waits for nothing. Exit code 0: done; 1: a step failed; 2: it could not run.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { sharedClient } from "../../providers/anypoint/shared-client.ts";
import { oktaClient } from "../../providers/okta/client.ts";
import { readOktaConnection } from "../../providers/okta/login.ts";
import {
  CannotRun,
  type ExitCode,
  type Surroundings,
  confirm,
  definedOnly,
  runAsEntry,
  runCommand,
} from "../command-line.ts";
import { type AppName, objection, planOf } from "./plan.ts";
import { type Rotation, describe, requireNothingPending, rotate } from "./rotation.ts";
import { RotatedStack, madeOf } from "./stack.ts";

interface Flags {
  stack: string;
  app: AppName;
  undo?: boolean;
  emergency?: boolean;
  drain?: number;
  yes?: boolean;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > 10_080) {
    throw new InvalidArgumentError("Give minutes, from 0 to 10080 (a week).");
  }
  return value;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(
  args: readonly string[],
  around: Surroundings,
  clock: Pick<Rotation, "now" | "pause"> = {},
): Promise<ExitCode> {
  const command = new Command("rotate")
    .description("Gives Anypoint a new Manager key or Inspector secret by a second app, and retires the first.")
    .requiredOption("--stack <name>", "the stack")
    .addOption(new Option("--app <name>", "whose").choices(["manager", "inspector"]).makeOptionMandatory())
    .option("--undo", "go back to the former generation, as long as it is not retired")
    .option("--emergency", "the key or secret is known to others: wait for nothing before the old one is retired")
    .option("--drain <minutes>", "how long both work; default rotation.drainMinutes of the configuration", minutes)
    .option("--yes", "do not ask before");
  return runCommand<Flags>(command, args, around, (flags) => run(flags, around, clock));
}

async function run(flags: Flags, around: Surroundings, clock: Pick<Rotation, "now" | "pause">): Promise<ExitCode> {
  const { env, workDir } = around;
  const { app, undo = false, emergency = false } = flags;
  const { default: program } = await import("../../index.ts");
  const stack = new RotatedStack({ stackName: flags.stack, workDir, env: definedOnly(env) }, env, program);
  const { settings, config } = await stack.settings();
  const wrong = objection(app, settings);
  if (wrong !== undefined) throw new CannotRun(wrong);
  const plan = planOf(app, settings[app], madeOf(app, await stack.resources(), settings), undo);
  const drainMinutes = emergency ? 0 : (flags.drain ?? settings.rotation.drainMinutes);
  if (plan.begins && !emergency) {
    around.stderr("Asking the engine whether anything else is to be changed …\n");
    await requireNothingPending({ stack, settings });
  }
  around.stdout(`${describe(plan, settings, drainMinutes)}\n`);
  if (flags.yes !== true && !(await confirm(around, "Go on?", "--yes"))) {
    around.stdout("Nothing was changed.\n");
    return 1;
  }
  const read = (key: string) => config[key];
  const connection = readOktaConnection(read, env);
  return rotate({
    ...{ plan, stack, settings, drainMinutes, emergency, ...clock },
    registrar: {
      anypoint: sharedClient(read, env),
      okta: oktaClient(connection, ["okta.apps.manage"]),
      orgUrl: connection.orgUrl,
    },
    tell: (line) => around.stdout(`${line}\n`),
  });
}

await runAsEntry(import.meta.filename, runCommandLine);
