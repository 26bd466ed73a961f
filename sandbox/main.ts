/**
 * `npm run sandbox`: starts the local services, has the real engine converge the whole pattern against them, verifies it,
 * checks that a second preview changes nothing and asks Anypoint nothing, and takes it all down again.
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Command, Option } from "commander";
import program from "../index.ts";
import { type VerifyInput, renderReport, verify } from "../operations/verify/index.ts";
import { readStack } from "../operations/verify/stack.ts";
import { createControl } from "./core/control.ts";
import { startServer } from "./core/server.ts";
import { type PluginChoice, ROOT, choosePlugins, removeFolder, sandboxStack } from "./engine.ts";
import { onInterruption } from "./interruption.ts";
import { startLab } from "./lab.ts";
import { sandboxConfig } from "./stack-config.ts";
import { callTable, progressLine, resourceTable, resourceTypes } from "./summary.ts";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

const flags = new Command("sandbox")
  .description(
    "Converges the whole pattern against a local Okta, Anypoint and Mule gateway, by the real Pulumi engine.",
  )
  .option("--keep", "leave the services and the stack in place until Ctrl-C")
  .addOption(
    new Option("--plugins <which>", "the Okta and Command plugins to use")
      .choices(["real", "standin", "auto"])
      .default("auto"),
  )
  .parse()
  .opts<{ keep?: boolean; plugins: PluginChoice }>();

const started = performance.now();
const say = (text: string) => process.stdout.write(`${text}\n`);
const step = (text: string) => say(`\n[${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s] ${text}`);
/** Steps that did not hold. */
const broken: string[] = [];

function expectStep(what: string, holds: boolean): void {
  say(`  ${holds ? "✓" : "✗"} ${what}`);
  if (!holds) broken.push(what);
}

let folder: string | undefined;
const interruption = onInterruption(
  (text) => process.stderr.write(`\n${text}\n`),
  () => folder !== undefined && rmSync(folder, { recursive: true, force: true }),
);
await mkdir(join(ROOT, ".sandbox"), { recursive: true });
folder = await mkdtemp(join(ROOT, ".sandbox", "run-"));
const lab = await startLab();
try {
  await run(folder);
} catch (error) {
  if (interruption.exitCode === undefined) {
    say(`\n${error instanceof Error ? error.message : String(error)}`);
    broken.push("a step failed, see above");
  }
} finally {
  await lab.close();
  await removeFolder(folder);
}
if (interruption.exitCode !== undefined) {
  process.stderr.write("\nInterrupted; the engine and the services are stopped and the run's folder is removed.\n");
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

async function run(folder: string): Promise<void> {
  const { plugins } = flags;
  const { signal, orStop } = interruption;
  step("Local services");
  say(`  Okta      ${lab.okta.url}`);
  say(`  Anypoint  ${lab.anypoint.url}`);
  say(`  gateway   ${lab.gateway.url}`);
  say(
    `  plugins   ${choosePlugins(plugins) === "real" ? "the real ones" : "stand-ins of pulumi-okta 7.0.0 and pulumi-command 1.2.1"}`,
  );

  const before = lab.snapshot();
  const config = sandboxConfig(lab);
  const stack = await sandboxStack({ folder, stackName: "sandbox", program, config, plugins, signal });

  step("pulumi up");
  const events: EngineEvent[] = [];
  const onEvent = (event: EngineEvent) => {
    events.push(event);
    const line = progressLine(event);
    if (line !== undefined) say(line);
  };
  const { outputs } = await stack.up({ onEvent });

  step("Outputs");
  for (const [name, { value, secret }] of Object.entries(outputs).sort()) {
    say(`  ${name.padEnd(20)} ${secret ? "[secret]" : typeof value === "string" ? value : JSON.stringify(value)}`);
  }

  step("Verification");
  const { workDir, envVars } = stack.workspace;
  const input = await readStack({ stackName: "sandbox", workDir, env: envVars });
  const report = await orStop(verify(input, { onProgress: (line) => say(`  ${line}`) }));
  say(renderReport(report, { width: process.stdout.columns ?? 120, color: process.stdout.isTTY }));
  expectStep("every check of the verification is ok", report.ok && report.rows.every(({ status }) => status === "ok"));

  step("Second preview");
  const position = lab.journal.position;
  const { changeSummary } = await stack.preview();
  const asked = lab.journal.entries({ service: "anypoint", after: position }).length;
  expectStep(
    "nothing would change",
    Object.keys(changeSummary).every((op) => op === "same"),
  );
  expectStep("Anypoint was asked nothing", asked === 0);

  step("Resources and HTTP calls");
  say(resourceTable(resourceTypes(events)));
  say(callTable(lab.journal.entries()));

  if (flags.keep) await keep(input, folder);

  step("pulumi destroy");
  await stack.destroy({ onEvent });
  expectStep("both stores are as they were before", isDeepStrictEqual(lab.snapshot(), before));
}

async function keep(input: VerifyInput, folder: string): Promise<void> {
  step("Everything is left in place; Ctrl-C takes it down.");
  const script = join(folder, "call.sh");
  await writeFile(script, callScript(input), { mode: 0o600 });
  say(`  A token and a call, as a consumer:  sh ${relative(process.cwd(), script)}`);
  const control = await startServer();
  control.serve(createControl(lab.journal, lab.faults));
  say(`  Journal:  GET ${control.url}/journal; faults: POST ${control.url}/faults`);
  await interruption.next();
  await control.close();
}

/** What a consumer does, as a shell script: it holds a client secret, made up here, and so is not printed. */
function callScript({ okta, apis }: VerifyInput): string {
  const lines = apis.map(
    ({ url, scopes = [], consumer }) => `token=$(curl -s -u '${consumer.clientId}:${consumer.clientSecret}' \\
  -d grant_type=client_credentials -d 'scope=${scopes.join(" ")}' '${okta.tokenUrl}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -si -H "Authorization: Bearer $token" '${url}'
`,
  );
  return lines.join("\n");
}
