// @ts-check
import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { lastWords, run } from "./command.mjs";
import { executable, isExecutable } from "./paths.mjs";
import { installPinned } from "./pinned-package.mjs";

/**
 * The digests of the releases of npm's package `pulumi` that we know. The package has no install script: it downloads Pulumi's CLI to
 * `$PULUMI_HOME/versions/<version>/bin` when it is first run.
 * @type {Record<string, string>}
 */
const digests = {
  "3.259.0": "sha512-INXMyZQmNg0wvjaaTBzbQE5zQUSx3jdMx7NBl2poNfTASMF11jjAyGzICWbquvqZVlALIaBbK/hbuvwdyPuuXQ==",
};

/** The download is given up when nothing has arrived for so long. */
const silenceSeconds = 60;

/**
 * @param {import("./engine.mjs").EngineRequest} request
 * @returns {Promise<import("./engine.mjs").EngineResult>}
 */
export async function downloadEngine({ version, work, node, env, progress }) {
  const integrity = digests[version];
  if (!integrity) return { said: `scripts/setup/engine-download.mjs has no digest of pulumi@${version}` };
  const installed = await progress.during(
    () => `npm's package pulumi@${version}`,
    () => installPinned({ name: "pulumi", version, integrity }, join(work, "npm"), { node, env }),
  );
  if ("said" in installed) return installed;

  const home = join(work, "home");
  const temporary = join(work, "tmp");
  mkdirSync(temporary, { recursive: true });
  const arrived = () => bytesIn(work);
  const before = arrived();
  const result = await progress.during(
    () => `Pulumi's CLI: ${Math.round((arrived() - before) / 1_000_000)} MB`,
    () =>
      run([node, join(installed.folder, "run.js"), "version"], {
        cwd: work,
        env: {
          ...env,
          PULUMI_HOME: home,
          PULUMI_VERSION: version,
          PULUMI_SKIP_UPDATE_CHECK: "true",
          NODE_USE_ENV_PROXY: "1",
          TMPDIR: temporary,
          TEMP: temporary,
          TMP: temporary,
        },
        silenceSeconds,
        activity: arrived,
        deadlineSeconds: 1800,
      }),
  );
  const bin = join(home, "versions", version, "bin");
  if (result.ok && isExecutable(join(bin, executable("pulumi")))) return { bin };
  return {
    said: `Pulumi's download did not come through (${lastWords(result)})`,
    output: result.output,
  };
}

/**
 * @param {string} folder
 * @returns {number}
 */
function bytesIn(folder) {
  let sum = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      sum += entry.isDirectory() ? bytesIn(path) : lstatSync(path).size;
    }
  } catch {
    // A file of the download was moved meanwhile.
  }
  return sum;
}
