/**
 * Whether an API instance can be bound to another client provider. It can't while it has contracts, carries a policy that
 * goes by the provider, or is in an API group (confirmed: DOC-APIM).
 */
import { type InstancePlace, describeApi, findPolicies, listContracts } from "./api-manager.ts";
import type { AnypointClient } from "./client.ts";
import { getProvider } from "./client-provider-calls.ts";
import { rootOrganization } from "./organizations.ts";

/** Policies that work only with the provider at hand. */
const PROVIDER_POLICIES = new Set([
  "openidconnect-access-token-enforcement",
  "openam-access-token-enforcement",
  "pingfederate-access-token-enforcement",
]);

/** What holds the instance to its provider, in words; empty when nothing is seen. API groups show only in Anypoint's own refusal. */
export async function bindingHolders(client: AnypointClient, place: InstancePlace): Promise<string[]> {
  const [contracts, policies] = await Promise.all([listContracts(client, place), findPolicies(client, place)]);
  return [
    ...contracts.map(
      ({ contractId, applicationId, applicationName, status }) =>
        `contract ${contractId} of application ${applicationName === undefined ? applicationId : `"${applicationName}"`} (${status.toLowerCase()})`,
    ),
    ...(policies ?? [])
      .filter(({ assetId }) => PROVIDER_POLICIES.has(assetId))
      .map(({ assetId, policyId }) => `policy ${policyId} (${assetId})`),
  ];
}

/**
 * Whether the provider of an instance that we bound is gone: then our own policy and contract hold it to nothing, and only
 * Anypoint can say no. `former` is what the state says, empty for Anypoint's own provider, undefined when we never bound it.
 */
export async function formerProviderGone(
  client: AnypointClient,
  current: string | null | undefined,
  former: string | undefined,
): Promise<boolean> {
  if (former === undefined) return false;
  const id = current ?? former;
  // A refresh already showed it without the provider that we bound it to.
  if (id === "") return true;
  try {
    const { id: organizationId } = await rootOrganization(client);
    return (await getProvider(client, organizationId, id, id)) === undefined;
  } catch {
    // What can't be read counts as there, so the instance stays guarded.
    return false;
  }
}

/** Why the instance can't be bound to the provider, and the way out. Null is Anypoint's own provider, undefined one not made yet. */
export function bindingRefusal(
  place: InstancePlace,
  from: string | null | undefined,
  to: string | null | undefined,
  holders: readonly string[],
): string {
  const named = (id: string | null) => (id === null ? "Anypoint's own provider" : `client provider ${id}`);
  const target = to === undefined ? "a new client provider" : named(to);
  const source = named(from ?? null);
  return (
    `Could not bind ${describeApi(place)} to ${target}: it is bound to ${source} and held there by ${holders.join(", ")}. ` +
    "Way out: remove these contracts (revoke, then delete) and policies in API Manager, and let the consumers request access again afterwards; " +
    `or keep ${source}.`
  );
}
