/** Every property that the stack owns, changed by hand: what a refresh must name, and what repairs it. */
import { type AnypointState, nextId } from "../../sandbox/anypoint/state.ts";
import type { OktaState } from "../../sandbox/okta/state.ts";

/** What people change by hand: both sides' stores. */
export interface Sides {
  readonly okta: OktaState;
  readonly anypoint: AnypointState;
}

export interface Drift {
  /** End of the name of the resource that shows it. */
  readonly resource: string;
  /** Paths of the outputs that a refresh shows as changed. */
  readonly shows: readonly string[];
  readonly by: (sides: Sides) => unknown;
  /** What `up` does to the resource. Default an update. */
  readonly repair?: "update" | "replace" | "create";
  /** Inputs for whose sake, where they are not what is shown. */
  readonly inputs?: readonly string[];
  /** What goes with it. */
  readonly takes?: Readonly<Record<string, string>>;
  /** Of one round are changes that do not get in each other's way. Default 1. */
  readonly round?: number;
}

/** The stack that is tried: each property that can be given is given. */
export const DRIFT_CONFIG = {
  "okta-anypoint:authorizationServer": {
    create: { name: "mulesoft-apis", audience: "api://mulesoft", description: "Tokens of the orders API" },
    scopes: [{ name: "custom_scope", description: "Reads orders" }, "orders.write"],
  },
  "okta-anypoint:clientProvider": {
    environments: [{ environment: "Sandbox", makeDefault: true }, "Production"],
    clientDeletion: "everywhere",
    timeoutSeconds: 7,
  },
  "okta-anypoint:apis": [
    {
      name: "orders",
      environment: "Sandbox",
      asset: { assetId: "orders-api", version: "1.0.0", label: "okta", endpointUri: "https://orders.example.com" },
      policy: { scopes: ["custom_scope"], version: "1.6.0", order: 1, configuration: { maxCacheSize: 500 } },
    },
    {
      name: "inventory",
      environment: "Sandbox",
      asset: { assetId: "inventory-api", version: "1.0.0", label: "okta" },
    },
    {
      name: "legacy",
      environment: "Sandbox",
      asset: { assetId: "orders-api", version: "1.0.0", label: "legacy", adopt: true },
    },
  ],
  "okta-anypoint:consumers": [
    {
      name: "orders-mobile",
      api: "orders",
      description: "The mobile app",
      url: "https://mobile.example.com",
      redirectUris: ["https://mobile.example.com/callback"],
      approval: "approve",
    },
    { name: "partner", api: "legacy", tier: "Gold", approval: "approve" },
    { name: "guest", api: "orders" },
  ],
  "okta-anypoint:verification": { probe: false },
};

export const one = <T>(record: Record<string, T>, fits: (one: T) => boolean = () => true): T => {
  const found = Object.values(record).find(fits);
  if (found === undefined) throw new Error("there is none such");
  return found;
};

/** What others have beside us: a client provider, and an access policy of the server. */
export const OTHER = "00000000-0000-4000-8000-00000000cafe";

const app =
  (start: string) =>
  ({ okta }: Sides) =>
    one(okta.apps, ({ label }) => label.startsWith(start));
export const manager = app("MuleSoft-Client-Manager");
export const inspector = app("MuleSoft-Token-Introspection");
export const server = ({ okta }: Sides) => one(okta.authorizationServers, (each) => !each.default);
const scope = ({ okta }: Sides) => one(okta.scopes, ({ name }) => name === "custom_scope");
export const accessPolicy = ({ okta }: Sides) =>
  one(okta.serverPolicies, ({ name }) => name.startsWith("MuleSoft consumers"));
const rule = (sides: Sides) => one(sides.okta.policyRules, ({ policyId }) => policyId === accessPolicy(sides).id);
export const provider = ({ anypoint }: Sides) =>
  one(anypoint.clientProviders, ({ providerId }) => providerId !== OTHER);
const environment = ({ anypoint }: Sides, name: string) =>
  one(anypoint.environments, (each) => each.name === name && each.clientProviderIds.length > 0);
export const instance = ({ anypoint }: Sides, assetId: string, label = "okta") =>
  one(anypoint.apiInstances, (each) => each.assetId === assetId && each.instanceLabel === label);
const policy = (sides: Sides, assetId = "orders-api") =>
  one(sides.anypoint.policies, ({ apiId }) => apiId === instance(sides, assetId).id);
