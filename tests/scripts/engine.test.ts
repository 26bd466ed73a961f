import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { provideEngine } from "../../scripts/setup/engine.mjs";
import { minimumGo } from "../../scripts/setup/engine-build.mjs";
import { deadProcess, failureOf, Machine } from "./fakes.ts";

const version = "3.259.0";
let machine: Machine;
let versions: string;
let cached: string;

beforeEach(() => {
  machine = new Machine();
  versions = join(machine.pulumiHome, "versions");
  cached = join(versions, version, "bin");
  mkdirSync(join(machine.checkout, "scripts", "engine"), { recursive: true });
  // No real npm, and one that cannot reach its registry.
  machine.command("npm", `console.error("npm error network refused"); process.exit(1);`);
});
afterEach(() => machine.remove());

const provide = () =>
  provideEngine({
    root: machine.checkout,
    version,
    node: process.execPath,
    env: machine.env,
    progress: machine.progress,
  });

const says = (text: string) => `console.log(${JSON.stringify(text)});`;

/** The npm package: its run.js makes an engine of the given version, with a language host beside it. */
const npmWithPackage = (runJs: string) => `
  const folder = args[args.indexOf("--prefix") + 1];
  const lock = JSON.parse(fs.readFileSync(path.join(folder, "package-lock.json")));
  if (!lock.packages["node_modules/pulumi"].integrity.startsWith("sha512-")) process.exit(9);
  fs.mkdirSync(path.join(folder, "node_modules", "pulumi"), { recursive: true });
  fs.writeFileSync(path.join(folder, "node_modules", "pulumi", "run.js"), ${JSON.stringify(runJs)});`;

const downloads = (answer: string) => `
  const fs = require("fs"), path = require("path");
  const bin = path.join(process.env.PULUMI_HOME, "versions", process.env.PULUMI_VERSION, "bin");
  fs.mkdirSync(bin, { recursive: true });
  for (const name of ["pulumi", "pulumi-language-nodejs"])
    fs.writeFileSync(path.join(bin, name), "#!/bin/sh\\necho ${answer}\\n", { mode: 0o755 });
  console.log("${answer}");`;

const builds = (answer: string) => `
  if (args[0] === "version") { console.log("go version go1.26.8 linux/amd64"); return; }
  console.error("go: downloading example.com/module v1.0.0");
  console.error("example.com/module/package");
  const out = args[args.indexOf("-o") + 1];
  fs.mkdirSync(path.dirname(out), { recursive: true });
  fs.writeFileSync(out, "#!/bin/sh\\necho ${answer}\\n", { mode: 0o755 });`;

describe("way 1, PATH", () => {
  test.each(["v3.259.0", "v3.300.1"])("%s is taken, and nothing else is called", async (found) => {
    machine.command("pulumi", says(found));
    expect(await provide()).toEqual({ bin: machine.bin, version: found.slice(1), source: "on PATH" });
    expect(machine.calls).toEqual([["pulumi", "version"]]);
    expect(machine.said).toEqual([]);
  });

  test.each(["v3.258.0", "v4.0.0", "unknown"])("%s is not taken", async (found) => {
    machine.command("pulumi", says(found));
    machine.script(join(cached, "pulumi"), "cached pulumi", says("v3.259.0"));
    expect(await provide()).toEqual({ bin: cached, version, source: "cached" });
  });

  test("a real binary is asked once", async () => {
    machine.command("pulumi", says("v3.259.0"));
    // What is called is a small script; with ballast it is as big as a binary.
    const file = join(machine.bin, "pulumi");
    writeFileSync(file, `${readFileSync(file, "utf8")}#${"x".repeat(1_100_000)}\n`);
    await provide();
    await provide();
    expect(machine.calls).toHaveLength(1);
    machine.command("pulumi", says("v3.259.1"));
    expect((await provide()).version).toBe("3.259.1");
  });
});

describe("way 2, the cache", () => {
  test("a broken engine there is replaced by the next way", async () => {
    machine.script(join(cached, "pulumi"), "cached pulumi", "process.exit(139);");
    machine.command("npm", npmWithPackage(downloads("v3.259.0")));
    expect(await provide()).toMatchObject({ bin: cached, source: "downloaded" });
    expect(machine.said.join("\n")).toContain("gave no version: exit code 139");
    expect(await provide()).toMatchObject({ bin: cached, source: "cached" });
  });
});

