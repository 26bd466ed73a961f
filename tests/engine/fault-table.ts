/** Every fault that the sandbox can have: how it comes about, and which cause the doctor, the verification and `up` must name. */
import { generateKeyPairSync } from "node:crypto";
import { createApiInstance } from "../../providers/anypoint/api-instance.ts";
import { updateApiPolicy } from "../../providers/anypoint/api-policy.ts";
import type { ApiPolicyState } from "../../providers/anypoint/api-policy-inputs.ts";
import { createClientApplication } from "../../providers/anypoint/client-application.ts";
import type { ClientApplicationState } from "../../providers/anypoint/client-application-wire.ts";
import { type ClientProviderState, updateClientProvider } from "../../providers/anypoint/client-provider.ts";
import type { AnypointClient } from "../../providers/anypoint/client.ts";
import { type ContractState, createContract, updateContract } from "../../providers/anypoint/contract.ts";
import { createEnvironmentAssignment } from "../../providers/anypoint/environment-assignment.ts";
import type { Lab } from "../../sandbox/lab.ts";
import { assignRole } from "../../sandbox/okta/routes/client-roles.ts";
import type { App } from "../../sandbox/okta/state.ts";
import type { StackResource } from "../../operations/stack-state.ts";

/** A converged stack and its lab; both are as they were before each fault. */
export interface Site {
  readonly lab: Lab;
  /** Resources of its state, to be changed. */
  readonly resources: StackResource[];
  /** Configuration of the stack, to be changed. */
  readonly config: Record<string, string>;
}

export interface Fault {
  readonly name: string;
  readonly on: (site: Site) => void;
  /** What the doctor finds of what `up` has made, warnings and failures: check and code. */
  readonly doctor: readonly string[];
  /** What it finds before an `up`: check and code, or `unknown`. */
  readonly before?: readonly string[];
  /** Checks that are unknown, besides the secrets of the client provider, which always are. */
  readonly unknown?: readonly string[];
  /** Failed rows: check and code. */
  readonly verify: readonly string[];
  /** A change that is due, and what its error must name. */
  readonly up?: { readonly change: (site: Site, client: AnypointClient) => Promise<unknown>; readonly names: RegExp };
}

const MANAGER = "mulesoft-client-manager-sandbox-1";

const appOf = ({ lab }: Site, clientId: string): App => {
  const app = Object.values(lab.okta.state.apps).find((one) => one.clientId === clientId);
  if (app === undefined) throw new Error(`no app ${clientId}`);
  return app;
};
const manager = (site: Site): App => appOf(site, stackOutput(site, "managerClientId"));
const stateOf = <T>({ resources }: Site, type: string, name = ""): T => {
  const found = resources.find((one) => one.type.endsWith(type) && one.urn.includes(name));
  if (found === undefined) throw new Error(`no ${type}`);
  return found.outputs as unknown as T;
};
/** Changes a resource of the state, or leaves it out. */
function restate(site: Site, type: string, outputs: Record<string, unknown> | undefined): void {
  const index = site.resources.findIndex((one) => one.type.endsWith(type));
  const found = site.resources[index];
  if (found === undefined) throw new Error(`no ${type}`);
  if (outputs === undefined) site.resources.splice(index, 1);
  else site.resources[index] = { ...found, outputs: { ...found.outputs, ...outputs } };
}
const stackOutput = (site: Site, name: string): string =>
  String(site.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs[name]);
const inspector = (site: Site): App => appOf(site, stackOutput(site, "inspectorClientId"));
const consumer = (site: Site) => stateOf<ClientApplicationState>(site, ":ClientApplication", "orders-mobile");
const server = ({ lab }: Site) => {
  const found = Object.values(lab.okta.state.authorizationServers).find(({ name }) => name === "mulesoft-apis");
  if (found === undefined) throw new Error("no server");
  return found;
};
const only = <T>(record: Record<string, T>, fits: (one: T) => boolean = () => true): T => {
  const found = Object.values(record).find(fits);
  if (found === undefined) throw new Error("nothing there");
  return found;
};
const provider = ({ lab }: Site) => only(lab.anypoint.state.clientProviders);
const instance = ({ lab }: Site) =>
  only(lab.anypoint.state.apiInstances, ({ instanceLabel }) => instanceLabel === "okta");
const policy = ({ lab }: Site) => only(lab.anypoint.state.policies);
const contract = ({ lab }: Site) => only(lab.anypoint.state.contracts);
const bootstrap = (site: Site): App => appOf(site, site.lab.credentials.okta.clientId);

