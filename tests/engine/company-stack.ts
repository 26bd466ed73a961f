/**
 * One operation of the engine on a stack over a lab of another process, with all that it needs given as JSON; prints what
 * came of it as JSON.
 */
import program from "../../index.ts";
import { sandboxStack } from "../../sandbox/engine.ts";
import { askedPlugins } from "../../sandbox/plugin-choice.ts";
import type { ConfigValue } from "../../sandbox/stack-config.ts";

export interface Plan {
  readonly folder: string;
  readonly stackName: string;
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly operation: "up" | "destroy";
}

export interface Outcome {
  readonly succeeded: boolean;
  /** What the engine printed, or what it failed with. */
  readonly text: string;
}

const { folder, stackName, config, operation } = JSON.parse(process.argv[2] ?? "{}") as Plan;
const stack = await sandboxStack({ folder, stackName, program, config, plugins: askedPlugins("standin") });
const lines: string[] = [];
const options = { onOutput: (text: string) => void lines.push(text) };
const outcome: Outcome = await (
  operation === "up" ? stack.up(options) : stack.destroy({ ...options, runProgram: true })
).then(
  () => ({ succeeded: true, text: lines.join("") }),
  (error: Error) => ({ succeeded: false, text: error.message }),
);
process.stdout.write(JSON.stringify(outcome));
process.exit(0);
