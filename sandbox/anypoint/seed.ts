/** What a fresh store holds. */
import { uuid } from "../core/ids.ts";
import { type AnypointState, type EnvironmentType, type Organization, newClientId, nextId } from "./state.ts";

export interface OrganizationSeed {
  readonly name: string;
  readonly environments?: readonly { readonly name: string; readonly type: EnvironmentType }[];
  readonly businessGroups?: readonly {
    readonly name: string;
    readonly environments: readonly { readonly name: string; readonly type: EnvironmentType }[];
  }[];
}

export const DEFAULT_ORGANIZATION: OrganizationSeed = {
  name: "Acme",
  environments: [
    { name: "Sandbox", type: "sandbox" },
    { name: "Production", type: "production" },
  ],
  businessGroups: [{ name: "Payments", environments: [{ name: "Sandbox", type: "sandbox" }] }],
};

/** A fresh store: the organizations, two Exchange assets, and one API instance `orders-api` / `legacy` in the first environment. */
export function createState(seed: OrganizationSeed, now: string): AnypointState {
  const state: AnypointState = {
    organizations: {},
    environments: {},
    connectedApps: {},
    clientProviders: {},
    assets: {},
    apiInstances: {},
    policies: {},
    tiers: {},
    applications: {},
    contracts: {},
    apiGroupInstances: {},
    runtime: { nextId: 19_000_001, accessTokens: {}, updatedAt: {}, lastActive: {} },
  };
  const root = addOrganization(state, seed.name, null, seed.environments ?? []);
  for (const group of seed.businessGroups ?? []) addOrganization(state, group.name, root.id, group.environments);

  for (const assetId of ["orders-api", "inventory-api"]) {
    const name = assetId === "orders-api" ? "Orders API" : "Inventory API";
    const asset = { id: nextId(state), groupId: root.id, assetId, version: "1.0.0", name, versionGroup: "v1" };
    state.assets[`${root.id}/${assetId}/1.0.0`] = asset;
  }
  const environment = Object.values(state.environments)[0];
  if (environment !== undefined) {
    const id = nextId(state);
    state.apiInstances[id] = {
      id,
      organizationId: root.id,
      environmentId: environment.id,
      groupId: root.id,
      assetId: "orders-api",
      assetVersion: "1.0.0",
      productVersion: "v1",
      instanceLabel: "legacy",
      providerId: null,
      technology: "mule4",
      endpointUri: null,
      endpoint: { type: "rest", uri: null, proxyUri: null, isCloudHub: null, deploymentType: "CH2" },
      deprecated: false,
      approvalMethod: null,
      createdAt: now,
    };
  }
  return state;
}

function addOrganization(
  state: AnypointState,
  name: string,
  parentId: string | null,
  environments: NonNullable<OrganizationSeed["environments"]>,
): Organization {
  const organization: Organization = { id: uuid(), name, parentId, clientId: newClientId() };
  state.organizations[organization.id] = organization;
  for (const { name: environmentName, type } of environments) {
    const id = uuid();
    state.environments[id] = {
      id,
      organizationId: organization.id,
      name: environmentName,
      type,
      clientId: newClientId(),
      clientProviderIds: [],
    };
  }
  return organization;
}
