/** Runs one takeover whose preview must fail, and prints what was said, and who was written to. */
import { readFile, writeFile } from "node:fs/promises";
import { ASKS, adopt, stackFile, startByHandBench } from "./by-hand.ts";
import { recorded } from "./harness.ts";

export interface FailingAdopt {
  readonly text: string;
  readonly code?: number;
  /** Whether the stack's file changed. */
  readonly changed?: boolean;
  readonly writes: readonly unknown[];
}

const { bench, made, keyFile } = await startByHandBench();
const position = bench.lab.journal.position;
const file = stackFile(bench);
const writes = () =>
  bench.lab.journal.entries({ after: position }).filter(({ method, path }) => !ASKS.test(`${method} ${path}`));

async function run(): Promise<Omit<FailingAdopt, "writes">> {
  if (process.argv[2] === "unknown id") {
    await adopt(bench, "--manager-key", keyFile, "--yes");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(`managerApp: ${made.manager.id}`, "managerApp: 0oaNotThere"));
    const refused = await bench.stack.preview(recorded(bench)).then(
      () => new Error("the preview succeeded"),
      (reason: Error) => reason,
    );
    return { text: refused.message };
  }
  const other = { name: "other", environment: "Nowhere", instanceId: 1 };
  await writeFile(file, `${await readFile(file, "utf8")}  okta-anypoint:apis:\n    - ${JSON.stringify(other)}\n`);
  const before = await readFile(file, "utf8");
  const { code, said } = await adopt(bench, "--manager-key", keyFile, "--yes");
  return { text: said, code, changed: (await readFile(file, "utf8")) !== before };
}

try {
  const result = await run();
  // A promise that the SDK rejects late would end the process before this.
  await new Promise((resolve) => setTimeout(resolve, 500));
  process.stdout.write(JSON.stringify({ ...result, writes: writes() }));
} finally {
  await bench.close();
}
process.exit(0);