export const application = ({ anypoint }: Sides, name: string) =>
  one(anypoint.applications, (each) => each.name === name);
const client = (sides: Sides, name: string) =>
  one(sides.okta.apps, ({ clientId }) => clientId === application(sides, name).clientId);
const contract = (sides: Sides, name: string) =>
  one(sides.anypoint.contracts, ({ applicationId }) => applicationId === application(sides, name).id);

/** What is there before the first `up`: SLA tiers of the legacy instance, and a newer version of an asset. */
export function before({ anypoint }: Sides): void {
  const { id: apiId } = instance({ anypoint } as Sides, "orders-api", "legacy");
  for (const name of ["Gold", "Silver"]) {
    const tier = { id: nextId(anypoint), apiId, name, description: null, autoApprove: false, limits: [] };
    anypoint.tiers[tier.id] = { ...tier, status: "ACTIVE", createdAt: "2026-01-01T00:00:00.000Z" };
  }
  const asset = one(anypoint.assets, ({ assetId }) => assetId === "orders-api");
  anypoint.assets[`${asset.groupId}/orders-api/1.0.1`] = { ...asset, id: nextId(anypoint), version: "1.0.1" };
}

/** What others have made since: a client provider and an access policy that come second. */
export function besides(sides: Sides): void {
  const { okta, anypoint } = sides;
  environment(sides, "Sandbox").clientProviderIds.push(OTHER);
  anypoint.clientProviders[OTHER] = { ...structuredClone(provider(sides)), providerId: OTHER, name: OTHER };
  okta.serverPolicies[OTHER] = { ...structuredClone(accessPolicy(sides)), id: OTHER, name: OTHER, priority: 2 };
}

const MANAGER = "manager-app";
const INSPECTOR = "inspector-app";
const PROVIDER = "client-provider-provider";
const POLICY = "api-orders-policy";

