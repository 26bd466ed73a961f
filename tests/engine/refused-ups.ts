/**
 * An `up`, perhaps a provider made by hand, and then `up`s that must fail, with the configurations given as JSON; prints
 * what the engine said of each, and whether anything was changed anywhere.
 */
import { isDeepStrictEqual } from "node:util";
import { makeByHand } from "./manual-form.ts";
import { recorded, startBench } from "./harness.ts";

export interface Refused {
  readonly text: string;
  readonly unchanged: boolean;
  /** The provider that is there. */
  readonly id: string;
}

interface Plan {
  readonly first: Record<string, unknown>;
  /** `{id}` stands for the provider's id. */
  readonly changes: readonly Record<string, unknown>[];
  readonly byHand?: Record<string, unknown>;
  /** Names of resources, with `*`, that each of the changes is to replace. */
  readonly replace?: string[];
}

const plan = JSON.parse(process.argv[2] ?? "{}") as Plan;
const bench = await startBench(plan.first);
const refused: Refused[] = [];
try {
  await bench.stack.up(recorded(bench));
  if (plan.byHand !== undefined) await makeByHand(bench, plan.byHand);
  const id = Object.keys(bench.lab.anypoint.state.clientProviders)[0] ?? "";
  const before = bench.lab.snapshot();
  for (const change of plan.changes) {
    await bench.configure(JSON.parse(JSON.stringify(change).replaceAll("{id}", id)) as Record<string, unknown>);
    const text = await bench.stack.up({ ...recorded(bench), replace: plan.replace }).then(
      () => "the operation succeeded",
      (error: Error) => error.message,
    );
    refused.push({ text, unchanged: isDeepStrictEqual(bench.lab.snapshot(), before), id });
  }
  process.stdout.write(JSON.stringify(refused));
} finally {
  await bench.close();
}
process.exit(0);
