/**
 * Command line of the takeover: `npm run adopt -- --stack dev` finds a two-app pattern that people made in the consoles, and
 * writes the configuration that takes it over. It reads both sides and writes to neither. Exit code 0: done, or nothing to
 * do; 1: something must be decided or mended first, and nothing was written; 2: it could not run.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { SettingsError, readSettings } from "../../config/settings.ts";
import { privateKeyBlockNames } from "../../providers/anypoint/private-key-block.ts";
import { pemProblem } from "../../providers/signing-key.ts";
import { CannotRun, type ExitCode, type Surroundings, confirm, runAsEntry, runCommand } from "../command-line.ts";
import type { StackLocation } from "../stack-state.ts";
import { AnypointSide } from "./anypoint-side.ts";
import { KEY_RESOURCE, previewFirstUp } from "./first-up.ts";
import { type Conflict, mergeOverDefaults } from "./merge.ts";
import { NothingTaken, Rows } from "./object-row.ts";
import { OktaSide } from "./okta-side.ts";
import { type Found, findPattern } from "./pattern.ts";
import { NEW_KEY, dangers, renderConflicts, renderFirstUp, renderObjects } from "./report.ts";
import { type PartialConfig, readLogins, readPartialConfig } from "./stack-config.ts";
import { type Proposal, withProposal } from "../stack-file.ts";

interface Flags {
  stack: string;
  provider?: string;
  manager?: string;
  managerKey?: string;
  server?: string;
  ownServer?: boolean;
  yes?: boolean;
  dryRun?: boolean;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("adopt")
    .description(
      "Finds a pattern that was made by hand, and writes the configuration with which the stack takes it over.",
    )
    .requiredOption("--stack <name>", "the stack, whose configuration holds the two logins at least")
    .option("--provider <name-or-id>", "the client provider, where the org has several")
    .option("--manager <client-id>", "App A, where it can't be told")
    .option("--manager-key <file>", "App A's private key as PEM; without it the first up makes a new key")
    .option("--server <id>", "the authorization server of the consumers' tokens, where it can't be told")
    .option("--own-server", "let the stack own that server's scopes, and its access policy where it is simple")
    .option("--yes", "write the configuration without asking")
    .option("--dry-run", "write nothing");
  return runCommand<Flags>(command, args, around, (flags) => adopt(flags, around));
}

async function adopt(flags: Flags, around: Surroundings): Promise<ExitCode> {
  const location: StackLocation = {
    stackName: flags.stack,
    workDir: around.workDir,
    env: Object.fromEntries(
      Object.entries(around.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
  };
  const brought = flags.managerKey === undefined ? undefined : await readKey(flags.managerKey, around.workDir);
  const config = await readPartialConfig(location);
  const managerKey = brought ?? config.text["okta-anypoint:managerPrivateKey"];
  const keyProblem = managerKey === undefined ? undefined : pemProblem(managerKey);
  if (keyProblem !== undefined) {
    throw new CannotRun(`The secret okta-anypoint:managerPrivateKey can't be used: ${keyProblem}.`);
  }
  const rows = new Rows();
  let found: Found;
  try {
    found = await look(flags, managerKey, config, around, rows);
  } catch (error) {
    if (!(error instanceof NothingTaken)) throw error;
    if (rows.all.length > 0) around.stdout(renderObjects(rows.all, around.columns));
    around.stdout(`\n${error.message}\nNothing was written.\n`);
    return 1;
  }
  const { wanted, taken } = found;
  around.stdout(renderObjects(rows.all, around.columns));
  for (const warning of wanted.warnings) around.stdout(`\nNote: ${warning}\n`);

  const { values, conflicts: differing } = mergeOverDefaults(config, wanted.plain);
  const conflicts = [...differing, ...secretConflicts(config, wanted.secrets)];
  if (conflicts.length > 0)
    around.stdout(`\nThe configuration says otherwise; it is not overwritten:\n${renderConflicts(conflicts)}`);
  if (conflicts.some(({ decides }) => decides)) {
    around.stdout(
      "\nThe configuration means other objects than were found. Take these keys out, or correct them, and run the command again.\nNothing was written.\n",
    );
    return 1;
  }
  const secrets = Object.fromEntries(
    Object.entries(wanted.secrets).filter(([key, value]) => config.text[`okta-anypoint:${key}`] !== value),
  );
  const problem = settingsProblem(flags.stack, config, values, secrets, around);
  if (problem !== undefined) {
    around.stdout(`\nWith what was found, the configuration is not complete:\n${problem}\nNothing was written.\n`);
    return 1;
  }
  return withProposal(location, values, secrets, (proposal) =>
    decide(proposal, { flags, location, taken, keyIsKept: managerKey !== undefined }, around),
  );
}

/** Secrets that are stored with another value. */
const secretConflicts = ({ text }: PartialConfig, secrets: Readonly<Record<string, string>>): Conflict[] =>
  Object.entries(secrets)
    .map(([key, value]) => ({ key: `okta-anypoint:${key}`, value }))
    .filter(({ key, value }) => text[key] !== undefined && text[key].trim() !== value.trim())
    .map(({ key }) => ({ key, configured: "another secret", found: "the one of --manager-key", decides: true }));

