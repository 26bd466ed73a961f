/**
 * An API instance, bound to a client provider. Ours is the one named by its id, or by asset and label with `adopt`; one
 * that was adopted gets its former provider, consumer endpoint and asset version back on delete.
 */
import { type Instance, type InstancePlace, apiPath, describeApi, findInstance } from "./api-manager.ts";
import type { ApiInstanceInputs, ApiInstanceState } from "./api-instance-inputs.ts";
import { noSuchAsset, patchInstance, postInstance, requireBound, shown, versionProblem } from "./api-instance-calls.ts";
import { type Named, findNamed, requireInstance } from "./api-instance-lookup.ts";
import type { AnypointClient } from "./client.ts";
import { afterCreation, afterWrites, createOnce, notShownYet, untilShown } from "./creation.ts";
import { refusal } from "./errors.ts";
import { businessGroup, placeNow } from "./organizations.ts";
import { bindingHolders, bindingRefusal, formerProviderGone } from "./instance-binding.ts";

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
    client,
    () => postInstance(client, inputs, place, groupId),
    async () => (await findNamed(client, inputs)).found,
  );
  const state = { ...inputs, ...place, ...shown(made), origin: "created" } as const;
  return afterCreation(made.id, state, async () => {
    const after = await untilShown(client, () => findInstance(client, { ...place, apiId: made.id }));
    if (after === undefined) {
      throw refusal("instances.create", notShownYet(describeApi({ ...place, apiId: made.id })));
    }
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
  const { askedLabel: noted, ...rest } = state;
  const asked = noted ?? (state.given?.includes("label") ? state.label : undefined);
  const label = found.instanceLabel ?? "";
  return {
    ...rest,
    ...shown(found),
    // The label names the instance, so the one that was asked for is noted: it is put back in place, and nothing is replaced.
    ...(asked !== undefined && asked !== label && { label, askedLabel: asked }),
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
  const gone = change.rebinds && (await formerProviderGone(client, found.providerId, state.clientProviderId));
  if (change.rebinds && !gone) {
    await refuseIfHeld(client, state, found, inputs.clientProviderId);
  }
  const next: ApiInstanceState = {
    ...inputs,
    ...(await placeNow(client, state, inputs)),
    ...shown(found),
    ...(inputs.assetVersion !== undefined && { assetVersion: inputs.assetVersion }),
    origin: state.origin,
    ...(state.origin === "adopted" && { before: { ...change.before, ...state.before } }),
  };
  return afterWrites(next, async (wrote) => {
    const after = await bind(client, state, inputs, { ...change, gone }, wrote);
    return { ...next, ...(after && shown(after)) };
  });
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
  const { clientProviderId: former, endpointUri, assetVersion } = (state.before ?? {}) as Partial<Former>;
  if (former === undefined && endpointUri === undefined && assetVersion === undefined) return;
  const found = await findInstance(client, state);
  if (found === undefined) return;
  const gone = typeof former === "string" && (await formerProviderGone(client, former, former));
  const clientProviderId = gone ? null : former;
  const rebinds = clientProviderId !== undefined && (found.providerId ?? null) !== clientProviderId;
  const moves = endpointUri !== undefined && (found.endpointUri ?? null) !== endpointUri;
  const respecifies = assetVersion !== undefined && found.assetVersion !== assetVersion;
  if (!rebinds && !moves && !respecifies) return;
  if (rebinds) await refuseIfHeld(client, state, found, clientProviderId);
  const body = {
    ...(rebinds && { providerId: clientProviderId }),
    ...(moves && { endpointUri }),
    ...(respecifies && { assetVersion }),
  };
  await patchInstance(client, state, body, { from: found.providerId });
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
  readonly assetVersion: string;
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
  readonly respecifies: boolean;
  readonly relabels: boolean;
  /** Provider that it is bound to; null is Anypoint's own. */
  readonly from: string | null;
  readonly before: Partial<Former>;
}

function bindingChange(found: Instance, inputs: ApiInstanceInputs): BindingChange {
  const provider = found.providerId ?? null;
  const endpoint = found.endpointUri ?? null;
  const rebinds = provider !== inputs.clientProviderId;
  const moves = inputs.endpointUri !== undefined && endpoint !== inputs.endpointUri;
  const version = found.assetVersion ?? undefined;
  const respecifies = inputs.assetVersion !== undefined && version !== inputs.assetVersion;
  // An instance goes by its label, so there is another one only where somebody has changed it by hand.
  const relabels = inputs.label !== undefined && found.instanceLabel !== inputs.label;
  return {
    ...{ rebinds, moves, respecifies, relabels, from: provider },
    before: {
      ...(rebinds && { clientProviderId: provider }),
      ...(moves && { endpointUri: endpoint }),
      ...(respecifies && version !== undefined && { assetVersion: version }),
    },
  };
}

/** Brings provider, endpoint and asset version to the inputs. Gives what a read shows then; undefined when nothing was to do. */
async function bind(
  client: AnypointClient,
  place: InstancePlace,
  inputs: ApiInstanceInputs,
  { rebinds, moves, respecifies, relabels, from, gone, before }: BindingChange & { readonly gone?: boolean },
  wrote: () => void = () => undefined,
): Promise<Instance | undefined> {
  if (!rebinds && !moves && !respecifies && !relabels) return undefined;
  const problem = versionProblem(inputs.assetVersion, before.assetVersion);
  if (problem !== undefined) {
    throw refusal("instances.update", `Could not update ${describeApi(place)}: its asset ${problem}`);
  }
  const body = {
    ...(rebinds && { providerId: inputs.clientProviderId }),
    ...(moves && { endpointUri: inputs.endpointUri }),
    // That API Manager's API changes it is confirmed (KB 001115859), that it is by this member inferred.
    ...(respecifies && { assetVersion: inputs.assetVersion }),
    ...(relabels && { instanceLabel: inputs.label }),
  };
  await patchInstance(client, place, body, {
    from,
    gone,
    advice: ({ status }) =>
      respecifies && status === 404 ? noSuchAsset(inputs, inputs.groupId ?? place.organizationId) : undefined,
  });
  wrote();
  const after = await requireInstance(client, place);
  requireBound(inputs, place, after);
  return after;
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
