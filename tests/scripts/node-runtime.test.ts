import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { provideNode } from "../../scripts/setup/node-runtime.mjs";
import { failureOf, Machine } from "./fakes.ts";

let machine: Machine;
let nodes: string;

beforeEach(() => {
  machine = new Machine();
  nodes = join(machine.cache, "node");
});
afterEach(() => machine.remove());

const provide = (current: string, wanted?: string) =>
  provideNode({
    wanted,
    env: machine.env,
    progress: machine.progress,
    current: { version: current, path: "/current/node" },
  });

/** npm that installs the package it is asked for, with a `node` that does as told. */
const npm = (node: string) => `
  const folder = args[args.indexOf("--prefix") + 1];
  const lock = JSON.parse(fs.readFileSync(path.join(folder, "package-lock.json")));
  const [where, entry] = Object.entries(lock.packages)[1];
  if (!entry.integrity.startsWith("sha512-") || !args.includes("--ignore-scripts")) process.exit(9);
  const made = path.join(folder, where);
  fs.mkdirSync(path.join(made, "bin"), { recursive: true });
  fs.writeFileSync(path.join(made, "package.json"), JSON.stringify({ name: path.basename(where), version: entry.version }));
  fs.writeFileSync(path.join(made, "bin", "node"), ${JSON.stringify(`#!/bin/sh\n${node}\n`)}, { mode: 0o755 });`;

test.each([
  ["22.18.0", undefined],
  ["24.1.0", undefined],
  ["26.0.0", undefined],
  ["24.1.0", "24"],
])("Node %s does, when %s is wanted", async (current, wanted) => {
  expect(await provide(current, wanted)).toEqual({ node: "/current/node", version: current, source: "current" });
  expect(machine.said).toEqual([]);
});

test("an older Node is replaced by the pinned 22 from npm, once, outside the checkout", async () => {
  machine.command("npm", npm("echo v22"));
  machine.write(join(nodes, ".incoming-22.23.3-99999999", "half"), "");
  const found = await provide("20.20.2");
  expect(found).toMatchObject({ version: expect.stringMatching(/^22\.23\./), source: "cached" });
  expect(found.node).toBe(join(nodes, found.version, "package", "bin", "node"));
  expect(machine.said[0]).toMatch(/^Node 20\.20\.2 is older than 22\.18\.0: fetching Node 22/);
  expect(readdirSync(nodes)).toEqual([found.version]);
  expect(await provide("20.20.2")).toEqual(found);
  expect(machine.calls).toHaveLength(1);
});

test("another major version than the current one is fetched when it is asked for", async () => {
  machine.command("npm", npm("echo v24"));
  expect(await provide("22.18.0", "24")).toMatchObject({ version: expect.stringMatching(/^24\./), source: "cached" });
  expect(machine.said[0]).toMatch(/^Node 24 is asked for: fetching/);
});

test("a folder of another release or system is fetched anew", async () => {
  machine.command("npm", npm("echo v22"));
  const { node, version } = await provide("20.0.0");
  machine.write(join(node, "..", "..", "package.json"), JSON.stringify({ name: "node-plan9-mips", version }));
  await provide("20.0.0");
  expect(machine.calls).toHaveLength(2);
});

test("two at once: one fetches", async () => {
  machine.command("npm", npm("echo v22"));
  await Promise.all([provide("20.0.0"), provide("20.0.0")]);
  expect(machine.calls).toHaveLength(1);
});

test.each([
  [
    "npm fails",
    `console.error("npm error 404"); process.exit(1);`,
    /could not be fetched[^]*exit code 1[^]*npm error 404[^]*install Node 22\.18\.0/,
  ],
  [
    "the binary does not run",
    npm("echo no such loader >&2; exit 127"),
    /doesn't run on this machine: exit code 127[^]*no such loader/,
  ],
])("%s: says so, and leaves nothing", async (_name, body, text) => {
  machine.command("npm", body);
  expect(await failureOf(provide("20.0.0"))).toMatch(text);
  expect(readdirSync(nodes)).toEqual([]);
});

test("a major version without a pin: says what to do", async () => {
  expect(await failureOf(provide("20.0.0", "99"))).toMatch(/no pinned Node 99 for[^]*install Node 99/);
  expect(existsSync(nodes)).toBe(false);
});
