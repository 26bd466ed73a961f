/**
 * An API instance, bound to a client provider. Ours is the one named by its id, or by asset and label with `adopt`; one
 * that was adopted gets its former provider and consumer endpoint back on delete.
 */
import {
  type Instance,
  type InstancePlace,
  apiPath,
  apisPath,
  describeApi,
  findInstance,
  instanceAnswer,
} from "./api-manager.ts";
import type { ApiInstanceInputs, ApiInstanceState } from "./api-instance-inputs.ts";
import { type Named, findNamed, requireInstance } from "./api-instance-lookup.ts";
import type { AnypointClient } from "./client.ts";
import { afterCreation, createOnce } from "./creation.ts";
import { AnypointError, refusal, unexpectedAnswer } from "./errors.ts";
import { businessGroup } from "./organizations.ts";
import { bindingHolders, bindingRefusal, formerProviderGone, wayOut } from "./instance-binding.ts";

/** Where the instance is; states of earlier releases have no name of the organization. */
type Place = Named["place"] & { readonly organizationName?: string };

export async function createApiInstance(
  client: AnypointClient,
  inputs: ApiInstanceInputs,
): Promise<{ id: string; state: ApiInstanceState }> {
  const { place: at, groupId, found } = await findNamed(client, inputs);
  const place: Place = { ...at, organizationName: (await businessGroup(client, inputs.businessGroup)).name };
  if (found !== undefined && inputs.apiId === undefined && inputs.adopt !== true) {
    throw refusal(
      "instances.create",
      `Could not create an API instance of ${inputs.assetId} labelled "${inputs.label}" in environment "${place.environmentName}": ` +
        `there is one already, ${found.id}. It is left alone. To take it over, set adopt: true (or its number as instanceId); otherwise choose another label.`,
    );
  }
  if (found !== undefined) return adopt(client, inputs, place, found);

  const made = await createOnce(
    () => post(client, inputs, place, groupId),
    async () => (await findNamed(client, inputs)).found,
  );
  const state = { ...inputs, ...place, ...shown(made), origin: "created" } as const;
  return afterCreation(made.id, state, async () => {
    const after = await requireInstance(client, { ...place, apiId: made.id });
    requireBound(inputs, { ...place, apiId: made.id }, after);
    return { id: made.id, state: { ...state, ...shown(after) } };
  });
}

/** The instance as it is now, or undefined when it is gone. */
export async function readApiInstance(
  client: AnypointClient,
  _id: string,
  state: ApiInstanceState,
): Promise<ApiInstanceState | undefined> {
  const found = await findInstance(client, state);
  if (found === undefined) return undefined;
  return {
    ...state,
    ...shown(found),
    // Null stands for Anypoint's own provider, which has no id.
    clientProviderId: found.providerId ?? "",
    ...(state.endpointUri !== undefined && { endpointUri: found.endpointUri ?? "" }),
  };
}

export async function updateApiInstance(
  client: AnypointClient,
  _id: string,
  state: ApiInstanceState,
  inputs: ApiInstanceInputs,
): Promise<ApiInstanceState> {
  const found = await requireInstance(client, state);
  const change = bindingChange(found, inputs);
  if (change.rebinds && !(await formerProviderGone(client, found.providerId, state.clientProviderId))) {
    await refuseIfHeld(client, state, found, inputs.clientProviderId);
  }
  await bind(client, state, inputs, change);
  return {
    ...inputs,
    ...placeOf(state),
    ...shown(found),
    origin: state.origin,
    ...(state.origin === "adopted" && { before: { ...change.before, ...state.before } }),
  };
}

/**
 * Deletes an instance that was created; gives one that was adopted its former provider and endpoint back. A former provider
 * that is gone meanwhile is no more than Anypoint's own, to which such instances fall back (confirmed: DOC-APIM).
 */
