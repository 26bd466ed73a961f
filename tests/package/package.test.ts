/** The npm package, as npm packs it: what is in it, and that its entries work from a folder named node_modules. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { manifest, withCompiledImports } from "../../scripts/package/manifest.mjs";
import { ROOT, removeFolder } from "../../sandbox/engine.ts";
import { installPackage } from "./install.ts";

const run = promisify(execFile);
const EXAMPLE = join(ROOT, "examples", "consumer-stack");

let project: string;
let files: string[];

beforeAll(async () => {
  await mkdir(join(ROOT, ".sandbox"), { recursive: true });
  project = await mkdtemp(join(ROOT, ".sandbox", "test-"));
  files = await installPackage(project);
}, 120_000);
afterAll(() => removeFolder(project));

/** Runs a module in the project's folder under plain Node, and gives what it printed. */
const node = async (source: string) =>
  (await run(process.execPath, ["--input-type=module", "--eval", source], { cwd: project })).stdout;

const own = async () =>
  JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { exports: Record<string, string> } & Parameters<
    typeof manifest
  >[0];

test("holds compiled modules, their declarations, the schema, README and LICENSE, and nothing else", () => {
  const modules = /^(?:checks|components|config|operations|providers)\/[\w/-]+\.(?:js|d\.ts)$/;
  const others = ["LICENSE", "README.md", "config/outputs.schema.json", "package.json"];
  expect(files.filter((file) => !modules.test(file)).sort()).toEqual(others);
  expect(files).toEqual(expect.arrayContaining(["components/index.js", "providers/index.d.ts"]));
  expect(files.filter((file) => file.endsWith(".js"))).toHaveLength(files.filter((f) => f.endsWith(".d.ts")).length);
});

test("has the checkout's entries, and the schema as it stands", async () => {
  const text = await node(
    "import { readFileSync } from 'node:fs'; console.log(readFileSync('node_modules/okta-anypoint/package.json', 'utf8'))",
  );
  const packed = JSON.parse(text) as { exports: Record<string, string>; private?: boolean };
  expect(Object.keys(packed.exports)).toEqual(Object.keys((await own()).exports));
  expect(Object.values(packed.exports).filter((file) => !files.includes(file.replace("./", "")))).toEqual([]);
  expect(packed.private).toBe(true);
  const schema = await node(
    "import schema from 'okta-anypoint/outputs.schema.json' with { type: 'json' }; console.log(JSON.stringify(schema))",
  );
  expect(JSON.parse(schema)).toEqual(JSON.parse(await readFile(join(ROOT, "config/outputs.schema.json"), "utf8")));
});

test("its entries can be imported under plain Node, and give what the checkout's give", async () => {
  const list = (entry: string) =>
    `console.log(JSON.stringify(Object.keys(await import("okta-anypoint${entry}")).sort()));`;
  const source = ["", "/providers", "/outputs", "/verify"].map(list).join("\n");
  const inCheckout = await run(process.execPath, ["--input-type=module", "--eval", source], { cwd: ROOT });
  expect(await node(source)).toBe(inCheckout.stdout);
});

test("the line in the state finds every handler in it, and loads it", async () => {
  const { storedCode, HANDLER_NAMES } = await import("../../providers/stored-code.ts");
  const source = `
    import { createRequire } from "node:module";
    const require = createRequire(process.cwd() + "/x.js");
    const exports = {};
    ${HANDLER_NAMES.map(
      (name) =>
        `${storedCode(name)}; { const given = await exports.handler().check({}, {}).then(() => "", String); if (/Cannot find|ERR_/.test(given)) throw new Error(given); }`,
    ).join("\n")}
    console.log("all");`;
  expect(await node(source)).toBe("all\n");
});

test("the verification of an `up` starts from it", async () => {
  const child = run(process.execPath, ["--input-type=module", "--eval", "import 'okta-anypoint/verify-after-up'"], {
    cwd: project,
    env: { PATH: process.env.PATH },
  });
  await expect(child).rejects.toMatchObject({ stderr: expect.stringContaining("OKTA_ANYPOINT_VERIFY_INPUT") });
});

test("its types resolve in a program of another project: the example", async () => {
  for (const file of await readdir(EXAMPLE)) {
    if (/\.(?:ts|json)$/.test(file)) await writeFile(join(project, file), await readFile(join(EXAMPLE, file)));
  }
  const wrong = `import { consumerOf } from "okta-anypoint";\nconst text: number = consumerOf;\nexport default text;\n`;
  await writeFile(join(project, "wrong.ts"), wrong);
  await symlink(join(ROOT, "node_modules", "@types"), join(project, "node_modules", "@types")).catch(() => {});
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--skipLibCheck", "--types"];
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const check = (file: string) => run(process.execPath, [compiler, ...options, "node", file], { cwd: project });
  await check("index.ts");
  // Types that resolved to `any` would let this pass.
  await expect(check("wrong.ts")).rejects.toMatchObject({ stdout: expect.stringContaining("TS2322") });
  await rm(join(project, "wrong.ts"));
}, 120_000);

test("a folder in which something stands is not built into", async () => {
  const kept = join(project, "kept");
  await mkdir(kept);
  await writeFile(join(kept, "important.txt"), "mine");
  const building = run(process.execPath, [join(ROOT, "scripts", "package", "build.mjs"), kept]);
  await expect(building).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("is not empty") });
  expect(await readdir(kept)).toEqual(["important.txt"]);
});

test("a package that is imported and not declared is refused; declarations name compiled files", async () => {
  const text = 'import "left-pad";\nimport "node:fs";\nexport * from "@pulumi/okta/app";\nawait import("./x.js");';
  await expect(own().then((it) => manifest(it, [text]))).rejects.toThrow(/^left-pad: imported by the package/);
  expect(withCompiledImports('export * from "./a.ts"; type B = import("../b.ts").B;')).toBe(
    'export * from "./a.js"; type B = import("../b.js").B;',
  );
});
