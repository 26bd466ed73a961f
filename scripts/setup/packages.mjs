// @ts-check
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { excerpt, interruptible, npmCommand, run } from "./command.mjs";
import { withLock } from "./lock.mjs";
import { cacheRoot } from "./paths.mjs";
import { removeLeftovers } from "./pinned-package.mjs";
import { clock, SetupError } from "./progress.mjs";

/** @typedef {import("./paths.mjs").Env} Env */
/** @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[] }} LockEntry */

const workPrefix = "packages-";

/**
 * Whether `node_modules` holds what `package-lock.json` says. npm's own record, `node_modules/.package-lock.json`, tells: npm writes it as
 * its last step, so an interrupted installation has none or an old one. Packages for other systems are not expected; of those for
 * this system at least one must be there (a checkout that is shared between systems has the other's).
 * @param {string} root the checkout
 * @param {string} [at] the folder whose `node_modules` is looked at; default: the checkout
 * @returns {{ inPlace: true } | { inPlace: false, reason: string }}
 */
export function inspectPackages(root, at = root) {
  const lock = readLock(join(root, "package-lock.json"));
  if (!lock)
    throw new SetupError(
      `${join(root, "package-lock.json")} is missing or not readable as JSON.\nWhat to do: restore it from version control, and run this again.`,
    );
  const wanted = Object.entries(lock).filter(([path]) => path !== "");
  const installed = readLock(join(at, "node_modules", ".package-lock.json"));
  if (!installed) return { inPlace: false, reason: "node_modules is not there or not complete" };

  const changed = (/** @type {string} */ path) => ({
    inPlace: /** @type {const} */ (false),
    reason: `${path} is not as package-lock.json has it`,
  });
  const own = [];
  for (const [path, entry] of wanted) {
    const found = installed[path];
    if (found) {
      if (found.version !== entry.version || found.integrity !== entry.integrity) return changed(path);
    } else if (!entry.optional) return changed(path);
    if (entry.os && entry.cpu?.includes(process.arch) && entry.os.includes(process.platform)) own.push(path);
  }
  for (const path of Object.keys(installed)) if (!(path in lock)) return changed(path);
  if (own.length > 0 && !own.some((path) => path in installed))
    return {
      inPlace: false,
      reason: `node_modules was made on another system than ${process.platform}-${process.arch}`,
    };
  return { inPlace: true };
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry> | undefined}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * `npm ci` when it is needed. No package's install script runs: none of ours needs one, and the one of @pulumi/command would download.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {string} options.node
 * @param {Env} options.env
 * @param {import("./progress.mjs").Progress} options.progress
 * @returns {Promise<{ installed: boolean }>}
 */
export async function providePackages({ root, node, env, progress }) {
  if (inspectPackages(root).inPlace) return { installed: false };
  const id = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const lock = join(cacheRoot(env), "locks", `packages-${id}`);
  return withLock(lock, { progress, purpose: `installing packages in ${root}` }, async () => {
    const state = inspectPackages(root);
    if (state.inPlace) return { installed: false };
    const npm = npmCommand(node, env);
    if (!npm)
      throw new SetupError(
        "The project's packages can't be installed: there is no npm on PATH.\nWhat to do: install npm (it comes with Node from https://nodejs.org), and run this again.",
      );
    const began = Date.now();
    progress.say(`npm ci (about half a minute), because ${state.reason}`);
    const workshop = join(root, ".sandbox");
    removeLeftovers(workshop, workPrefix);
    const work = join(workshop, `${workPrefix}${process.pid}`);
    const remove = () => removeLeftovers(workshop, basename(work));
    try {
      await interruptible(remove, () =>
        progress.during(
          () => "npm ci",
          () => install(root, work, npm, env),
        ),
      );
    } finally {
      remove();
    }
    progress.say(`packages are installed (${clock(Date.now() - began)})`);
    return { installed: true };
  });
}

/**
 * Installs beside the checkout's `node_modules` and swaps at the end, so that an interruption leaves the old or the new packages, never half.
 * @param {string} root
 * @param {string} work
 * @param {string[]} npm
 * @param {Env} env
 */
async function install(root, work, npm, env) {
  mkdirSync(work, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"])
    if (existsSync(join(root, name))) copyFileSync(join(root, name), join(work, name));
  const args = [
    "ci",
    "--prefix",
    work,
    "--ignore-scripts",
    "--include=dev",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const result = await run([...npm, ...args], { cwd: work, env, deadlineSeconds: 1800 });
  if (!result.ok)
    throw new SetupError(
      `npm ci for ${root} failed: ${result.ended}\n${excerpt(result.output)}\n` +
        "What to do: when the registry can't be reached, see `npm config get registry` and HTTPS_PROXY; when package.json and package-lock.json " +
        "disagree, restore both from version control. Then run this again.",
    );
  const state = inspectPackages(root, work);
  if (!state.inPlace)
    throw new SetupError(
      `npm ci for ${root} reported success, but ${state.reason}.\n${excerpt(result.output)}\n` +
        "What to do: run it again; if it stays so, try another release of npm (npm --version).",
    );
  const modules = join(root, "node_modules");
  try {
    if (existsSync(modules)) renameSync(modules, join(work, "old"));
    renameSync(join(work, "node_modules"), modules);
  } catch (error) {
    throw new SetupError(
      `The new packages could not be moved to ${modules}: ${/** @type {Error} */ (error).message}\n` +
        "What to do: where node_modules is a mount, run `npm ci --ignore-scripts --include=dev` by hand; otherwise remove it. Then run this again.",
    );
  }
}
