/**
 * Who uses a client provider. Anypoint deletes one without a question, and its APIs then fall back to Anypoint's own provider
 * in silence, with their contracts and with policies that fail (confirmed: DOC-APIM).
 */
import { apisPath } from "./api-manager.ts";
import { instanceList } from "./api-instance-lookup.ts";
import type { AnypointClient } from "./client.ts";
import { AnypointError } from "./errors.ts";
import { businessGroups, environmentsOf } from "./organizations.ts";

/** The API instances bound to a provider, in words, as far as we may see them in any environment. */
export async function instancesBoundTo(client: AnypointClient, providerId: string): Promise<string[]> {
  const found: string[] = [];
  for (const organization of await businessGroups(client)) {
    const environments = (await seen(environmentsOf(client, organization))) ?? [];
    const lists = await Promise.all(
      environments.map(async ({ id, name }) => {
        const place = { organizationId: organization.id, environmentId: id };
        const call = {
          operation: "instances.list",
          subject: `the API instances of environment "${name}"`,
          path: apisPath(place),
        } as const;
        const assets = await seen(client.pages(call, instanceList, ({ assets: rows, total }) => ({ rows, total })));
        return (assets ?? []).flatMap(({ assetId, apis }) =>
          apis
            .filter((api) => api.providerId === providerId)
            .map(
              (api) =>
                `${api.id} (${assetId ?? api.assetId ?? "no asset"}, environment "${name}" of "${organization.name}")`,
            ),
        );
      }),
    );
    found.push(...lists.flat());
  }
  return found;
}

/** What we may not see is left out: the guard is for what can be seen. */
async function seen<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AnypointError && (error.code === "forbidden" || error.code === "not-found")) return undefined;
    throw error;
  }
}
