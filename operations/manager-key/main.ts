/**
 * Command line for the two secrets that a person types into Anypoint's form in mode manual:
 * `npm run manager-key -- --stack dev` shows the Manager's private key, `--inspector-secret` the Inspector's client secret,
 * from the stack's state. The secret goes to standard output or to a file alone, and only on request.
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { generationName } from "../../config/generations.ts";
import { CannotRun, type ExitCode, type Surroundings, confirm, runAsEntry, runCommand } from "../command-line.ts";
import { type StackLocation, type StackResource, readResources, stackOutputs } from "../stack-state.ts";

interface Flags {
  stack: string;
  inspectorSecret?: boolean;
  generation?: number;
  out?: string;
  yes?: boolean;
}

interface Secret {
  /** What it is, for questions and errors. */
  readonly what: string;
  readonly value: string;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(
  args: readonly string[],
  around: Surroundings,
  read: (location: StackLocation) => Promise<readonly StackResource[]> = readResources,
): Promise<ExitCode> {
  const command = new Command("manager-key")
    .description("Shows the Manager's private key (PEM) of a stack once, for Anypoint's form.")
    .requiredOption("--stack <name>", "the stack whose state has it")
    .option("--inspector-secret", "show the Inspector's client secret in its place")
    .option("--generation <number>", "of this generation; default the one in use", Number)
    .option("--out <file>", "write it to a new file that only you may read, and print nothing")
    .option("--yes", "print it without asking, also where standard output is no terminal");
  return runCommand<Flags>(command, args, around, async (flags) => {
    const { stack, inspectorSecret = false, generation, out, yes = false } = flags;
    if (out === undefined && !yes && around.columns === undefined) {
      throw new CannotRun(
        "Standard output is no terminal, so a secret printed there may stay in a log or a file. Give --out FILE to write it to a file of your own, or --yes to print it all the same.",
      );
    }
    const resources = await read({ stackName: stack, workDir: around.workDir });
    const { what, value } = inspectorSecret
      ? inspectorsSecret(resources, stack, generation)
      : managersKey(resources, stack, generation);
    if (out !== undefined) {
      await writeNew(resolve(around.workDir, out), value, what);
      around.stderr(`Wrote ${what} to ${out}, which only you may read. Delete it when it is pasted.\n`);
      return 0;
    }
    if (!yes && !(await confirm(around, `Print ${what} of stack ${stack} here?`, "--yes"))) {
      around.stderr("Nothing was printed.\n");
      return 1;
    }
    around.stderr(`This is ${what}: whoever has it can act as that app. Paste it into Anypoint, and nowhere else.\n`);
    around.stdout(value.endsWith("\n") ? value : `${value}\n`);
    return 0;
  });
}

/** The key whose thumbprint the stack puts out; a stack that never ended an `up` puts out none, and has but one. */
function managersKey(resources: readonly StackResource[], stack: string, generation: number | undefined): Secret {
  const keys = resources.filter(
    ({ type, urn }) =>
      type === "pulumi-nodejs:dynamic/okta-anypoint:SigningKey" && isOf("manager", "key", generation, urn),
  );
  const { activeKid } = stackOutputs(resources);
  const active = keys.filter(({ outputs }) => generation !== undefined || outputs.kid === activeKid);
  const [key, other] = active.length > 0 ? active : keys;
  const pem = key?.outputs.pem;
  if (typeof pem !== "string" || other !== undefined) {
    throw new CannotRun(
      `Could not find the Manager's private key in the state of stack ${stack}: ${other === undefined ? "there is none" : "there are several, and none is the one of output activeKid"}. Run \`pulumi up --stack ${stack}\` first.`,
    );
  }
  return { what: "the Manager's private key", value: pem };
}

/** Whether a resource is of this generation; of any where none is asked for. */
const isOf = (app: string, part: string, generation: number | undefined, urn: string): boolean =>
  generation === undefined || urn.endsWith(`${generationName(`-${app}`, generation)}-${part}`);

function inspectorsSecret(resources: readonly StackResource[], stack: string, generation: number | undefined): Secret {
  const { inspectorClientId } = stackOutputs(resources);
  const app = resources.find(
    ({ type, outputs, urn }) =>
      type === "okta:app/oAuth:OAuth" &&
      (generation === undefined ? outputs.clientId === inspectorClientId : isOf("inspector", "app", generation, urn)),
  );
  // Of an app that was taken over no read shows the secret: it is the one that was given.
  const secret = app?.inputs.clientBasicSecret ?? app?.outputs.clientSecret;
  if (app === undefined || typeof secret !== "string" || secret === "") {
    throw new CannotRun(
      `Could not find the Inspector's client secret in the state of stack ${stack}. Run \`pulumi up --stack ${stack}\` first.`,
    );
  }
  return { what: "the Inspector's client secret", value: secret };
}

/** Writes a new file for its owner alone. Throws when there is one. */
async function writeNew(file: string, text: string, what: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "EEXIST" ? "there is a file already, which is never overwritten" : `the system says ${code ?? "no"}`;
    throw new CannotRun(`Could not write ${what} to ${file}: ${why}. Give another --out.`);
  }
}

await runAsEntry(import.meta.filename, runCommandLine);