export const DRIFTS: readonly Drift[] = [
  // Okta: the Manager.
  { resource: MANAGER, shows: ["label"], by: (to) => (manager(to).label += " (old)") },
  {
    resource: MANAGER,
    shows: ["grantTypes"],
    by: (to) => manager(to).grantTypes.push("urn:ietf:params:oauth:grant-type:token-exchange"),
  },
  { resource: MANAGER, shows: ["responseTypes"], by: (to) => (manager(to).responseTypes = []) },
  {
    resource: MANAGER,
    shows: ["tokenEndpointAuthMethod"],
    by: (to) => (manager(to).authenticationMethod = "client_secret_post"),
  },
  {
    resource: MANAGER,
    shows: ["jwks"],
    by: (to) => manager(to).keys.push({ ...manager(to).keys[0]!, id: "pksHAND", kid: "hand" }),
  },
  { resource: MANAGER, shows: ["consentMethod"], by: (to) => (manager(to).consentMethod = "REQUIRED") },
  { resource: MANAGER, shows: ["status"], by: (to) => (manager(to).status = "INACTIVE") },
  {
    resource: MANAGER,
    shows: ["adminNote"],
    by: (to) => (manager(to).passive.settings = { notes: { admin: "by hand" } }),
  },
  { resource: MANAGER, shows: ["hideWeb"], by: (to) => (manager(to).passive.visibility = { hide: { iOS: true } }) },
  {
    resource: "manager-scopes",
    shows: ["scopes"],
    by: ({ okta }) => delete okta.grants[one(okta.grants, ({ scopeId }) => scopeId === "okta.clients.register").id],
  },
  {
    resource: "manager-scopes",
    shows: ["scopes"],
    by: (to) =>
      (to.okta.grants.oagHAND = {
        ...one(to.okta.grants, ({ appId }) => appId === manager(to).id),
        id: "oagHAND",
        scopeId: "okta.users.read",
      }),
  },

  // Okta: the Inspector.
  { resource: INSPECTOR, shows: ["label"], by: (to) => (inspector(to).label += " (old)") },
  {
    resource: INSPECTOR,
    shows: ["redirectUris"],
    by: (to) => (inspector(to).redirectUris = ["https://somewhere.example.com"]),
  },
  {
    resource: INSPECTOR,
    shows: ["tokenEndpointAuthMethod"],
    by: (to) => (inspector(to).authenticationMethod = "client_secret_basic"),
  },
  { resource: INSPECTOR, shows: ["grantTypes"], by: (to) => inspector(to).grantTypes.push("refresh_token") },
  { resource: INSPECTOR, shows: ["responseTypes"], by: (to) => inspector(to).responseTypes.push("id_token") },
  { resource: INSPECTOR, shows: ["status"], by: (to) => (inspector(to).status = "INACTIVE") },

  // Okta: the authorization server.
  { resource: "tokens-server", shows: ["name"], by: (to) => (server(to).name += " (old)") },
  { resource: "tokens-server", shows: ["description"], by: (to) => (server(to).description = "by hand") },
  { resource: "tokens-server", shows: ["audiences"], by: (to) => (server(to).audiences = ["api://other"]) },
  { resource: "tokens-server", shows: ["issuerMode"], by: (to) => (server(to).issuerMode = "DYNAMIC") },
  {
    resource: "tokens-server",
    shows: ["credentialsRotationMode", "credentialsNextRotation"],
    inputs: ["credentialsRotationMode"],
    by: (to) => (server(to).rotationMode = "MANUAL"),
  },
  { resource: "tokens-server", shows: ["status"], by: (to) => (server(to).status = "INACTIVE") },
  { resource: "tokens-scope-custom_scope", shows: ["description"], by: (to) => (scope(to).description = "by hand") },
  { resource: "tokens-scope-custom_scope", shows: ["displayName"], by: (to) => (scope(to).displayName = "by hand") },
  { resource: "tokens-scope-custom_scope", shows: ["consent"], by: (to) => (scope(to).consent = "REQUIRED") },
  {
    resource: "tokens-scope-custom_scope",
    shows: ["metadataPublish"],
    by: (to) => (scope(to).metadataPublish = "NO_CLIENTS"),
  },
  { resource: "tokens-scope-custom_scope", shows: ["default"], by: (to) => (scope(to).default = true) },
  { resource: "tokens-scope-custom_scope", shows: ["optional"], by: (to) => (scope(to).optional = true) },
  {
    resource: "tokens-scope-orders.write",
    shows: ["name"],
    by: ({ okta }) => (one(okta.scopes, ({ name }) => name === "orders.write").name = "orders.all"),
    repair: "replace",
  },
  { resource: "tokens-policy", shows: ["clientWhitelists"], by: (to) => (accessPolicy(to).clients = ["0oaHAND"]) },
  {
    resource: "tokens-policy",
    shows: ["priority"],
    by: (to) => {
      accessPolicy(to).priority = 2;
      one(to.okta.serverPolicies, ({ name }) => name === OTHER).priority = 1;
    },
  },
  { resource: "tokens-policy", shows: ["description"], by: (to) => (accessPolicy(to).description = "by hand") },
  { resource: "tokens-policy", shows: ["status"], by: (to) => (accessPolicy(to).status = "INACTIVE") },
  { resource: "tokens-rule", shows: ["scopeWhitelists"], by: (to) => (rule(to).scopes = ["*"]) },
  {
    resource: "tokens-rule",
    shows: ["grantTypeWhitelists"],
    by: (to) => rule(to).grantTypes.push("authorization_code"),
  },
  {
    resource: "tokens-rule",
    shows: ["accessTokenLifetimeMinutes"],
    by: (to) => (rule(to).token.accessTokenLifetimeMinutes = 5),
  },
  {
    resource: "tokens-rule",
    shows: ["refreshTokenLifetimeMinutes"],
    by: (to) => (rule(to).token.refreshTokenLifetimeMinutes = 90),
  },
  {
    resource: "tokens-rule",
    shows: ["refreshTokenWindowMinutes"],
    by: (to) => (rule(to).token.refreshTokenWindowMinutes = 20),
  },
  {
    resource: "tokens-rule",
    shows: ["userWhitelists"],
    by: (to) => (rule(to).people.users = { include: ["00uHAND"] }),
  },
  { resource: "tokens-rule", shows: ["name"], by: (to) => (rule(to).name = "by hand") },
  { resource: "tokens-rule", shows: ["status"], by: (to) => (rule(to).status = "INACTIVE") },

  // Anypoint: the client provider.
  { resource: PROVIDER, shows: ["name"], by: (to) => (provider(to).name = "okta-by-hand") },
  {
    resource: PROVIDER,
    shows: ["issuer"],
    by: (to) => (provider(to).oidc.issuer = "https://other.example.com"),
  },
  { resource: PROVIDER, shows: ["registrationUrl"], by: (to) => (provider(to).oidc.client.urls.register += "/other") },
  { resource: PROVIDER, shows: ["authorizeUrl"], by: (to) => (provider(to).oidc.urls.authorize += "/other") },
  { resource: PROVIDER, shows: ["tokenUrl"], by: (to) => (provider(to).oidc.urls.token += "/other") },
  { resource: PROVIDER, shows: ["introspectionUrl"], by: (to) => (provider(to).oidc.urls.introspect += "/other") },
  { resource: PROVIDER, shows: ["timeoutSeconds"], by: (to) => (provider(to).oidc.client_request_timeout = 20_000) },
  {
    resource: PROVIDER,
    shows: ["allowUntrustedCertificates"],
    by: (to) => (provider(to).allow_untrusted_certificates = true),
  },
  {
    resource: PROVIDER,
    shows: ["allowLocalClientDeletion"],
    by: (to) => (provider(to).oidc.allow_local_client_deletion = false),
  },
  {
    resource: PROVIDER,
    shows: ["allowExternalClientModification"],
    by: (to) => (provider(to).oidc.allow_external_client_modification = false),
  },
  { resource: PROVIDER, shows: ["inspectorClientId"], by: (to) => (provider(to).oidc.primary_client.id = "0oaHAND") },
  {
    resource: PROVIDER,
    shows: ["managerClientId"],
    by: (to) => (provider(to).privateKey = { ...provider(to).privateKey!, clientId: "0oaHAND" }),
  },
  {
    resource: PROVIDER,
    shows: ["managerScopes"],
    by: (to) => (provider(to).privateKey = { ...provider(to).privateKey!, scopes: ["okta.clients.read"] }),
  },
  {
    resource: PROVIDER,
    shows: ["managerClientId", "managerScopes"],
    by: (to) => delete provider(to).privateKey,
    round: 2,
  },

  // Anypoint: its environments.
  {
    resource: "client-provider-Sandbox",
    shows: ["makeDefault"],
    by: (to) => environment(to, "Sandbox").clientProviderIds.reverse(),
  },
  {
    resource: "client-provider-Production",
    shows: ["gone"],
    by: (to) => environment(to, "Production").clientProviderIds.shift(),
    repair: "create",
  },

  // Anypoint: API instances and policies.
  {
    resource: "api-orders-instance",
    shows: ["endpointUri"],
    by: (to) => (instance(to, "orders-api").endpointUri = "https://other.example.com"),
  },
  {
    resource: "api-orders-instance",
    shows: ["assetVersion"],
    by: (to) => (instance(to, "orders-api").assetVersion = "1.0.1"),
  },
  {
    resource: "api-inventory-instance",
    shows: ["clientProviderId"],
    by: (to) => (instance(to, "inventory-api").providerId = null),
  },
  {
    resource: "api-legacy-instance",
    shows: ["label", "askedLabel"],
    inputs: ["label"],
    by: (to) => (instance(to, "orders-api", "legacy").instanceLabel = "by hand"),
  },
  ...[
    "scopes",
    "scopeValidationCriteria",
    "exposeHeaders",
    "skipClientIdValidation",
    "maxCacheSize",
    "authenticationTimeout",
  ].map((key): Drift => ({
    resource: POLICY,
    shows: [`configuration.${key}`],
    by: (to) =>
      (policy(to).configurationData[key] =
        { scopes: "other", scopeValidationCriteria: "OR", maxCacheSize: 1, authenticationTimeout: 1 }[key] ?? true),
  })),
  { resource: POLICY, shows: ["order"], by: (to) => (policy(to).order = 2) },
  { resource: POLICY, shows: ["disabled"], by: (to) => (policy(to).disabled = true) },
  {
    resource: POLICY,
    shows: ["assetVersion", "resolvedVersion"],
    inputs: ["assetVersion"],
    by: (to) => (policy(to).assetVersion = "1.5.0"),
  },
  {
    resource: POLICY,
    shows: ["pointcut"],
    by: (to) => (policy(to).pointcutData = [{ methodRegex: "GET", uriTemplateRegex: "/.*" }]),
  },

  // Anypoint: applications and contracts.
  {
    resource: "consumer-orders-mobile-application",
    shows: ["description"],
    by: (to) => (application(to, "orders-mobile-sandbox").description = "by hand"),
    repair: "replace",
    takes: { "consumer-orders-mobile-contract": "replace" },
  },
  {
    resource: "consumer-orders-mobile-application",
    shows: ["url"],
    by: (to) => (application(to, "orders-mobile-sandbox").url = "https://other.example.com"),
    repair: "replace",
    takes: { "consumer-orders-mobile-contract": "replace" },
  },
  {
    resource: "consumer-orders-mobile-application",
    shows: ["redirectUris"],
    by: (to) => application(to, "orders-mobile-sandbox").redirectUri.push("https://other.example.com"),
    repair: "replace",
    takes: { "consumer-orders-mobile-contract": "replace" },
  },
  {
    resource: "consumer-orders-mobile-application",
    shows: ["grantTypes"],
    by: (to) => application(to, "orders-mobile-sandbox").grantTypes.pop(),
    repair: "replace",
    takes: { "consumer-orders-mobile-contract": "replace" },
  },
  {
    resource: "consumer-guest-application",
    shows: ["name"],
    by: (to) => (application(to, "guest-sandbox").name = "by hand"),
    repair: "replace",
    takes: { "consumer-guest-contract": "replace" },
  },
  {
    resource: "consumer-partner-contract",
    shows: ["status"],
    inputs: [],
    by: (to) => (contract(to, "partner-sandbox").status = "REVOKED"),
  },
  {
    resource: "consumer-partner-contract",
    shows: ["tier"],
    by: (to) => (contract(to, "partner-sandbox").tierId = one(to.anypoint.tiers, ({ name }) => name === "Silver").id),
    round: 2,
  },
];

