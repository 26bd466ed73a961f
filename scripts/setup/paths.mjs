// @ts-check
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {Record<string, string | undefined>} Env */

const windows = process.platform === "win32";

/** The checkout that these scripts belong to. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * The name of an executable file on this system.
 * @param {string} name
 */
export const executable = (name) => (windows ? `${name}.exe` : name);

/**
 * Where the set-up keeps what outlives a checkout: Node releases, locks, logs.
 * @param {Env} env
 */
export function cacheRoot(env) {
  if (env.OKTA_ANYPOINT_CACHE) return resolve(env.OKTA_ANYPOINT_CACHE);
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "okta-anypoint");
}

/**
 * Pulumi's own folder. Engines lie in `versions/<version>/bin`, as the official npm package `pulumi` lays them.
 * @param {Env} env
 */
export function pulumiHome(env) {
  return env.PULUMI_HOME ? resolve(env.PULUMI_HOME) : join(homedir(), ".pulumi");
}

/**
 * @param {string} file
 * @returns {boolean} whether it is a file with content that may be executed
 */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    const stat = statSync(file);
    return stat.isFile() && stat.size > 0;
  } catch {
    return false;
  }
}

/**
 * The PATH of an environment. Windows calls it `Path` and doesn't mind the case.
 * @param {Env} env
 */
export function pathKey(env) {
  return (windows && Object.keys(env).find((key) => key.toUpperCase() === "PATH")) || "PATH";
}

/**
 * What a shell would run for `name`.
 * @param {string} name
 * @param {Env} env
 * @returns {string | undefined}
 */
export function findOnPath(name, env) {
  for (const folder of (env[pathKey(env)] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, executable(name));
    if (isExecutable(file)) return file;
  }
  return undefined;
}

/**
 * The environment with `folders` in front of PATH.
 * @param {Env} env
 * @param {string[]} folders
 * @returns {Env}
 */
export function withPath(env, folders) {
  const key = pathKey(env);
  return { ...env, [key]: [...folders, env[key]].filter(Boolean).join(delimiter) };
}

/**
 * @param {string | undefined} left
 * @param {string} right
 * @returns {boolean} whether both name the same file, links followed
 */
export function isSameFile(left, right) {
  try {
    return left !== undefined && realpathSync(left) === realpathSync(right);
  } catch {
    return false;
  }
}
