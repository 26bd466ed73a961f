/** The engine over a stack of this project, with the project's own program in this process: for operations that preview or change a stack. */
import { stripVTControlCharacters } from "node:util";
import type { EngineEvent, PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { type StackLocation, withWorkspace } from "./stack-state.ts";

/** What an operation of the engine told. */
export interface Told {
  readonly events: readonly EngineEvent[];
  /** The engine's own error messages when it failed, at least one; none when it did not. */
  readonly errors: readonly string[];
}

/** For the operation's options. */
export interface Recording {
  readonly color: "never";
  readonly onEvent: (event: EngineEvent) => void;
}

/**
 * Has the engine run an operation, and gives what it told, also when that failed. Which stack is selected stays as it is. Throws `CannotRun`
 * when the engine's command failed without a word in its events.
 */
export async function runOwnProgram(
  location: StackLocation,
  program: PulumiFn,
  operation: (stack: Stack, recording: Recording) => Promise<unknown>,
): Promise<Told> {
  const events: EngineEvent[] = [];
  const errors = await withOwnProgram(location, program, async (stack) => {
    try {
      await operation(stack, { color: "never", onEvent: (event) => events.push(event) });
      return [];
    } catch (error) {
      const said = errorsOf(events);
      if (said.length === 0) throw error;
      return said;
    }
  });
  return { events, errors };
}

/** Failures of the engine's command become `CannotRun`. */
function withOwnProgram<T>(location: StackLocation, program: PulumiFn, use: (stack: Stack) => Promise<T>): Promise<T> {
  // Of an operation that fails the SDK also rejects promises that nobody waits for, some of them late (measured); they would end
  // this process, and say nothing that the events do not.
  if (!process.listeners("unhandledRejection").includes(ignoreEngine)) process.on("unhandledRejection", ignoreEngine);
  return withWorkspace(location, async (reader) => {
    const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
    const selected = await reader.stack();
    const stack = await LocalWorkspace.selectStack(
      { stackName: location.stackName, projectName: (await reader.projectSettings()).name, program },
      { workDir: location.workDir, ...(location.env && { envVars: location.env }) },
    );
    try {
      return await use(stack);
    } finally {
      if (selected !== undefined && selected.name !== location.stackName) await reader.selectStack(selected.name);
    }
  });
}

function ignoreEngine(reason: unknown): void {
  const grpc =
    typeof (reason as { code?: unknown } | null)?.code === "number" && /monitor|engine|Cancelled/i.test(String(reason));
  if (!grpc) throw reason;
}

/** The engine's own error messages, each once. */
const errorsOf = (events: readonly EngineEvent[]): string[] => [
  ...new Set(
    events
      .flatMap(({ diagnosticEvent }) => (diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : []))
      .map((message) =>
        stripVTControlCharacters(message)
          .replace(/<\{%[^%]*%\}>/g, "")
          .trim(),
      )
      .filter((message) => message !== ""),
  ),
];
