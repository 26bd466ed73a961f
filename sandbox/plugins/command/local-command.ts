/** `command.local.Command`: a command that runs when its resource is created, changed or deleted. */
import { randomBytes } from "node:crypto";
import type { EngineLog } from "../grpc/engine-log.ts";
import type { ResourceModule, Target } from "../grpc/plugin.ts";
import type { Props } from "../grpc/values.ts";
import { type CommandOutput, runCommand } from "./run.ts";

const LOGGED: Readonly<Record<string, readonly string[]>> = {
  none: [],
  stdout: ["stdout"],
  stderr: ["stderr"],
  stdoutAndStderr: ["stdout", "stderr"],
};

/** Runs a command and shows its output line by line, in clear, secrets and all, as far as `logging` lets it. */
async function run(log: EngineLog, command: string, inputs: Props, state: Props, urn: string): Promise<CommandOutput> {
  const streams = LOGGED[(inputs["logging"] as string | undefined) ?? "stdoutAndStderr"] ?? [];
  const shown: Promise<void>[] = [];
  let rest = "";
  const show = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) shown.push(log(urn, line));
  };
  try {
    return await runCommand(command, inputs, outputOf(state), (stream, text) => {
      if (streams.includes(stream)) show(text);
    });
  } finally {
    if (rest !== "") show("\n");
    await Promise.all(shown);
  }
}

const outputOf = (state: Props): CommandOutput => ({
  stdout: typeof state["stdout"] === "string" ? state["stdout"] : "",
  stderr: typeof state["stderr"] === "string" ? state["stderr"] : "",
});

async function runIfGiven(
  log: EngineLog,
  command: unknown,
  inputs: Props,
  state: Props,
  target: Target,
): Promise<Props> {
  const output = typeof command === "string" ? await run(log, command, inputs, state, target.urn) : outputOf(state);
  return { ...inputs, ...output };
}

export const localCommand: ResourceModule<EngineLog> = {
  token: "command:local:Command",
  properties: {
    create: { type: "string" },
    update: { type: "string" },
    delete: { type: "string" },
    environment: { type: "object" },
    stdin: { type: "string" },
    triggers: { type: "list", items: "any", replaces: true },
    dir: { type: "string" },
    interpreter: { type: "list" },
    logging: { type: "string", oneOf: Object.keys(LOGGED) },
    addPreviousOutputInEnv: { type: "boolean", default: true },
    assetPaths: { type: "list", unsupported: true },
    archivePaths: { type: "list", unsupported: true },
    stdout: { type: "string", output: true, unknownOnUpdate: true },
    stderr: { type: "string", output: true, unknownOnUpdate: true },
  },

  async create(log, inputs, target) {
    const outputs = await runIfGiven(log, inputs["create"], inputs, {}, target);
    return { id: `${target.name}${randomBytes(4).toString("hex")}`, outputs };
  },

  async read(_log, id, state) {
    return { id, outputs: state };
  },

  /** Without `update`, `create` runs again. */
  update: (log, _id, inputs, state, target) =>
    runIfGiven(log, inputs["update"] ?? inputs["create"], inputs, state, target),

  async delete(log, _id, state, target) {
    await runIfGiven(log, state["delete"], state, state, target);
  },
};
