/**
 * `pulumi` for a lab whose engine has no Node.js language host, as one built from source: runs the project's program in this
 * process and drives the same engine. `preview`, `up`, `refresh` and `destroy` with the flags that the README uses; every
 * other command goes to the engine's own command as it is.
 */
import { spawnSync } from "node:child_process";
import { CommandError, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { Command, CommanderError, Option } from "commander";
import program from "../index.ts";
import { confirm, thisProcess } from "../operations/command-line.ts";

interface Flags {
  readonly stack?: string;
  readonly diff?: boolean;
  readonly refresh?: boolean;
  readonly target?: string[];
  readonly targetDependents?: boolean;
  readonly replace?: string[];
  readonly yes?: boolean;
  readonly skipPreview?: boolean;
  readonly clearPendingCreates?: boolean;
  readonly parallel?: number;
  readonly policyPack?: string[];
  readonly policyPackConfig?: string[];
  readonly expectNoChanges?: boolean;
  readonly previewOnly?: boolean;
}

type Operation = (stack: Stack, flags: Flags) => Promise<unknown>;

const color = process.stdout.isTTY ? "always" : "never";
const onOutput = (text: string): void => void process.stdout.write(text);
const common = { onOutput, color } as const;

/** What `preview` and `up` have in common. */
const change = ({ diff, refresh, target, replace, policyPack, policyPackConfig, expectNoChanges }: Flags) => ({
  ...{ ...common, diff, refresh, target, replace, expectNoChanges },
  ...{ policyPacks: policyPack, policyPackConfigs: policyPackConfig },
});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  preview: (stack, flags) => stack.preview(change(flags)),
  up: (stack, flags) => stack.up({ ...change(flags), parallel: flags.parallel }),
  // Inline, the program is always at hand.
  refresh: (stack, { target, clearPendingCreates, expectNoChanges, previewOnly }) => {
    const options = { ...common, target, expectNoChanges, runProgram: true };
    return previewOnly ? stack.previewRefresh(options) : stack.refresh({ ...options, clearPendingCreates });
  },
  destroy: (stack, { target, targetDependents, refresh }) =>
    stack.destroy({ ...common, target, targetDependents, refresh, runProgram: true }),
};
const ALIASES: Readonly<Record<string, string>> = { update: "up", pre: "preview", down: "destroy" };

async function main(args: readonly string[]): Promise<number> {
  const [name = ""] = args;
  const operation = OPERATIONS[ALIASES[name] ?? name];
  // The Automation API brings its program with it.
  if (operation === undefined || args.some((arg) => arg.startsWith("--client="))) return passOn(args);
  const flags = parse(name, args.slice(1));
  const workspace = await LocalWorkspace.create({ workDir: process.cwd() });
  const stackName = flags.stack ?? (await workspace.stack())?.name;
  if (stackName === undefined) {
    process.stderr.write(`No stack is selected: pulumi ${name} --stack NAME\n`);
    return 2;
  }
  const projectName = (await workspace.projectSettings()).name;
  const stack = await LocalWorkspace.selectStack({ stackName, projectName, program }, { workDir: process.cwd() });
  try {
    const changes = operation !== OPERATIONS.preview && flags.previewOnly !== true;
    if (changes && flags.yes !== true) {
      // As the engine's own command does before it changes anything.
      if (operation === OPERATIONS.up && flags.skipPreview !== true)
        await OPERATIONS.preview?.(stack, { ...flags, expectNoChanges: undefined });
      if (!(await confirm(thisProcess(), `Perform this ${name} of ${stackName}?`, "--yes"))) return 1;
    }
    await operation(stack, flags);
    return 0;
  } catch (error) {
    // The engine has said already what failed.
    if (error instanceof CommandError) return 1;
    throw error;
  }
}

function parse(name: string, args: readonly string[]): Flags {
  const several = (value: string, former: string[] = []) => [...former, value];
  const command = new Command(`pulumi ${name}`);
  // With the others it is refused, and not passed over: there it would be a change where a preview was asked for.
  if (name === "refresh") command.option("--preview-only");
  return command
    .option("-s, --stack <name>")
    .option("-y, --yes")
    .option("--diff")
    .option("-r, --refresh")
    .option("--run-program")
    .option("-f, --skip-preview")
    .option("--non-interactive")
    .option("--clear-pending-creates")
    .option("-p, --parallel <count>", "", Number)
    .addOption(new Option("-t, --target <urn>").argParser(several))
    .option("--target-dependents")
    .addOption(new Option("--replace <urn>").argParser(several))
    .addOption(new Option("--policy-pack <folder>").argParser(several))
    .addOption(new Option("--policy-pack-config <file>").argParser(several))
    .option("--expect-no-changes")
    .option("--color <when>")
    .exitOverride()
    .parse(args, { from: "user" })
    .opts<Flags>();
}

/** The next `pulumi` on PATH: the one that started this file is a script beside it. */
function passOn(args: readonly string[]): number {
  return spawnSync("pulumi", args, { stdio: "inherit", env: engineFirst() }).status ?? 1;
}

function engineFirst(): NodeJS.ProcessEnv {
  const own = process.env.OKTA_ANYPOINT_INLINE ?? "";
  const path = (process.env.PATH ?? "").split(":").filter((folder) => folder !== own);
  return { ...process.env, PATH: path.join(":") };
}

process.env.PATH = engineFirst().PATH;
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommanderError))
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
}
