/** What is shipped with the project: exact versions, licences that may be used, and a list for those who have to know. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const ROOT = join(import.meta.dirname, "..", "..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const { dependencies, devDependencies } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}
const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };

/** As the packages say it; an alternative counts where one of its sides does. */
const ALLOWED =
  /^\(?(MIT|MIT-0|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|Unlicense|WTFPL|Python-2\.0|CC0-1\.0)\b/;
/** Packages that say it otherwise, with what their own files say. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {
  "node_modules/@logdna/tail-file": "MIT, by its LICENSE",
  // Weak copyleft, used as they are: by Okta's SDK, to read keys.
  "node_modules/eckles": "MPL-2.0",
  "node_modules/rasha": "MPL-2.0",
  "node_modules/spdx-exceptions": "CC-BY-3.0, a list of names",
};

test("every dependency has one exact version", () => {
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});

test("every dependency of production has a licence that may be used", () => {
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
  expect(shipped.length).toBeGreaterThan(Object.keys(dependencies!).length);
  const refused = shipped
    .filter(([path, { license }]) => SAID_ELSEWHERE[path] === undefined && !ALLOWED.test(license ?? "none"))
    .map(([path, { license }]) => `${path}: ${license ?? "none"}`);
  expect(refused).toEqual([]);
});

test("every dependency is told of in docs/architecture.md", () => {
  const [, table = ""] = read("docs/architecture.md").split("## Dependencies");
  const told = new Set([...table.matchAll(/@?[\w./-]+/g)].map(([name]) => name));
  const scopes = [...table.matchAll(/(@[\w-]+\/)\*/g)].map(([, scope]) => scope!);
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !told.has(name) && !scopes.some((scope) => name.startsWith(scope)),
  );
  expect(missing).toEqual([]);
});

test("`npm run sbom` lists every dependency of production, at its version, and no tool of development", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, "scripts", "sbom.mjs")], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const bom = JSON.parse(stdout) as {
    bomFormat: string;
    metadata: { component: { name: string } };
    components: { name: string; version: string }[];
  };
  expect(bom.bomFormat).toBe("CycloneDX");
  expect(bom.metadata.component.name).toBe("okta-anypoint");
  const listed = new Set(bom.components.map(({ name, version }) => `${name} ${version}`));
  const direct = (list: Record<string, string>) => Object.entries(list).map((one) => one.join(" "));
  expect(direct(dependencies!).filter((one) => !listed.has(one))).toEqual([]);
  expect(listed.has(`jest ${devDependencies!.jest}`)).toBe(false);
});
