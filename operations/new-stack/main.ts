/**
 * Command line that makes a stack: `npm run new-stack -- dev`. Asks for what is missing, tries both logins, finds environments
 * and APIs, and writes a stack with its configuration. It writes nothing at Okta or Anypoint. Exit code 0: made; 1: a login
 * is not as it should be, and nothing was written; 2: it could not run. Prints no secret.
 */
import { Command } from "commander";
import { checksBeforeUp } from "../../checks/before-up.ts";
import { LOGINS_ALONE } from "../../checks/expectations.ts";
import { aboveDefault, configText, defaultsOf, isTree } from "../../config/defaults.ts";
import { SettingsError, readSettings } from "../../config/settings.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { readConnection } from "../../providers/anypoint/connection.ts";
import { readOktaConnection } from "../../providers/okta/login.ts";
import { CannotRun, type ExitCode, type Surroundings, definedOnly, runAsEntry, runCommand } from "../command-line.ts";
import { renderProblem } from "../table.ts";
import { type LoginFlags, collect } from "./answers.ts";
import { choose } from "./choose.ts";
import { inheritedConfig, makeStack, refuseExisting } from "./write.ts";

interface Flags extends LoginFlags {
  environment: string[];
  api: string[];
  scope: string[];
  secretsProvider?: string;
  logins: boolean;
}

const several = (value: string, before: string[]): string[] => [...before, value];

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("new-stack")
    .description(
      "Makes a stack and its configuration file; asks for what no flag says. Changes nothing at Okta or Anypoint.",
    )
    .argument("<name>", "the stack's name")
    .option("--org-url <url>", "the Okta org")
    .option("--okta-client-id <id>", "the service app that runs the stack; without it OKTA_API_TOKEN counts")
    .option("--okta-key-id <kid>", "the id of its key")
    .option("--okta-key-file <file>", "its private key as PEM")
    .option("--anypoint-host <host>", "US, EU, GOV, CA, JP or a host name")
    .option(
      "--anypoint-client-id <id>",
      "the connected app; its secret comes from ANYPOINT_CLIENT_SECRET or a question",
    )
    .option("--environment <name>", "an environment: name, business group/name, or id; repeatable", several, [])
    .option("--api <instance>", "an API instance: number or asset/label; repeatable", several, [])
    .option("--scope <name>", "a scope that the policies of these APIs ask for; repeatable", several, [])
    .option("--no-logins", "store no login: whoever runs the stack brings it by environment variables, as pipelines do")
    .option("--secrets-provider <url>", "what encrypts the stack's secrets; default: the backend's");
  return runCommand<Flags>(command, args, around, (flags) => newStack(command.args[0] ?? "", flags, around));
}

async function newStack(stackName: string, flags: Flags, around: Surroundings): Promise<ExitCode> {
  if (!/^([\w.-]+\/){0,2}[\w.-]{1,100}$/.test(stackName)) {
    throw new CannotRun(
      "A stack's name has letters, digits, hyphens, underscores and full stops. Nothing was written.",
    );
  }
  const location = { stackName, workDir: around.workDir, env: definedOnly(around.env) };
  await refuseExisting(location);
  const inherited = await inheritedConfig(around.workDir);
  const { plain, secrets } = await collect(flags, inherited, around);

  const defaults = defaultsOf(inherited) ?? {};
  const provider = (environments: readonly unknown[]) => ({
    ...(isTree(defaults.clientProvider) && defaults.clientProvider),
    environments,
  });
  // The stack stands by itself: what the environment has of credentials was taken over above.
  const check = (own: Readonly<Record<string, unknown>>) => {
    const ownText = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, configText(value)]));
    const config = { ...inherited, ...ownText, ...secrets };
    try {
      readSettings({ stack: stackName, config, isSecret: (key) => Object.hasOwn(secrets, key), environment: {} });
    } catch (error) {
      throw error instanceof SettingsError ? new CannotRun(notEnough(error)) : error;
    }
    return config;
  };
  const config: Record<string, string> = check({
    ...plain,
    "okta-anypoint:clientProvider": provider(["to-be-chosen"]),
  });

  const okta = readOktaConnection((key) => config[key], {});
  const anypoint = new AnypointClient({ connection: readConnection((key) => config[key], {}) });
  around.stderr("Trying both logins …\n");
  const findings = await checksBeforeUp(LOGINS_ALONE, { okta, anypoint });
  const options = { width: around.columns, color: around.color };
  for (const { status, title, ...problem } of findings.filter((one) => one.status !== "ok")) {
    around.stderr(`${renderProblem(status === "fail" ? "red" : "yellow", title, problem, options)}\n`);
  }
  if (findings.some(({ status }) => status === "fail")) {
    around.stderr("Nothing was written.\n");
    return 1;
  }

  const wishes = { environments: flags.environment, apis: flags.api, scopes: flags.scope };
  const chosen = await choose(anypoint, wishes, around);
  const found: Record<string, unknown> = {
    clientProvider: provider(chosen.environments),
    ...(chosen.apis.length > 0 && { apis: chosen.apis }),
  };
  const reduced = Object.entries(found)
    .map(([key, value]) => [`okta-anypoint:${key}`, aboveDefault(value, defaults[key])] as const)
    .filter(([, value]) => value !== undefined);
  check({ ...plain, ...Object.fromEntries(reduced) });
  const kept = flags.logins ? { plain, secrets } : withoutLogins(plain);
  const values = { ...kept.plain, ...Object.fromEntries(reduced) };
  const file = await makeStack(location, values, kept.secrets, flags.secretsProvider);
  around.stdout(
    [
      `Made the stack ${stackName} and ${file}:`,
      ...Object.entries(values).map(([key, value]) => `  ${key}: ${configText(value)}`),
      ...Object.keys(kept.secrets).map((key) => `  ${key}: (encrypted)`),
      flags.logins
        ? "Its logins win over those that a pipeline brings: keep it to yourself, or see docs/pull-requests.md and --no-logins."
        : "Its logins come from the environment: see docs/pull-requests.md.",
      "Next:",
      `  npm run doctor -- --stack ${stackName}`,
      `  pulumi preview --stack ${stackName}`,
      "",
    ].join("\n"),
  );
  return 0;
}

const LOGIN_KEYS = ["okta:clientId", "okta:privateKeyId", "anypoint:clientId"];

const withoutLogins = (plain: Readonly<Record<string, string>>) => ({
  plain: Object.fromEntries(Object.entries(plain).filter(([key]) => !LOGIN_KEYS.includes(key))),
  secrets: {},
});

/** There is no file to mend yet. */
const notEnough = ({ problems }: SettingsError): string =>
  [
    "The new stack's configuration would not do:",
    ...problems.map(({ key, problem }) => `  - ${key}: ${problem}`),
    "Give these by flags (see --help) or at a terminal; what is of all stacks, the authorization server for one, in Pulumi.yaml. Nothing was written.",
  ].join("\n");

await runAsEntry(import.meta.filename, runCommandLine);
