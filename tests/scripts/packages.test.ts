import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { inspectPackages, providePackages } from "../../scripts/setup/packages.mjs";
import { failureOf, Machine } from "./fakes.ts";

let machine: Machine;

const here = { os: [process.platform], cpu: [process.arch], optional: true };
const elsewhere = { os: ["plan9"], cpu: ["mips"], optional: true };
const lock = {
  "": { name: "project" },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/native-here": { version: "1.0.0", integrity: "sha512-h", ...here },
  "node_modules/native-here-too": { version: "1.0.0", integrity: "sha512-i", ...here },
  "node_modules/native-elsewhere": { version: "1.0.0", integrity: "sha512-e", ...elsewhere },
};
const { "": _root, "node_modules/native-here-too": _too, "node_modules/native-elsewhere": _else, ...installed } = lock;

beforeEach(() => {
  machine = new Machine();
  machine.write(join(machine.checkout, "package.json"), "{}");
  machine.write(join(machine.checkout, "package-lock.json"), JSON.stringify({ packages: lock }));
});
afterEach(() => machine.remove());

const record = (packages: object) =>
  machine.write(join(machine.checkout, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));

describe("what is in place", () => {
  test("as the lockfile says, without other systems' packages", () => {
    record(installed);
    expect(inspectPackages(machine.checkout)).toEqual({ inPlace: true });
  });

  test("no record: not complete", () => {
    machine.write(join(machine.checkout, "node_modules", "a", "package.json"), "{}");
    expect(inspectPackages(machine.checkout)).toMatchObject({
      inPlace: false,
      reason: expect.stringContaining("not complete"),
    });
  });

  test.each([
    ["another version", { ...installed, "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }],
    ["other content", { ...installed, "node_modules/a": { version: "1.0.0", integrity: "sha512-b" } }],
    ["one missing", { "node_modules/native-here": installed["node_modules/native-here"] }],
    ["one too many", { ...installed, "node_modules/b": { version: "1.0.0" } }],
  ])("%s: changed", (_name, packages) => {
    record(packages);
    expect(inspectPackages(machine.checkout)).toMatchObject({
      inPlace: false,
      reason: expect.stringMatching(/^node_modules\/[ab] is not as package-lock.json has it$/),
    });
  });

  test("another system's packages: made elsewhere", () => {
    record({
      "node_modules/a": installed["node_modules/a"],
      "node_modules/native-elsewhere": lock["node_modules/native-elsewhere"],
    });
    expect(inspectPackages(machine.checkout)).toMatchObject({
      inPlace: false,
      reason: expect.stringContaining("another system"),
    });
  });

  test("no lockfile: says what to do", () => {
    expect(() => inspectPackages(machine.root)).toThrow(/package-lock.json is missing[^]*version control/);
  });
});

describe("npm ci", () => {
  const npm = (packages: object) => `
    const modules = path.join(process.cwd(), "node_modules");
    if (!fs.existsSync("package.json") || !fs.existsSync("package-lock.json")) process.exit(9);
    fs.mkdirSync(modules);
    fs.writeFileSync(path.join(modules, "new"), "");
    fs.writeFileSync(path.join(modules, ".package-lock.json"), ${JSON.stringify(JSON.stringify({ packages }))});`;
  const provide = () =>
    providePackages({ root: machine.checkout, node: process.execPath, env: machine.env, progress: machine.progress });

  test("once, without scripts, with the development packages; then nothing", async () => {
    machine.command("npm", npm(installed));
    expect(await provide()).toEqual({ installed: true });
    expect(machine.calls).toHaveLength(1);
    expect(machine.calls[0]).toEqual(expect.arrayContaining(["npm", "ci", "--ignore-scripts", "--include=dev"]));
    expect(await provide()).toEqual({ installed: false });
    expect(machine.calls).toHaveLength(1);
    expect(readdirSync(join(machine.checkout, ".sandbox"))).toEqual([]);
  });

  test("two at once: one installs, both have it", async () => {
    machine.command("npm", npm(installed));
    const both = await Promise.all([provide(), provide()]);
    expect(both.filter((result) => result.installed)).toHaveLength(1);
    expect(machine.calls).toHaveLength(1);
  });

  test("again when the lockfile has changed, and what an interrupted one left is removed", async () => {
    record(installed);
    machine.write(join(machine.checkout, "node_modules", "old"), "");
    machine.write(join(machine.checkout, ".sandbox", "packages-99999999", "half"), "");
    const changed = { ...lock, "node_modules/a": { version: "2.0.0", integrity: "sha512-2" } };
    machine.write(join(machine.checkout, "package-lock.json"), JSON.stringify({ packages: changed }));
    machine.command("npm", npm({ ...installed, "node_modules/a": changed["node_modules/a"] }));
    expect(await provide()).toEqual({ installed: true });
    expect(readdirSync(join(machine.checkout, "node_modules")).sort()).toEqual([".package-lock.json", "new"]);
    expect(readdirSync(join(machine.checkout, ".sandbox"))).toEqual([]);
    expect(machine.said.join("\n")).toContain("because node_modules/a is not as package-lock.json has it");
  });

  test("a failure says what npm said and what to do, and leaves the packages that were there", async () => {
    record({});
    machine.command("npm", `console.error("npm error code ECONNREFUSED"); process.exit(3);`);
    const text = await failureOf(provide());
    expect(text).toMatch(/^npm ci for .*checkout failed: exit code 3\n.*npm error code ECONNREFUSED\nWhat to do: /);
    expect(readFileSync(join(machine.checkout, "node_modules", ".package-lock.json"), "utf8")).toBe(`{"packages":{}}`);
    expect(readdirSync(join(machine.checkout, ".sandbox"))).toEqual([]);
  });

  test("a success that did not install is a failure", async () => {
    machine.command("npm", npm({}));
    expect(await failureOf(provide())).toMatch(/reported success, but node_modules\/a is not/);
    expect(existsSync(join(machine.checkout, "node_modules"))).toBe(false);
  });

  test("no npm: says so", async () => {
    expect(await failureOf(provide())).toMatch(/there is no npm on PATH\.\nWhat to do: install npm/);
  });
});

test("the lockfile names the packages of every system, not only of the one that it was made on", () => {
  type Entry = { optionalDependencies?: Record<string, string> };
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Entry> };
  const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, "")));
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !names.has(name));
  expect(missing).toEqual([]);
});
