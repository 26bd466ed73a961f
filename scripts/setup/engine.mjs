// @ts-check
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { excerpt, interruptible, lastWords, run } from "./command.mjs";
import { buildEngine, minimumGo } from "./engine-build.mjs";
import { downloadEngine } from "./engine-download.mjs";
import { withLock } from "./lock.mjs";
import { cacheRoot, executable, findOnPath, isExecutable, pulumiHome } from "./paths.mjs";
import { removeLeftovers } from "./pinned-package.mjs";
import { clock, SetupError } from "./progress.mjs";
import { isAtLeast, parseVersion } from "./version.mjs";

/** @typedef {import("./paths.mjs").Env} Env */

/**
 * One way to an engine that did not work out.
 * @typedef {{ way: string, said: string, output?: string }} Attempt
 */

/**
 * What a way that makes an engine is given. It leaves a folder of executables, `pulumi` among them, somewhere under `work`.
 * @typedef {object} EngineRequest
 * @property {string} version
 * @property {string} work an empty folder on the same disk as the engine's place, removed afterwards
 * @property {string} node
 * @property {string} root the checkout
 * @property {Env} env
 * @property {import("./progress.mjs").Progress} progress
 */

/** @typedef {{ bin: string } | { said: string, output?: string }} EngineResult */

/**
 * @typedef {object} Engine
 * @property {string} bin folder of the `pulumi` binary
 * @property {string} version
 * @property {string} source `on PATH`, `cached`, `downloaded` or `built`, for the ready line
 */

/**
 * The Pulumi engine, by the first of four ways that works: `pulumi` on PATH in the pinned version or newer; the one kept in
 * `$PULUMI_HOME/versions/<version>/bin`; the official npm package `pulumi`, which downloads Pulumi's CLI; a Go build from the Go module
 * mirror. The last two put it where the second finds it next time.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {string} options.version the pinned version
 * @param {string} options.node
 * @param {Env} options.env
 * @param {import("./progress.mjs").Progress} options.progress
 * @returns {Promise<Engine>}
 */
export async function provideEngine({ root, version, node, env, progress }) {
  const folder = join(pulumiHome(env), "versions", version);
  const bin = join(folder, "bin");

  const fromPath = await engineOnPath(version, env);
  if ("bin" in fromPath) return fromPath;
  const cached = await engineInCache(bin, version, env);
  if ("bin" in cached) return cached;

  const id = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  const lock = join(cacheRoot(env), "locks", `engine-${version}-${id}`);
  return withLock(lock, { progress, purpose: `getting Pulumi ${version}` }, async () => {
    const meanwhile = await engineInCache(bin, version, env);
    if ("bin" in meanwhile) return meanwhile;

    const attempts = [fromPath, cached];
    for (const { way, said } of attempts) progress.say(`Pulumi ${version}, ${way}: ${said}`);
    const workPrefix = `.okta-anypoint-${version}-`;
    removeLeftovers(dirname(folder), workPrefix);
    for (const { way, source, make } of makers(version)) {
      const began = Date.now();
      progress.say(`Pulumi ${version}, ${way} …`);
      const work = join(dirname(folder), `${workPrefix}${process.pid}`);
      const remove = () => rmSync(work, { recursive: true, force: true });
      /** @type {EngineResult} */
      let result;
      try {
        result = await interruptible(remove, async () => {
          mkdirSync(work, { recursive: true });
          const made = await make({ version, work, node, root, env, progress });
          return "bin" in made ? moveIntoPlace(made.bin, bin, version, env) : made;
        });
      } finally {
        remove();
      }
      if ("bin" in result) {
        progress.say(`Pulumi ${version} is in ${bin} (${source}, ${clock(Date.now() - began)})`);
        return { bin, version, source };
      }
      progress.say(`  that did not work: ${result.said}`);
      attempts.push({ way, ...result });
    }
    throw new SetupError(failureText(version, attempts, env));
  });
}

/**
 * @param {string} version
 * @returns {{ way: string, source: string, make: (request: EngineRequest) => Promise<EngineResult> }[]}
 */
function makers(version) {
  return [
    {
      way: `way 3 of 4, npm's package pulumi@${version}, which downloads Pulumi's CLI`,
      source: "downloaded",
      make: downloadEngine,
    },
    { way: "way 4 of 4, a build by Go from the Go module mirror", source: "built", make: buildEngine },
  ];
}

/**
 * @param {string} version
 * @param {Env} env
 * @returns {Promise<Engine | Attempt>}
 */
