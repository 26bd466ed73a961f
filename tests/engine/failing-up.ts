/** Runs one `up` that must fail, with the configuration changes given as JSON, and prints what the engine and the sandbox say and who was called. */
import { describeFailure } from "../../sandbox/failure.ts";
import { recorded, startBench } from "./harness.ts";

const bench = await startBench(JSON.parse(process.argv[2] ?? "{}") as Record<string, unknown>);
try {
  await bench.stack.up(recorded(bench));
  throw new Error("the operation succeeded");
} catch (error) {
  const text = (error as Error).message;
  const told = describeFailure({ error, events: bench.events, requests: [] }, 120);
  process.stdout.write(JSON.stringify({ text, told, calls: bench.lab.journal.entries() }));
} finally {
  await bench.close();
}
process.exit(0);
