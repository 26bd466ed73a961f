/** Calls about API instances that change them, and what their answers must show. */
import { type Instance, type InstancePlace, apiPath, apisPath, describeApi, instanceAnswer } from "./api-manager.ts";
import type { ApiInstanceInputs } from "./api-instance-inputs.ts";
import type { Named } from "./api-instance-lookup.ts";
import type { AnypointClient } from "./client.ts";
import { AnypointError, type Attempt, unexpectedAnswer } from "./errors.ts";
import { WAY_OUT_OF_GONE, wayOut } from "./instance-binding.ts";

/** Why an instance can't go to a version of its asset in place; undefined when nothing is in the way. */
export function versionProblem(to: string | undefined, from: string | undefined): string | undefined {
  const major = (version: string) => version.split(".", 1)[0];
  if (to === undefined || from === undefined || major(to) === major(from)) return undefined;
  return `can't go from ${from} to ${to}: Anypoint changes the version of an instance within its major version alone. ${NEW_MAJOR}`;
}

/** Confirmed: docs.mulesoft.com, "Managing API Instance Versions". */
const NEW_MAJOR =
  "Another major version is another instance: give it another label, or a second entry with its own name and label, and let the consumers move over.";

/** Changes an instance. `from`: the provider that it is bound to, and whether that is gone, for a refusal's way out. */
export async function patchInstance(
  client: AnypointClient,
  place: InstancePlace,
  body: Record<string, unknown>,
  {
    from,
    gone = false,
    advice,
  }: { readonly from: string | null | undefined; readonly gone?: boolean; readonly advice?: Attempt["advice"] },
): Promise<void> {
  try {
    await client.run({
      operation: "instances.update",
      subject: describeApi(place),
      advice,
      method: "PATCH",
      path: apiPath(place),
      body,
      repeatable: true,
    });
  } catch (error) {
    // What holds an instance is not all to be seen, so Anypoint may refuse what looked free.
    if (!(error instanceof AnypointError) || !("providerId" in body)) throw error;
    if (error.code !== "invalid" && error.code !== "conflict") throw error;
    const way = gone ? WAY_OUT_OF_GONE : `If the instance is held to its provider: ${wayOut(from)}`;
    throw new AnypointError(`${error.message} ${way}`, error, error);
  }
}

/** Makes an instance. */
export const postInstance = (
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

/** What to do where Exchange does not know the asset. */
export const noSuchAsset = ({ assetId, assetVersion }: ApiInstanceInputs, groupId: string): string =>
  `Exchange has no asset ${assetId} in version ${assetVersion} in group ${groupId}, or the connected app may not see it. ` +
  "Look it up in Exchange, or publish it there first; correct assetId, version and groupId (without one it is the business group of the environment); " +
  "or grant the connected app read:exchange in that group.";

/** Throws when a read after a write shows another version or provider than was written. */
export function requireBound(inputs: ApiInstanceInputs, place: InstancePlace, after: Instance): void {
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
export const shown = (instance: Instance) => ({
  apiId: instance.id,
  ...(instance.groupId && { groupId: instance.groupId }),
  ...(instance.assetId && { assetId: instance.assetId }),
  ...(instance.assetVersion && { assetVersion: instance.assetVersion }),
  ...(instance.productVersion && { productVersion: instance.productVersion }),
  ...(instance.instanceLabel && { label: instance.instanceLabel }),
});
