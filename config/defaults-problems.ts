import type { z } from "zod";
import type { SettingsProblem } from "./cross-checks.ts";
import { DEFAULTS_KEY, defaultsOf, isTree } from "./defaults.ts";
import { describeIssue, notASetting } from "./issues.ts";
import { stackConfig } from "./schema.ts";
import { SECRET_KEYS } from "./secret-keys.ts";
import type { SettingsSource } from "./settings.ts";

/** What is wrong with the defaults by themselves, whichever stack reads them. What they lack, stacks may have. */
export function defaultsProblems({ config, isSecret }: Pick<SettingsSource, "config" | "isSecret">): SettingsProblem[] {
  const defaults = defaultsOf(config);
  const problem = (key: string, problem: string) => ({ key, problem });
  if (defaults === undefined) {
    return [problem(DEFAULTS_KEY, "give an object of settings; in Pulumi.yaml it stands under `value:`")];
  }
  if (config[DEFAULTS_KEY] !== undefined && isSecret(DEFAULTS_KEY))
    return [problem(DEFAULTS_KEY, "is stored as a secret; all stacks read it in clear")];
  const shape: Readonly<Record<string, z.ZodType>> = stackConfig.shape;
  return Object.entries(defaults).flatMap(([key, value]): SettingsProblem[] => {
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    const place = `${DEFAULTS_KEY}.${key}`;
    if (field === undefined) {
      return key.includes(":")
        ? [problem(place, `stands beside ${DEFAULTS_KEY}, directly under \`config:\``)]
        : [notASetting(place, Object.keys(shape))];
    }
    if (SECRET_KEYS.some((secret) => secret === `okta-anypoint:${key}`)) {
      return [problem(place, "is a secret, which each stack has by itself: `pulumi config set --secret`")];
    }
    const issues = field.safeParse(value).error?.issues ?? [];
    return issues
      .filter((issue) => !mayBeCompleted(issue, value))
      .flatMap((issue) => describeIssue(`${DEFAULTS_KEY}.`, [key, ...issue.path], issue));
  });
}

/** Whether a stack may cure it by adding members: what is missing, and what an object must have together. Lists are never merged. */
function mayBeCompleted({ code, path }: z.core.$ZodIssue, value: unknown): boolean {
  if (path.some((part) => typeof part === "number")) return false;
  const there = path.reduce<unknown>((node, part) => (isTree(node) ? node[String(part)] : undefined), value);
  return there === undefined || (code === "custom" && isTree(there));
}
