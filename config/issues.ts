import type { z } from "zod";
import type { SettingsProblem } from "./cross-checks.ts";

/** What the schema says of a value, in words of settings. `where`: the key and the path inside it. */
export function describeIssue(
  prefix: string,
  where: readonly PropertyKey[],
  issue: z.core.$ZodIssue,
): SettingsProblem[] {
  const path = where.reduce<string>(
    (sofar, part) =>
      typeof part === "number" ? `${sofar}[${part}]` : sofar === "" ? String(part) : `${sofar}.${String(part)}`,
    "",
  );
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => notASetting(`${prefix}${path}.${key}`));
  return [{ key: `${prefix}${path}`, problem: issue.message }];
}

export const notASetting = (key: string, known: readonly string[] = []): SettingsProblem => ({
  key,
  problem: `is not a setting.${known.length === 0 ? "" : ` Known keys: ${known.join(", ")}.`}`,
});
