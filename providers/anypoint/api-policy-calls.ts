/** Calls about the policies of an API instance. */
import { z } from "zod";
import {
  type AppliedPolicy,
  type InstancePlace,
  apiPath,
  describeApi,
  findPolicies,
  numericId,
} from "./api-manager.ts";
import type { ApiPolicyInputs } from "./api-policy-inputs.ts";
import { type AnypointClient, path } from "./client.ts";
import { NOT_FOUND } from "./creation.ts";
import { AnypointError, refusal } from "./errors.ts";
import { type PolicyTemplate, configurationProblems, resolveTemplate } from "./policy-template.ts";

/** Applies the policy; a 409 is told by the policy that is in the way. */
export const postPolicy = async (
  client: AnypointClient,
  inputs: ApiPolicyInputs,
  template: PolicyTemplate,
  find: () => Promise<AppliedPolicy | undefined>,
): Promise<string> => {
  const call = {
    operation: "policies.create",
    subject: subjectOf(inputs),
    method: "POST",
    path: `${apiPath(inputs)}/policies`,
    body: {
      groupId: inputs.groupId,
      assetId: inputs.assetId,
      assetVersion: template.version,
      configurationData: inputs.configuration,
      pointcutData: inputs.pointcut ?? null,
      ...(inputs.order !== undefined && { order: inputs.order }),
      disabled: inputs.disabled,
    },
  } as const;
  try {
    return (await client.json(call, z.looseObject({ id: numericId }))).id;
  } catch (error) {
    const other = error instanceof AnypointError && error.code === "conflict" ? await find() : undefined;
    throw other === undefined ? error : alreadyThere(inputs, other);
  }
};

export const patchPolicy = (
  client: AnypointClient,
  target: InstancePlace & { readonly policyId: string; readonly assetId: string },
  body: Record<string, unknown>,
): Promise<void> =>
  client.run({
    operation: "policies.update",
    subject: subjectOf(target),
    method: "PATCH",
    path: policyPath(target),
    body,
    repeatable: true,
  });

/** Enables or disables it, by calls of their own (confirmed: GEN). */
export const togglePolicy = (
  client: AnypointClient,
  target: InstancePlace & { readonly policyId: string; readonly assetId: string },
  disabled: boolean,
): Promise<void> =>
  client.run({
    operation: "policies.update",
    subject: subjectOf(target),
    method: "POST",
    path:
      path`/apimanager/xapi/v1/organizations/${target.organizationId}/environments/${target.environmentId}` +
      path`/apis/${target.apiId}/policies/${target.policyId}/${disabled ? "disable" : "enable"}`,
    // To enable twice is to enable once.
    repeatable: true,
  });

/** The template in use; throws when the configuration does not fit it. */
export async function checkedTemplate(
  client: AnypointClient,
  inputs: ApiPolicyInputs,
  version: string | undefined,
): Promise<PolicyTemplate> {
  const template = await resolveTemplate(client, inputs, inputs, version);
  const problems = configurationProblems(inputs.configuration, template);
  if (problems.length === 0) return template;
  throw refusal(
    "policies.create",
    `Could not apply ${subjectOf(inputs)}; nothing was changed. Its configuration does not fit the policy:\n${problems.map((problem) => `  - ${problem}`).join("\n")}\nCorrect the configuration: Anypoint would take it in silence, and the policy would not do what it says.`,
  );
}

/** Policies of an instance that must be there. */
export async function policiesOf(client: AnypointClient, place: InstancePlace): Promise<AppliedPolicy[]> {
  const found = await findPolicies(client, place);
  if (found !== undefined) return found;
  throw new AnypointError(
    `Could not read the policies of ${describeApi(place)}: the instance is not there. ${NOT_FOUND}`,
    { code: "not-found", operation: "policies.read", status: 404 },
  );
}

/** A policy that must be there. */
export async function requirePolicy(
  client: AnypointClient,
  target: InstancePlace & { readonly policyId: string; readonly assetId: string },
): Promise<AppliedPolicy> {
  const found = (await policiesOf(client, target)).find(({ policyId }) => policyId === target.policyId);
  if (found !== undefined) return found;
  throw new AnypointError(
    `Could not find ${subjectOf(target)}. It was removed, or the connected app may not see it (read:api_policies). ${NOT_FOUND}`,
    { code: "not-found", operation: "policies.read" },
  );
}

export const alreadyThere = (inputs: ApiPolicyInputs, other: AppliedPolicy): AnypointError =>
  refusal(
    "policies.create",
    `Could not apply ${subjectOf(inputs)}: there is one already, ${other.policyId} (version ${other.assetVersion}). It is left alone. Take it over by setting policyId to "${other.policyId}", or remove it in API Manager.`,
  );

export const sameAsset = (
  policy: AppliedPolicy,
  { groupId, assetId }: Pick<ApiPolicyInputs, "groupId" | "assetId">,
): boolean => policy.groupId === groupId && policy.assetId === assetId;

export const policyPath = (target: InstancePlace & { readonly policyId: string }): string =>
  apiPath(target) + path`/policies/${target.policyId}`;

export const subjectOf = (target: InstancePlace & { readonly assetId: string; readonly policyId?: string }): string =>
  `policy ${target.assetId}${target.policyId === undefined ? "" : ` (${target.policyId})`} on ${describeApi(target)}`;