export async function deleteApiInstance(client: AnypointClient, _id: string, state: ApiInstanceState): Promise<void> {
  if (state.origin === "created") {
    await client.delete({ operation: "instances.delete", subject: describeApi(state), path: apiPath(state) });
    return;
  }
  const { clientProviderId: former, endpointUri } = (state.before ?? {}) as Partial<Former>;
  const found = await findInstance(client, state);
  if (found === undefined || (former === undefined && endpointUri === undefined)) return;
  const gone = typeof former === "string" && (await formerProviderGone(client, former, former));
  const clientProviderId = gone ? null : former;
  const rebinds = clientProviderId !== undefined && (found.providerId ?? null) !== clientProviderId;
  const moves = endpointUri !== undefined && (found.endpointUri ?? null) !== endpointUri;
  if (!rebinds && !moves) return;
  if (rebinds) await refuseIfHeld(client, state, found, clientProviderId);
  await patch(
    client,
    state,
    { ...(rebinds && { providerId: clientProviderId }), ...(moves && { endpointUri }) },
    found.providerId,
  );
}

/**
 * Why the instance could not be bound as asked, found before anything is done; undefined when nothing is in the way. With
 * an unknown provider id only an instance on Anypoint's own provider is judged: any other might be bound already. `former`
 * is the provider of an instance that we bound already.
 */
export async function bindingProblem(
  client: AnypointClient,
  inputs: Omit<ApiInstanceInputs, "clientProviderId"> & { readonly clientProviderId?: string },
  former?: string,
): Promise<string | undefined> {
  const { place, found } = await findNamed(client, inputs);
  if (found === undefined) return undefined;
  const current = found.providerId ?? null;
  if (inputs.clientProviderId === undefined ? current !== null : current === inputs.clientProviderId) return undefined;
  if (await formerProviderGone(client, current, former)) return undefined;
  const at = { ...place, apiId: found.id };
  const holders = await bindingHolders(client, at, found, inputs.clientProviderId);
  return holders.length === 0 ? undefined : bindingRefusal(at, current, inputs.clientProviderId, holders);
}

/** Former values of an adopted instance; null is Anypoint's own provider, or no endpoint. */
interface Former {
  readonly clientProviderId: string | null;
  readonly endpointUri: string | null;
}

async function adopt(
  client: AnypointClient,
  inputs: ApiInstanceInputs,
  place: Place,
  found: Instance,
): Promise<{ id: string; state: ApiInstanceState }> {
  const change = bindingChange(found, inputs);
  const at = { ...place, apiId: found.id };
  if (change.rebinds) await refuseIfHeld(client, at, found, inputs.clientProviderId);
  const state = { ...inputs, ...place, ...shown(found), origin: "adopted", before: change.before } as const;
  // A write that took effect is not seen as a difference the next time, so its former values are kept from here on.
  return afterCreation(found.id, state, async () => {
    await bind(client, at, inputs, change);
    return { id: found.id, state };
  });
}

/** What differs from the inputs, and what is there in its place. */
interface BindingChange {
  readonly rebinds: boolean;
  readonly moves: boolean;
  /** Provider that it is bound to; null is Anypoint's own. */
  readonly from: string | null;
  readonly before: Partial<Former>;
}

function bindingChange(found: Instance, inputs: ApiInstanceInputs): BindingChange {
  const provider = found.providerId ?? null;
  const endpoint = found.endpointUri ?? null;
  const rebinds = provider !== inputs.clientProviderId;
  const moves = inputs.endpointUri !== undefined && endpoint !== inputs.endpointUri;
  return {
    ...{ rebinds, moves, from: provider },
    before: { ...(rebinds && { clientProviderId: provider }), ...(moves && { endpointUri: endpoint }) },
  };
}

