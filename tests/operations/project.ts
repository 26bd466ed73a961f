/** A Pulumi project in a folder of its own with a file backend, for operations that ask the real engine. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";

export interface Project {
  readonly folder: string;
  /** All that the engine needs, and nothing else of this process's environment. */
  readonly env: Record<string, string>;
  readonly workspace: LocalWorkspace;
  remove(): Promise<void>;
}

/** `settings`: the text of Pulumi.yaml. There are no stacks yet. */
export async function makeProject(settings = "name: okta-anypoint\nruntime: nodejs\n"): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "okta-anypoint-project-"));
  const [state, home] = [join(folder, "state"), join(folder, "home")];
  await Promise.all([mkdir(state), mkdir(home)]);
  await writeFile(join(folder, "Pulumi.yaml"), settings);
  const env = {
    PATH: process.env.PATH ?? "",
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_HOME: home,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const workspace = await LocalWorkspace.create({ workDir: folder, envVars: env });
  return { folder, env, workspace, remove: () => rm(folder, { recursive: true, force: true }) };
}
