/** `npm run docs:oauth`: plays the comparison with the judge and puts its table into docs/sandbox.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playAll } from "./play.ts";
import { withComparison } from "./table.ts";

const file = join(import.meta.dirname, "..", "..", "docs", "sandbox.md");
writeFileSync(file, withComparison(readFileSync(file, "utf8"), await playAll()));
process.stdout.write("Written: docs/sandbox.md\n");
