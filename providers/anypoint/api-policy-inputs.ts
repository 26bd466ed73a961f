/** Inputs and state of a policy on an API instance. */
import { z } from "zod";
import type { Ownership } from "./creation.ts";
import { text } from "./input-schemas.ts";

/** Group of MuleSoft's own policies (confirmed: DX-APIM). */
export const MULESOFT_GROUP = "68ef9520-24e9-4cf2-b2f5-620025690913";
export const ENFORCEMENT_POLICY = "openidconnect-access-token-enforcement";

export const apiPolicyShape = {
  organizationId: text("the business group's id"),
  environmentId: text("the environment's id"),
  apiId: text("the API instance's number"),
  groupId: text("the group of the policy").default(MULESOFT_GROUP),
  assetId: text("the asset id of the policy").default(ENFORCEMENT_POLICY),
  assetVersion: text("a version of the policy, for example 1.6.0").optional(),
  configuration: z.record(z.string(), z.unknown(), { error: "give an object of the policy's configuration keys" }),
  order: z.int({ error: "give a place, 1 first" }).min(1, { error: "give a place, 1 first" }).optional(),
  disabled: z.boolean({ error: "give true or false" }).default(false),
  pointcut: z
    .array(z.strictObject({ methodRegex: text("a method expression"), uriTemplateRegex: text("a path expression") }), {
      error: "give a list of {methodRegex, uriTemplateRegex}",
    })
    .min(1, { error: "leave it out to cover everything" })
    .optional(),
  policyId: z.string().regex(/^\d+$/, { error: "give the number of the policy" }).optional(),
} as const;

export type ApiPolicyInputs = z.output<z.ZodObject<typeof apiPolicyShape>>;

export interface ApiPolicyState extends ApiPolicyInputs, Ownership {
  readonly policyId: string;
  readonly resolvedVersion: string;
  /** Keys that Anypoint itself added to the configuration. */
  readonly filledIn?: Readonly<Record<string, unknown>>;
}

/**
 * The configuration as it is sent: `skipClientIdValidation` is false unless set, since templates default to true, with which
 * tokens of any client of the identity provider pass (confirmed: DOC-GW).
 */
export function effectiveConfiguration(
  { groupId, assetId }: Pick<ApiPolicyInputs, "groupId" | "assetId">,
  configuration: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const guarded = groupId === MULESOFT_GROUP && assetId === ENFORCEMENT_POLICY;
  return { ...(guarded && { skipClientIdValidation: false }), ...configuration };
}
