/** The engine over a stack of this project, with the project's own program in this process: for operations that preview or change a stack. */
import { stripVTControlCharacters } from "node:util";
import type { EngineEvent, PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { type StackLocation, withWorkspace } from "./stack-state.ts";

/** Runs the engine, not even changing which stack is selected. Failures of the engine's command become `CannotRun`. */
export function withOwnProgram<T>(
  location: StackLocation,
  program: PulumiFn,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
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
export const errorsOf = (events: readonly EngineEvent[]): string[] => [
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
