/** A PULUMI_HOME whose installed plugins are the stand-ins, dressed up as the real ones: for running the ways of the real ones by the engine. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "../../../sandbox/plugins/bin");
const INSTALLED = { okta: "7.0.0", command: "1.2.1" };

/**
 * Installs both under a home. They are the programs that the engine finds in its folder, and each start of one is noted, so that a test can
 * tell that these ran and none that is on PATH.
 */
export async function installDressedUp(home: string): Promise<void> {
  for (const [name, version] of Object.entries(INSTALLED)) {
    const folder = join(home, "plugins", `resource-${name}-v${version}`);
    await mkdir(folder, { recursive: true });
    const program = join(folder, `pulumi-resource-${name}`);
    await writeFile(
      program,
      `#!/bin/sh\necho ${name} >>'${join(home, "started")}'\nexec '${join(BIN, `pulumi-resource-${name}`)}' "$@"\n`,
    );
    await chmod(program, 0o755);
  }
}

/** Names of the plugins that were started from a home so far. */
export async function startedFrom(home: string): Promise<Set<string>> {
  const text = await readFile(join(home, "started"), "utf8").catch(() => "");
  return new Set(text.split("\n").filter((line) => line !== ""));
}
