// @ts-check
// `npm run sbom`: what is shipped, as CycloneDX, on standard output. By `npm sbom`, which with --omit=dev alone also leaves out what both
// production and development need (measured: npm 11.19): so it is given a lockfile without development.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "./setup/paths.mjs";

const read = (/** @type {string} */ file) => JSON.parse(readFileSync(join(checkout, file), "utf8"));
const manifest = read("package.json");
const lock = read("package-lock.json");
delete manifest.devDependencies;
delete lock.packages[""].devDependencies;
for (const [path, { dev }] of Object.entries(lock.packages)) if (dev) delete lock.packages[path];

const temporary = mkdtempSync(join(tmpdir(), "okta-anypoint-sbom-"));
try {
  // npm names the whole after its folder.
  const folder = join(temporary, manifest.name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  const { status } = spawnSync("npm", ["sbom", "--package-lock-only", "--sbom-format=cyclonedx"], {
    cwd: folder,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
