/**
 * What all suites of one whole run found together: no known difference that none of them needs, and docs/sandbox.md as it says.
 * `node tests/contract/whole.ts` looks at the last run of `npm test`; `--write` brings docs/sandbox.md up to date, without
 * a run but for the operations that are called.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { DOCUMENT, coverageText, rewritten, written } from "./coverage.ts";
import { specsPresent } from "./descriptions.ts";
import { KNOWN_DIFFERENCES, nameOf } from "./known-differences.ts";
import { ALL_RAN, RUN } from "./names.mjs";
import type { Finding } from "./observer.ts";
import { undescribedRoutes } from "./undescribed.ts";

const folder = process.env[RUN] ?? fileURLToPath(new URL("../../.sandbox/contract", import.meta.url));

const files = existsSync(join(folder, ALL_RAN))
  ? readdirSync(folder).filter((file) => file.endsWith(".json") && file !== ALL_RAN)
  : [];
const allRan = files.length > 0;
const found = files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Finding[]);
const texts = (kind: Finding["kind"]): Set<string> =>
  new Set(found.filter((finding) => finding.kind === kind).map(({ text }) => text));

process.exitCode = await main();

async function main(): Promise<number> {
  if (!specsPresent) return say("Skipped: ../shared/specs is not there.", 0);
  if (process.env.PLUGINS === "real") return say("Skipped: the real plugins call what they call.", 0);
  const write = process.argv.includes("--write");
  if (!allRan && write) {
    writeFileSync(DOCUMENT, rewritten(await coverageText(written().called)));
    return say("docs/sandbox.md is written, with the operations that it had: no run of `npm test` came to its end.", 0);
  }
  if (!allRan) return say("What all suites found is not known: run `npm test` to its end first.", 1);
  const { failed } = JSON.parse(readFileSync(join(folder, ALL_RAN), "utf8")) as { failed: number };
  if (failed > 0) say(`${failed} tests failed; what they did not come to is missing in the following.`, 0);
  if (write) {
    // What failed may have come to less than it does.
    const called = new Set([...texts("called"), ...(failed > 0 ? written().called : [])]);
    writeFileSync(DOCUMENT, rewritten(await coverageText(called)));
    return say(`docs/sandbox.md is written, with ${called.size} operations that we call.`, 0);
  }
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
