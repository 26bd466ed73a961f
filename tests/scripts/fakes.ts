import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Progress } from "../../scripts/setup/progress.mjs";

/** A folder that is its own small machine: a PATH of fake commands, a home for Pulumi, a cache. */
export class Machine {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "okta anypoint ")));
  readonly bin = join(this.root, "bin");
  readonly pulumiHome = join(this.root, "pulumi home");
  readonly cache = join(this.root, "cache");
  readonly checkout = join(this.root, "checkout");
  readonly env: Record<string, string>;
  readonly said: string[] = [];
  readonly progress: Progress = {
    say: (text) => this.said.push(text),
    during: (_state, work) => work(),
  };

  constructor() {
    for (const folder of [this.bin, this.checkout]) mkdirSync(folder, { recursive: true });
    this.env = { PATH: this.bin, PULUMI_HOME: this.pulumiHome, OKTA_ANYPOINT_CACHE: this.cache, HOME: this.root };
  }

  /** A command on PATH whose body is JavaScript (CommonJS), with `args`, `fs` and `path` at hand. Each call is recorded. */
  command(name: string, body: string): void {
    this.script(join(this.bin, name), name, body);
  }

  /** The same at any place. The file is a shell script, so that a path with spaces does as interpreter's argument. */
  script(file: string, name: string, body: string): void {
    const program = `${file}.cjs`;
    this.write(
      program,
      `const fs = require("fs"), path = require("path"), args = process.argv.slice(2);\n` +
        `fs.appendFileSync(${JSON.stringify(this.callsFile)}, JSON.stringify([${JSON.stringify(name)}, ...args]) + "\\n");\n${body}\n`,
    );
    this.write(file, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(file, 0o755);
  }

  write(file: string, content: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** What was called so far: name and arguments. */
  get calls(): string[][] {
    if (!existsSync(this.callsFile)) return [];
    return readFileSync(this.callsFile, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as string[]);
  }

  forgetCalls(): void {
    rmSync(this.callsFile, { force: true });
  }

  get callsFile(): string {
    return join(this.root, "calls");
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The number of a process that has ended. */
export function deadProcess(): number {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  return pid;
}

/** The text of the failure of `work`. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error && error.name === "SetupError") return error.message;
    throw error;
  }
  throw new Error("it did not fail");
}
