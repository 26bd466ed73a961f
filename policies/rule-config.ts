/**
 * What a team may set for each rule: the content of a `--policy-pack-config` file, by the rule's name, as
 * `{"manager-role": {"exceptions": {"okta-anypoint-manager-role-assignment": "why"}}}`.
 */
import { z } from "zod";
import type { Rule, RuleSettings } from "./rules.ts";

/** A reason is a sentence, not a word. */
const REASON_LENGTH = 10;

const DEFAULTS = { exceptions: {}, maxKeyAgeDays: 180 };

/** The engine's own. */
const level = z.enum(["advisory", "mandatory", "disabled"]);

const ruleConfig = z.strictObject({
  enforcementLevel: level.optional(),
  exceptions: z.record(z.string(), z.string().min(REASON_LENGTH)).optional(),
  production: z.array(z.string()).optional(),
  maxKeyAgeDays: z.int().min(1).optional(),
});
export type RuleConfig = z.output<typeof ruleConfig>;

/** A level alone, or an object; `all` gives a level to the rules that have none. */
const orLevel = z.preprocess((value) => (typeof value === "string" ? { enforcementLevel: value } : value), ruleConfig);

/** Of the whole file, for the rules of these names. */
export const packConfig = (rules: readonly Rule[]) =>
  z.strictObject(
    Object.fromEntries(["all", ...rules.map(({ name }) => name)].map((name) => [name, orLevel.optional()])),
  );

/** How the engine learns the same, by JSON Schema. */
export const configProperties = ({ name }: Rule) => ({
  exceptions: {
    type: "object" as const,
    description: "Why a resource may break this rule, by the resource's name",
    additionalProperties: { type: "string" as const, minLength: REASON_LENGTH },
    default: DEFAULTS.exceptions,
  },
  ...(PRODUCTION_RULE.test(name) && {
    production: {
      type: "array" as const,
      description:
        "Names of the stacks that are production; default: those with prod or production as a word of their name",
      items: { type: "string" as const },
    },
  }),
  ...(name === "production-key-age" && {
    maxKeyAgeDays: { type: "integer" as const, minimum: 1, description: "Days", default: DEFAULTS.maxKeyAgeDays },
  }),
});

/** The rules that ask more of production, or ask it only there. */
const PRODUCTION_RULE = /^(production-.*|https)$/;

/** What a rule goes by in a stack, now. */
export const settingsOf = (rule: Rule, stack: string, config: RuleConfig = {}): RuleSettings => ({
  ...{ stack, now: Date.now() },
  ...(config.production !== undefined && { production: config.production }),
  maxKeyAgeDays: config.maxKeyAgeDays ?? DEFAULTS.maxKeyAgeDays,
  exceptions: { [rule.name]: config.exceptions ?? DEFAULTS.exceptions },
});