/** Deactivation as Okta does it: tokens die at once. */
function deactivate({ lab }: Site, app: App): void {
  app.status = "INACTIVE";
  for (const token of Object.values(lab.okta.state.runtime.issuedTokens)) {
    if (token.clientId === app.clientId) token.revoked = true;
  }
}
function remove(site: Site, app: App): void {
  deactivate(site, app);
  delete site.lab.okta.state.apps[app.id];
}
function revoke({ lab }: Site, app: App, scopes: readonly string[]): void {
  for (const grant of Object.values(lab.okta.state.grants)) {
    if (grant.appId === app.id && scopes.includes(grant.scopeId)) delete lab.okta.state.grants[grant.id];
  }
}
function unscope({ lab }: Site, ...scopes: string[]): void {
  const app = only(lab.anypoint.state.connectedApps);
  app.scopes = app.scopes.filter((scope) => !scopes.includes(scope));
}
const otherKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
function addKey(app: App, kid: string, replace: boolean): void {
  const { n, e } = otherKey().publicKey.export({ format: "jwk" });
  const [first] = app.keys;
  if (first === undefined) throw new Error("no key");
  const key = { ...first, id: `pks${kid}`, kid, n, e };
  app.keys = replace ? [key] : [...app.keys, key];
}

/** Requesting access registers a client: Anypoint logs in as the Manager. */
const register = (site: Site, client: AnypointClient) => {
  const { name: _, ...inputs } = consumer(site);
  return createClientApplication(client, { ...inputs, name: "one-more" });
};
const changePolicy = (site: Site, client: AnypointClient) => {
  const state = stateOf<ApiPolicyState>(site, ":ApiPolicy");
  const configuration = { ...state.configuration, exposeHeaders: true };
  return updateApiPolicy(client, state.policyId, state, { ...state, configuration });
};
const changeProvider = (site: Site, client: AnypointClient) => {
  const state = stateOf<ClientProviderState>(site, ":ClientProvider");
  return updateClientProvider(client, state.providerId, state, { ...state, timeoutSeconds: 9 });
};
const assign = (site: Site, client: AnypointClient) =>
  createEnvironmentAssignment(client, {
    environment: "Production",
    clientProviderId: stackOutput(site, "clientProviderId"),
    makeDefault: false,
  });
const makeInstance = (site: Site, client: AnypointClient) =>
  createApiInstance(client, {
    environment: "Production",
    assetId: "inventory-api",
    assetVersion: "1.0.0",
    label: "another",
    clientProviderId: stackOutput(site, "clientProviderId"),
  });
const makeContract = (site: Site, client: AnypointClient) => {
  const probe = stateOf<ClientApplicationState>(site, ":ClientApplication", "probe");
  const state = stateOf<ContractState>(site, ":Contract");
  return createContract(client, { ...state, applicationId: probe.applicationId, approval: "leave-pending" });
};
const approveContract = (site: Site, client: AnypointClient) => {
  const state = stateOf<ContractState>(site, ":Contract");
  return updateContract(client, state.contractId, state, { ...state, approval: "approve" });
};

/** Rows of the verification that need a token of the server. */
const NO_TOKEN = (code: string) => [`token ${code}`];

const MANAGER_REST = [
  "manager-dpop",
  "manager-key",
  "manager-scopes",
  "manager-role",
  "manager-token",
  "manager-registration",
];
const OKTA_READS = [
  "manager-app",
  ...MANAGER_REST,
  "inspector-app",
  "inspector-introspection",
  "authorization-server",
  "server-scopes",
  "access-policy",
  "issuer",
  "consumer-client",
];
const ANYPOINT_READS = [
  "client-provider",
  "urls",
  "assignment",
  "api-instance",
  "api-policy",
  "api-gateway",
  "application",
  "contract",
];