async function look(
  flags: Flags,
  managerKey: string | undefined,
  config: PartialConfig,
  around: Surroundings,
  rows: Rows,
): Promise<Found> {
  const logins = readLogins(config, around.env);
  const block = (config.own.clientProvider as { privateKeyBlock?: unknown } | undefined)?.privateKeyBlock;
  around.stderr(`Looking at ${logins.okta.orgUrl} and ${logins.anypoint.baseUrl} …\n`);
  return findPattern(
    new OktaSide(logins.okta, logins.oktaScopes),
    new AnypointSide(logins.anypoint, privateKeyBlockNames.optional().safeParse(block).data),
    config,
    {
      ...{
        stack: flags.stack.split("/").at(-1) ?? flags.stack,
        provider: flags.provider,
        manager: flags.manager,
        server: flags.server,
        managerKey,
      },
      ownServer: flags.ownServer ?? false,
      ...(logins.okta.login.kind === "service app" && { runsTheStack: logins.okta.login.clientId }),
    },
    rows,
  );
}

interface Decision {
  readonly flags: Flags;
  readonly location: StackLocation;
  readonly taken: Found["taken"];
  /** Whether App A's own key is known. */
  readonly keyIsKept: boolean;
}

async function decide(
  { file, patch, accept }: Proposal,
  { flags, location, taken, keyIsKept }: Decision,
  around: Surroundings,
): Promise<ExitCode> {
  around.stdout(patch === "" ? "\nThe configuration holds all of it already.\n" : `\n${patch}`);
  around.stderr("Asking the engine what the first `pulumi up` would do …\n");
  const { default: program } = await import("../../index.ts");
  const first = await previewFirstUp(location, file, program, taken);
  if (first.errors.length > 0) {
    around.stdout(`\nThe preview with this configuration failed; nothing was written.\n${first.errors.join("\n")}\n`);
    return 1;
  }
  around.stdout(`\n${renderFirstUp(first, around.columns)}`);
  if (!keyIsKept && first.steps.some(({ does, resource }) => does === "make" && KEY_RESOURCE.test(resource))) {
    around.stdout(`\n${NEW_KEY}`);
  }
  const bad = dangers(first);
  if (bad.length > 0) {
    around.stdout(
      `\n${bad.map(({ resource }) => resource).join(", ")}: the first \`up\` would replace or delete what is there, so this is no takeover. Nothing was written. Look at the properties above: a key of the configuration names another object, or the stack holds one already.\n`,
    );
    return 1;
  }
  if (patch === "") return 0;
  if (flags.dryRun === true) {
    around.stdout("\nNothing was written (--dry-run).\n");
    return 0;
  }
  if (flags.yes !== true && !(await confirm(around, "Write this configuration?", "--yes"))) {
    around.stdout("\nNothing was written.\n");
    return 0;
  }
  await accept();
  around.stdout(
    `\nWritten. Nothing was changed at Okta or Anypoint. Next: \`pulumi preview --stack ${flags.stack}\`, then \`pulumi up --stack ${flags.stack}\`; with apis[].url set, \`npm run verify -- --stack ${flags.stack}\` shows that tokens still get through.\n`,
  );
  return 0;
}

/** What is wrong with the configuration that would result. */
function settingsProblem(
  stack: string,
  config: PartialConfig,
  values: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
  around: Surroundings,
): string | undefined {
  const added = Object.entries(values).map(([key, value]) => [`okta-anypoint:${key}`, JSON.stringify(value)]);
  const hidden = Object.entries(secrets).map(([key, value]) => [`okta-anypoint:${key}`, value]);
  const isSecret = (key: string) => config.secretKeys.has(key) || hidden.some(([one]) => one === key);
  try {
    readSettings({
      stack,
      config: { ...config.text, ...(Object.fromEntries([...added, ...hidden]) as Record<string, string>) },
      isSecret,
      environment: around.env,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ key, problem }) => `  - ${key}: ${problem}`).join("\n");
  }
}

async function readKey(file: string, workDir: string): Promise<string> {
  const path = resolve(workDir, file);
  const pem = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(
      `Could not read the key file ${path} (${error.code ?? "failed"}). Give App A's private key as PEM by --manager-key.`,
    );
  });
  const problem = pemProblem(pem);
  if (problem !== undefined) throw new CannotRun(`The key file ${path} can't be used: ${problem}.`);
  return pem.trim();
}

await runAsEntry(import.meta.filename, runCommandLine);
