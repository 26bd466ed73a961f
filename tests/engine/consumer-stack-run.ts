/**
 * One operation of the engine on the example's stack `dev`, in a project folder that has the npm package in its node_modules; prints
 * what came of it as JSON. A process of its own, since the example is to be run by Node itself, against the package.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, type PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { engineEnvironment } from "../../sandbox/engine.ts";
import type { ConfigValue } from "../../sandbox/stack-config.ts";
import { plugins } from "./plugins.ts";

export interface Run {
  /** Folder of the project. */
  readonly project: string;
  /** Folder of the backend, the other stack's as well. */
  readonly state: string;
  readonly passphrase: string;
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly operation: "up" | "preview" | "destroy";
}

export interface Ran {
  /** What the engine did to how many resources; undefined when it failed. */
  readonly changes?: Readonly<Record<string, number>>;
  /** The stack's outputs, secrets in clear, after `up`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the engine printed, or what it failed with. */
  readonly text: string;
}

const { project, state, passphrase, config, operation } = JSON.parse(process.argv[2] ?? "{}") as Run;
const { default: program } = (await import(pathToFileURL(join(project, "index.ts")).href)) as { default: PulumiFn };
const envVars = { ...engineEnvironment(state, plugins), PULUMI_CONFIG_PASSPHRASE: passphrase };
const stack = await LocalWorkspace.createOrSelectStack(
  { stackName: "dev", projectName: "orders-mobile", program },
  { workDir: project, envVars },
);
await stack.setAllConfig({ ...config });
const lines: string[] = [];
const onOutput = (text: string) => void lines.push(text);

async function run(): Promise<Ran> {
  if (operation === "preview") {
    const { changeSummary } = await stack.preview({ onOutput });
    return { changes: { ...changeSummary }, outputs: {}, text: lines.join("") };
  }
  if (operation === "destroy") {
    const { summary } = await stack.destroy({ onOutput, runProgram: true });
    return { changes: summary.resourceChanges, outputs: {}, text: lines.join("") };
  }
  const { summary, outputs } = await stack.up({ onOutput });
  const values = Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, output.value as unknown]));
  return { changes: summary.resourceChanges, outputs: values, text: lines.join("") };
}

const ran = await run().catch((error: Error): Ran => ({ outputs: {}, text: error.message }));
process.stdout.write(JSON.stringify(ran));
process.exit(0);
