/**
 * The stack's configuration file with other values put in: plain keys by editing the YAML, so that comments and order stay;
 * secrets by the engine, encrypted. It is made beside the real one, which is written only at the end.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createTwoFilesPatch } from "diff";
import { type Document, isMap, isSeq, parse, parseDocument } from "yaml";
import { CannotRun } from "./command-line.ts";
import { type StackLocation, withWorkspace } from "./stack-state.ts";

export interface Proposal {
  /** The proposed file, for the engine to read. */
  readonly file: string;
  /** Changes in unified form; empty when there are none. Secrets are encrypted in it. */
  readonly patch: string;
  /** Puts it in place of the stack's own file. */
  readonly accept: () => Promise<void>;
}

const NAMESPACE = "okta-anypoint:";

/** Makes the proposed file, hands it over, and removes what was not accepted. */
export async function withProposal<T>(
  location: StackLocation,
  values: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
  use: (proposal: Proposal) => Promise<T>,
): Promise<T> {
  const { workDir } = location;
  const project = await projectFile(workDir);
  const { file: real, name } = await stackFile(location);
  const folder = await mkdtemp(join(tmpdir(), "okta-anypoint-adopt-"));
  try {
    const file = join(folder, name);
    const before = existsSync(real) ? await readFile(real, "utf8") : "";
    const projectText = await readFile(join(workDir, project), "utf8");
    await writeFile(join(folder, project), projectText.replace(/^stackConfigDir:.*\n?/m, ""));
    await writeFile(file, before, { mode: 0o600 });
    if (Object.keys(secrets).length > 0) {
      await withWorkspace({ ...location, workDir: folder }, async ({ pulumiCommand }) => {
        for (const [key, value] of Object.entries(secrets)) {
          await setSecret(pulumiCommand.command, NAMESPACE + key, value, { ...location, workDir: folder });
        }
      });
    }
    if (Object.keys(values).length > 0) await writeFile(file, withValues(await readFile(file, "utf8"), values));
    const after = await readFile(file, "utf8");
    return await use({
      file,
      patch: after === before ? "" : patchOf(name, before, after),
      accept: () => replaceFile(real, after),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A stack's configuration file, which need not be there yet. */
export async function stackFile({ stackName, workDir }: StackLocation): Promise<{ file: string; name: string }> {
  const name = `Pulumi.${stackName.split("/").at(-1) ?? stackName}.yaml`;
  return { file: join(workDir, await configFolder(workDir, await projectFile(workDir)), name), name };
}

/** Writes a file whole or not at all. */
export async function replaceFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CannotRun(`Could not write ${file} (${code ?? "no reason given"}). Nothing was changed anywhere.`);
  }
}

/** Stores a secret, by its full key, by the engine's command, which gets it by standard input: arguments are seen by all users of a machine. */
export async function setSecret(command: string, key: string, value: string, location: StackLocation): Promise<void> {
  const args = ["config", "set", key, "--secret", "--raw", "--stack", location.stackName, "--non-interactive"];
  const child = spawn(command, args, {
    cwd: location.workDir,
    env: { ...process.env, ...location.env },
    stdio: ["pipe", "ignore", "pipe"],
  });
  child.stdin.end(value);
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "close") as Promise<[number | null]>]);
  if (code === 0) return;
  const reason = said.split("\n").find((line) => line.startsWith("error:")) ?? "the Pulumi CLI failed";
  throw new CannotRun(
    `Could not encrypt ${key} for the stack ${location.stackName}: ${reason}. Check the login to the backend and the passphrase (PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE). Nothing was written.`,
  );
}

/** The changes, with what is encrypted left out: it says nothing and is long. */
function patchOf(name: string, before: string, after: string): string {
  const [old, now] = [before, after].map((text) => text.replace(/^(\s+secure: )\S+$/gm, "$1(encrypted)"));
  const patch = createTwoFilesPatch(name, name, old ?? "", now ?? "", "", "", { context: 2 });
  return patch.replace(/^(Index: .*|=+)\n/gm, "");
}

/** Puts keys of the namespace into the text of a stack's configuration file. */
export const withValues = (text: string, values: Readonly<Record<string, unknown>>): string =>
  withKeys(text, Object.fromEntries(Object.entries(values).map(([key, value]) => [NAMESPACE + key, value])));

/** Puts full keys into the text of a stack's configuration file. */
export function withKeys(text: string, values: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(text);
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  for (const [key, value] of Object.entries(values)) put(document, ["config", key], value);
  return document.toString({
    lineWidth: 0,
    indent: indentOf(text),
    indentSeq: !/^( *)[^\s#-][^\n]*:[^\S\n]*\n\1- /m.test(text),
  });
}

/** Sets a value, member by member where there is one already, so that comments inside it stay. */
function put(document: Document, path: readonly (string | number)[], value: unknown): void {
  const node = document.getIn(path, true);
  if (isMap(node) && typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, member] of Object.entries(value)) put(document, [...path, key], member);
  } else if (isSeq(node) && Array.isArray(value)) {
    value.forEach((item, index) => put(document, [...path, index], item));
    for (let last = node.items.length - 1; last >= value.length; last -= 1) document.deleteIn([...path, last]);
  } else if (JSON.stringify(document.getIn(path)) !== JSON.stringify(value)) {
    document.setIn(path, document.createNode(value));
  }
}

const indentOf = (text: string): number => {
  const widths = [...text.matchAll(/^( +)[^\s#-]/gm)].map(([, spaces = ""]) => spaces.length);
  return widths.length === 0 ? 2 : Math.min(...widths);
};

/** Name of the project's file. */
export async function projectFile(workDir: string): Promise<string> {
  return existsSync(join(workDir, "Pulumi.yml")) ? "Pulumi.yml" : "Pulumi.yaml";
}

/** Where the project keeps the files of its stacks. */
async function configFolder(workDir: string, project: string): Promise<string> {
  const { stackConfigDir } = parse(await readFile(join(workDir, project), "utf8")) as { stackConfigDir?: unknown };
  return typeof stackConfigDir === "string" ? stackConfigDir : ".";
}
