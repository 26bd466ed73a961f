/** A stack as the engine's command keeps it: its state and its configuration, with secrets in clear, read without selecting it. */
import type { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { type Settings, readSettings } from "../config/settings.ts";
import { CannotRun } from "./command-line.ts";

export interface StackLocation {
  readonly stackName: string;
  /** Folder of the Pulumi project. */
  readonly workDir: string;
  /** Environment variables for the engine beside the process's own, as PULUMI_BACKEND_URL. */
  readonly env?: Record<string, string>;
}

/** A resource of the state. Values are plain: the wrappers of secrets are taken off. */
export interface StackResource {
  readonly urn: string;
  readonly type: string;
  /** Id at the provider; undefined for components. */
  readonly id?: string;
  /** When it was last written at the provider, ISO 8601. */
  readonly modified?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Property by which the engine marks its special values, and the mark of secrets (Pulumi's deployment format). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** The resources of a stack, in the order of their creation; none when it was never brought up. Throws `CannotRun` when there is no such stack. */
export async function readResources(location: StackLocation): Promise<StackResource[]> {
  const exported = await withWorkspace(location, (workspace) => workspace.exportStack(location.stackName));
  return resourcesOf(exported.deployment as unknown);
}

/** The resources of an exported deployment with its secrets in clear (`pulumi stack export --show-secrets`). */
export function resourcesOf(deployment: unknown): StackResource[] {
  const resources = (deployment as { resources?: Partial<StackResource>[] } | null)?.resources ?? [];
  return resources.map(({ urn = "", type = "", id, modified, inputs = {}, outputs = {} }) => ({
    urn,
    type,
    ...(id !== undefined && { id }),
    ...(modified !== undefined && { modified }),
    inputs: plain(inputs) as Record<string, unknown>,
    outputs: plain(outputs) as Record<string, unknown>,
  }));
}

/** The outputs of the stack itself. */
export const stackOutputs = (resources: readonly StackResource[]): Readonly<Record<string, unknown>> =>
  resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};

/** A stack's configuration, by full key, secrets in clear; and which keys are stored as secrets. */
export interface StackConfiguration {
  readonly config: Readonly<Record<string, string>>;
  readonly isSecret: (key: string) => boolean;
}

/** Today's configuration of a stack, unchecked. Throws `CannotRun` when there is no such stack. */
export async function readStackConfiguration(location: StackLocation): Promise<StackConfiguration> {
  const all = await withWorkspace(location, (workspace) => workspace.getAllConfig(location.stackName));
  return {
    config: Object.fromEntries(Object.entries(all).map(([key, { value }]) => [key, value])),
    isSecret: (key) => all[key]?.secret ?? false,
  };
}

/** The settings of a stack as today's configuration gives them. Throws `SettingsError` with every problem, `CannotRun` when there is no such stack. */
export async function readStackSettings(
  location: StackLocation,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<{ readonly settings: Settings; readonly config: Readonly<Record<string, string>> }> {
  const { config, isSecret } = await readStackConfiguration(location);
  return { settings: readSettings({ stack: location.stackName, config, isSecret, environment }), config };
}

/** Does something with the project's workspace; failures of the engine's command become `CannotRun`. */
export async function withWorkspace<T>(
  { stackName, workDir, env }: StackLocation,
  use: (workspace: LocalWorkspace) => Promise<T>,
): Promise<T> {
  // Loaded when needed: it takes longer than all the rest.
  const { CommandError, LocalWorkspace: Workspace } = await import("@pulumi/pulumi/automation/index.js");
  try {
    return await use(await Workspace.create({ workDir, ...(env !== undefined && { envVars: env }) }));
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    const output = error instanceof CommandError ? error.message : undefined;
    throw new CannotRun(engineFailure(output, stackName, workDir));
  }
}

/** `output`: what the engine's command printed; undefined when it could not be started. */
function engineFailure(output: string | undefined, stackName: string, workDir: string): string {
  const attempt = `Could not read the stack ${stackName} of the project in ${workDir}`;
  if (output === undefined || /\bENOENT\b/.test(output)) {
    return `${attempt}: the Pulumi CLI could not be started. Run \`npm run setup\`, then the command again by \`npm run\`.`;
  }
  if (/no stack named/.test(output)) {
    return `${attempt}: there is no stack of this name in the backend. \`pulumi stack ls\` lists them; PULUMI_BACKEND_URL chooses the backend.`;
  }
  // Standard output would be the state with its secrets in clear, so only the engine's own error line is told.
  const lines = output.split("\n").map((line) => line.trim());
  const said = lines.find((line) => line.startsWith("error:")) ?? "the Pulumi CLI failed";
  return `${attempt}: ${said}. Check the login to the backend and the passphrase (PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE).`;
}

/** A value of the state with the wrappers of secrets taken off, at every depth. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[SIGNATURE_KEY] === SECRET_SIGNATURE) {
    return typeof record.plaintext === "string" ? plain(JSON.parse(record.plaintext)) : undefined;
  }
  return Object.fromEntries(Object.entries(record).map(([key, one]) => [key, plain(one)]));
}
