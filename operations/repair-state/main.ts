/**
 * Command line that brings a stack's state and Okta together again where the Okta plugin can't: `npm run repair-state -- --stack dev`.
 * Objects that were deleted by hand leave the state; objects that a run which was cut off left at Okta come into it. Exit code 0:
 * nothing to do, or done; 1: something is left; 2: it could not run. Prints no secret.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { type Settings, oktaScopes } from "../../config/settings.ts";
import { askOkta, oktaClient } from "../../providers/okta/client.ts";
import { type OktaConnection, readOktaConnection } from "../../providers/okta/login.ts";
import { deleteApp } from "../../providers/okta/registered-clients.ts";
import { OktaSide, type SeenApp, type SeenServer } from "../adopt/okta-side.ts";
import {
  CannotRun,
  type ExitCode,
  type Surroundings,
  confirm,
  definedOnly,
  runAsEntry,
  runCommand,
} from "../command-line.ts";
import { type StackLocation, readStackSettings } from "../stack-state.ts";
import { type ExportedState, type StoredResource, storedResources, textOf, without } from "./deployment.ts";
import { exportState, importObjects, importState, parseState } from "./engine.ts";
import { findGone } from "./gone.ts";
import { findLeft } from "./left.ts";
import { type Found, renderFound, staleKeys } from "./report.ts";

interface Flags {
  stack?: string;
  yes?: boolean;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("repair-state")
    .description(
      "Brings a stack's state and Okta together: takes out what was deleted by hand, takes in what a run that was cut off left.",
    )
    .option("--stack <name>", "the stack to repair")
    .option("--yes", "do not ask before");
  return runCommand<Flags>(command, args, around, (flags) => run(flags, around));
}

/** All that is needed to look and to repair. */
interface Site {
  readonly location: StackLocation;
  readonly settings: Settings;
  readonly connection: OktaConnection;
}

async function run({ stack, yes }: Flags, around: Surroundings): Promise<ExitCode> {
  if (stack === undefined) throw new CannotRun("Give --stack NAME, for example: npm run repair-state -- --stack dev");
  const location = { stackName: stack, workDir: around.workDir, env: definedOnly(around.env) };
  const { settings, config } = await readStackSettings(location, around.env);
  const site = { location, settings, connection: readOktaConnection((key) => config[key], around.env) };
  const exported = await exportState(location);
  const state = parseState(exported);
  if (storedResources(state).length === 0) {
    around.stdout(`The state of ${stack} has no resources, so nothing at Okta can be told to be this stack's.\n`);
    return 0;
  }
  requireSameOrg(settings, storedResources(state));

  const found = await look(site, storedResources(state));
  const { gone, left, stale } = found;
  around.stdout(renderFound(found, stack, settings.orgUrl));
  const rest = left.alone.length > 0 || stale.length > 0;
  const count = gone.length + left.adopt.length + left.remove.length;
  if (count === 0) return rest ? 1 : 0;
  if (!yes && !(await confirm(around, `Do ${count === 1 ? "this" : `all ${count}`}?`, "--yes"))) {
    around.stdout("Nothing was changed.\n");
    return 1;
  }
  await repair(site, found, { exported, state }, around);
  around.stdout(
    `Repaired. ${stale.length > 0 ? "After the configuration is mended, run" : "Now run"} \`pulumi up --stack ${stack}\`: it makes what is missing, and brings the rest in line.\n`,
  );
  return rest ? 1 : 0;
}

async function look({ settings, connection }: Site, resources: readonly StoredResource[]): Promise<Found> {
  const okta = new OktaSide(connection, oktaScopes(settings));
  const gone = await findGone(okta, resources);
  const lost = new Set(gone.map(({ resource }) => resource));
  const left = await findLeft({ okta, settings, resources: resources.filter((one) => !lost.has(one)) });
  return { gone, left, stale: staleKeys(settings, gone) };
}

