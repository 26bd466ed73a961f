/**
 * `npm run sandbox`: starts the local services, has the real engine converge the whole pattern against them, verifies it,
 * checks that a second preview changes nothing and asks Anypoint nothing, and takes it all down again.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Command, Option } from "commander";
import program from "../index.ts";
import { type VerifyInput, renderReport, verify } from "../operations/verify/index.ts";
import { readStack } from "../operations/verify/stack.ts";
import { controlHelp, createControl } from "./core/control.ts";
import { startServer } from "./core/server.ts";
import { ROOT, removeFolder, sandboxStack } from "./engine.ts";
import { describeFailure } from "./failure.ts";
import { onInterruption } from "./interruption.ts";
import { startLab } from "./lab.ts";
import { FREE_ORG_LIMITS } from "./okta/index.ts";
import {
  PLUGINS_VARIABLE,
  PLUGIN_CHOICES,
  type PluginChoice,
  type Plugins,
  choosePlugins,
  describePlugins,
} from "./plugin-choice.ts";
import { PLUGIN_WAITS, sandboxConfig } from "./stack-config.ts";
import { callTable, outputLine, progressLine, resourceTable, resourceTypes } from "./summary.ts";
import { switchBoard } from "./switch-board.ts";
import { requireTls, startTls } from "./tls.ts";
import { type Trouble, makeTrouble, troubleOption } from "./troubles.ts";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

const flags = new Command("sandbox")
  .description(
    "Converges the whole pattern against a local Okta, Anypoint and Mule gateway, by the real Pulumi engine.",
  )
  .option("--keep", "leave the services and the stack in place until Ctrl-C")
  .option("--tls", "serve over HTTPS, with a CA made for this run")
  .option("--rate-limits", "have Okta enforce a free org's rate limits; the plugin then waits as it really would")
  .addOption(troubleOption())
  .addOption(
    new Option("--plugins <which>", "the Okta and Command plugins to use")
      .choices(PLUGIN_CHOICES)
      .env(PLUGINS_VARIABLE)
      .default("auto"),
  )
  .parse()
  .opts<{ keep?: boolean; tls?: boolean; rateLimits?: boolean; trouble: Trouble[]; plugins: PluginChoice }>();

const WIDTH = process.stdout.columns ?? 120;
let started = performance.now();
const say = (text: string) => process.stdout.write(`${text}\n`);
/** The step that runs now: its name, its engine events, and the journal's position at its start. */
let present: { name: string; events: EngineEvent[]; position: number } = { name: "the start", events: [], position: 0 };

function step(name: string): void {
  present = { name, events: [], position: lab.journal.position };
  say(`\n[${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s] ${name}`);
}

/** Steps that did not hold. */
const broken: string[] = [];

function expectStep(what: string, holds: boolean): void {
  say(`  ${holds ? "✓" : "✗"} ${what}`);
  if (!holds) broken.push(what);
}

let plugins: Plugins;
try {
  plugins = choosePlugins(flags.plugins);
  if (flags.tls) requireTls();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
mkdirSync(join(ROOT, ".sandbox"), { recursive: true });
const folder = mkdtempSync(join(ROOT, ".sandbox", `run-${process.pid}-`));
const interruption = onInterruption(
  (text) => process.stderr.write(`\n${text}\n`),
  () => rmSync(folder, { recursive: true, force: true }),
);
const tls = flags.tls ? await startTls(folder) : undefined;
const rateLimits = flags.rateLimits ? FREE_ORG_LIMITS : undefined;
const lab = await startLab({ certificate: tls?.certificate, rateLimits });
makeTrouble(lab, flags.trouble);
try {
  await run();
} catch (error) {
  if (interruption.exitCode === undefined) {
    const requests = lab.journal.entries({ after: present.position });
    say(`\n${describeFailure({ error, events: present.events, requests }, WIDTH)}`);
    broken.push(`${present.name} failed, see above`);
  }
} finally {
  await lab.close();
  await removeFolder(folder);
}
if (interruption.exitCode !== undefined) {
  process.stderr.write("\nInterrupted; the engine and the services are stopped, the run's folder is gone.\n");
  process.exit(interruption.exitCode);
}
say("");
say(
  broken.length === 0
    ? `The sandbox is green, in ${seconds()} s.`
    : `The sandbox is NOT green:\n  - ${broken.join("\n  - ")}`,
);
process.exit(broken.length === 0 ? 0 : 1);

function seconds(): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}

