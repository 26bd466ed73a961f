// @ts-check
// `npm run build -- [folder]`: the npm package as a folder of its own, compiled, since Node.js strips no types under node_modules.
// `npm pack ./dist` takes it as it is. Nothing in the checkout loads it. Default dist, which is made anew; another folder must be new or empty.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { manifest, withCompiledImports } from "./manifest.mjs";

const checkout = resolve(import.meta.dirname, "..", "..");
const dist = join(checkout, "dist");
const folder = resolve(process.argv[2] ?? dist);
/** Copied as they stand, to the same places. */
const COPIED = ["README.md", "LICENSE", "config/outputs.schema.json"];

if (folder === dist) rmSync(folder, { recursive: true, force: true });
else if (existsSync(folder) && readdirSync(folder).length > 0) {
  process.stderr.write(`${folder} is not empty, and was left as it is. Give a new folder, or none for dist.\n`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const compiler = join(checkout, "node_modules", "typescript", "bin", "tsc");
execFileSync(process.execPath, [compiler, "--project", join(checkout, "tsconfig.build.json"), "--outDir", folder], {
  stdio: "inherit",
});

/** @type {string[]} */
const modules = [];
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (file.endsWith(".d.ts")) writeFileSync(file, withCompiledImports(readFileSync(file, "utf8")));
  if (file.endsWith(".js")) modules.push(readFileSync(file, "utf8"));
}
for (const file of COPIED) cpSync(join(checkout, file), join(folder, file));
const own = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(own, modules), undefined, 2)}\n`);
process.stdout.write(`okta-anypoint ${own.version} for npm is in ${folder}\n`);
