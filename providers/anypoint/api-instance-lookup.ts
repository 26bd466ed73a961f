/** Finds the API instance that inputs name. */
import { z } from "zod";
import {
  type Instance,
  type InstancePlace,
  apisPath,
  describeApi,
  findInstance,
  instanceAnswer,
} from "./api-manager.ts";
import type { ApiInstanceInputs } from "./api-instance-inputs.ts";
import type { AnypointClient } from "./client.ts";
import { NOT_FOUND } from "./creation.ts";
import { AnypointError, refusal } from "./errors.ts";
import { environment } from "./organizations.ts";

/** Answer of the list of instances, by assets. */
export const instanceList = z.object({
  assets: z.array(
    z.looseObject({
      groupId: z.string().nullish(),
      assetId: z.string().nullish(),
      apis: z.array(instanceAnswer).default([]),
    }),
  ),
  total: z.number().optional(),
});

/** The instance that inputs name, as it is now. */
export interface Named {
  readonly place: Omit<InstancePlace, "apiId"> & { readonly environmentName: string };
  /** Group of the asset. */
  readonly groupId: string;
  readonly found: Instance | undefined;
}

/** Finds the instance by its number, or by asset and label. A number that is not there is an error. */
export async function findNamed(
  client: AnypointClient,
  inputs: Omit<ApiInstanceInputs, "clientProviderId">,
): Promise<Named> {
  const {
    id: environmentId,
    name: environmentName,
    organization,
  } = await environment(client, inputs.environment, inputs.businessGroup);
  const place = { organizationId: organization.id, environmentId, environmentName };
  const groupId = inputs.groupId ?? organization.id;
  if (inputs.apiId !== undefined) {
    return { place, groupId, found: await requireInstance(client, { ...place, apiId: inputs.apiId }) };
  }
  const assets = await client.pages(
    {
      operation: "instances.list",
      subject: `the API instances of environment "${environmentName}"`,
      path: apisPath(place),
      query: { groupId, assetId: inputs.assetId, instanceLabel: inputs.label },
    },
    instanceList,
    ({ assets: rows, total }) => ({ rows, total }),
  );
  const labelled = assets
    .filter((asset) => asset.assetId === inputs.assetId && (asset.groupId ?? groupId) === groupId)
    // The asset's coordinates are said once for all of its instances (confirmed: DX-APIM).
    .flatMap(({ apis, assetId }) =>
      apis.map((api) => ({ ...api, groupId: api.groupId ?? groupId, assetId: api.assetId ?? assetId })),
    )
    .filter(({ instanceLabel }) => instanceLabel === inputs.label);
  const [found, second] = labelled.filter(({ assetVersion }) => assetVersion === inputs.assetVersion);
  if (found !== undefined && second !== undefined) {
    throw refusal(
      "instances.list",
      `There are several API instances of ${inputs.assetId} ${inputs.assetVersion} labelled "${inputs.label}" in environment "${environmentName}" (${found.id}, ${second.id}). None is taken: give the number of the right one as instanceId, or rename the other in API Manager.`,
    );
  }
  const [other] = labelled;
  if (found === undefined && other !== undefined && inputs.adopt === true) {
    throw refusal(
      "instances.list",
      `Could not adopt the API instance of ${inputs.assetId} labelled "${inputs.label}": ${other.id} has version ${other.assetVersion ?? "(none)"}, not ${inputs.assetVersion}. Give that version, or the number ${other.id} as instanceId.`,
    );
  }
  return { place, groupId, found };
}

/** Some Mule 4 instance of an environment; undefined where there is none to be seen. */
export async function anyMuleInstance(
  client: AnypointClient,
  place: Omit<InstancePlace, "apiId">,
  environmentName: string,
): Promise<Instance | undefined> {
  const all = await listInstances(client, place, environmentName);
  return all.find(({ technology }) => technology === "mule4");
}

/** All instances of an environment. */
export async function listInstances(
  client: AnypointClient,
  place: Omit<InstancePlace, "apiId">,
  environmentName: string,
): Promise<Instance[]> {
  const assets = await client.pages(
    {
      operation: "instances.list",
      subject: `the API instances of environment "${environmentName}"`,
      path: apisPath(place),
    },
    instanceList,
    ({ assets: rows, total }) => ({ rows, total }),
  );
  // The asset stands above its instances, in every row or in none (confirmed: DX-APIM shows both).
  return assets.flatMap(({ groupId, assetId, apis }) => apis.map((row) => ({ groupId, assetId, ...row })));
}

/** An instance that must be there. */
export async function requireInstance(client: AnypointClient, place: InstancePlace): Promise<Instance> {
  const found = await findInstance(client, place);
  if (found !== undefined) return found;
  throw new AnypointError(
    `Could not find ${describeApi(place)}. Check the number in API Manager, and that this environment and business group own it. ${NOT_FOUND}`,
    { code: "not-found", operation: "instances.read", status: 404 },
  );
}
