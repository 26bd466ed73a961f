import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { DEFAULT_PRIVATE_KEY_BLOCK } from "../../sandbox/anypoint/private-key-block.ts";
import { readBlockNames } from "../../sandbox/block-names.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "block-names-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const file = join(folder, "names.json");
  await writeFile(file, text);
  return readBlockNames(file);
}

test("a file names what differs from the default", async () => {
  expect(await read('{ "methodPath": "", "scopesPath": "client.scopes", "scopesFormat": "string" }')).toEqual({
    ...DEFAULT_PRIVATE_KEY_BLOCK,
    ...{ methodPath: "", scopesPath: "client.scopes", scopesFormat: "string" },
  });
});

test.each([
  ["no JSON", "{", /Could not read the block names from .*names\.json/],
  [
    "a name that is none",
    '{ "keyPath": "a", "scopesPath": "a..b" }',
    /are not right:\n.*scopesPath: give a dotted path/s,
  ],
])("%s is told", async (_, text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});

test("a file that is not there is told", async () => {
  await expect(readBlockNames(join(folder, "nothing.json"))).rejects.toThrow(/Could not read the block names/);
});
