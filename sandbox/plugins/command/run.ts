/** Runs one command of a `command.local.Command` and collects what it prints. */
import { spawn } from "node:child_process";
import type { Props } from "../grpc/values.ts";

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Called with each piece of output, in order. */
export type Listener = (stream: "stdout" | "stderr", text: string) => void;

/**
 * Runs a command by the interpreter of the inputs, `/bin/sh -c` by default (`cmd /C` on Windows), with the plugin's own
 * environment, the given one, and the previous output unless that is switched off.
 * Throws `exit status N: running "…":` and all output when it ends with another code than 0 (confirmed: plugin's code).
 */
export async function runCommand(
  command: string,
  inputs: Props,
  previous: CommandOutput,
  listener: Listener,
): Promise<CommandOutput> {
  const [program = "/bin/sh", ...args] = interpreter(inputs["interpreter"]);
  const child = spawn(program, [...args, command], {
    cwd: typeof inputs["dir"] === "string" ? inputs["dir"] : process.cwd(),
    env: { ...process.env, ...environment(inputs), ...previousOutput(inputs, previous) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const both: string[] = [];
  const collect = (stream: "stdout" | "stderr", into: string[]) => (text: string) => {
    into.push(text);
    both.push(text);
    listener(stream, text);
  };
  child.stdout.setEncoding("utf8").on("data", collect("stdout", stdout));
  child.stderr.setEncoding("utf8").on("data", collect("stderr", stderr));
  // A command that does not read its input closes it early; that is no failure.
  child.stdin.on("error", () => undefined);
  child.stdin.end(typeof inputs["stdin"] === "string" ? inputs["stdin"] : "");

  const ending = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `exit status ${code}` : `signal: ${signal}`);
    });
  });
  if (ending !== undefined) throw new Error(`${ending}: running ${JSON.stringify(command)}:\n${both.join("")}`);
  return { stdout: withoutLastNewline(stdout.join("")), stderr: withoutLastNewline(stderr.join("")) };
}

function interpreter(value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0) return value.map(String);
  return process.platform === "win32" ? ["cmd", "/C"] : ["/bin/sh", "-c"];
}

function environment(inputs: Props): NodeJS.ProcessEnv {
  const given = (inputs["environment"] ?? {}) as Props;
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}

function previousOutput(inputs: Props, previous: CommandOutput): NodeJS.ProcessEnv {
  if (inputs["addPreviousOutputInEnv"] === false) return {};
  return {
    ...(previous.stdout !== "" && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr !== "" && { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

const withoutLastNewline = (text: string): string => (text.endsWith("\n") ? text.slice(0, -1) : text);
