/**
 * A policy on an API instance. Ours only by its id: the one we applied, or one named by `policyId`, which gets its former
 * settings back on delete. Another one of the same template is refused.
 */
import { type AppliedPolicy, findPolicies } from "./api-manager.ts";
import {
  alreadyThere,
  checkedTemplate,
  patchPolicy,
  policiesOf,
  policyPath,
  postPolicy,
  requirePolicy,
  sameAsset,
  subjectOf,
  togglePolicy,
} from "./api-policy-calls.ts";
import type { ApiPolicyInputs, ApiPolicyState } from "./api-policy-inputs.ts";
import type { AnypointClient } from "./client.ts";
import { afterCreation, afterWrites, createOnce, notShownYet, untilShown } from "./creation.ts";
import { refusal, unexpectedAnswer } from "./errors.ts";
import { covers, equal, extras } from "./json-values.ts";
import { type PolicyTemplate, configurationProblems, resolveTemplate } from "./policy-template.ts";

/** What is wrong with the inputs by the template that Anypoint serves for the instance; all of it. */
export async function policyProblems(client: AnypointClient, inputs: ApiPolicyInputs): Promise<string[]> {
  const template = await resolveTemplate(client, inputs, inputs, inputs.assetVersion);
  return configurationProblems(inputs.configuration, template);
}

export async function createApiPolicy(
  client: AnypointClient,
  inputs: ApiPolicyInputs,
): Promise<{ id: string; state: ApiPolicyState }> {
  if (inputs.policyId !== undefined) return adopt(client, inputs, inputs.policyId);
  const template = await checkedTemplate(client, inputs, inputs.assetVersion);
  const find = async () => (await policiesOf(client, inputs)).find((policy) => sameAsset(policy, inputs));
  const other = await find();
  if (other !== undefined) throw alreadyThere(inputs, other);

  const policyId = await createOnce(
    client,
    () => postPolicy(client, inputs, template, find),
    async () => (await find())?.policyId,
  );
  const state: ApiPolicyState = { ...inputs, policyId, resolvedVersion: template.version, origin: "created" };
  return afterCreation(policyId, state, async () => {
    const made = await untilShown(client, async () =>
      (await findPolicies(client, inputs))?.find((policy) => policy.policyId === policyId),
    );
    if (made === undefined) throw refusal("policies.create", notShownYet(subjectOf(state)));
    return { id: policyId, state: asWritten(state, made) };
  });
}

/** The policy as it is now, or undefined when it, or its instance, is gone. */
export async function readApiPolicy(
  client: AnypointClient,
  _id: string,
  state: ApiPolicyState,
): Promise<ApiPolicyState | undefined> {
  const found = (await findPolicies(client, state))?.find(({ policyId }) => policyId === state.policyId);
  return found === undefined ? undefined : seen(state, found);
}

export async function updateApiPolicy(
  client: AnypointClient,
  _id: string,
  state: ApiPolicyState,
  inputs: ApiPolicyInputs,
): Promise<ApiPolicyState> {
  // Without a pin the version stays the one that was found first.
  const template = await checkedTemplate(client, inputs, inputs.assetVersion ?? state.resolvedVersion);
  const current = await requirePolicy(client, { ...inputs, policyId: state.policyId });
  // Keys that are neither asked for nor filled in by Anypoint go: a taken-back setting, or somebody's addition.
  const stray = Object.entries(extras(current.configuration, inputs.configuration)).some(
    ([key, value]) => !equal(state.filledIn?.[key], value),
  );
  const former = {
    ...(stray && { configurationData: current.configuration }),
    ...formerOf(current, inputs, template),
  };
  const before = state.origin === "adopted" ? { ...former, ...state.before } : undefined;
  const next: ApiPolicyState = {
    ...inputs,
    policyId: state.policyId,
    resolvedVersion: template.version,
    origin: state.origin,
    ...(before && { before }),
  };
  return afterWrites({ ...next, ...(state.filledIn && { filledIn: state.filledIn }) }, async (wrote) => {
    await write(client, next, template, current, { stray, wrote });
    return confirmed(client, next);
  });
}

/** Removes a policy that was applied; gives one that was adopted its former settings back. */
export async function deleteApiPolicy(client: AnypointClient, _id: string, state: ApiPolicyState): Promise<void> {
  if (state.origin === "created") {
    await client.delete({ operation: "policies.delete", subject: subjectOf(state), path: policyPath(state) });
    return;
  }
  const found = (await findPolicies(client, state))?.find(({ policyId }) => policyId === state.policyId);
  const former = (state.before ?? {}) as Partial<Former>;
  if (found === undefined || Object.keys(former).length === 0) return;
  const { disabled, ...fields } = former;
  if (Object.keys(fields).length > 0) await patchPolicy(client, state, fields);
  if (disabled !== undefined && disabled !== found.disabled) await togglePolicy(client, state, disabled);
}

/** Former settings of an adopted policy, in the words of the wire. */
interface Former {
  readonly configurationData: Record<string, unknown>;
  readonly pointcutData: ApiPolicyInputs["pointcut"] | null;
  readonly order: number;
  readonly assetVersion: string;
  readonly disabled: boolean;
}

