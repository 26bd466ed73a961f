/** One change of the configuration per row of the table in docs/operations.md, by the text of its first cell. */
import type { Lab } from "../../sandbox/lab.ts";
import { API_SCOPE } from "../../sandbox/stack-config.ts";

/** The configuration as it is edited; keys are those of the stack, objects plain. */
export interface Draft {
  authorizationServer: Record<string, unknown> & { create?: Record<string, unknown>; scopes: unknown[] };
  clientProvider: Record<string, unknown> & { environments: unknown[] };
  apis: (Record<string, unknown> & { asset: Record<string, unknown>; policy: Record<string, unknown> })[];
  consumers: Record<string, unknown>[];
  manager: Record<string, unknown>;
  verification: Record<string, unknown>;
  [key: string]: unknown;
}

export const draft = (): Draft => ({
  authorizationServer: {
    create: { name: "mulesoft-apis", audience: "api://mulesoft" },
    scopes: [API_SCOPE, "orders.write"],
    allowClients: "all",
  },
  clientProvider: { environments: ["Sandbox"], clientDeletion: "everywhere" },
  apis: [
    {
      name: "orders",
      environment: "Sandbox",
      asset: { assetId: "orders-api", version: "1.0.0", label: "okta" },
      policy: { scopes: [API_SCOPE] },
    },
  ],
  consumers: [{ name: "orders-mobile", api: "orders" }],
  manager: {},
  inspector: {},
  verification: { probe: false },
});

export const configOf = (draft: Draft): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(draft).map(([key, value]) => [key.includes(":") ? key : `okta-anypoint:${key}`, value]),
  );

export type Change = (draft: Draft, lab: Lab) => void;

const api =
  (change: (api: Draft["apis"][number]) => void): Change =>
  ({ apis }) =>
    change(apis[0]!);
const consumer =
  (changes: object): Change =>
  ({ consumers }) =>
    void Object.assign(consumers[0]!, changes);
const provider =
  (changes: object): Change =>
  ({ clientProvider }) =>
    void Object.assign(clientProvider, changes);
const server =
  (changes: object): Change =>
  ({ authorizationServer }) =>
    void Object.assign(authorizationServer, changes);

