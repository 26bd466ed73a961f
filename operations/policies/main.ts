/**
 * Command line of the policies: `npm run policies -- --stack dev` previews, and judges what the stack would be by the rules of the policy
 * pack. For an engine whose policy host can't be had; elsewhere `pulumi preview --policy-pack policies` does the same, and `up` too.
 * Changes nothing. Exit code 0: no rule is broken, or advisory ones alone; 1: one is; 2: it could not run.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { type RuleConfig, packConfig, settingsOf } from "../../policies/rule-config.ts";
import { RULES, violations } from "../../policies/rules.ts";
import { CannotRun, type ExitCode, type Surroundings, definedOnly, runAsEntry, runCommand } from "../command-line.ts";
import { runOwnProgram } from "../own-program.ts";
import { type Finding, renderFindings } from "./report.ts";
import { seenResources } from "./seen.ts";

interface Flags {
  stack: string;
  policyPackConfig?: string;
  json?: boolean;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("policies")
    .description("Previews, and judges what the stack would be by the rules of the policy pack. Changes nothing.")
    .requiredOption("--stack <name>", "the stack")
    .option("--policy-pack-config <file>", "exceptions and limits, the same file as for `pulumi preview`")
    .option("--json", "print what was found as JSON");
  return runCommand<Flags>(command, args, around, (flags) => run(flags, around));
}

async function run(flags: Flags, around: Surroundings): Promise<ExitCode> {
  const config = flags.policyPackConfig === undefined ? {} : await readConfig(flags.policyPackConfig, around.workDir);
  const { default: program } = await import("../../index.ts");
  around.stderr("Asking the engine what `pulumi up` would do …\n");
  const location = { stackName: flags.stack, workDir: around.workDir, env: definedOnly(around.env) };
  const { events, errors } = await runOwnProgram(location, program, (engine, recording) => engine.preview(recording));
  if (errors.length > 0) throw new CannotRun(`The preview failed, so nothing was judged.\n${errors.join("\n")}`);

  const stack = flags.stack.split("/").at(-1) ?? flags.stack;
  const resources = seenResources(events);
  const findings = RULES.flatMap((rule): Finding[] => {
    const own = config[rule.name];
    const level = own?.enforcementLevel ?? config.all?.enforcementLevel ?? rule.level ?? "mandatory";
    if (level === "disabled") return [];
    return violations(resources, settingsOf(rule, stack, own), [rule]).map((violation) => ({ ...violation, level }));
  });
  around.stdout(
    flags.json
      ? `${JSON.stringify(findings, null, 2)}\n`
      : renderFindings(findings, { width: around.columns, color: around.color }),
  );
  return findings.some(({ level }) => level === "mandatory") ? 1 : 0;
}

async function readConfig(file: string, workDir: string): Promise<Readonly<Record<string, RuleConfig | undefined>>> {
  const path = resolve(workDir, file);
  let given: unknown;
  try {
    given = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "is no JSON" : `can't be read (${(error as { code?: string }).code})`;
    throw new CannotRun(`The file ${path} ${why}. Give one by --policy-pack-config, see docs/policies.md.`);
  }
  const parsed = packConfig(RULES).safeParse(given);
  if (!parsed.success) throw new CannotRun(`The file ${path} is not right:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

await runAsEntry(import.meta.filename, runCommandLine);