async function engineOnPath(version, env) {
  const way = "way 1 of 4, pulumi on PATH";
  const binary = findOnPath("pulumi", env);
  if (!binary) return { way, said: "there is none" };
  const answer = await askVersion(binary, env);
  if ("said" in answer) return { way, said: `${binary}: ${answer.said}` };
  const major = parseVersion(version)?.numbers[0];
  if (parseVersion(answer.version)?.numbers[0] !== major || !isAtLeast(answer.version, version))
    return { way, said: `${binary} is ${answer.version}, not ${version} or a newer ${major}.x` };
  return { bin: dirname(binary), version: answer.version, source: "on PATH" };
}

/**
 * @param {string} bin
 * @param {string} version
 * @param {Env} env
 * @returns {Promise<Engine | Attempt>}
 */
async function engineInCache(bin, version, env) {
  const way = `way 2 of 4, ${bin}`;
  const binary = join(bin, executable("pulumi"));
  if (!isExecutable(binary)) return { way, said: "there is none" };
  const answer = await askVersion(binary, env);
  if ("said" in answer) return { way, said: answer.said };
  if (answer.version !== version) return { way, said: `it says that it is ${answer.version}` };
  return { bin, version, source: "cached" };
}

/**
 * What `pulumi version` says. A binary's answer is remembered by its path, size and time; a small file is a script that may choose another
 * binary tomorrow, and is asked each time.
 * @param {string} binary
 * @param {Env} env
 * @returns {Promise<{ version: string } | { said: string }>}
 */
async function askVersion(binary, env) {
  const { size, mtimeMs } = statSync(binary);
  const stamp = `${size} ${mtimeMs}`;
  const id = createHash("sha256").update(binary).digest("hex").slice(0, 16);
  const memory = join(cacheRoot(env), "engines", `${id}.json`);
  try {
    const remembered = JSON.parse(readFileSync(memory, "utf8"));
    if (remembered.stamp === stamp && remembered.binary === binary) return { version: remembered.version };
  } catch {
    // Not asked before.
  }
  const answer = await run([binary, "version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    deadlineSeconds: 60,
  });
  const version = parseVersion(answer.stdout)?.text;
  if (!answer.ok || !version) {
    return { said: `\`pulumi version\` gave no version: ${lastWords(answer)}` };
  }
  if (size > 1_000_000) {
    mkdirSync(dirname(memory), { recursive: true });
    writeFileSync(`${memory}.${process.pid}`, JSON.stringify({ binary, stamp, version }));
    renameSync(`${memory}.${process.pid}`, memory);
  }
  return { version };
}

/**
 * Checks a new engine and moves it to its place, `pulumi` last, by renames on one disk: whoever finds `pulumi` there finds all of it.
 * @param {string} from
 * @param {string} bin
 * @param {string} version
 * @param {Env} env
 * @returns {Promise<EngineResult>}
 */
async function moveIntoPlace(from, bin, version, env) {
  const main = executable("pulumi");
  const answer = await run([join(from, main), "version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    deadlineSeconds: 60,
  });
  const found = parseVersion(answer.stdout)?.text;
  if (!answer.ok || found !== version)
    return {
      said: `the new engine's \`pulumi version\` gave ${found ?? "no version"}, not ${version}: ${answer.ended}`,
      output: answer.output,
    };
  mkdirSync(bin, { recursive: true });
  const names = readdirSync(from).sort((left, right) => Number(left === main) - Number(right === main));
  for (const name of names) renameSync(join(from, name), join(bin, name));
  return { bin };
}

/**
 * @param {string} version
 * @param {Attempt[]} attempts
 * @param {Env} env
 */
function failureText(version, attempts, env) {
  const lines = [`There is no Pulumi engine ${version} on this machine, and none could be had. Tried, in this order:`];
  for (const { way, said, output } of attempts) {
    lines.push(`  ${way}:`, `     ${said}`);
    if (output?.trim()) lines.push(excerpt(output));
  }
  lines.push(
    "What to do, any one of these, and run this again:",
    `  - install Pulumi ${version} or newer as https://www.pulumi.com/docs/install/ says, with pulumi on PATH;`,
    `  - copy a pulumi ${version} from another machine of this kind to ${join(pulumiHome(env), "versions", version, "bin")};`,
    "  - let this machine reach Pulumi's downloads (get.pulumi.com; HTTPS_PROXY is honoured);",
    `  - install Go ${minimumGo} or newer where a Go module mirror can be reached (go env GOPROXY).`,
  );
  return lines.join("\n");
}
