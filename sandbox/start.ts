/**
 * `npm run sandbox:start`: the local services on fixed ports, with their state on disk, and a stack `lab` that is configured
 * for them: a place to try `pulumi` by hand.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { Command, Option } from "commander";
import { createControl } from "./core/control.ts";
import { startServer } from "./core/server.ts";
import { readBlockNames } from "./block-names.ts";
import { type PluginChoice, ROOT, choosePlugins, engineEnvironment, hasLanguageHost, removeFolder } from "./engine.ts";
import { type SavedLab, startLab } from "./lab.ts";
import { sandboxConfig } from "./stack-config.ts";

const STACK = "lab";
const PORTS = { okta: 4710, anypoint: 4711, gateway: 4712, backend: 4713 };
const CONTROL_PORT = 4714;
const SAVE_EVERY_MS = 1000;

const flags = new Command("sandbox:start")
  .description("Runs the local Okta, Anypoint and gateway until Ctrl-C, for trying Pulumi by hand.")
  .option("--fresh", "forget what an earlier run left, the stack too")
  .option("--block-names <file>", "JSON file with other wire names of the private-key block, for trying anypoint:learn")
  .addOption(
    new Option("--plugins <which>", "the Okta and Command plugins to use")
      .choices(["real", "standin", "auto"])
      .default("auto"),
  )
  .parse()
  .opts<{ fresh?: boolean; blockNames?: string; plugins: PluginChoice }>();

const folder = join(ROOT, ".sandbox", "lab");
const stateFile = join(folder, "services.json");

// The ports first: whoever holds them is running on the folder that --fresh empties.
const control = await startServer(CONTROL_PORT).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") throw error;
  process.stderr.write(
    `Port ${CONTROL_PORT} is in use, probably by another \`npm run sandbox:start\`. Stop it with Ctrl-C there and start again.\n`,
  );
  process.exit(1);
});
if (flags.fresh) await removeFolder(folder);
await mkdir(join(folder, "state"), { recursive: true });
const saved = existsSync(stateFile) ? (JSON.parse(await readFile(stateFile, "utf8")) as SavedLab) : undefined;
const names = flags.blockNames === undefined ? undefined : await readBlockNames(flags.blockNames).catch(stop);
const lab = await startLab({ ports: PORTS, saved, anypoint: names && { privateKeyBlock: names } });
control.serve(createControl(lab.journal, lab.faults));

const environment = engineEnvironment(join(folder, "state"), choosePlugins(flags.plugins));
const stack = await LocalWorkspace.createOrSelectStack({ stackName: STACK, workDir: ROOT }, { envVars: environment });
await stack.setAllConfig(sandboxConfig(lab));
const script = join(folder, "env.sh");
await writeFile(script, shellExports(environment), { mode: 0o600 });

const say = (text: string) => process.stdout.write(`${text}\n`);
say(`Okta      ${lab.okta.url}
Anypoint  ${lab.anypoint.url}
gateway   ${lab.gateway.url}   the API: /sandbox/orders-api/okta/orders
control   ${control.url}   GET /journal, POST /faults

In another terminal, in this folder:
  . .sandbox/lab/env.sh
  pulumi up --stack ${STACK}
  npm run verify -- --stack ${STACK}
  pulumi refresh --run-program --stack ${STACK}

State is kept in .sandbox/lab and Pulumi.${STACK}.yaml; --fresh forgets it. Ctrl-C stops the services.`);

if (!hasLanguageHost()) {
  say(`
The Pulumi engine here was built from source and has no Node.js language host, so \`pulumi up\` by hand cannot run. Install the
Pulumi CLI (https://www.pulumi.com/docs/install/), or look around with \`npm run sandbox -- --keep\`.`);
}

let position = -1;
const timer = setInterval(() => void save(), SAVE_EVERY_MS);
await new Promise<void>((resolve) => {
  process.once("SIGINT", resolve);
  process.once("SIGTERM", resolve);
});
clearInterval(timer);
await save();
await Promise.all([lab.close(), control.close()]);

/** Writes the state when there were requests since the last time; a rename, so that no half file is ever left. */
async function save(): Promise<void> {
  if (lab.journal.position === position) return;
  position = lab.journal.position;
  await writeFile(`${stateFile}.new`, JSON.stringify(lab.save()), { mode: 0o600 });
  await rename(`${stateFile}.new`, stateFile);
}

function stop(error: Error): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

function shellExports(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join("");
}
