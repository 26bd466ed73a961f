/**
 * Command line that learns how an organization names the private-key block of a client provider, which is not published, from
 * one that was made by hand: `npm run anypoint:learn -- --stack dev --provider okta-by-hand`. It never changes that one, and
 * prints no secret. Exit code 0: learned, nothing in doubt; 1: something is in doubt, or the check failed; 2: could not run.
 */
import { Command } from "commander";
import type { AnypointClient } from "../../providers/anypoint/client.ts";
import { redact } from "../../providers/anypoint/redaction.ts";
import { sharedClient } from "../../providers/anypoint/shared-client.ts";
import { CannotRun, type ExitCode, type Surroundings, confirm, runAsEntry, runCommand } from "../command-line.ts";
import { readResources, stackOutputs, withWorkspace } from "../stack-state.ts";
import { type Mapping, proposeMapping } from "./mapping.ts";
import { type ReadProvider, readProvider } from "./read.ts";
import { isSure, learnReport, renderLearnReport } from "./report.ts";
import { type TryOut, newTryOutName, tryOut } from "./try-out.ts";
import { unpublishedLeaves } from "./unpublished.ts";

interface Flags {
  provider: string;
  stack?: string;
  host?: string;
  managerClientId?: string;
  readSecrets?: boolean;
  check?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("anypoint:learn")
    .description("Learns the wire names of the private-key block from a client provider that was made by hand.")
    .requiredOption("--provider <name or id>", "the client provider that was made by hand")
    .option("--stack <name>", "connect as this stack does")
    .option("--host <host>", "without a stack: control plane, with the credentials from ANYPOINT_… variables")
    .option(
      "--manager-client-id <id>",
      "client id of the Okta app in the form's Token Client ID (default: the stack's)",
    )
    .option("--read-secrets", "have Anypoint answer with secrets, to know the key by its form; they are not printed")
    .option("--check", "try the names on a throw-away provider, which is deleted again")
    .option("--yes", "do so without asking")
    .option("--json", "print the report as JSON");
  return runCommand<Flags>(command, args, around, async (flags) => {
    const { client, managerClientId } = await connect(flags, around);
    const provider = await readProvider(client, flags.provider, { secrets: flags.readSecrets ?? false });
    const mapping = proposeMapping(unpublishedLeaves(provider.answer), {
      managerClientId,
      authMethods: authMethods(provider),
    });
    const check = flags.check ? await checked(client, provider, mapping, flags, around) : undefined;
    const report = learnReport(provider, mapping, check);
    const text = flags.json ? `${JSON.stringify(report, null, 2)}\n` : renderLearnReport(report);
    around.stdout(redact(text, secretsOf(provider)));
    return isSure(report) ? 0 : 1;
  });
}

async function connect(
  { stack, host, managerClientId }: Flags,
  { env, workDir }: Surroundings,
): Promise<{ client: AnypointClient; managerClientId?: string }> {
  if (stack !== undefined && host !== undefined) throw new CannotRun("Give either --stack NAME or --host HOST.");
  if (stack === undefined) {
    const config = (key: string) => (key === "anypoint:host" ? host : undefined);
    return { client: sharedClient(config, env), managerClientId };
  }
  const location = { stackName: stack, workDir };
  const config = await withWorkspace(location, (workspace) => workspace.getAllConfig(stack));
  const client = sharedClient((key) => config[key]?.value, env);
  if (managerClientId !== undefined) return { client, managerClientId };
  const known = stackOutputs(await readResources(location)).managerClientId;
  return { client, ...(typeof known === "string" && { managerClientId: known }) };
}

async function checked(
  client: AnypointClient,
  { answer, organizationId }: ReadProvider,
  { names, scopes }: Mapping,
  { yes = false }: Flags,
  around: Surroundings,
): Promise<TryOut | undefined> {
  if (names === undefined || scopes === undefined) {
    around.stderr("Not checked: without all of the names there is nothing to write.\n");
    return undefined;
  }
  const name = newTryOutName();
  const question = `Make the throw-away client provider "${name}" in organization ${organizationId}, and delete it again?`;
  if (!yes && !(await confirm(around, question, "--yes"))) {
    around.stderr("Not checked.\n");
    return undefined;
  }
  around.stderr(`Making client provider "${name}" …\n`);
  return withoutInterruption(around, () => tryOut(client, name, organizationId, answer, names, scopes));
}

/** Lets a signal wait: cut off now, the throw-away provider would stay. */
async function withoutInterruption<T>({ stderr }: Surroundings, work: () => Promise<T>): Promise<T> {
  const wait = () => stderr("Interrupted; the throw-away provider is deleted first.\n");
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, wait);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, wait);
  }
}

function authMethods({ answer }: ReadProvider): string[] {
  const methods = answer.oidc_dynamic_client_provider?.client?.token_endpoint_auth_methods_supported;
  return Array.isArray(methods) ? methods.map(String) : [];
}

/** Secrets that the answer holds where the schema says so; the block's own are never told at all. */
function secretsOf({ answer }: ReadProvider): (string | undefined)[] {
  const oidc = answer.oidc_dynamic_client_provider;
  const registration = oidc?.client?.registration as { authorization?: unknown } | null | undefined;
  return [oidc?.primary_client?.secret, registration?.authorization].map((value) =>
    typeof value === "string" && !/^\*+$/.test(value) ? value : undefined,
  );
}

await runAsEntry(import.meta.filename, runCommandLine);