export const CHANGES: Readonly<Record<string, Change>> = {
  "`manager.clientId`": (it) => (it.manager.clientId = "another-client-id"),
  "`manager.label`": (it) => (it.manager.label = "Another label"),
  "`manager.modulusLength`, `.kid`, `managerPrivateKey`": (it) => (it.manager.modulusLength = 3072),
  "`manager.adminRole`": (it) => (it.manager.adminRole = { type: "ORG_ADMIN" }),
  "`inspector.label`": (it) => (it.inspector = { label: "Another label" }),
  "`inspectorClientSecret`": (it) => (it.inspectorClientSecret = "another-secret-of-the-inspector-app"),
  "`authorizationServer.create` ↔ `.id`": (it) => {
    const { create: _, ...rest } = it.authorizationServer;
    it.authorizationServer = { ...rest, id: "default" };
  },
  "`authorizationServer.create.name`, `.audience`, `.description`": server({
    create: { name: "other-apis", audience: "api://other", description: "Other" },
  }),
  "`authorizationServer.scopes`: one more": ({ authorizationServer }) => void authorizationServer.scopes.push("new"),
  "`authorizationServer.scopes`: one less": ({ authorizationServer }) => void authorizationServer.scopes.pop(),
  "`authorizationServer.scopes[].description`": server({
    scopes: [API_SCOPE, { name: "orders.write", description: "Writes orders" }],
  }),
  "`authorizationServer.allowClients`": server({ allowClients: "declared" }),
  "`authorizationServer.policyPriority`": server({ policyPriority: 2 }),
  "`authorizationServer.accessTokenLifetimeMinutes`": server({ accessTokenLifetimeMinutes: 10 }),
  "`clientProvider.mode` `managed` ↔ `header`, `registrationHeader`": (it, { credentials }) => {
    it.clientProvider.mode = "header";
    it.registrationHeader = `SSWS ${credentials.okta.apiToken ?? ""}`;
  },
  "`clientProvider.mode` `managed` ↔ `manual`, with its own `id`": (it, { anypoint }) =>
    void Object.assign(it.clientProvider, { mode: "manual", id: Object.keys(anypoint.state.clientProviders)[0] }),
  "`clientProvider.name`, `.timeoutSeconds`, `.validateCertificates`, `.privateKeyBlock`, `.deleteWhileUsed`": provider(
    {
      ...{ name: "okta-other", timeoutSeconds: 9, validateCertificates: false, deleteWhileUsed: true },
      privateKeyBlock: { scopesFormat: "string" },
    },
  ),
  "`clientProvider.introspectAt`": provider({ introspectAt: "org" }),
  "`clientProvider.adopt`": provider({ adopt: true }),
  "`clientProvider.clientDeletion`": provider({ clientDeletion: "anypoint" }),
  "`clientProvider.environments`: one more": ({ clientProvider }) =>
    void clientProvider.environments.push("Production"),
  "`clientProvider.environments`: another": provider({ environments: ["Production"] }),
  "`clientProvider.environments[].makeDefault`": provider({
    environments: [{ environment: "Sandbox", makeDefault: true }],
  }),
  "`apis`: one more": ({ apis }) =>
    void apis.push({
      name: "inventory",
      environment: "Sandbox",
      asset: { assetId: "inventory-api", version: "1.0.0", label: "okta" },
      policy: {},
    }),
  "`apis[].environment`, `.businessGroup`": api((it) => Object.assign(it, { environment: "Production" })),
  "`apis[].asset.assetId`, `.label`, `.groupId`": api(({ asset }) => Object.assign(asset, { label: "other" })),
  "`apis[].asset.version`, within its major version": api(({ asset }) => (asset.version = "1.1.0")),
  "`apis[].asset.deploymentType`": api(({ asset }) => (asset.deploymentType = "HY")),
  "`apis[].asset.endpointUri`": api(({ asset }) => (asset.endpointUri = "https://orders.acme.example")),
  "`apis[].policy.scopes`, `.scopeCriteria`, `.exposeHeaders`, `.configuration`, `.order`, `.version`": api(
    ({ policy }) =>
      Object.assign(policy, { scopes: ["orders.write"], scopeCriteria: "OR", exposeHeaders: true, order: 2 }),
  ),
  "`apis[].url`": api((it) => (it.url = "https://orders.acme.example/orders")),
  "`consumers`: one more": ({ consumers }) => void consumers.push({ name: "other", api: "orders" }),
  "`consumers`: one less": ({ consumers }) => void consumers.pop(),
  "`consumers[].applicationName`, `.description`, `.url`": consumer({
    description: "Other",
    url: "https://acme.example",
  }),
  "`consumers[].grantTypes`, `.redirectUris`": consumer({ redirectUris: ["https://acme.example/callback"] }),
  "`consumers[].tier`": (it, lab) => {
    it.consumers[0]!.tier = "Gold";
    const { apiInstances, tiers } = lab.anypoint.state;
    tiers[1] = {
      ...{ id: 1, apiId: Math.max(...Object.keys(apiInstances).map(Number)) },
      ...{ name: "Gold", description: null, autoApprove: true, status: "ACTIVE", createdAt: new Date().toISOString() },
      limits: [{ maximumRequests: 10, timePeriodInMilliseconds: 1000 }],
    };
  },
  "`consumers[].approval`": consumer({ approval: "approve" }),
  "`verification.probe`": (it) => (it.verification.probe = true),
  "`verification.deadlineSeconds`, `exportConsumerSecrets`": (it) => {
    it.verification.deadlineSeconds = 60;
    it.exportConsumerSecrets = true;
  },
  "`okta:` keys": (it) => (it["okta:maxRetries"] = 3),
  "`anypoint:` keys": (it, { anypoint }) =>
    (it["anypoint:organizationId"] = Object.values(anypoint.state.organizations).find(
      ({ parentId }) => parentId === null,
    )?.id),
};
