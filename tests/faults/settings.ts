/** What the stacks of the cases look like, before and after an update that touches everything that can be updated. */
import { generateKeyPairSync } from "node:crypto";
import { uuid } from "../../sandbox/core/ids.ts";
import type { Lab } from "../../sandbox/lab.ts";
import { API_SCOPE } from "../../sandbox/stack-config.ts";

/** The state of an update's stack before it. */
export const BEFORE_UPDATE = { "okta-anypoint:clientProvider": { environments: ["Sandbox"] } };

/** The changes of the update: each resource that has an update is updated, the Manager's key is replaced. */
export function updateOf(lab: Lab): Record<string, unknown> {
  return {
    "okta-anypoint:manager": { label: "Manager (changed)" },
    "okta-anypoint:inspector": { label: "Inspector (changed)" },
    "okta-anypoint:authorizationServer": {
      create: { name: "mulesoft-apis", audience: "api://mulesoft", description: "Changed" },
      scopes: [{ name: API_SCOPE, description: "Changed" }],
      allowClients: "declared",
      accessTokenLifetimeMinutes: 30,
    },
    "okta-anypoint:clientProvider": {
      environments: [{ environment: "Sandbox", makeDefault: true }],
      clientDeletion: "everywhere",
      name: "okta-changed",
      timeoutSeconds: 9,
    },
    "okta-anypoint:apis": [
      {
        name: "orders",
        environment: "Sandbox",
        asset: { assetId: "orders-api", version: "1.1.0", label: "okta", endpointUri: "https://orders.acme.com/" },
        policy: { scopes: [API_SCOPE], exposeHeaders: true },
        url: `${lab.gateway.url}/sandbox/orders-api/okta/orders`,
      },
    ],
    "okta-anypoint:consumers": [
      {
        name: "orders-mobile",
        api: "orders",
        description: "Changed",
        redirectUris: ["https://orders.acme.com/cb"],
        tier: "Gold",
        approval: "approve",
      },
    ],
  };
}

/** A key of one's own, as `managerPrivateKey` takes it. */
export const newManagerKey = (): string =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** Objects of others, which must be there in the end as they were, and what the update needs. */
export function addOthers({ anypoint }: Lab): void {
  const { state } = anypoint;
  const environment = Object.values(state.environments).find(({ name }) => name === "Sandbox")!;
  const providerId = uuid();
  const url = "https://login.acme.com";
  state.clientProviders[providerId] = {
    providerId,
    organizationId: environment.organizationId,
    name: "of another team",
    type: { name: "openid-dynamic-client" },
    oidc: {
      issuer: url,
      client: { urls: { register: `${url}/register` }, registration: { authorization: "Bearer of-another-team" } },
      primary_client: { id: "another", secret: "secret-of-another-team" },
      urls: { authorize: `${url}/authorize`, token: `${url}/token`, introspect: `${url}/introspect` },
    },
    grantTypes: ["authorization_code", "client_credentials"],
  };
  environment.clientProviderIds.push(providerId);
  const [key, asset] = Object.entries(state.assets).find(([, { assetId }]) => assetId === "orders-api")!;
  state.assets[key.replace(/[^/]+$/, "1.1.0")] = { ...asset, id: asset.id + 5_000_000, version: "1.1.0" };
}

/** An SLA tier of the stack's instance, made by its owner in the console. */
export function addTier({ anypoint: { state } }: Lab): void {
  const instance = Object.values(state.apiInstances).find(({ instanceLabel }) => instanceLabel === "okta")!;
  const id = instance.id + 6_000_000;
  state.tiers[id] = {
    ...{ id, apiId: instance.id, name: "Gold", description: null, autoApprove: false, status: "ACTIVE" },
    limits: [{ maximumRequests: 10, timePeriodInMilliseconds: 1000 }],
    createdAt: "2026-01-01T00:00:00.000Z",
  };
}
