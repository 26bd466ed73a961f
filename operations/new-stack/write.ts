/** Makes the stack in the backend and its configuration file: both or neither. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { type ConfigText, configText, isTree } from "../../config/defaults.ts";
import { CannotRun } from "../command-line.ts";
import { projectFile, setSecret, stackFile, withKeys } from "../stack-file.ts";
import type { StackLocation } from "../stack-state.ts";

/** What all stacks of the project inherit, by full key, as Pulumi gives it. */
export async function inheritedConfig(workDir: string): Promise<ConfigText> {
  const text = await readFile(join(workDir, await projectFile(workDir)), "utf8");
  const { config } = (parse(text) ?? {}) as { config?: unknown };
  const values: Record<string, string> = {};
  for (const [key, stored] of Object.entries(isTree(config) ? config : {})) {
    const value = isTree(stored) ? (stored.value ?? stored.default) : stored;
    if (value === undefined || value === null) continue;
    values[key.includes(":") ? key : `okta-anypoint:${key}`] = configText(value);
  }
  return values;
}

/** Throws `CannotRun` where the file of the stack is there already. */
export async function refuseExisting(location: StackLocation): Promise<void> {
  const { file } = await stackFile(location);
  if (!existsSync(file)) return;
  throw new CannotRun(`${file} is there already, and is not overwritten. Choose another name. Nothing was written.`);
}

/** Gives the file that was written. */
export async function makeStack(
  location: StackLocation,
  values: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
  secretsProvider?: string,
): Promise<string> {
  const { workDir, stackName, env } = location;
  const { file: real, name } = await stackFile(location);
  const project = await projectFile(workDir);
  const folder = await mkdtemp(join(tmpdir(), "okta-anypoint-new-stack-"));
  try {
    const projectText = await readFile(join(workDir, project), "utf8");
    await writeFile(join(folder, basename(project)), projectText.replace(/^stackConfigDir:.*\n?/m, ""));
    const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
    const workspace = await LocalWorkspace.create({
      workDir: folder,
      ...(env !== undefined && { envVars: env }),
      ...(secretsProvider !== undefined && { secretsProvider }),
    });
    try {
      await workspace.createStack(stackName);
    } catch (error) {
      throw new CannotRun(initFailure(error, stackName));
    }
    try {
      const { command } = workspace.pulumiCommand;
      for (const [key, value] of Object.entries(secrets)) {
        await setSecret(command, key, value, { ...location, workDir: folder });
      }
      const made = join(folder, name);
      const text = withKeys(existsSync(made) ? await readFile(made, "utf8") : "", values);
      await writeNew(real, text);
    } catch (error) {
      await takeBack(() => workspace.removeStack(stackName), stackName);
      throw error;
    }
    return real;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a file that must not be there yet; one that could be written in part only is taken away. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // With these nothing of the file is ours.
    if (code !== "EEXIST" && code !== "ENOENT" && code !== "EACCES") await rm(file, { force: true });
    throw new CannotRun(`Could not write ${file} (${code ?? "no reason given"}). Nothing was written.`);
  }
}

async function takeBack(remove: () => Promise<void>, stackName: string): Promise<void> {
  try {
    await remove();
  } catch {
    throw new CannotRun(
      `The stack ${stackName} was made, its configuration could not be written, and taking the stack back failed too. It is empty: pulumi stack rm ${stackName}`,
    );
  }
}

/** The engine's own error line alone. */
function initFailure(error: unknown, stackName: string): string {
  const output = error instanceof Error ? error.message : "";
  if (/already exists/.test(output)) {
    return `There is a stack ${stackName} in the backend already, and it is left as it is. Choose another name. Nothing was written.`;
  }
  const said = output
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line.startsWith("error:"));
  return `Could not make the stack ${stackName}: ${said ?? "the Pulumi CLI failed"}. Check the login to the backend, --secrets-provider and the passphrase (PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE). Nothing was written.`;
}
