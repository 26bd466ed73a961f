/**
 * Whether an API instance can be bound to another client provider. It can't while it has contracts, is in an API group, or
 * carries a policy that goes by another type of provider than the new one has (confirmed: DOC-APIM).
 *
 * So our own OpenID Connect policy stays on when the instance goes from one of our providers to another: both are of one
 * type. On the way back to a provider of another type it is gone already, since it depends on the instance.
 */
import { z } from "zod";
import {
  type Instance,
  type InstancePlace,
  describeApi,
  findPolicies,
  listContracts,
  numericId,
} from "./api-manager.ts";
import { type AnypointClient, path } from "./client.ts";
import { getProvider } from "./client-provider-calls.ts";
import { PROVIDER_TYPE } from "./client-provider-wire.ts";
import { AnypointError } from "./errors.ts";
import { rootOrganization } from "./organizations.ts";

/** Policies that work with one type of provider alone. */
const PROVIDER_POLICIES: ReadonlyMap<string, string> = new Map([
  ["openidconnect-access-token-enforcement", PROVIDER_TYPE],
  ["openam-access-token-enforcement", "openam"],
  ["pingfederate-access-token-enforcement", "ping"],
]);

const NOTHING = { applications: new Set<string>(), policies: new Set<string>() };

/**
 * What holds the instance to its provider, in words; empty when nothing is seen. `to` is the new provider: null is Anypoint's
 * own, undefined one that is not made yet. `own`: what is gone by then, and so holds nothing.
 */
export async function bindingHolders(
  client: AnypointClient,
  place: InstancePlace,
  instance: Instance,
  to: string | null | undefined,
  own: { readonly applications: ReadonlySet<string>; readonly policies: ReadonlySet<string> } = NOTHING,
): Promise<string[]> {
  const [contracts, policies, groups, type] = await Promise.all([
    listContracts(client, place),
    findPolicies(client, place),
    apiGroups(client, place, instance),
    providerType(client, to),
  ]);
  return [
    ...contracts
      .filter(({ applicationId = "" }) => !own.applications.has(applicationId))
      .map(
        ({ contractId, applicationId, applicationName, status }) =>
          `contract ${contractId} of application ${applicationName === undefined ? applicationId : `"${applicationName}"`} (${status.toLowerCase()})`,
      ),
    ...(policies ?? [])
      .filter(({ policyId }) => !own.policies.has(policyId))
      .filter(({ assetId }) => PROVIDER_POLICIES.has(assetId) && PROVIDER_POLICIES.get(assetId) !== type)
      .map(({ assetId, policyId }) => `policy ${policyId} (${assetId})`),
    ...groups,
  ];
}

const groupsAnswer = z.array(
  z.looseObject({ id: numericId, assetId: z.string().nullish(), version: z.string().nullish() }),
);

/**
 * The API groups that the instance is in, as Exchange tells them (confirmed: DX-EXCH). One that was never published there
 * shows only in Anypoint's own refusal (inferred), and so does each where Exchange does not answer.
 */
async function apiGroups(client: AnypointClient, place: InstancePlace, instance: Instance): Promise<string[]> {
  const { groupId, assetId, productVersion } = instance;
  if (!groupId || !assetId || !productVersion) return [];
  try {
    const groups = await client.find(
      {
        operation: "instances.groups",
        subject: `the API groups of ${describeApi(place)}`,
        path: path`/exchange/api/v2/assets/${groupId}/${assetId}/versionGroups/${productVersion}/instances/${place.apiId}/relatedApiGroupInstances`,
      },
      groupsAnswer,
    );
    return (groups ?? []).map(({ id, assetId: group, version }) => {
      const name = [group, version].filter(Boolean).join(" ");
      return `API group instance ${id}${name === "" ? "" : ` (${name})`}`;
    });
  } catch (error) {
    if (error instanceof AnypointError && (error.code === "forbidden" || error.code === "unexpected-answer")) return [];
    throw error;
  }
}

/** Type of a provider by its id. One that is not made yet, or can't be read, is taken to be of our own type. */
async function providerType(client: AnypointClient, id: string | null | undefined): Promise<string | undefined> {
  if (id === null || id === "") return undefined;
  if (id === undefined) return PROVIDER_TYPE;
  try {
    const { id: organizationId } = await rootOrganization(client);
    return (await getProvider(client, organizationId, id, id))?.type.name ?? PROVIDER_TYPE;
  } catch {
    return PROVIDER_TYPE;
  }
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

const providerName = (id: string | null): string => (id === null ? "Anypoint's own provider" : `client provider ${id}`);

/** Why the instance can't be bound to the provider, and the way out. Null is Anypoint's own provider, undefined one not made yet. */
export function bindingRefusal(
  place: InstancePlace,
  from: string | null | undefined,
  to: string | null | undefined,
  holders: readonly string[],
): string {
  const target = to === undefined ? "a new client provider" : providerName(to);
  const source = providerName(from ?? null);
  return (
    `Could not bind ${describeApi(place)} to ${target}: it is bound to ${source} and held there by ${holders.join(", ")}. ` +
    `Nothing was changed. ${wayOut(from)}`
  );
}

/** What to do about an instance whose provider is gone, while contracts hold it to the one that it fell back to. */
export const WAY_OUT_OF_GONE =
  "Its client provider was deleted, and contracts hold it to Anypoint's own one. Way out: `pulumi destroy --run-program --target '**-contract' --target-dependents`, which takes this " +
  "stack's contracts (in a protected stack set okta-anypoint:protect to false before); remove those of others in API Manager, Contracts (revoke, then delete); then `pulumi up`: consumers request access again, with new clients.";

/** What to do about an instance that is held to its provider. */
export const wayOut = (from: string | null | undefined): string =>
  "Way out: take consumers of this stack out of its configuration and run `pulumi up`; remove the contracts (revoke, then delete), policies and API group " +
  "memberships that are left in API Manager; bind the instance; then let the consumers request access again, which makes new clients; " +
  `or keep ${providerName(from ?? null)}.`;
