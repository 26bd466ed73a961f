/**
 * `npm run sandbox:start`: the local services on fixed ports, with their state on disk, and a stack `lab` that is configured
 * for them: a place to try `pulumi` by hand.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { Command, Option } from "commander";
import { controlHelp, createControl } from "./core/control.ts";
import { startServer } from "./core/server.ts";
import { readBlockNames } from "./block-names.ts";
import { ROOT, engineEnvironment, hasLanguageHost, inlineCommand, removeFolder } from "./engine.ts";
import { makeByHand } from "./hand-made.ts";
import { startLab } from "./lab.ts";
import { readSavedLab, writeSavedLab } from "./saved-lab.ts";
import { FREE_ORG_LIMITS } from "./okta/index.ts";
import {
  PLUGINS_VARIABLE,
  PLUGIN_CHOICES,
  type PluginChoice,
  type Plugins,
  choosePlugins,
  describePlugins,
} from "./plugin-choice.ts";
import { LOGINS_ALONE, PLUGIN_WAITS, sandboxConfig } from "./stack-config.ts";
import { switchBoard } from "./switch-board.ts";
import { requireTls, startTls } from "./tls.ts";
import { type Trouble, makeTrouble, troubleOption } from "./troubles.ts";

const STACK = "lab";
const FIRST_PORT = 4710;
const SAVE_EVERY_MS = 1000;

const flags = new Command("sandbox:start")
  .description("Runs the local Okta, Anypoint and gateway until Ctrl-C, for trying Pulumi by hand.")
  .option("--fresh", "forget what an earlier run left, the stack too")
  .option("--hand-made", "begin with a pattern that was made by hand, and a stack that holds the logins alone")
  .addOption(new Option("--port <first>", "first of the five ports").argParser(Number).default(FIRST_PORT))
  .option("--tls", "serve over HTTPS, with a CA made for this run; env.sh makes programs trust it")
  .option("--rate-limits", "have Okta enforce a free org's rate limits; the plugin then waits as it really would")
  .option("--block-names <file>", "JSON file with other wire names of the private-key block, for trying anypoint:learn")
  .addOption(troubleOption())
  .addOption(
    new Option("--plugins <which>", "the Okta and Command plugins to use")
      .choices(PLUGIN_CHOICES)
      .env(PLUGINS_VARIABLE)
      .default("auto"),
  )
  .parse()
  .opts<{
    fresh?: boolean;
    handMade?: boolean;
    port: number;
    tls?: boolean;
    rateLimits?: boolean;
    trouble: Trouble[];
    blockNames?: string;
    plugins: PluginChoice;
  }>();
const PORTS = { okta: flags.port, anypoint: flags.port + 1, gateway: flags.port + 2, backend: flags.port + 3 };
const CONTROL_PORT = flags.port + 4;

const folder = join(ROOT, ".sandbox", "lab");
const stateFile = join(folder, "services.json");

let plugins: Plugins;
try {
  plugins = choosePlugins(flags.plugins);
  if (flags.tls) requireTls();
} catch (error) {
  refuse(error);
}

// The ports first: whoever holds them is running on the folder that --fresh empties.
const control = await startServer(CONTROL_PORT).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") throw error;
  return refuse(
    `Port ${CONTROL_PORT} is in use, probably by another \`npm run sandbox:start\`. Stop it with Ctrl-C there and start again.`,
  );
});
if (flags.fresh) {
  await removeFolder(folder);
  await rm(join(ROOT, `Pulumi.${STACK}.yaml`), { force: true });
}
await mkdir(join(folder, "state"), { recursive: true });
const saved = await readSavedLab(stateFile).catch(refuse);
const tls = flags.tls ? await startTls(folder) : undefined;
const rateLimits = flags.rateLimits ? FREE_ORG_LIMITS : undefined;
const names = flags.blockNames === undefined ? undefined : await readBlockNames(flags.blockNames).catch(refuse);
const lab = await startLab({
  ports: PORTS,
  saved,
  certificate: tls?.certificate,
  rateLimits,
  anypoint: names && { privateKeyBlock: names },
});
makeTrouble(lab, flags.trouble);
control.serve(createControl(lab.journal, lab.faults, switchBoard(lab)));

const environment: Record<string, string> = {
  ...engineEnvironment(join(folder, "state"), plugins),
  ...tls?.environment,
};
if (!hasLanguageHost()) Object.assign(environment, inlineCommand(environment));
const stack = await LocalWorkspace.createOrSelectStack({ stackName: STACK, workDir: ROOT }, { envVars: environment });
// The lab's stack inherits nothing of what the project's own stacks share.
const changes = { "okta-anypoint:defaults": {}, ...(flags.rateLimits && PLUGIN_WAITS) };
await stack.setAllConfig(sandboxConfig(lab, flags.handMade ? { ...LOGINS_ALONE, ...changes } : changes));
const managerKey = join(folder, "app-a.pem");
if (flags.handMade && saved === undefined) {
  const { manager } = await makeByHand(lab);
  await writeFile(managerKey, manager.privateKey, { mode: 0o600 });
}
const script = join(folder, "env.sh");
await writeFile(script, shellExports(environment), { mode: 0o600 });

const say = (text: string) => process.stdout.write(`${text}\n`);
say(`Okta      ${lab.okta.url}
Anypoint  ${lab.anypoint.url}
gateway   ${lab.gateway.url}   the API: /sandbox/orders-api/okta/orders
plugins   ${describePlugins(plugins)}
control   ${control.url}${tls === undefined ? "" : `\nCA        ${relative(process.cwd(), tls.caFile)}   for curl: --cacert`}

${controlHelp(control.url)}

In another terminal, in this folder:
  . .sandbox/lab/env.sh
${commands(flags.handMade ?? false)
  .map((line) => `  ${line}\n`)
  .join("")}
State is kept in .sandbox/lab and Pulumi.${STACK}.yaml; --fresh forgets it. Ctrl-C stops the services.`);

let position = -1;
const timer = setInterval(() => void save(), SAVE_EVERY_MS);
await new Promise<void>((resolve) => {
  process.once("SIGINT", resolve);
  process.once("SIGTERM", resolve);
});
clearInterval(timer);
await save();
await Promise.all([lab.close(), control.close()]);

/** What to do in the other terminal; with a pattern made by hand, the walk of the README. */
function commands(handMade: boolean): string[] {
  const walk = [
    `npm run adopt -- --stack ${STACK} --manager-key ${relative(ROOT, managerKey)}`,
    `pulumi up --stack ${STACK}`,
    `npm run doctor -- --stack ${STACK}`,
  ];
  return [
    `npm run doctor -- --stack ${STACK}`,
    ...(handMade ? walk : [`pulumi up --stack ${STACK}`]),
    `npm run verify -- --stack ${STACK}`,
    `pulumi refresh --run-program --stack ${STACK}`,
  ];
}

/** Writes the state when there were requests since the last time. */
async function save(): Promise<void> {
  if (lab.journal.position === position) return;
  position = lab.journal.position;
  await writeSavedLab(stateFile, lab.save());
}

/** Ends with a sentence in place of a stack trace. */
function refuse(reason: unknown): never {
  process.stderr.write(`${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exit(1);
}

function shellExports(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join("");
}
