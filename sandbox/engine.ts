/** The real Pulumi engine over a lab: its own state on disk, the program inline, real plugins or their stand-ins. */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import { type PluginChoice, type Plugins, askedPlugins, choosePlugins } from "./plugin-choice.ts";
import type { ConfigValue } from "./stack-config.ts";

/** Root of the checkout. */
export const ROOT = join(import.meta.dirname, "..");

const STAND_INS = join(import.meta.dirname, "plugins", "bin");
const POLICY_HOST = join(import.meta.dirname, "policy-host");
const DYNAMIC_PROVIDER = join(ROOT, "node_modules", "@pulumi", "pulumi");

export interface EngineOptions {
  /** Folder of this stack's state and project files; made if missing. */
  readonly folder: string;
  readonly stackName: string;
  readonly program: PulumiFn;
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly plugins?: PluginChoice;
  /** Stops whatever the engine is doing for this stack; it then ends its plugins and itself. */
  readonly signal?: AbortSignal;
  /** More environment variables for the engine and all that it starts. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A stack on the local file backend under `folder`, with its configuration set. */
export async function sandboxStack(options: EngineOptions): Promise<Stack> {
  const { folder, stackName, program, config } = options;
  forgetCredentials();
  const project = join(folder, "project");
  const state = join(folder, "state");
  await mkdir(project, { recursive: true });
  await mkdir(state, { recursive: true });
  await writeFile(join(project, "Pulumi.yaml"), "name: okta-anypoint\nruntime: nodejs\n");

  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, projectName: "okta-anypoint", program },
    {
      workDir: project,
      envVars: {
        ...engineEnvironment(state, choosePlugins(options.plugins ?? askedPlugins("auto"))),
        ...options.environment,
      },
      ...(options.signal && { pulumiCommand: await stoppableCommand(options.signal) }),
    },
  );
  await stack.setAllConfig({ ...config });
  return stack;
}

/** How the SDK's own operations start the CLI; its declarations leave this out. */
interface Runner {
  run(args: string[], cwd: string, env: object, onOutput?: unknown, onError?: unknown, signal?: AbortSignal): unknown;
}

/**
 * The Pulumi CLI, each of whose runs ends with the signal. The operations' own `signal` option is heard only once the CLI has been
 * started, so that one which is sent shortly before would be lost.
 */
async function stoppableCommand(signal: AbortSignal): Promise<PulumiCommand> {
  const command = (await PulumiCommand.get()) as PulumiCommand & Runner;
  const run = command.run.bind(command);
  command.run = async (args, cwd, env, onOutput, onError) => {
    signal.throwIfAborted();
    return run(args, cwd, env, onOutput, onError, signal);
  };
  return command;
}

/** Takes credentials for real organizations out of this process: the sandbox brings its own. */
function forgetCredentials(): void {
  for (const name of Object.keys(process.env))
    if (/^(OKTA_(?!ANYPOINT_)|ANYPOINT_)/.test(name)) delete process.env[name];
}

/** Environment of the engine: where plugins are found, and a backend in a folder. */
export function engineEnvironment(state: string, plugins: Plugins): Record<string, string> {
  // A shell that has read a lab's env.sh has the stand-ins on its PATH, and the engine takes what is there before what is installed.
  const inherited = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== STAND_INS);
  const path = [DYNAMIC_PROVIDER, ...(plugins === "standin" ? [STAND_INS] : []), ...inherited];
  // Last: one that was installed with the engine comes first.
  path.push(POLICY_HOST);
  return {
    PATH: path.join(delimiter),
    OKTA_ANYPOINT_NODE: process.execPath,
    // Where this process looks for plugins, `pulumi` by hand has to look too.
    ...(process.env.PULUMI_HOME && { PULUMI_HOME: resolve(process.env.PULUMI_HOME) }),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    // The sandbox's secrets are made up; the passphrase only has to be the same for each command.
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** Puts a `pulumi` first that runs the program by itself, for an engine that can't: see inline-pulumi.ts. */
export function inlineCommand({ PATH = "" }: Readonly<Record<string, string>>): Record<string, string> {
  const folder = join(import.meta.dirname, "inline-bin");
  return { PATH: [folder, PATH].join(delimiter), OKTA_ANYPOINT_INLINE: folder };
}

/** Whether `pulumi` by hand can run TypeScript here: an engine built from source comes without the Node.js language host. */
export function hasLanguageHost(): boolean {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, "pulumi-language-nodejs")));
}

/** Forgets a stack and all its files. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
