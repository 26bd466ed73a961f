/**
 * Command line that lists, and removes, what a stack leaves behind: `npm run orphans -- --stack dev`. Exit code 0: nothing is
 * left; 1: something is; 2: it could not run. Prints no secret.
 */
import { Command } from "commander";
import { sharedClient } from "../../providers/anypoint/shared-client.ts";
import { oktaClient } from "../../providers/okta/client.ts";
import { readOktaConnection } from "../../providers/okta/login.ts";
import { deleteApp } from "../../providers/okta/registered-clients.ts";
import {
  CannotRun,
  type ExitCode,
  type Surroundings,
  confirm,
  definedOnly,
  runAsEntry,
  runCommand,
} from "../command-line.ts";
import { readResources, readStackSettings } from "../stack-state.ts";
import { type LeftClient, leftovers } from "./leftovers.ts";
import { renderLeftovers } from "./report.ts";
import { type Sources, gather } from "./search.ts";

interface Flags {
  stack?: string;
  clientId?: string[];
  remove?: boolean;
  yes?: boolean;
}

const collect = (id: string, all: string[] = []): string[] => [...all, id];

const CLIENT_ID = /^[A-Za-z0-9._~-]{1,100}$/;

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("orphans")
    .description("Lists the clients in Okta and the applications in Anypoint that a stack leaves behind.")
    .option("--stack <name>", "the stack; its configuration must still be there, its resources need not")
    .option("--client-id <id>", "a client of it, as `pulumi destroy` named it; repeatable", collect)
    .option("--remove", "delete the clients in Okta that are certain; guesses and applications are left alone")
    .option("--yes", "do not ask before");
  return runCommand<Flags>(command, args, around, (flags) => run(flags, around));
}

async function run(flags: Flags, around: Surroundings): Promise<ExitCode> {
  const sources = await open(flags, around);
  const { orgUrl } = sources.connection;
  const found = leftovers(await gather(sources));
  around.stdout(renderLeftovers(found, { stackName: sources.stackName, orgUrl }));
  const certain = found.clients.filter((one) => one.certain);
  const rest = found.clients.length - certain.length + found.keptApplications.length;
  if (flags.remove && certain.length > 0) {
    const many = certain.length === 1 ? "this client" : `these ${certain.length} clients`;
    const ids = certain.map(({ app }) => app.id).join(", ");
    if (!flags.yes && !(await confirm(around, `Delete ${many} at ${orgUrl} (${ids})?`, "--yes"))) {
      around.stdout("Nothing was deleted.\n");
      return 1;
    }
    const all = await remove(sources, certain, around);
    return all && rest + found.refused.length === 0 ? 0 : 1;
  }
  return found.clients.length + found.keptApplications.length > 0 || (flags.remove && found.refused.length > 0) ? 1 : 0;
}

async function open({ stack, clientId = [] }: Flags, { env, workDir }: Surroundings): Promise<Sources> {
  if (stack === undefined) throw new CannotRun("Give --stack NAME, for example: npm run orphans -- --stack dev");
  const wrong = clientId.filter((id) => !CLIENT_ID.test(id));
  if (wrong.length > 0) throw new CannotRun(`--client-id: ${wrong.join(", ")} is no client id.`);
  const location = { stackName: stack, workDir, env: definedOnly(env) };
  const { settings, config } = await readStackSettings(location, env);
  const connection = readOktaConnection((key) => config[key], env);
  return {
    ...{ stackName: stack, settings, connection, named: clientId },
    resources: await readResources(location),
    anypoint: sharedClient((key) => config[key], env),
    okta: oktaClient(connection, ["okta.apps.manage"]),
  };
}

/** Looks once more, since somebody may have taken time to answer, and deletes one after the other. Whether all are gone. */
async function remove(sources: Sources, certain: readonly LeftClient[], around: Surroundings): Promise<boolean> {
  const ids = certain.map(({ app }) => app.id);
  const now = leftovers(await gather({ ...sources, named: [...new Set([...sources.named, ...ids])] }));
  const still = new Map(now.clients.filter((one) => one.certain).map(({ app }) => [app.id, app]));
  for (const id of ids) {
    const app = still.get(id);
    if (app === undefined) {
      around.stdout(`${id} is not what it was a moment ago, and is left alone. Run the command again.\n`);
      continue;
    }
    await deleteApp(sources.okta, sources.connection.orgUrl, app);
    around.stdout(`Deleted in Okta: ${id} "${app.label}".\n`);
  }
  return ids.every((id) => still.has(id));
}

await runAsEntry(import.meta.filename, runCommandLine);
