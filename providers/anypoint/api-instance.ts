/**
 * An API instance, bound to a client provider. Ours is the one named by its id, or by asset and label with `adopt`; one
 * that was adopted gets its former provider, consumer endpoint and asset version back on delete.
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
import { afterCreation, afterWrites, createOnce } from "./creation.ts";
import { type Attempt, refusal, unexpectedAnswer } from "./errors.ts";
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
  const next: ApiInstanceState = {
    ...inputs,
    ...(await placeNow(client, state, inputs)),
    ...shown(found),
    ...(inputs.assetVersion !== undefined && { assetVersion: inputs.assetVersion }),
    origin: state.origin,
    ...(state.origin === "adopted" && { before: { ...change.before, ...state.before } }),
  };
  return afterWrites(next, async (wrote) => {
    const after = await bind(client, state, inputs, change, wrote);
    return { ...next, ...(after && shown(after)) };
  });
}

/** Deletes an instance that was created; gives one that was adopted its former provider and endpoint back. */
export async function deleteApiInstance(client: AnypointClient, _id: string, state: ApiInstanceState): Promise<void> {
  if (state.origin === "created") {
    await client.delete({ operation: "instances.delete", subject: describeApi(state), path: apiPath(state) });
    return;
  }
  const { clientProviderId, endpointUri, assetVersion } = (state.before ?? {}) as Partial<Former>;
  if (clientProviderId === undefined && endpointUri === undefined && assetVersion === undefined) return;
  const found = await findInstance(client, state);
  if (found === undefined) return;
  const rebinds = clientProviderId !== undefined && (found.providerId ?? null) !== clientProviderId;
  const moves = endpointUri !== undefined && (found.endpointUri ?? null) !== endpointUri;
  const respecifies = assetVersion !== undefined && found.assetVersion !== assetVersion;
  if (!rebinds && !moves && !respecifies) return;
  if (rebinds) await refuseIfHeld(client, state, found, clientProviderId);
  await patch(client, state, {
    ...(rebinds && { providerId: clientProviderId }),
    ...(moves && { endpointUri }),
    ...(respecifies && { assetVersion }),
  });
}

/** Why an instance can't go to a version of its asset in place; undefined when nothing is in the way. */
export function versionProblem(to: string | undefined, from: string | undefined): string | undefined {
  const major = (version: string) => version.split(".", 1)[0];
  if (to === undefined || from === undefined || major(to) === major(from)) return undefined;
  return `can't go from ${from} to ${to}: Anypoint changes the version of an instance within its major version alone. ${NEW_MAJOR}`;
}

/** Confirmed: docs.mulesoft.com, "Managing API Instance Versions". */
const NEW_MAJOR =
  "Another major version is another instance: give it another label, or a second entry with its own name and label, and let the consumers move over.";

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
  const holders = await bindingHolders(client, at);
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
  readonly before: Partial<Former>;
}

function bindingChange(found: Instance, inputs: ApiInstanceInputs): BindingChange {
  const provider = found.providerId ?? null;
  const endpoint = found.endpointUri ?? null;
  const rebinds = provider !== inputs.clientProviderId;
  const moves = inputs.endpointUri !== undefined && endpoint !== inputs.endpointUri;
  const version = found.assetVersion ?? undefined;
  const respecifies = inputs.assetVersion !== undefined && version !== inputs.assetVersion;
  return {
    ...{ rebinds, moves, respecifies },
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
  { rebinds, moves, respecifies, before }: BindingChange,
  wrote: () => void = () => undefined,
): Promise<Instance | undefined> {
  if (!rebinds && !moves && !respecifies) return undefined;
  const problem = versionProblem(inputs.assetVersion, before.assetVersion);
  if (problem !== undefined) {
    throw refusal("instances.update", `Could not update ${describeApi(place)}: its asset ${problem}`);
  }
  const body = {
    ...(rebinds && { providerId: inputs.clientProviderId }),
    ...(moves && { endpointUri: inputs.endpointUri }),
    // That API Manager's API changes it is confirmed (KB 001115859), that it is by this member inferred.
    ...(respecifies && { assetVersion: inputs.assetVersion }),
  };
  await patch(client, place, body, ({ status }) =>
    respecifies && status === 404 ? noSuchAsset(inputs, inputs.groupId ?? place.organizationId) : undefined,
  );
  wrote();
  const after = await requireInstance(client, place);
  requireBound(inputs, place, after);
  return after;
}

async function refuseIfHeld(
  client: AnypointClient,
  place: InstancePlace,
  found: Instance,
  to: string | null,
): Promise<void> {
  const holders = await bindingHolders(client, place);
  if (holders.length > 0) throw refusal("instances.update", bindingRefusal(place, found.providerId, to, holders));
}

const patch = (
  client: AnypointClient,
  place: InstancePlace,
  body: Record<string, unknown>,
  advice?: Attempt["advice"],
): Promise<void> =>
  client.run({
    operation: "instances.update",
    subject: describeApi(place),
    advice,
    method: "PATCH",
    path: apiPath(place),
    body,
    repeatable: true,
  });

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
      // The environment was just found, so what is not there is the asset; which status says so is not described (inferred: 404).
      advice: ({ status }) => (status === 404 ? noSuchAsset(inputs, groupId) : undefined),
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

const noSuchAsset = ({ assetId, assetVersion }: ApiInstanceInputs, groupId: string): string =>
  `Exchange has no asset ${assetId} in version ${assetVersion} in group ${groupId}, or the connected app may not see it. ` +
  "Look it up in Exchange, or publish it there first; correct assetId, version and groupId (without one it is the business group of the environment); " +
  "or grant the connected app read:exchange in that group.";

function requireBound(inputs: ApiInstanceInputs, place: InstancePlace, after: Instance): void {
  const { assetVersion } = inputs;
  if (assetVersion !== undefined && after.assetVersion != null && after.assetVersion !== assetVersion) {
    throw unexpectedAnswer(
      { operation: "instances.update", subject: describeApi(place) },
      `Anypoint took the request, but the instance has version ${after.assetVersion} of its asset, not ${assetVersion}`,
      "Change it in API Manager (the instance, Actions, Change API specification), then run `pulumi up` again.",
    );
  }
  if ((after.providerId ?? null) === inputs.clientProviderId) return;
  throw unexpectedAnswer(
    { operation: "instances.update", subject: describeApi(place) },
    `Anypoint took the request, but the instance is bound to ${after.providerId ?? "Anypoint's own provider"}, not to ${inputs.clientProviderId}`,
    "Check that the client provider is assigned to the environment, then run the command again.",
  );
}

/** What the instance says of itself. */
const shown = (instance: Instance) => ({
  apiId: instance.id,
  ...(instance.groupId && { groupId: instance.groupId }),
  ...(instance.assetId && { assetId: instance.assetId }),
  ...(instance.assetVersion && { assetVersion: instance.assetVersion }),
  ...(instance.productVersion && { productVersion: instance.productVersion }),
  ...(instance.instanceLabel && { label: instance.instanceLabel }),
});