async function repair(
  site: Site,
  { gone, left }: Found,
  { exported, state }: { exported: string; state: ExportedState },
  around: Surroundings,
): Promise<void> {
  const { location, connection } = site;
  // Somebody may have taken time to answer.
  if (!sameResources(parseState(await exportState(location)), state)) {
    throw new CannotRun(
      `The state of ${location.stackName} has changed meanwhile; nothing was changed. Run the command again.`,
    );
  }
  const backup = await saveBackup(location, exported);
  around.stdout(
    `The state as it was, secrets encrypted: ${backup} (to go back: pulumi stack import --stack ${location.stackName} --file ${backup})\n`,
  );
  if (gone.length > 0) await importState(location, without(state, new Set(gone.map(({ resource }) => resource))));
  for (const one of left.remove) {
    if ("app" in one) await removeApp(connection, one.app, around);
    else await removeServer(connection, one.server, around);
  }
  if (left.adopt.length > 0) {
    await importObjects(
      location,
      left.adopt.map(({ as }) => as),
    );
  }
}

const sameResources = (one: ExportedState, other: ExportedState): boolean =>
  JSON.stringify(storedResources(one)) === JSON.stringify(storedResources(other));

/** Looks that the app is still the same one before it goes. */
async function removeApp(connection: OktaConnection, app: SeenApp, around: Surroundings): Promise<void> {
  const okta = new OktaSide(connection, ["okta.apps.manage"]);
  const now = await okta.app(app.id);
  if (now === undefined || now.clientId !== app.clientId || now.created !== app.created) return;
  const { id, label, status } = now;
  await deleteApp(oktaClient(connection, ["okta.apps.manage"]), connection.orgUrl, {
    id,
    label,
    status,
    registered: false,
  });
  around.stdout(`Deleted in Okta: "${label}" (${id}).\n`);
}

/** Looks that the server is still the same one before it goes. */
async function removeServer(connection: OktaConnection, server: SeenServer, around: Surroundings): Promise<void> {
  const scopes = ["okta.authorizationServers.manage"];
  const now = await new OktaSide(connection, scopes).server(server.id);
  if (now === undefined || now.name !== server.name || now.created !== server.created) return;
  const { authorizationServerApi } = oktaClient(connection, scopes);
  const authServerId = server.id;
  await askOkta(connection.orgUrl, `deactivate the authorization server ${authServerId}`, () =>
    authorizationServerApi.deactivateAuthorizationServer({ authServerId }),
  );
  await askOkta(connection.orgUrl, `delete the authorization server ${authServerId}`, () =>
    authorizationServerApi.deleteAuthorizationServer({ authServerId }),
  );
  around.stdout(`Deleted in Okta: the authorization server "${now.name}" (${authServerId}).\n`);
}

/** Of another org everything would seem to be gone. */
export function requireSameOrg(settings: Settings, resources: readonly StoredResource[]): void {
  const provider = resources.find(({ type, delete: replaced }) => type === "pulumi:providers:okta" && !replaced);
  const keys = ["orgName", "baseUrl", "httpProxy"] as const;
  const differs = keys.some((key) => (textOf(provider?.inputs, key) ?? "") !== (settings.okta[key] ?? ""));
  if (provider === undefined || !differs) return;
  throw new CannotRun(
    `The state of ${settings.stack} was made for another Okta org than okta-anypoint:orgUrl (${settings.orgUrl}). Set it to the org of the state: in another one everything would seem to be gone.`,
  );
}

async function saveBackup({ stackName, workDir }: StackLocation, exported: string): Promise<string> {
  const name = stackName.slice(stackName.lastIndexOf("/") + 1);
  const file = join(workDir, `state-before-repair.${name}.${new Date().toISOString().replaceAll(":", "-")}.json`);
  try {
    await writeFile(file, exported, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const { code = "no" } = error as NodeJS.ErrnoException;
    throw new CannotRun(`Could not keep the state as it is in ${file}: the system says ${code}. Nothing was changed.`);
  }
  return file;
}

await runAsEntry(import.meta.filename, runCommandLine);
