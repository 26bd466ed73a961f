import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { SavedLab } from "../../sandbox/lab.ts";
import { readSavedLab, writeSavedLab } from "../../sandbox/saved-lab.ts";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "okta-anypoint-saved-"));
  file = join(folder, "services.json");
});
afterAll(() => rm(folder, { recursive: true }));

test("no file is no earlier run; what was written is read again, and is for its owner alone", async () => {
  expect(await readSavedLab(file)).toBeUndefined();
  const saved = { credentials: {}, bootstrapJwk: {}, okta: { org: 1 }, anypoint: {} } as unknown as SavedLab;
  await writeSavedLab(file, saved);
  expect(await readSavedLab(file)).toEqual(saved);
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test.each([
  ["a truncated file", '{"credentials":{"okta":{"privateKey":"MADE-UP', "only a part of it"],
  ["an empty file", "", "not JSON"],
  ["a file of another make", '{"okta":{},"anypoint":{}}', "it has no credentials, bootstrapJwk"],
  ["null", "null", "it has no credentials"],
])("%s is named, with the way to begin anew and without its content", async (_, content, why) => {
  await writeFile(file, content);
  const error = (await readSavedLab(file).catch((e: unknown) => e)) as Error;
  expect(error.message).toContain(file);
  expect(error.message).toContain(why);
  expect(error.message).toContain("npm run sandbox:start -- --fresh");
  expect(error.message).not.toContain("MADE-UP");
});
