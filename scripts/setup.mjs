// @ts-check
// Makes this machine ready for the project: `npm run setup`. Plain JavaScript without dependencies, since it runs before they are there; the
// rest is imported late, so that an old Node gets a message and not a syntax error.
import "./setup/oldest-node.mjs";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * See setup/ready.mjs.
 * @param {{ nodeVersion?: string, quiet?: boolean, env?: Record<string, string | undefined> }} [options]
 * @returns {Promise<import("./setup/ready.mjs").Ready>}
 */
export function setup(options) {
  return import("./setup/ready.mjs").then((module) => module.setup(options));
}

/**
 * Prints what the user should know of a failure, and ends the process.
 * @param {any} error
 * @returns {never}
 */
export function fail(error) {
  const text = error && error.name === "SetupError" ? error.message : (error && error.stack) || String(error);
  process.stderr.write("\nsetup failed: " + text + "\n");
  process.exit(1);
}

const usage = `node scripts/setup.mjs [--node 22|24]

Makes this machine ready: Node 22.18 or newer, the project's packages, the Pulumi engine.
  --node MAJOR   this Node, even where PATH's would do
`;

/** @param {string[]} args */
function main(args) {
  if (args.length === 0) return setup().catch(fail);
  if (args.length === 1 && args[0] === "--help") return process.stdout.write(usage);
  if (args.length === 2 && args[0] === "--node" && /^(22|24)$/.test(args[1] || ""))
    return setup({ nodeVersion: args[1] }).catch(fail);
  process.stderr.write("setup: can't read the arguments: " + args.join(" ") + "\n\n" + usage);
  process.exit(2);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
