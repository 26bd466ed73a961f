/** Objects that people delete by hand, with what the vendors delete along, and what `up` then does after a refresh. */
import { OTHER, type Sides, accessPolicy, application, instance, one, provider, server } from "./drift-table.ts";

export interface Deletion {
  readonly name: string;
  readonly by: (sides: Sides) => void;
  /** Resources that a refresh finds gone. */
  readonly gone: readonly string[];
  /** Outputs of others that it finds changed. */
  readonly shows?: Readonly<Record<string, readonly string[]>>;
  /** What `up` does beside making them again. */
  readonly takes?: Readonly<Record<string, string>>;
  /** Resources that are destroyed between the two, where Anypoint lets nothing be repaired before. */
  readonly first?: string;
}

const drop = <T>(rows: Record<string, T>, fits: (row: T) => boolean): void => {
  for (const [id, row] of Object.entries(rows)) if (fits(row)) delete rows[id];
};

function dropApplication(sides: Sides, name: string): void {
  const { id, clientId } = application(sides, name);
  drop(sides.anypoint.applications, (each) => each.id === id);
  drop(sides.anypoint.contracts, ({ applicationId }) => applicationId === id);
  drop(sides.okta.apps, (app) => app.clientId === clientId);
}

function dropContract(sides: Sides, name: string): void {
  const { id } = application(sides, name);
  drop(sides.anypoint.contracts, ({ applicationId }) => applicationId === id);
}

function dropInstance(sides: Sides, assetId: string): void {
  const { id } = instance(sides, assetId);
  const { apiInstances, policies, contracts } = sides.anypoint;
  drop(apiInstances, (each) => each.id === id);
  for (const rows of [policies, contracts]) drop<{ apiId: number }>(rows, ({ apiId }) => apiId === id);
}

function dropAccessPolicy(sides: Sides): void {
  const { id } = accessPolicy(sides);
  drop(sides.okta.policyRules, ({ policyId }) => policyId === id);
  drop(sides.okta.serverPolicies, (policy) => policy.id === id);
  for (const policy of Object.values(sides.okta.serverPolicies)) if (policy.id === OTHER) policy.priority = 1;
}

function dropServer(sides: Sides): void {
  const { id } = server(sides);
  const { authorizationServers, scopes, claims, serverPolicies, policyRules } = sides.okta;
  drop(policyRules, ({ policyId }) => serverPolicies[policyId]?.serverId === id);
  for (const rows of [scopes, claims, serverPolicies])
    drop<{ serverId: string }>(rows, ({ serverId }) => serverId === id);
  drop(authorizationServers, (each) => each.id === id);
}

/** Its users fall back to Anypoint's own provider, and contracts stay (confirmed: DOC-APIM). */
function dropProvider(sides: Sides): void {
  const { providerId } = provider(sides);
  const { clientProviders, apiInstances, applications, environments } = sides.anypoint;
  drop(clientProviders, (each) => each.providerId === providerId);
  for (const user of [...Object.values(apiInstances), ...Object.values(applications)]) {
    if (user.providerId === providerId) user.providerId = null;
  }
  for (const each of Object.values(environments)) {
    each.clientProviderIds = each.clientProviderIds.filter((id) => id !== providerId);
  }
}

export const DELETIONS: readonly Deletion[] = [
  {
    name: "a scope, the rule, both assignments, a policy, a contract, an application",
    by: (from) => {
      drop(from.okta.scopes, ({ name }) => name === "custom_scope");
      drop(from.okta.policyRules, ({ policyId }) => policyId === accessPolicy(from).id);
      for (const environment of Object.values(from.anypoint.environments)) {
        environment.clientProviderIds = environment.clientProviderIds.filter((id) => id === OTHER);
      }
      drop(from.anypoint.policies, ({ apiId }) => apiId === instance(from, "orders-api").id);
      dropContract(from, "partner-sandbox");
      dropApplication(from, "guest-sandbox");
    },
    gone: [
      ...["tokens-scope-custom_scope", "tokens-rule", "client-provider-Sandbox", "client-provider-Production"],
      ...["api-orders-policy", "consumer-partner-contract", "consumer-guest-application", "consumer-guest-contract"],
    ],
  },
  {
    name: "the access policy, two API instances",
    by: (from) => {
      dropAccessPolicy(from);
      dropInstance(from, "orders-api");
      dropInstance(from, "inventory-api");
    },
    gone: [
      ...["tokens-policy", "tokens-rule", "api-orders-instance", "api-orders-policy", "api-inventory-instance"],
      ...["api-inventory-policy", "consumer-orders-mobile-contract", "consumer-guest-contract"],
    ],
    // Which instance they were requested through; clients and secrets stay.
    takes: { "consumer-orders-mobile-application": "update", "consumer-guest-application": "update" },
  },
  {
    name: "the authorization server",
    by: dropServer,
    gone: [
      ...["tokens-server", "tokens-scope-custom_scope", "tokens-scope-orders.write", "tokens-policy", "tokens-rule"],
    ],
    // Gateways introspect at the new server.
    takes: { "client-provider-provider": "update" },
  },
  {
    name: "the client provider",
    by: dropProvider,
    gone: ["client-provider-provider", "client-provider-Sandbox", "client-provider-Production"],
    shows: Object.fromEntries(
      [
        ...["api-orders-instance", "api-inventory-instance", "api-legacy-instance"],
        ...["consumer-orders-mobile-application", "consumer-guest-application", "consumer-partner-application"],
      ].map((resource) => [resource, ["clientProviderId"]]),
    ),
    // Contracts hold an instance to the provider that it fell back to.
    first: "**-contract",
    takes: {
      ...{ "api-orders-instance": "update", "api-inventory-instance": "update", "api-legacy-instance": "update" },
      ...{ "consumer-orders-mobile-application": "replace", "consumer-orders-mobile-contract": "create" },
      ...{ "consumer-guest-application": "replace", "consumer-guest-contract": "create" },
      ...{ "consumer-partner-application": "replace", "consumer-partner-contract": "create" },
    },
  },
];

/** What others made on the server that goes with it. */
export const withoutOthers = (sides: Sides): Sides => {
  const left = structuredClone(sides);
  drop(left.okta.serverPolicies, ({ id }) => id === OTHER);
  drop(left.anypoint.clientProviders, ({ providerId }) => providerId === OTHER);
  const { clientProviderIds } = one(left.anypoint.environments, ({ clientProviderIds: ids }) => ids.includes(OTHER));
  clientProviderIds.splice(clientProviderIds.indexOf(OTHER), 1);
  return left;
};
