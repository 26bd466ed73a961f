/** A lab with a pattern made by hand, and a stack that holds the logins alone. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommandLine } from "../../operations/adopt/main.ts";
import { type HandMade, type HandMadeOptions, makeByHand } from "../../sandbox/hand-made.ts";
import { LOGINS_ALONE } from "../../sandbox/stack-config.ts";
import { type Bench, startBench } from "./harness.ts";

/** Calls that ask: reads, and logins. */
export const ASKS = /^(GET .*|POST .*\/oauth2\/(v1\/)?token)$/;

export interface ByHand {
  readonly bench: Bench;
  readonly made: HandMade;
  /** File with the Manager's private key. */
  readonly keyFile: string;
}

export async function startByHandBench(options: HandMadeOptions = {}): Promise<ByHand> {
  const bench = await startBench(LOGINS_ALONE);
  const made = await makeByHand(bench.lab, options);
  const keyFile = join(bench.stack.workspace.workDir, "key.pem");
  await writeFile(keyFile, made.manager.privateKey);
  return { bench, made, keyFile };
}

/** Runs the command line on the bench's stack, with nobody to ask. */
export async function adopt({ stack }: Bench, ...args: string[]) {
  const { workDir, envVars } = stack.workspace;
  const out: string[] = [];
  const code = await runCommandLine(["--stack", "sandbox", ...args], {
    env: { ...process.env, ...envVars },
    workDir,
    columns: 200,
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => out.push(text),
  });
  return { code, said: out.join("") };
}

export const stackFile = ({ stack }: Bench) => join(stack.workspace.workDir, "Pulumi.sandbox.yaml");