async function adopt(
  client: AnypointClient,
  inputs: ApiPolicyInputs,
  policyId: string,
): Promise<{ id: string; state: ApiPolicyState }> {
  const target = { ...inputs, policyId };
  const current = await requirePolicy(client, target);
  if (!sameAsset(current, inputs)) {
    throw refusal(
      "policies.read",
      `Could not adopt ${subjectOf(target)}: it is of ${current.assetId}, not of ${inputs.assetId}. Correct policyId.`,
    );
  }
  const template = await checkedTemplate(client, inputs, inputs.assetVersion ?? current.assetVersion);
  const before = formerOf(current, inputs, template);
  const state = { ...target, resolvedVersion: template.version, origin: "adopted", before } as const;
  // Keys that were there already are nobody's stray ones, also where the read back fails.
  const sofar = { ...state, filledIn: extras(current.configuration, inputs.configuration) };
  return afterCreation(policyId, sofar, async () => {
    await write(client, target, template, current);
    return { id: policyId, state: await confirmed(client, state) };
  });
}

/** What a write would change. A PATCH carries the whole configuration, so all of it is former then. */
function formerOf(current: AppliedPolicy, inputs: ApiPolicyInputs, template: PolicyTemplate): Partial<Former> {
  const patched = differs(current, inputs, template);
  return {
    ...(patched && !equal(current.configuration, inputs.configuration) && { configurationData: current.configuration }),
    ...(!equal(current.pointcut, inputs.pointcut) && { pointcutData: current.pointcut ?? null }),
    ...(inputs.order !== undefined && current.order !== inputs.order && { order: current.order }),
    ...(current.assetVersion !== template.version && { assetVersion: current.assetVersion }),
    ...((current.disabled ?? false) !== inputs.disabled && { disabled: current.disabled ?? false }),
  };
}

/** Whether the policy is other than asked for, in what a PATCH changes. */
const differs = (current: AppliedPolicy, target: ApiPolicyInputs, template: PolicyTemplate): boolean =>
  !covers(current.configuration, target.configuration) ||
  !equal(current.pointcut, target.pointcut) ||
  current.assetVersion !== template.version ||
  (target.order !== undefined && current.order !== target.order);

/** Sends what differs. */
async function write(
  client: AnypointClient,
  target: ApiPolicyInputs & { readonly policyId: string },
  template: PolicyTemplate,
  current: AppliedPolicy,
  { stray = false, wrote = () => undefined }: { readonly stray?: boolean; readonly wrote?: () => void } = {},
): Promise<void> {
  if (stray || differs(current, target, template)) {
    await patchPolicy(client, target, {
      configurationData: target.configuration,
      pointcutData: target.pointcut ?? null,
      assetVersion: template.version,
      ...(target.order !== undefined && { order: target.order }),
    });
    wrote();
  }
  if ((current.disabled ?? false) !== target.disabled) {
    await togglePolicy(client, target, target.disabled);
    wrote();
  }
}

/** Reads back and throws when the policy is not as it was written. */
const confirmed = async (client: AnypointClient, state: ApiPolicyState): Promise<ApiPolicyState> =>
  asWritten(state, await requirePolicy(client, state));

/** The state of a policy that was read back. Throws when it is not as it was written. */
function asWritten(state: ApiPolicyState, found: AppliedPolicy): ApiPolicyState {
  const now = seen(state, found);
  const wrong = (["disabled", "order", "resolvedVersion"] as const).filter((key) => now[key] !== state[key]);
  if (!covers(found.configuration, state.configuration) || !equal(found.pointcut, state.pointcut) || wrong.length > 0) {
    throw unexpectedAnswer(
      { operation: "policies.update", subject: subjectOf(state) },
      `Anypoint took the request, but the policy is not as written (${["configuration or pointcut", ...wrong].slice(wrong.length > 0 ? 1 : 0).join(", ")})`,
      "Compare it in API Manager and run the command again.",
    );
  }
  const filledIn = extras(found.configuration, state.configuration);
  return { ...state, ...(Object.keys(filledIn).length > 0 && { filledIn }) };
}

/** The state with what a read shows. Keys that Anypoint filled in itself are no drift, as long as they stay as they were. */
function seen(state: ApiPolicyState, found: AppliedPolicy): ApiPolicyState {
  const configuration: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(found.configuration)) {
    const filled = state.filledIn !== undefined && Object.hasOwn(state.filledIn, key);
    if (Object.hasOwn(state.configuration, key) || !filled || !equal(state.filledIn?.[key], value)) {
      configuration[key] = value;
    }
  }
  const { pointcut: _, ...rest } = state;
  return {
    ...rest,
    configuration,
    ...(found.pointcut !== undefined && found.pointcut.length > 0 && { pointcut: found.pointcut }),
    ...(state.order !== undefined && found.order !== undefined && { order: found.order }),
    disabled: found.disabled ?? state.disabled,
    resolvedVersion: found.assetVersion,
    ...(state.assetVersion !== undefined && { assetVersion: found.assetVersion }),
  };
}
