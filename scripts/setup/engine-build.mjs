// @ts-check
import { join } from "node:path";
import { lastWords, run } from "./command.mjs";
import { executable, findOnPath } from "./paths.mjs";
import { parseVersion } from "./version.mjs";

/** The `go` line of scripts/engine/go.mod. */
export const minimumGo = "1.25.11";

/**
 * Builds Pulumi's engine with the machine's Go from the module in scripts/engine, whose go.sum pins every source. Go keeps what it has
 * downloaded and compiled in its own caches, so that an interrupted build goes on where it was.
 * @param {import("./engine.mjs").EngineRequest} request
 * @returns {Promise<import("./engine.mjs").EngineResult>}
 */
export async function buildEngine({ version, work, root, env, progress }) {
  const go = findOnPath("go", env);
  if (!go) return { said: "there is no go on PATH" };
  const asked = await run([go, "version"], { env, deadlineSeconds: 60 });
  if (!asked.ok) return { said: `\`go version\`: ${asked.ended}`, output: asked.output };
  progress.say(
    `  Go ${parseVersion(asked.stdout)?.text ?? "of unknown version"}: on two cores about 3 minutes of downloads and 5 of compiling, once`,
  );

  const bin = join(work, "bin");
  let modules = 0;
  let packages = 0;
  let latest = "";
  const result = await progress.during(
    () => (packages === 0 ? `downloading, ${modules} modules` : `compiling, ${packages} packages, last ${latest}`),
    () =>
      run(
        [
          go,
          "build",
          "-v",
          "-mod=readonly",
          "-buildvcs=false",
          "-trimpath",
          "-ldflags",
          `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
          "-o",
          join(bin, executable("pulumi")),
          "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        ],
        {
          cwd: join(root, "scripts", "engine"),
          env: { ...env, GOWORK: "off" },
          deadlineSeconds: 5400,
          onLine(line) {
            if (line.startsWith("go: downloading ")) modules += 1;
            else if (/^[\w./~-]+$/.test(line)) {
              packages += 1;
              latest = line;
            }
          },
        },
      ),
  );
  if (result.ok) return { bin };
  return { said: `go build: ${lastWords(result)}`, output: result.output };
}