describe("way 3, the npm package", () => {
  test("all that it brings is moved to the cache, and nothing is left beside", async () => {
    machine.command("npm", npmWithPackage(downloads("v3.259.0")));
    machine.command("go", builds("v3.259.0"));
    expect(await provide()).toEqual({ bin: cached, version, source: "downloaded" });
    expect(readdirSync(cached).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(readdirSync(versions)).toEqual([version]);
    expect(machine.calls.map(([name]) => name)).toEqual(["npm"]);
    expect(machine.calls[0]).toContain("--ignore-scripts");
    machine.forgetCalls();
    expect(await provide()).toEqual({ bin: cached, version, source: "cached" });
    expect(machine.calls).toEqual([]);
  });

  test("an engine of another version is not taken", async () => {
    machine.command("npm", npmWithPackage(downloads("v3.111.0")));
    expect(await failureOf(provide())).toContain("gave 3.111.0, not 3.259.0");
    expect(existsSync(cached)).toBe(false);
    expect(readdirSync(versions)).toEqual([]);
  });
});

describe("way 4, Go", () => {
  test("is taken when the download is closed, with the build as pinned", async () => {
    machine.command("npm", npmWithPackage(`console.error("pulumi: fetch failed"); process.exit(1);`));
    machine.command("go", builds("v3.259.0"));
    expect(await provide()).toEqual({ bin: cached, version, source: "built" });
    const build = machine.calls.find(([name, verb]) => name === "go" && verb === "build") ?? [];
    expect(build).toEqual(expect.arrayContaining(["-mod=readonly", "-trimpath"]));
    expect(build[build.indexOf("-ldflags") + 1]).toContain(`version.Version=v${version}`);
    expect(build.at(-1)).toBe("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi");
    const said = machine.said.join("\n");
    expect(said).toMatch(/way 1 of 4[^]*way 2 of 4[^]*way 3 of 4[^]*fetch failed[^]*way 4 of 4[^]*minutes/);
    expect(readdirSync(versions)).toEqual([version]);
  });

  test("the module in scripts/engine pins the version of the SDK, and its Go is the one that the failure text names", () => {
    const project = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> };
    const module = readFileSync("scripts/engine/go.mod", "utf8");
    expect(module).toContain(`\nrequire github.com/pulumi/pulumi/pkg/v3 v${project.dependencies["@pulumi/pulumi"]}\n`);
    expect(module).toContain(`\ngo ${minimumGo}\n`);
  });
});

test("when nothing works, the failure names every way, its answer, and what to do", async () => {
  machine.command("pulumi", says("v3.1.0"));
  machine.command("npm", npmWithPackage(`console.error("pulumi: fetch failed"); process.exit(1);`));
  machine.command(
    "go",
    `if (args[0] === "version") console.log("go1.26.8"); else { console.error("go: no mirror"); process.exit(1); }`,
  );
  const text = await failureOf(provide());
  expect(text).toMatch(/way 1 of 4.*\n.*pulumi is 3\.1\.0, not 3\.259\.0/);
  expect(text).toMatch(/way 2 of 4.*\n.*there is none/);
  expect(text).toMatch(/way 3 of 4.*\n.*did not come through \(exit code 1: pulumi: fetch failed\)/);
  expect(text).toMatch(/way 4 of 4.*\n.*go build: exit code 1: go: no mirror/);
  expect(text).toMatch(/What to do[^]*install Pulumi 3\.259\.0[^]*install Go/);
  expect(readdirSync(versions)).toEqual([]);
});

test("without npm and go the failure says so", async () => {
  const text = await failureOf(
    provideEngine({
      root: machine.checkout,
      version,
      node: process.execPath,
      env: { ...machine.env, PATH: join(machine.root, "empty") },
      progress: machine.progress,
    }),
  );
  expect(text).toContain("there is no npm on PATH");
  expect(text).toContain("there is no go on PATH");
});

test("what an interrupted set-up left is removed, and its lock taken over", async () => {
  const pid = deadProcess();
  machine.write(join(versions, `.okta-anypoint-${version}-${pid}`, "half"), "…");
  machine.command("npm", npmWithPackage(downloads("v3.259.0")));
  await provide();
  expect(readdirSync(versions)).toEqual([version]);
});

test("two at once: one gets the engine, the other waits for it", async () => {
  machine.command("npm", npmWithPackage(downloads("v3.259.0")));
  const both = await Promise.all([provide(), provide()]);
  expect(both.map(({ source }) => source).sort()).toEqual(["cached", "downloaded"]);
  expect(machine.calls.filter(([name]) => name === "npm")).toHaveLength(1);
});