export const FAULTS: readonly Fault[] = [
  { name: "none", on: () => {}, doctor: [], verify: [] },

  // The Manager.
  {
    name: "DPoP on",
    on: (site) => (manager(site).dpopBound = true),
    doctor: ["manager-dpop manager-dpop-on", "manager-token manager-token-dpop"],
    unknown: ["manager-registration"],
    verify: [],
    up: { change: register, names: /status code 400.* DPoP/ },
  },
  {
    name: "a second key on the Manager",
    on: (site) => addKey(manager(site), "second", false),
    doctor: ["manager-key manager-keys-several", "manager-token manager-token-client"],
    unknown: ["manager-registration"],
    verify: [],
    up: { change: register, names: /status code 401.* exactly one active key/ },
  },
  {
    name: "the Manager's key replaced",
    on: (site) => addKey(manager(site), "another", true),
    doctor: ["manager-key manager-key-other", "manager-token manager-token-client"],
    unknown: ["manager-registration"],
    verify: [],
    up: { change: register, names: /status code 401.* is the one the client provider was given/ },
  },
  {
    name: "the Manager's key replaced under the same kid",
    on: (site) => addKey(manager(site), stackOutput(site, "activeKid"), true),
    doctor: ["manager-key manager-key-other", "manager-token manager-token-client"],
    unknown: ["manager-registration"],
    verify: [],
  },
  {
    name: "a grant removed",
    on: (site) => revoke(site, manager(site), ["okta.clients.register"]),
    doctor: ["manager-scopes manager-scope-missing", "manager-token manager-token-scope"],
    verify: [],
    up: { change: register, names: /status code 403.* okta.clients.register/ },
  },
  {
    name: "all grants removed",
    on: (site) => revoke(site, manager(site), ["okta.clients.register", "okta.clients.read", "okta.clients.manage"]),
    doctor: ["manager-scopes manager-scope-missing", "manager-token manager-token-scope"],
    unknown: ["manager-registration"],
    verify: [],
    up: { change: register, names: /status code 400.* lacks its grants/ },
  },
  {
    name: "a grant too many",
    on: (site) => {
      const { grants } = site.lab.okta.state;
      const grant = only(grants, ({ appId }) => appId === manager(site).id);
      grants.oagMORE = { ...grant, id: "oagMORE", scopeId: "okta.apps.manage" };
    },
    doctor: ["manager-scopes manager-scope-surplus"],
    verify: [],
  },
  {
    name: "the role removed",
    on: (site) => {
      const { roles } = site.lab.okta.state;
      for (const [key, { clientId }] of Object.entries(roles)) if (clientId === MANAGER) delete roles[key];
    },
    doctor: ["manager-role manager-role-missing", "manager-registration manager-registration-refused"],
    verify: [],
    up: { change: register, names: /status code 403.* APP_ADMIN/ },
  },
  {
    name: "the Manager deactivated",
    on: (site) => deactivate(site, manager(site)),
    doctor: ["manager-app manager-inactive", "manager-token manager-token-client"],
    unknown: ["manager-registration"],
    verify: [],
    up: { change: register, names: /status code 401.* the app is active/ },
  },
  {
    name: "the Manager deleted",
    on: (site) => remove(site, manager(site)),
    doctor: ["manager-app manager-missing"],
    unknown: MANAGER_REST,
    verify: [],
    up: { change: register, names: /status code 401/ },
  },
  {
    name: "public client app admins on",
    on: ({ lab }) => (lab.okta.state.org.publicClientAdmins = true),
    doctor: ["public-client-admins public-client-admins-on"],
    verify: [],
  },
  {
    name: "the Manager is super admin beside",
    on: (site) => {
      const org = { state: site.lab.okta.state, now: Date.now } as unknown as Parameters<typeof assignRole>[0];
      assignRole(org, MANAGER, "SUPER_ADMIN");
    },
    doctor: ["manager-role manager-role-surplus"],
    verify: [],
  },

  {
    name: "the Manager's keys deactivated",
    on: (site) => manager(site).keys.forEach((key) => (key.status = "INACTIVE")),
    doctor: ["manager-key manager-key-missing", "manager-token manager-token-client"],
    unknown: ["manager-registration"],
    verify: [],
    up: { change: register, names: /status code 401/ },
  },
  {
    name: "the Manager without its grant type",
    on: (site) => (manager(site).grantTypes = []),
    doctor: ["manager-app manager-method", "manager-token manager-token-refused"],
    unknown: ["manager-registration"],
    verify: [],
    up: { change: register, names: /status code 400/ },
  },

  // The Inspector.
  {
    name: "the Inspector's secret changed",
    on: (site) => {
      const app = inspector(site);
      app.secrets = app.secrets.map((secret) => ({ ...secret, value: "another-secret" }));
    },
    doctor: ["inspector-introspection inspector-refused"],
    verify: ["call inspector-refused", "garbage-token inspector-refused"],
  },
  {
    name: "the Inspector deactivated",
    on: (site) => deactivate(site, inspector(site)),
    doctor: ["inspector-app inspector-inactive", "inspector-introspection inspector-refused"],
    verify: ["call inspector-refused", "garbage-token inspector-refused"],
  },
  {
    name: "the Inspector deleted",
    on: (site) => remove(site, inspector(site)),
    doctor: ["inspector-app inspector-missing"],
    unknown: ["inspector-introspection"],
    verify: ["call inspector-refused", "garbage-token inspector-refused"],
  },
  {
    name: "the Inspector takes its secret in a header",
    on: (site) => (inspector(site).authenticationMethod = "client_secret_basic"),
    doctor: ["inspector-app inspector-method", "inspector-introspection inspector-refused"],
    verify: ["call inspector-refused", "garbage-token inspector-refused"],
  },
  {
    name: "Anypoint holds another secret of the Inspector",
    on: (site) => (provider(site).oidc.primary_client.secret = "an-older-secret"),
    // Anypoint shows no secret.
    doctor: [],
    verify: ["call gateway-introspection-failed", "garbage-token gateway-introspection-failed"],
  },

  {
    name: "introspection fails",
    on: ({ lab }) =>
      lab.faults.add({ service: "okta", path: "/introspect$", kind: "refuse", status: 503, times: 10_000 }),
    doctor: ["inspector-introspection introspection-failing"],
    verify: ["call introspection-failing", "garbage-token introspection-failing"],
  },
  {
    name: "a proxy answers introspections",
    on: ({ lab }) =>
      lab.faults.add({ service: "okta", path: "/introspect$", kind: "refuse", status: 200, body: {}, times: 10_000 }),
    doctor: ["inspector-introspection introspection-unusable"],
    verify: ["call introspection-unusable", "garbage-token introspection-unusable"],
  },

  // The authorization server.
  {
    name: "the server deactivated",
    on: (site) => (server(site).status = "INACTIVE"),
    doctor: ["inspector-introspection introspection-url-wrong", "authorization-server server-inactive"],
    unknown: ["issuer"],
    verify: [...NO_TOKEN("token-server-unknown"), "garbage-token introspection-url-wrong"],
  },
  {
    name: "the server deleted",
    on: (site) => delete site.lab.okta.state.authorizationServers[server(site).id],
    doctor: ["inspector-introspection introspection-url-wrong", "authorization-server server-missing"],
    unknown: ["server-scopes", "access-policy", "issuer"],
    verify: [...NO_TOKEN("token-server-unknown"), "garbage-token introspection-url-wrong"],
  },
  {
    name: "a scope removed",
    on: (site) => {
      const { scopes } = site.lab.okta.state;
      delete scopes[only(scopes, ({ name }) => name === "custom_scope").id];
    },
    doctor: ["server-scopes server-scope-missing"],
    verify: NO_TOKEN("token-scope-unknown"),
  },
  {
    name: "a scope needs consent",
    on: (site) => (only(site.lab.okta.state.scopes, ({ name }) => name === "custom_scope").consent = "REQUIRED"),
    doctor: ["server-scopes server-scope-consent"],
    verify: NO_TOKEN("token-consent"),
  },
  {
    name: "the rule deactivated",
    on: ({ lab }) => (only(lab.okta.state.policyRules).status = "INACTIVE"),
    doctor: ["access-policy access-policy-inactive"],
    verify: NO_TOKEN("token-access-policy"),
  },
  {
    name: "the access policy deleted",
    on: ({ lab }) => {
      lab.okta.state.policyRules = {};
      lab.okta.state.serverPolicies = {};
    },
    doctor: ["access-policy access-policy-missing"],
    verify: NO_TOKEN("token-access-policy"),
  },
  {
    name: "the rule gives another grant type",
    on: ({ lab }) => (only(lab.okta.state.policyRules).grantTypes = ["authorization_code"]),
    doctor: ["access-policy access-policy-refuses"],
    verify: NO_TOKEN("token-access-policy"),
  },
  {
    name: "the issuer goes by another name",
    on: (site) => {
      const own = only(site.lab.okta.state.authorizationServers, (one) => one.default);
      restate(site, ":Stack", { consumerIssuer: `${site.lab.okta.url}/oauth2/${own.id}` });
    },
    doctor: ["issuer issuer-differs"],
    verify: [],
  },
  {
    name: "the issuer is nowhere",
    on: (site) => restate(site, ":Stack", { consumerIssuer: `${site.lab.okta.url}/oauth2/ausNOWHERE` }),
    doctor: ["issuer issuer-not-found"],
    verify: [],
  },
  {
    name: "API Access Management off",
    on: ({ lab }) => (lab.okta.switches.apiAccessManagement = false),
    before: ["okta-api-access-management okta-no-api-access-management"],
    doctor: ["authorization-server api-access-management-off"],
    unknown: ["server-scopes", "access-policy", "issuer"],
    verify: [],
  },

  // The login at Okta.
  {
    name: "the bootstrap app's key is another",
    on: ({ config }) => {
      config["okta:privateKey"] = otherKey().privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    },
    before: ["okta-login okta-login-key"],
    doctor: ["okta-access okta-login-refused"],
    unknown: [...OKTA_READS, "public-client-admins"],
    verify: [],
  },
  {
    name: "the bootstrap app is no super admin",
    on: (site) => {
      const { roles } = site.lab.okta.state;
      const { clientId } = bootstrap(site);
      for (const [key, role] of Object.entries(roles)) if (role.clientId === clientId) delete roles[key];
      const org = { state: site.lab.okta.state, now: Date.now } as unknown as Parameters<typeof assignRole>[0];
      assignRole(org, clientId, "APP_ADMIN");
    },
    before: ["okta-super-admin okta-not-super-admin", "okta-authorization-server okta-refused"],
    doctor: ["okta-access okta-role-missing"],
    unknown: [
      "manager-role",
      "public-client-admins",
      "authorization-server",
      "server-scopes",
      "access-policy",
      "issuer",
    ],
    verify: [],
  },
  {
    name: "the bootstrap app lacks a scope",
    on: (site) => revoke(site, bootstrap(site), ["okta.roles.manage"]),
    before: ["okta-scopes okta-scope-missing", "okta-super-admin unknown"],
    doctor: ["okta-access okta-scope-missing"],
    unknown: ["manager-role"],
    verify: [],
  },
  {
    name: "the bootstrap app lacks a scope, and Okta gives no part of them",
    on: (site) => {
      revoke(site, bootstrap(site), ["okta.appGrants.manage"]);
      site.lab.okta.switches.partialScopeGrants = "refuse";
    },
    before: ["okta-scopes okta-scope-missing"],
    doctor: ["okta-access okta-scope-missing"],
    unknown: ["manager-scopes"],
    verify: [],
  },
  {
    name: "the bootstrap app lacks the doctor's own scope",
    on: (site) => revoke(site, bootstrap(site), ["okta.orgs.read"]),
    doctor: [],
    unknown: ["public-client-admins"],
    verify: [],
  },
  {
    name: "Okta down",
    on: ({ lab }) => lab.faults.add({ service: "okta", path: ".", kind: "cut", times: 10_000 }),
    before: ["okta-org okta-unreachable"],
    doctor: ["okta-access okta-unreachable"],
    unknown: [...OKTA_READS, "public-client-admins"],
    // A gateway that can't reach Okta answers 401, to a garbage token rightly.
    verify: NO_TOKEN("network-broken"),
    up: { change: register, names: /OpenID provider is not reachable/ },
  },

  {
    name: "Okta fails for a while",
    on: ({ lab }) => lab.faults.add({ service: "okta", path: "/grants$", kind: "refuse", status: 500, times: 10_000 }),
    doctor: ["okta-access okta-read-failed"],
    unknown: ["manager-scopes"],
    verify: [],
  },
  {
    name: "an org URL that is none",
    on: ({ config }) => (config["okta-anypoint:orgUrl"] = "acme"),
    doctor: ["stack-settings setting-wrong", "okta-access okta-misconfigured"],
    before: ["before-up unknown"],
    unknown: [...OKTA_READS, "public-client-admins"],
    verify: [],
  },

  // The login at Anypoint.
  {
    name: "the connected app's secret is another",
    on: ({ config }) => (config["anypoint:clientSecret"] = "another-secret"),
    before: ["anypoint-login anypoint-login-refused"],
    doctor: ["anypoint-access anypoint-login-refused"],
    unknown: ANYPOINT_READS,
    verify: [],
    up: { change: changeProvider, names: /Check anypoint:clientId and anypoint:clientSecret/ },
  },
  {
    name: "the organization is not the root",
    on: ({ lab, config }) => {
      config["anypoint:organizationId"] = only(
        lab.anypoint.state.organizations,
        ({ parentId }) => parentId !== null,
      ).id;
    },
    before: ["anypoint-login anypoint-not-root"],
    doctor: ["anypoint-access anypoint-other-organization"],
    verify: [],
    up: { change: register, names: /anypoint:organizationId/ },
  },
  {
    name: "Anypoint down",
    on: ({ lab }) => lab.faults.add({ service: "anypoint", path: ".", kind: "cut", times: 10_000 }),
    before: ["anypoint-login anypoint-unreachable"],
    doctor: ["anypoint-access anypoint-unreachable"],
    unknown: ANYPOINT_READS,
    verify: [],
    up: { change: changeProvider, names: /could not be reached .* anypoint:host/ },
  },
  {
    name: "Anypoint fails for a while",
    on: ({ lab }) =>
      lab.faults.add({ service: "anypoint", path: "/clientProviders/", kind: "refuse", status: 500, times: 10_000 }),
    doctor: ["anypoint-access anypoint-read-failed"],
    unknown: ["client-provider", "urls"],
    verify: [],
  },

  // Scopes of the connected app.
  {
    name: "no scope for client providers",
    on: (site) => unscope(site, "admin:orgclientproviders", "read:orgclientproviders"),
    doctor: ["anypoint-access anypoint-scope-missing"],
    unknown: ["client-provider", "urls"],
    verify: [],
    up: { change: changeProvider, names: /read:orgclientproviders/ },
  },
  {
    name: "client providers can be read alone",
    on: (site) => unscope(site, "admin:orgclientproviders"),
    doctor: [],
    verify: [],
    up: { change: changeProvider, names: /admin:orgclientproviders/ },
  },
  {
    name: "no scope for assignments",
    on: (site) => unscope(site, "manage:envclientproviders", "view:envclientproviders"),
    doctor: ["anypoint-access anypoint-scope-missing"],
    unknown: ["assignment"],
    verify: [],
    up: { change: assign, names: /view:envclientproviders/ },
  },
  {
    name: "assignments can be read alone",
    on: (site) => unscope(site, "manage:envclientproviders"),
    doctor: [],
    verify: [],
    up: { change: assign, names: /manage:envclientproviders/ },
  },
  {
    name: "no scope for environments",
    on: (site) => unscope(site, "view:environment", "read:orgenvironments"),
    before: ["anypoint-environment anypoint-scope-missing"],
    doctor: [],
    verify: [],
    up: { change: assign, names: /view:environment/ },
  },
  {
    name: "no scope for organizations",
    on: (site) => unscope(site, "read:organization"),
    before: ["anypoint-login anypoint-scope-missing"],
    doctor: [],
    verify: [],
    up: { change: assign, names: /read:organization/ },
  },
  {
    name: "no scope for instances",
    on: (site) => unscope(site, "manage:apis", "manage:api_configuration", "read:api_configuration"),
    before: ["anypoint-policy-configuration unknown"],
    doctor: ["anypoint-access anypoint-scope-missing"],
    unknown: ["api-instance", "api-policy", "api-gateway"],
    verify: [],
    up: { change: makeInstance, names: /manage:apis/ },
  },
  {
    name: "no scope for policies",
    on: (site) => unscope(site, "manage:api_policies", "read:api_policies"),
    doctor: ["anypoint-access anypoint-scope-missing"],
    unknown: ["api-policy"],
    verify: [],
    up: { change: changePolicy, names: /read:api_policies/ },
  },
  {
    name: "policies can be read alone",
    on: (site) => unscope(site, "manage:api_policies"),
    doctor: [],
    verify: [],
    up: { change: changePolicy, names: /manage:api_policies/ },
  },
  {
    name: "no scope for Exchange",
    on: (site) => unscope(site, "read:exchange"),
    doctor: [],
    verify: [],
    up: { change: makeInstance, names: /read:exchange/ },
  },
  {
    name: "no scope for applications",
    on: (site) =>
      unscope(site, "create:client_applications", "read:client_applications", "manage:clients", "view:clients"),
    doctor: ["anypoint-access anypoint-scope-missing"],
    unknown: ["application"],
    verify: [],
    up: { change: register, names: /create:client_applications/ },
  },
  {
    name: "no scope for contracts",
    on: (site) => unscope(site, "manage:api_contracts", "read:api_contracts"),
    doctor: ["anypoint-access anypoint-scope-missing"],
    unknown: ["contract"],
    verify: [],
    up: { change: approveContract, names: /read:api_contracts/ },
  },

  // The client provider.
  {
    name: "the provider deleted",
    on: ({ lab }) => {
      lab.anypoint.state.clientProviders = {};
      for (const user of [
        ...Object.values(lab.anypoint.state.apiInstances),
        ...Object.values(lab.anypoint.state.applications),
      ]) {
        user.providerId = null;
      }
      for (const environment of Object.values(lab.anypoint.state.environments)) environment.clientProviderIds = [];
    },
    doctor: [
      "client-provider provider-missing",
      "assignment assignment-missing",
      "api-instance instance-unbound",
      "application application-provider-other",
      "application application-provider-other",
    ],
    unknown: ["api-policy"],
    verify: ["call gateway-introspection-failed", "garbage-token gateway-introspection-failed"],
    up: { change: changeProvider, names: /it is not there .* `pulumi refresh --run-program`/ },
  },
  {
    name: "the provider's token URL changed",
    on: (site) => (provider(site).oidc.urls.token = `${site.lab.okta.url}/oauth2/default/v1/token`),
    doctor: ["client-provider provider-differs", "urls url-not-of-org"],
    verify: [],
    up: { change: register, names: /status code 40/ },
  },
  {
    name: "introspection at another server",
    on: (site) => (provider(site).oidc.urls.introspect = `${site.lab.okta.url}/oauth2/default/v1/introspect`),
    doctor: ["client-provider provider-differs", "urls introspection-elsewhere"],
    verify: ["call gateway-cannot-introspect"],
  },
  {
    name: "introspection at the org",
    on: (site) => (provider(site).oidc.urls.introspect = `${site.lab.okta.url}/oauth2/v1/introspect`),
    doctor: ["client-provider provider-differs", "urls introspection-at-org"],
    verify: ["call gateway-cannot-introspect"],
  },
  {
    name: "the provider first, unasked",
    on: (site) => restate(site, ":EnvironmentAssignment", { makeDefault: false }),
    doctor: ["assignment assignment-default"],
    verify: [],
  },
  {
    name: "a deletion switch changed",
    on: (site) => (provider(site).oidc.allow_local_client_deletion = false),
    doctor: ["client-provider provider-differs"],
    verify: [],
  },
  {
    name: "the private-key block gone",
    on: (site) => delete provider(site).privateKey,
    doctor: ["client-provider provider-no-key-block"],
    verify: [],
    up: { change: register, names: /status code 40/ },
  },
  {
    name: "the provider unassigned",
    on: ({ lab }) => {
      for (const environment of Object.values(lab.anypoint.state.environments)) environment.clientProviderIds = [];
    },
    doctor: ["assignment assignment-missing"],
    verify: [],
  },

  // API instances and policies.
  {
    name: "the instance unbound",
    on: (site) => (instance(site).providerId = null),
    doctor: ["api-instance instance-unbound"],
    unknown: ["api-policy"],
    verify: ["call gateway-introspection-failed", "garbage-token gateway-introspection-failed"],
    up: { change: register, names: /Anypoint made it in its own one/ },
  },
  {
    name: "the instance deleted",
    on: ({ lab }) => {
      const { apiInstances, runtime } = lab.anypoint.state;
      const gone = Object.values(apiInstances).find(({ instanceLabel }) => instanceLabel === "okta");
      if (gone !== undefined) delete apiInstances[gone.id];
      if (gone !== undefined) delete runtime.lastActive[gone.id];
      lab.anypoint.state.policies = {};
      lab.anypoint.state.contracts = {};
    },
    doctor: ["api-instance instance-missing", "contract contract-missing"],
    unknown: ["api-policy", "api-gateway"],
    verify: ["call path-wrong", "no-token path-wrong", "garbage-token path-wrong"],
    up: { change: register, names: /API instance \d+ not found/ },
  },
  {
    name: "the instance deprecated",
    on: (site) => (instance(site).deprecated = true),
    doctor: ["api-instance instance-deprecated"],
    verify: [],
    up: { change: makeContract, names: /deprecated/ },
  },
  {
    name: "the policy removed",
    on: ({ lab }) => (lab.anypoint.state.policies = {}),
    doctor: ["api-policy policy-missing"],
    verify: [
      "no-token policy-missing",
      "garbage-token policy-missing",
      "missing-scope scopes-not-enforced",
      "no-contract contract-not-enforced",
    ],
    up: { change: changePolicy, names: /Could not find policy .* It was removed/ },
  },
  {
    name: "the policy disabled",
    on: (site) => (policy(site).disabled = true),
    doctor: ["api-policy policy-disabled"],
    verify: [
      "no-token policy-missing",
      "garbage-token policy-missing",
      "missing-scope scopes-not-enforced",
      "no-contract contract-not-enforced",
    ],
  },
  {
    name: "the policy asks for another scope",
    on: (site) => (policy(site).configurationData.scopes = "another_scope"),
    doctor: ["api-policy policy-differs"],
    verify: ["call policy-scopes-differ"],
  },
  {
    name: "the policy asks for no scope",
    on: (site) => (policy(site).configurationData.scopes = ""),
    doctor: ["api-policy policy-differs"],
    verify: ["missing-scope scopes-not-enforced"],
  },
  {
    name: "the policy skips client ids",
    on: (site) => (policy(site).configurationData.skipClientIdValidation = true),
    doctor: ["api-policy policy-skips-clients"],
    verify: ["no-contract contract-not-enforced"],
  },
  {
    name: "the policy has another version",
    on: (site) => (policy(site).assetVersion = "1.5.0"),
    doctor: ["api-policy policy-version-other"],
    verify: [],
  },

  {
    name: "the policy is older than what is served",
    on: (site) => {
      policy(site).assetVersion = "1.5.0";
      restate(site, ":ApiPolicy", { resolvedVersion: "1.5.0" });
    },
    doctor: ["api-policy policy-version-old"],
    verify: [],
  },

  // Applications and contracts.
  {
    name: "the contract revoked",
    on: (site) => (contract(site).status = "REVOKED"),
    doctor: ["contract contract-revoked"],
    verify: ["call contract-missing"],
  },
  {
    name: "the contract rejected",
    on: (site) => (contract(site).status = "REJECTED"),
    doctor: ["contract contract-rejected"],
    verify: ["call contract-missing"],
  },
  {
    name: "the contract pending",
    on: (site) => (contract(site).status = "PENDING"),
    doctor: ["contract contract-pending"],
    verify: ["call contract-missing"],
  },
  {
    name: "the contract gone",
    on: ({ lab }) => (lab.anypoint.state.contracts = {}),
    doctor: ["contract contract-missing"],
    verify: ["call contract-missing"],
    up: { change: approveContract, names: /contract/i },
  },
  {
    name: "the application deleted",
    on: (site) => {
      const { applications } = site.lab.anypoint.state;
      delete applications[consumer(site).applicationId];
      site.lab.anypoint.state.contracts = {};
    },
    doctor: ["application application-missing", "contract contract-missing"],
    verify: ["call contract-missing"],
  },
  {
    name: "the application has another client",
    on: (site) => {
      const { applications } = site.lab.anypoint.state;
      const id = consumer(site).applicationId;
      const found = applications[id];
      if (found !== undefined) applications[id] = { ...found, clientId: "0oaANOTHER" };
    },
    doctor: ["application application-client-other"],
    verify: ["call contract-missing"],
  },
  {
    name: "the Okta client of the application deleted",
    on: (site) => remove(site, appOf(site, consumer(site).clientId)),
    doctor: ["consumer-client client-missing"],
    verify: NO_TOKEN("token-client-refused"),
  },
  {
    name: "the Okta client of the application deactivated",
    on: (site) => deactivate(site, appOf(site, consumer(site).clientId)),
    doctor: ["consumer-client client-inactive"],
    verify: NO_TOKEN("token-client-refused"),
  },

  // Gateways.
  {
    name: "no gateway reports the instance",
    on: (site) => delete site.lab.anypoint.state.runtime.lastActive[instance(site).id],
    doctor: ["api-gateway gateway-not-reporting"],
    verify: [],
  },
  {
    name: "the gateway can't reach Okta",
    on: ({ lab }) => (lab.gateway.switches.reachesIdentityProvider = false),
    doctor: [],
    verify: ["call gateway-cannot-introspect"],
  },
  {
    name: "the gateway has not loaded its policies",
    on: ({ lab }) => (lab.gateway.switches.policiesLoaded = false),
    doctor: [],
    verify: ["call gateway-not-ready", "no-token gateway-not-ready", "garbage-token gateway-not-ready"],
  },

  // The stack.
  {
    name: "an old key",
    on: (site) => restate(site, ":SigningKey", { createdAt: "2020-01-01T00:00:00.000Z" }),
    doctor: ["manager-key-age manager-key-old"],
    verify: [],
  },
  {
    name: "outputs older than the state",
    on: (site) => restate(site, ":Stack", { activeKid: "a-former-kid" }),
    doctor: ["stack-state stack-outputs-old"],
    verify: [],
  },
  {
    name: "an `up` that was cut off",
    on: (site) => restate(site, ":ClientProvider", undefined),
    doctor: ["stack-state stack-incomplete"],
    unknown: ["inspector-introspection"],
    verify: [],
  },

  // A refresh has put into the state what is wrong outside.
  {
    name: "a grant removed, and refreshed",
    on: (site) => {
      revoke(site, manager(site), ["okta.clients.register"]);
      restate(site, ":AppOauthApiScope", { scopes: ["okta.clients.manage", "okta.clients.read"] });
    },
    doctor: ["manager-scopes manager-scope-missing", "manager-token manager-token-scope"],
    verify: [],
  },
  {
    name: "the instance unbound, and refreshed",
    on: (site) => {
      instance(site).providerId = null;
      restate(site, ":ApiInstance", { clientProviderId: "" });
    },
    doctor: ["api-instance instance-unbound"],
    unknown: ["api-policy"],
    verify: ["call gateway-introspection-failed", "garbage-token gateway-introspection-failed"],
  },
  {
    name: "the policy disabled, and refreshed",
    on: (site) => {
      policy(site).disabled = true;
      restate(site, ":ApiPolicy", { disabled: true });
    },
    doctor: ["api-policy policy-disabled"],
    verify: [
      "no-token policy-missing",
      "garbage-token policy-missing",
      "missing-scope scopes-not-enforced",
      "no-contract contract-not-enforced",
    ],
  },
  {
    name: "the policy's scopes changed, and refreshed",
    on: (site) => {
      policy(site).configurationData.scopes = "";
      restate(site, ":ApiPolicy", { configuration: { ...policy(site).configurationData } });
    },
    doctor: ["api-policy policy-differs"],
    verify: ["missing-scope scopes-not-enforced"],
  },
  {
    name: "another Inspector in the provider, and refreshed",
    on: (site) => {
      provider(site).oidc.primary_client.id = "0oaANOTHER";
      restate(site, ":ClientProvider", { inspectorClientId: "0oaANOTHER" });
    },
    doctor: ["client-provider provider-differs"],
    verify: ["call gateway-introspection-failed", "garbage-token gateway-introspection-failed"],
  },
  {
    name: "the contract gone, and refreshed",
    on: (site) => {
      site.lab.anypoint.state.contracts = {};
      restate(site, ":Contract", undefined);
    },
    doctor: ["stack-state stack-incomplete"],
    verify: ["call contract-missing"],
  },
  {
    name: "settings that are wrong",
    on: ({ config }) => {
      config["okta-anypoint:clientProvider"] = JSON.stringify({ environments: ["Sandbox"], timeoutSeconds: 99 });
      config["okta-anypoint:exportConsumerSecrets"] = "maybe";
    },
    doctor: ["stack-settings setting-wrong", "stack-settings setting-wrong"],
    before: ["before-up unknown"],
    verify: [],
  },
  {
    name: "no login for Anypoint",
    on: ({ config }) => delete config["anypoint:clientSecret"],
    doctor: ["stack-settings setting-wrong", "anypoint-access anypoint-misconfigured"],
    before: ["before-up unknown"],
    unknown: ANYPOINT_READS,
    verify: [],
  },
];
