// @ts-check
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { clock } from "./progress.mjs";
import { interruptible } from "./command.mjs";

/**
 * One holder at a time, over processes. The lock is a folder with its owner's file inside, and appears by one rename, so it is
 * never seen half-made. Its owner touches it while it works. A lock whose owner is dead, or has not touched it for two minutes
 * (another machine on the same disk, or a process number used again), is taken over.
 */

/** @typedef {{ token: string, pid: number, host: string }} Owner */

const heartbeatMilliseconds = 5_000;
const abandonedMilliseconds = 120_000;
let count = 0;

/**
 * Does `work` while holding the lock `path`; waits for another holder, and says so.
 * @template T
 * @param {string} path
 * @param {{ progress: import("./progress.mjs").Progress, purpose: string, pollMilliseconds?: number }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, { progress, purpose, pollMilliseconds = 200 }, work) {
  const token = `${process.pid}-${Date.now()}-${count++}`;
  /** @type {Owner} */
  const me = { token, pid: process.pid, host: hostname() };
  mkdirSync(dirname(path), { recursive: true });

  const began = Date.now();
  let announced = 0;
  while (!take(path, me)) {
    const owner = readOwner(path);
    if (owner && isAbandoned(path, owner)) {
      progress.say(`taking over from a set-up that was interrupted (process ${owner.pid})`);
      putAside(path, owner);
      continue;
    }
    if (owner && Date.now() - announced > 15_000) {
      progress.say(`waiting for process ${owner.pid}, which is ${purpose} (${clock(Date.now() - began)})`);
      announced = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }

  const release = () => {
    if (readOwner(path)?.token !== token) return;
    // Aside first: removing in place could meet the next owner's file.
    const released = `${path}.${token}`;
    renameSync(path, released);
    rmSync(released, { recursive: true, force: true });
  };
  const heartbeat = setInterval(() => touch(path), heartbeatMilliseconds);
  try {
    return await interruptible(release, work);
  } finally {
    clearInterval(heartbeat);
    release();
  }
}

/**
 * @param {string} path
 * @param {Owner} me
 * @returns {boolean}
 */
function take(path, me) {
  if (existsSync(join(path, "owner.json"))) return false;
  const candidate = `${path}.${me.token}`;
  mkdirSync(candidate, { recursive: true });
  writeFileSync(join(candidate, "owner.json"), JSON.stringify(me));
  try {
    // Fails when `path` is there with something in it.
    renameSync(candidate, path);
    return true;
  } catch (error) {
    rmSync(candidate, { recursive: true, force: true });
    const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? "";
    if (["ENOTEMPTY", "EEXIST", "EPERM"].includes(code)) return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Owner | undefined} nothing when it has just been released
 */
function readOwner(path) {
  try {
    return JSON.parse(readFileSync(join(path, "owner.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {Owner} owner
 */
function isAbandoned(path, owner) {
  if (owner.host === hostname() && !isAlive(owner.pid)) return true;
  try {
    return Date.now() - statSync(path).mtimeMs > abandonedMilliseconds;
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Moves an abandoned lock to a name made of its owner's token. Of several that saw the same dead owner only one succeeds, and a later
 * one cannot move the new owner's lock there, because the name is taken; that's why it is not removed at once.
 * @param {string} path
 * @param {Owner} owner
 */
function putAside(path, owner) {
  try {
    renameSync(path, `${path}.abandoned-${owner.token}`);
  } catch {
    // Someone else was faster.
  }
  const prefix = `${path}.abandoned-`;
  for (const name of readdirSync(dirname(path))) {
    const other = join(dirname(path), name);
    if (!other.startsWith(prefix)) continue;
    try {
      if (Date.now() - statSync(other).mtimeMs > 3_600_000) rmSync(other, { recursive: true, force: true });
    } catch {
      // Someone else removed it.
    }
  }
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken away by hand; the work goes on, its results appear by renames.
  }
}
