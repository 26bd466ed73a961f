/** What the repair has the engine do: export and import of the state, its secrets encrypted throughout, and import of objects. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { stringify } from "yaml";
import { CannotRun } from "../command-line.ts";
import { stackFile } from "../stack-file.ts";
import { type StackLocation, withWorkspace } from "../stack-state.ts";
import type { ExportedState } from "./deployment.ts";

/** An object that is there, and the resource that it becomes. */
export interface Import {
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  /** As the plugin's import takes it: `serverId/policyId`, for example. */
  readonly id: string;
  /** URNs. */
  readonly parent: string;
  readonly provider: string;
}

/** The state as text, exactly as the engine exports it. */
export const exportState = (location: StackLocation): Promise<string> =>
  inFolder((folder) => {
    const file = join(folder, "state.json");
    return withWorkspace(location, async (workspace) => {
      await run(workspace, ["stack", "export", "--file", file, "--stack", location.stackName]);
      return readFile(file, "utf8");
    });
  });

export const parseState = (text: string): ExportedState => JSON.parse(text) as ExportedState;

/** Puts a state in the place of the stack's. */
export const importState = (location: StackLocation, state: ExportedState): Promise<void> =>
  inFolder(async (folder) => {
    const file = join(folder, "state.json");
    await writeFile(file, JSON.stringify(state), { mode: 0o600 });
    await withWorkspace(location, async (workspace) => {
      try {
        await run(workspace, ["stack", "import", "--file", file, "--stack", location.stackName]);
      } catch (error) {
        throw new CannotRun(
          `Could not write the repaired state of ${location.stackName}: ${said(error)} It is as it was; run the command again.`,
        );
      }
    });
  });

/**
 * Takes objects into the state as resources that the stack owns: a destroy deletes them. The engine does it in a project of the
 * same name without a program: none is needed, and so none that could run has to be there.
 */
export const importObjects = (location: StackLocation, imports: readonly Import[]): Promise<void> =>
  // Below the project, where plugins find its packages.
  inFolder(
    async (folder) => {
      const { stackName } = location;
      const file = join(folder, "import.json");
      const urns = [...new Set(imports.flatMap(({ parent, provider }) => [parent, provider]))];
      const alias = (urn: string) => `known-${urns.indexOf(urn)}`;
      const resources = imports.map(({ parent, provider, ...rest }) => ({
        ...rest,
        parent: alias(parent),
        provider: alias(provider),
      }));
      const nameTable = Object.fromEntries(urns.map((urn) => [alias(urn), urn]));
      await writeFile(file, JSON.stringify({ nameTable, resources }));
      const config = await withWorkspace(location, (workspace) => programless(workspace, folder, location));
      const flags = [
        "--yes",
        "--skip-preview",
        "--protect=false",
        "--generate-code=false",
        "--non-interactive",
        ...config,
      ];
      await withWorkspace({ ...location, workDir: folder }, async (workspace) => {
        try {
          await run(workspace, ["import", "--file", file, ...flags, "--stack", stackName]);
        } catch (error) {
          const ids = imports.map(({ id }) => id).join(", ");
          throw new CannotRun(
            `Could not take ${ids} into the state of ${stackName}: ${said(error)} They are at Okta as before; mend that, and run the command again.`,
          );
        }
      });
    },
    join(location.workDir, ".repair-state-"),
  );

/** Writes the project without its program, and gives the flags that name the stack's own configuration. */
async function programless(workspace: LocalWorkspace, folder: string, location: StackLocation): Promise<string[]> {
  const { runtime: _, main: __, ...project } = await workspace.projectSettings();
  await writeFile(join(folder, "Pulumi.yaml"), stringify(project));
  const { file } = await stackFile(location);
  return existsSync(file) ? ["--config-file", file] : [];
}

/** How the SDK itself starts the CLI; its declarations leave this out. */
const run = (workspace: LocalWorkspace, args: string[]): Promise<unknown> =>
  (workspace as unknown as { runPulumiCmd(args: string[]): Promise<unknown> }).runPulumiCmd(args);

/** The engine's own error lines. */
function said(error: unknown): string {
  const lines = (error instanceof Error ? error.message : "").split("\n").map((line) => line.trim());
  const own = lines.filter((line) => /^error: /.test(line) && !/update failed|failed with exit code/i.test(line));
  return own.length === 0 ? "the engine refused." : `${[...new Set(own)].join("; ")}.`;
}

async function inFolder<T>(
  work: (folder: string) => Promise<T>,
  prefix = join(tmpdir(), "okta-anypoint-state-"),
): Promise<T> {
  const folder = await mkdtemp(prefix);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
