/** A lab and a stack over it, for tests that run the real engine. */
import { mkdir, mkdtemp, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { EngineEvent, PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import program from "../../index.ts";
import type { JournalEntry, ServiceName } from "../../sandbox/core/journal.ts";
import { ROOT, removeFolder, sandboxStack } from "../../sandbox/engine.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";
import { type ConfigValue, sandboxConfig } from "../../sandbox/stack-config.ts";
import { plugins } from "./plugins.ts";

export interface Bench {
  readonly lab: Lab;
  readonly stack: Stack;
  /** Where the stack's project and state are. */
  readonly folder: string;
  /** All that the engine has printed so far, and its events. */
  readonly output: string[];
  readonly events: EngineEvent[];
  /** Text of every file of the stack's backend. */
  stateText(): Promise<string>;
  /** Calls of a service since a position of the journal. */
  calls(service: ServiceName, after: number): JournalEntry[];
  /** Gives the stack another configuration; keys with undefined are left out. */
  configure(changes: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

/** Options for every operation: what the engine says is kept. */
export const recorded = (bench: Bench) => ({
  onOutput: (text: string) => bench.output.push(text),
  onEvent: (event: EngineEvent) => bench.events.push(event),
});

export interface BenchOptions {
  /** Folder in which the bench makes its own. Default `.sandbox`. */
  readonly within?: string;
  /** Stops whatever the engine is doing. */
  readonly signal?: AbortSignal;
}

/** Starts a lab and makes an empty stack `sandbox` for it. */
export async function startBench(
  changes: Record<string, unknown> = {},
  run: PulumiFn = program,
  options: BenchOptions = {},
): Promise<Bench> {
  const lab = await startLab();
  return benchOver(lab, (more) => sandboxConfig(lab, { ...changes, ...more }), run, options);
}

/** An empty stack `sandbox` for a lab, which goes with the bench. `config` gives the configuration, changes laid over it. */
export async function benchOver(
  lab: Lab,
  config: (changes: Record<string, unknown>) => Record<string, ConfigValue>,
  run: PulumiFn = program,
  { within = join(ROOT, ".sandbox"), signal }: BenchOptions = {},
): Promise<Bench> {
  await mkdir(within, { recursive: true });
  const folder = await mkdtemp(join(within, "test-"));
  const stack = await sandboxStack({
    folder,
    stackName: "sandbox",
    program: run,
    config: config({}),
    plugins,
    signal,
  });
  return {
    lab,
    stack,
    folder,
    output: [],
    events: [],
    stateText: () => allText(join(folder, "state")),
    calls: (service, after) => lab.journal.entries({ service, after }),
    configure: async (more) => {
      const left = Object.keys(more).filter((key) => more[key] === undefined);
      if (left.length > 0) await stack.removeAllConfig(left);
      await stack.setAllConfig(config(more));
    },
    close: async () => {
      await lab.close();
      await removeFolder(folder);
    },
  };
}

async function allText(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}
