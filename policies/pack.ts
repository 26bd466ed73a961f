/** The policy pack: the rules, as the engine's policy host runs them for each resource of a `preview` and an `up`. */
import {
  PolicyPack,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { knownPart } from "./known-part.ts";
import { type RuleConfig, configProperties, settingsOf } from "./rule-config.ts";
import { RULES, type Rule, type SeenResource, violations } from "./rules.ts";

/** Serves the pack to the engine that started this process. */
export function start(): void {
  new PolicyPack("okta-anypoint", { policies: RULES.map(policyOf) });
}

function policyOf(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const policy = {
    ...{ name: rule.name, description: rule.description, enforcementLevel: rule.level ?? ("mandatory" as const) },
    configSchema: { properties: configProperties(rule) },
  };
  if (rule.whole) {
    return { ...policy, validateStack: (args, report) => judge(rule, args.resources, args.getConfig(), report) };
  }
  return { ...policy, validateResource: (args, report) => judge(rule, [args], args.getConfig(), report) };
}

function judge(
  rule: Rule,
  resources: readonly Pick<PolicyResource, "type" | "name" | "urn" | "props" | "opts">[],
  config: RuleConfig,
  report: ReportViolation,
): void {
  const urns = new Map(resources.map(({ name, urn }) => [name, urn]));
  const seen = resources.map(({ type, name, props, opts }): SeenResource => ({
    type,
    name,
    props: knownPart(props),
    protect: opts.protect,
  }));
  for (const { message, resource } of violations(seen, settingsOf(rule, pulumi.getStack(), config), [rule])) {
    if (rule.whole) report(message, urns.get(resource));
    else report(message);
  }
}