/** Brings provider and endpoint to the inputs, and reads back. */
async function bind(
  client: AnypointClient,
  place: InstancePlace,
  inputs: ApiInstanceInputs,
  { rebinds, moves, from }: BindingChange,
): Promise<void> {
  if (!rebinds && !moves) return;
  await patch(
    client,
    place,
    {
      ...(rebinds && { providerId: inputs.clientProviderId }),
      ...(moves && { endpointUri: inputs.endpointUri }),
    },
    from,
  );
  requireBound(inputs, place, await requireInstance(client, place));
}

async function refuseIfHeld(
  client: AnypointClient,
  place: InstancePlace & Partial<ApiInstanceState>,
  found: Instance,
  to: string | null,
): Promise<void> {
  // A read does not always say the asset.
  const { groupId, assetId, productVersion } = place;
  const whole = {
    ...found,
    groupId: found.groupId ?? groupId,
    assetId: found.assetId ?? assetId,
    productVersion: found.productVersion ?? productVersion,
  };
  const holders = await bindingHolders(client, place, whole, to);
  if (holders.length > 0) throw refusal("instances.update", bindingRefusal(place, found.providerId, to, holders));
}

async function patch(
  client: AnypointClient,
  place: InstancePlace,
  body: Record<string, unknown>,
  from: string | null | undefined,
): Promise<void> {
  try {
    await client.run({
      operation: "instances.update",
      subject: describeApi(place),
      method: "PATCH",
      path: apiPath(place),
      body,
      repeatable: true,
    });
  } catch (error) {
    // What holds an instance is not all to be seen, so Anypoint may refuse what looked free.
    if (!(error instanceof AnypointError) || !("providerId" in body)) throw error;
    if (error.code !== "invalid" && error.code !== "conflict") throw error;
    throw new AnypointError(`${error.message} If the instance is held to its provider: ${wayOut(from)}`, error, error);
  }
}

const post = (
  client: AnypointClient,
  inputs: ApiInstanceInputs,
  place: Named["place"],
  groupId: string,
): Promise<Instance> =>
  client.json(
    {
      operation: "instances.create",
      subject: `an API instance of ${inputs.assetId} ${inputs.assetVersion} labelled "${inputs.label}" in environment "${place.environmentName}"`,
      method: "POST",
      path: apisPath(place),
      body: {
        spec: { groupId, assetId: inputs.assetId, version: inputs.assetVersion },
        instanceLabel: inputs.label,
        // Absent it would be Anypoint's own provider, not the environment's default (inferred).
        providerId: inputs.clientProviderId,
        technology: inputs.technology ?? "mule4",
        ...(inputs.endpointUri !== undefined && { endpointUri: inputs.endpointUri }),
        endpoint: {
          type: "rest",
          uri: null,
          proxyUri: null,
          isCloudHub: null,
          deploymentType: inputs.deploymentType ?? "CH2",
          muleVersion4OrAbove: true,
        },
      },
    },
    instanceAnswer,
  );

function requireBound(inputs: ApiInstanceInputs, place: InstancePlace, after: Instance): void {
  if ((after.providerId ?? null) === inputs.clientProviderId) return;
  throw unexpectedAnswer(
    { operation: "instances.update", subject: describeApi(place) },
    `Anypoint took the request, but the instance is bound to ${after.providerId ?? "Anypoint's own provider"}, not to ${inputs.clientProviderId}`,
    "Check that the client provider is assigned to the environment, then run the command again.",
  );
}

const placeOf = ({ organizationId, organizationName, environmentId, environmentName }: Place): Place => ({
  organizationId,
  ...(organizationName !== undefined && { organizationName }),
  environmentId,
  environmentName,
});

/** What the instance says of itself. */
const shown = (instance: Instance) => ({
  apiId: instance.id,
  ...(instance.groupId && { groupId: instance.groupId }),
  ...(instance.assetId && { assetId: instance.assetId }),
  ...(instance.assetVersion && { assetVersion: instance.assetVersion }),
  ...(instance.productVersion && { productVersion: instance.productVersion }),
  ...(instance.instanceLabel && { label: instance.instanceLabel }),
});
