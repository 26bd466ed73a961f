// @ts-check
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npmCommand } from "./command.mjs";
import { provideEngine } from "./engine.mjs";
import { provideNode } from "./node-runtime.mjs";
import { providePackages } from "./packages.mjs";
import { checkout, findOnPath, isSameFile, withPath } from "./paths.mjs";
import { createProgress } from "./progress.mjs";

/** @typedef {import("./paths.mjs").Env} Env */

/**
 * @typedef {object} Ready
 * @property {string} node path of the Node binary for the project's code
 * @property {string[] | undefined} npm how to run npm: program and first arguments
 * @property {string} pulumiBinDir folder of the engine's binary
 * @property {Env} env for the project's processes: PATH finds that Node, that engine and @pulumi/pulumi's launcher of dynamic providers;
 *   OKTA_ANYPOINT_NODE is the Node binary
 */

/**
 * Makes the machine ready: Node, the project's packages, the Pulumi engine. Does nothing that is done already, and then takes a fraction of a
 * second. Throws a SetupError whose message says what was tried and what to do.
 * @param {object} [options]
 * @param {string} [options.nodeVersion] a major version, "22" or "24"; default: the current Node if it is new enough, otherwise 22
 * @param {boolean} [options.quiet] no ready line; what has to be done is announced all the same
 * @param {Env} [options.env]
 * @returns {Promise<Ready>}
 */
export async function setup({ nodeVersion, quiet = false, env = process.env } = {}) {
  const began = Date.now();
  const progress = createProgress();
  const root = checkout;

  const runtime = await provideNode({ wanted: nodeVersion, env, progress });
  const withNode = isSameFile(findOnPath("node", env), runtime.node) ? env : withPath(env, [dirname(runtime.node)]);
  await providePackages({ root, node: runtime.node, env: withNode, progress });
  const version = pinnedEngine(root);
  const engine = await provideEngine({ root, version, node: runtime.node, env: withNode, progress });

  // @pulumi/pulumi's own folder has pulumi-resource-pulumi-nodejs, which the engine starts for dynamic providers.
  const folders = [join(root, "node_modules", "@pulumi", "pulumi")];
  if (engine.source !== "on PATH") folders.unshift(engine.bin);
  if (!quiet)
    progress.say(
      `ready: Node ${runtime.version} (${runtime.source}), packages, Pulumi ${engine.version} (${engine.source}); ` +
        `${((Date.now() - began) / 1000).toFixed(1)} s`,
    );
  return {
    node: runtime.node,
    npm: npmCommand(runtime.node, withNode),
    pulumiBinDir: engine.bin,
    env: { ...withPath(withNode, folders), OKTA_ANYPOINT_NODE: runtime.node },
  };
}

/**
 * The engine goes with the SDK: both have the version that package.json pins.
 * @param {string} root
 * @returns {string}
 */
function pinnedEngine(root) {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).dependencies["@pulumi/pulumi"];
}