async function run(): Promise<void> {
  const { signal, orStop } = interruption;
  step("Local services");
  say(`  Okta      ${lab.okta.url}`);
  say(`  Anypoint  ${lab.anypoint.url}`);
  say(`  gateway   ${lab.gateway.url}`);
  if (tls !== undefined) say(`  CA        ${relative(process.cwd(), tls.caFile)}`);
  say(`  plugins   ${describePlugins(plugins)}`);

  const before = lab.snapshot();
  const config = sandboxConfig(lab, flags.rateLimits ? PLUGIN_WAITS : {});
  const environment = tls?.environment;
  const stack = await sandboxStack({
    ...{ folder, stackName: "sandbox", program, config },
    ...{ plugins, signal, environment },
  });

  step("pulumi up");
  const onEvent = (event: EngineEvent) => {
    present.events.push(event);
    const line = progressLine(event);
    if (line !== undefined) say(line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line);
  };
  const { outputs } = await stack.up({ onEvent });
  const types = resourceTypes(present.events);

  step("Outputs");
  for (const [name, output] of Object.entries(outputs).sort()) say(outputLine(name, output, WIDTH));

  step("Verification");
  const { workDir, envVars } = stack.workspace;
  const input = await readStack({ stackName: "sandbox", workDir, env: envVars });
  const report = await orStop(verify(input, { onProgress: (line) => say(`  ${line}`) }));
  say(renderReport(report, { width: WIDTH, color: process.stdout.isTTY }));
  expectStep("every check of the verification is ok", report.ok && report.rows.every(({ status }) => status === "ok"));

  step("Second preview");
  const { changeSummary } = await stack.preview({ onEvent: (event) => present.events.push(event) });
  const asked = lab.journal.entries({ service: "anypoint", after: present.position }).length;
  expectStep(
    "nothing would change",
    Object.keys(changeSummary).every((op) => op === "same"),
  );
  expectStep("Anypoint was asked nothing", asked === 0);

  step("Resources and HTTP calls");
  say(resourceTable(types));
  say(callTable(lab.journal.entries()));

  if (flags.keep) await keep(input);

  step("pulumi destroy");
  await stack.destroy({ onEvent });
  expectStep("both stores are as they were before", isDeepStrictEqual(lab.snapshot(), before));
}

async function keep(input: VerifyInput): Promise<void> {
  step("Everything is left in place; Ctrl-C takes it down.");
  const script = join(folder, "call.sh");
  await writeFile(script, callScript(input, tls?.caFile), { mode: 0o600 });
  say(`  A token and a call, as a consumer:  sh ${relative(process.cwd(), script)}`);
  const control = await startServer();
  control.serve(createControl(lab.journal, lab.faults, switchBoard(lab)));
  say(controlHelp(control.url).replaceAll(/^/gm, "  "));
  const began = performance.now();
  await interruption.next();
  // The total is the sandbox's own time.
  started += performance.now() - began;
  await control.close();
}

/** What a consumer does, as a shell script: it holds a client secret, made up here, and so is not printed. */
function callScript({ okta, apis }: VerifyInput, caFile: string | undefined): string {
  const curl = caFile === undefined ? "curl" : `curl --cacert '${caFile}'`;
  const lines = apis.map(
    ({ url, scopes = [], consumer }) => `token=$(${curl} -s -u '${consumer.clientId}:${consumer.clientSecret}' \\
  -d grant_type=client_credentials -d 'scope=${scopes.join(" ")}' '${okta.tokenUrl}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
${curl} -si -H "Authorization: Bearer $token" '${url}'
`,
  );
  return lines.join("\n");
}
