// @ts-check
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, run } from "./command.mjs";

/** @typedef {import("./paths.mjs").Env} Env */

/**
 * One release of an npm package, with the digest that npm must find.
 * @typedef {{ name: string, version: string, integrity: string }} PinnedPackage
 */

/**
 * Installs one package, without install scripts, in a folder of its own. npm gets a lockfile with our pin and refuses any other content.
 * @param {PinnedPackage} pinned
 * @param {string} folder made by this call
 * @param {{ node: string, env: Env }} options
 * @returns {Promise<{ folder: string } | { said: string, output: string }>} the package's folder, or why there is none
 */
export async function installPinned({ name, version, integrity }, folder, { node, env }) {
  const npm = npmCommand(node, env);
  if (!npm) return { said: "there is no npm on PATH", output: "" };
  mkdirSync(folder, { recursive: true });
  const root = { name: "pinned", version: "0.0.0", private: true, dependencies: { [name]: version } };
  const lock = {
    name: root.name,
    version: root.version,
    lockfileVersion: 3,
    requires: true,
    packages: { "": root, [`node_modules/${name}`]: { version, integrity } },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(root));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  const result = await run(
    [...npm, "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: folder, env, deadlineSeconds: 900 },
  );
  if (result.ok) return { folder: join(folder, "node_modules", name) };
  return { said: `npm ci of ${name}@${version}: ${result.ended}`, output: result.output };
}

/**
 * Removes what interrupted set-ups left. To be called with the lock held: then nobody works in such a folder.
 * @param {string} folder
 * @param {string} prefix
 */
export function removeLeftovers(folder, prefix) {
  let names;
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // A command of a set-up that was killed still writes there; the next set-up removes it.
    }
  }
}
