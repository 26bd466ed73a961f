/** What the documents point at is there. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const ROOT = join(import.meta.dirname, "..");
const DOCS = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(ROOT, "docs")).map((name) => join("docs", name))];

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

describe.each(DOCS.filter((file) => file.endsWith(".md")))("%s", (file) => {
  test("names files that are there", () => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => join(dirname(file), path!));
    const tests = [...read(file).matchAll(/\btests\/[\w./-]+\.test\.ts\b/g)].map(([path]) => path);
    expect([...links, ...tests].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test("names npm scripts that are there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...read(file).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

test("every row of docs/verification.md has a number of its own, a mark and a test", () => {
  const rows = read("docs/verification.md")
    .split("\n")
    .filter((line) => /^\|\s*\d+\s*\|/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows.map(([, number]) => Number(number))).toEqual(rows.map((_, index) => index + 1));
  for (const [, number, , mark, how] of rows) {
    expect([number, mark]).toEqual([number, expect.stringMatching(/confirmed|inferred|unknown|measured|never run/)]);
    expect([number, how]).toEqual([number, expect.stringMatching(/tests\/|^–$/)]);
  }
});

test("docs/doctor.md names every check and code of what `up` would meet", () => {
  const folder = join("checks", "before-up");
  const source = readdirSync(join(ROOT, folder))
    .map((name) => read(join(folder, name)))
    .join("\n");
  const named = new Set([...source.matchAll(/"((?:okta|anypoint)-[a-z-]+)"/g)].map(([, name]) => name!));
  expect(named.size).toBeGreaterThan(20);
  const doc = read("docs/doctor.md");
  expect([...named].filter((name) => !doc.includes(`\`${name}\``))).toEqual([]);
});
