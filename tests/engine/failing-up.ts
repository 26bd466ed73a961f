/** Runs one `up` that must fail, with the configuration changes given as JSON, and prints what the engine said and who was called. */
import { recorded, startBench } from "./harness.ts";

const bench = await startBench(JSON.parse(process.argv[2] ?? "{}") as Record<string, unknown>);
try {
  await bench.stack.up(recorded(bench));
  throw new Error("the operation succeeded");
} catch (error) {
  const text = (error as Error).message;
  process.stdout.write(JSON.stringify({ text, calls: bench.lab.journal.entries() }));
} finally {
  await bench.close();
}
process.exit(0);