/** What a refresh shows and `up` leaves: it is for others to decide, or was not given. */
export const LEFT: readonly (Pick<Drift, "resource" | "shows" | "by"> & { readonly says?: RegExp })[] = [
  {
    resource: "consumer-guest-contract",
    shows: ["status"],
    by: (to) => (contract(to, "guest-sandbox").status = "REVOKED"),
    says: /Contract \d+ of "guest-sandbox" was revoked: its calls get 403, .*approval: approve/s,
  },
  // Without a version in the configuration that of the policy is kept.
  {
    resource: "api-inventory-policy",
    shows: ["resolvedVersion"],
    by: (to) => (policy(to, "inventory-api").assetVersion = "1.5.0"),
  },
  // Only who asked to be the default is put first.
  {
    resource: "client-provider-Production",
    shows: [],
    by: (to) => environment(to, "Production").clientProviderIds.unshift(OTHER),
  },
];

/** What no refresh sees: Okta's plugin does not read it, or the vendor does not show it. */
export const UNSEEN: readonly {
  readonly name: string;
  readonly by: (sides: Sides) => unknown;
  /** What the doctor says of it; undefined where nothing reads it. */
  readonly doctor?: string;
}[] = [
  { name: "DPoP on at the Manager", by: (to) => (manager(to).dpopBound = true), doctor: "manager-dpop-on" },
  {
    name: "the Manager's key deactivated",
    by: (to) => manager(to).keys.forEach((key) => (key.status = "INACTIVE")),
    doctor: "manager-key-missing",
  },
  {
    name: "another role of the Manager",
    by: (to) => {
      const given = one(to.okta.roles, ({ clientId }) => clientId === manager(to).clientId);
      to.okta.roles[`${given.clientId}/more`] = { ...given, id: "more", type: "SUPER_ADMIN" };
    },
    doctor: "manager-role-surplus",
  },
  {
    name: "another secret of the Inspector at Okta",
    by: (to) => inspector(to).secrets.forEach((secret) => (secret.value = "another-secret")),
    doctor: "inspector-refused",
  },
  {
    name: "another secret of the Inspector in Anypoint",
    by: (to) => (provider(to).oidc.primary_client.secret = "another-secret"),
  },
  {
    name: "another private key in Anypoint",
    by: (to) => (provider(to).privateKey = { ...provider(to).privateKey!, privateKey: "another key" }),
  },
  {
    name: "the instance deprecated",
    by: (to) => (instance(to, "orders-api").deprecated = true),
    doctor: "instance-deprecated",
  },
  {
    name: "another deployment type of the instance",
    by: (to) => (instance(to, "orders-api").endpoint.deploymentType = "HY"),
  },
  {
    name: "the client of an application deactivated at Okta",
    by: (to) => (client(to, "orders-mobile-sandbox").status = "INACTIVE"),
    doctor: "client-inactive",
  },
  {
    name: "the client of an application deleted at Okta",
    by: (to) => delete to.okta.apps[client(to, "guest-sandbox").id],
    doctor: "client-missing",
  },
];
