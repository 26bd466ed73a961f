/**
 * What all suites of one whole run found together: no known difference that none of them needs, and docs/sandbox.md as it says.
 * `node tests/contract/whole.ts` looks at the last run of `npm test`; `--write` brings docs/sandbox.md up to date.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { DOCUMENT, coverageText, rewritten, written } from "./coverage.ts";
import { specsPresent } from "./descriptions.ts";
import { KNOWN_DIFFERENCES, nameOf } from "./known-differences.ts";
import { RUN } from "./names.mjs";
import type { Finding } from "./observer.ts";
import { undescribedRoutes } from "./undescribed.ts";

const folder = process.env[RUN] ?? fileURLToPath(new URL("../../.sandbox/contract", import.meta.url));

const found: Finding[] = existsSync(folder)
  ? readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Finding[])
  : [];
const texts = (kind: Finding["kind"]): Set<string> =>
  new Set(found.filter((finding) => finding.kind === kind).map(({ text }) => text));

process.exitCode = await main();

async function main(): Promise<number> {
  if (!specsPresent) return say("Skipped: ../shared/specs is not there.", 0);
  if (process.argv.includes("--write")) {
    const called = found.length > 0 ? texts("called") : written().called;
    writeFileSync(DOCUMENT, rewritten(await coverageText(called)));
    return say(`docs/sandbox.md is written, with ${called.size} operations that we call.`, 0);
  }
  if (found.length === 0) return say(`No suite wrote what it found into ${folder}: run \`npm test\` first.`, 1);
  const faults = await look();
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  return say(
    `${texts("called").size} operations called, ${KNOWN_DIFFERENCES.length} known differences.`,
    faults.length,
  );
}

async function look(): Promise<string[]> {
  const met = texts("difference");
  // A route that is served is a difference, called or not.
  for (const service of ["okta", "anypoint"] as const) {
    for (const name of (await undescribedRoutes(service)).known) met.add(name);
  }
  const unneeded = KNOWN_DIFFERENCES.map(nameOf).filter((name) => !met.has(name));
  const called = texts("called");
  const told = written();
  const fewer = [...told.called].filter((name) => !called.has(name));
  const more = [...called].filter((name) => !told.called.has(name));
  const faults = unneeded.map((name) => `No suite needs this known difference any more; delete it: ${name}`);
  faults.push(...fewer.map((name) => `docs/sandbox.md says that we call it, but no suite does: ${name}`));
  faults.push(...more.map((name) => `We call it, and docs/sandbox.md does not say so: ${name}`));
  if (faults.length === 0 && told.text !== (await coverageText(called))) {
    faults.push("docs/sandbox.md says otherwise what the descriptions cover.");
  }
  if (faults.length > unneeded.length) faults.push("To write it: node tests/contract/whole.ts --write");
  return faults;
}

function say(text: string, faults: number): number {
  process.stdout.write(`${text}\n`);
  return faults === 0 ? 0 : 1;
}
