/** The npm package in the node_modules of a project, unpacked as npm does; what it depends on is linked from the checkout. */
import { execFile } from "node:child_process";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../sandbox/engine.ts";

const run = promisify(execFile);

/** Builds, packs and unpacks into `<project>/node_modules/okta-anypoint`. Gives the names of the packed files. */
export async function installPackage(project: string): Promise<string[]> {
  const built = join(project, "built");
  const modules = join(project, "node_modules");
  const target = join(modules, "okta-anypoint");
  await mkdir(target, { recursive: true });
  await run(process.execPath, [join(ROOT, "scripts", "package", "build.mjs"), built]);
  const { stdout } = await run("npm", ["pack", built, "--json", "--pack-destination", project], { cwd: project });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  await run("tar", ["-xzf", join(project, filename), "-C", target, "--strip-components=1"]);
  await rm(built, { recursive: true });
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    if (!name.startsWith(".")) await symlink(join(ROOT, "node_modules", name), join(modules, name), "dir");
  }
  return files.map(({ path }) => path);
}
