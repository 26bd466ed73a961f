/** Which plugins are taken, by what is installed under PULUMI_HOME. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { ROOT, engineEnvironment } from "../../sandbox/engine.ts";
import { askedPlugins, choosePlugins, describePlugins } from "../../sandbox/plugin-choice.ts";

const before = { PULUMI_HOME: process.env["PULUMI_HOME"], PLUGINS: process.env["PLUGINS"], PATH: process.env["PATH"] };
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "okta-anypoint-home-"));
  process.env["PULUMI_HOME"] = home;
});
afterEach(async () => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(home, { recursive: true });
});

async function install(folder: string, file: string): Promise<void> {
  await mkdir(join(home, "plugins", folder), { recursive: true });
  await writeFile(join(home, "plugins", folder, file), "");
}
const installOkta = () => install("resource-okta-v7.0.0", "pulumi-resource-okta");
const installCommand = () => install("resource-command-v1.2.1", "pulumi-resource-command");

test("both installed: real and auto take them, standin does not", async () => {
  await installOkta();
  await installCommand();
  expect(["real", "auto", "standin"].map((choice) => choosePlugins(choice as "auto"))).toEqual([
    "real",
    "real",
    "standin",
  ]);
  expect(describePlugins("real")).toBe(
    `the real ones, pulumi-okta 7.0.0 and pulumi-command 1.2.1 of ${join(home, "plugins")}`,
  );
});

test("one installed: auto takes none of them, real names the other", async () => {
  await installOkta();
  expect(choosePlugins("auto")).toBe("standin");
  expect(() => choosePlugins("real")).toThrow(
    `The real plugins are not installed: command 1.2.1 missing, looked for ${join(home, "plugins/resource-command-v1.2.1/pulumi-resource-command")}. Install: pulumi plugin install resource command 1.2.1.`,
  );
});

test.each([
  ["another version", "resource-okta-v6.15.0", "pulumi-resource-okta"],
  ["a folder without the program, as a download that was cut off leaves it", "resource-okta-v7.0.0", "README.md"],
])("%s does not count", async (_, folder, file) => {
  await install(folder, file);
  await installCommand();
  expect(choosePlugins("auto")).toBe("standin");
});

test("PLUGINS is heard, and can't be anything", () => {
  delete process.env["PLUGINS"];
  expect(askedPlugins("standin")).toBe("standin");
  process.env["PLUGINS"] = "auto";
  expect(askedPlugins("standin")).toBe("auto");
  process.env["PLUGINS"] = "unreal";
  expect(() => askedPlugins("standin")).toThrow('PLUGINS is "unreal"; it can be real, standin, auto.');
});

test("with the real ones, stand-ins that a lab's env.sh has put on PATH are off it; else they come before what is installed", () => {
  const bin = join(ROOT, "sandbox", "plugins", "bin");
  process.env["PATH"] = [bin, "/usr/bin"].join(delimiter);
  const folders = (plugins: "real" | "standin") => engineEnvironment("/state", plugins)["PATH"]?.split(delimiter) ?? [];
  expect(folders("real")).not.toContain(bin);
  expect(folders("standin").filter((folder) => folder === bin)).toHaveLength(1);
});
