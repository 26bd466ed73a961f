/** A local Anypoint for tests, called without a network, and bodies that its routes take. */
import { generateKeyPairSync } from "node:crypto";
import { type AnypointService, type AnypointSwitches, createAnypoint } from "../../../sandbox/anypoint/index.ts";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal } from "../../../sandbox/core/journal.ts";

export const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});

/** Members that tests look at by name; which of them an answer has is for the test to know. */
export interface Body {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly total: number;
  readonly data: Body[];
  readonly errors: Body[];
  readonly keyword: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly client: Record<string, unknown>;
  readonly subOrganizations: Body[];
  readonly oidc_dynamic_client_provider: {
    readonly primary_client: { readonly id: string; readonly secret: string };
    readonly client: { readonly registration: { readonly private_key_jwt: { readonly private_key: string } } };
  };
  readonly grant_types: Body[];
  readonly providerId: string | null;
  readonly audit: { readonly updated: { readonly date?: string } };
  readonly assets: { readonly apis: Body[] }[];
  readonly configurationData: Record<string, unknown>;
  readonly disabled: boolean;
  readonly assetId: string;
  readonly assetVersion: string;
  readonly configuration: { readonly propertyName: string }[];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientProvider: { readonly providerId: string };
  readonly owner: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly body: Body;
  /** The same for answers that are arrays. */
  readonly list: Body[];
}

export interface LocalAnypoint {
  readonly service: AnypointService;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly root: string;
  readonly group: string;
  /** Environments by organization and name. */
  readonly sandbox: string;
  readonly groupSandbox: string;
  /** Milliseconds since the epoch, to be moved. */
  clock: { now: number };
  /** Calls as the main connected app, or with another token. */
  call(method: string, path: string, body?: unknown, token?: string | null): Promise<Answer>;
  login(clientId: string, clientSecret: string): Promise<Answer>;
}

export const CONNECTED_APP = { clientId: "connected-app", clientSecret: "connected-app-secret" };

export async function localAnypoint(switches: Partial<AnypointSwitches> = {}): Promise<LocalAnypoint> {
  const journal = new Journal();
  const faults = new Faults();
  const clock = { now: Date.now() };
  const service = await createAnypoint({
    baseUrl: "http://anypoint.local",
    journal,
    faults,
    connectedApp: CONNECTED_APP,
    switches,
    now: () => clock.now,
  });
  const organizations = Object.values(service.state.organizations);
  const environments = Object.values(service.state.environments);
  const root = organizations.find(({ parentId }) => parentId === null)!.id;
  const group = organizations.find(({ parentId }) => parentId !== null)!.id;
  const environment = (organization: string, name: string): string =>
    environments.find((found) => found.organizationId === organization && found.name === name)!.id;

  async function call(method: string, path: string, body?: unknown, token?: string | null): Promise<Answer> {
    const bearer = token === undefined ? await accessToken() : token;
    const response = await service.app.request(`http://anypoint.local${path}`, {
      method,
      headers: {
        "user-agent": "test",
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, body: json as Body, list: json as Body[] };
  }
  const login = (clientId: string, clientSecret: string): Promise<Answer> =>
    call(
      "POST",
      "/accounts/api/v2/oauth2/token",
      { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret },
      null,
    );
  const accessToken = async (): Promise<string> => {
    const { body } = await login(CONNECTED_APP.clientId, CONNECTED_APP.clientSecret);
    return body.access_token;
  };

  return {
    service,
    journal,
    faults,
    root,
    group,
    sandbox: environment(root, "Sandbox"),
    groupSandbox: environment(group, "Sandbox"),
    clock,
    call,
    login,
  };
}

/** Logs in as an app with only these scopes, and gives its token. */
export async function tokenWith(anypoint: LocalAnypoint, ...scopes: string[]): Promise<string> {
  anypoint.service.addConnectedApp({ clientId: "narrow", clientSecret: "narrow-secret", name: "narrow", scopes });
  const { body } = await anypoint.login("narrow", "narrow-secret");
  return body.access_token;
}

/** A client provider's body with the private-key block, at an identity provider. */
export const privateKeyProvider = (url: string, settings: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: "okta-dev",
  type: { name: "openid-dynamic-client", description: "OpenID Connect Dynamic Client Registration" },
  allow_untrusted_certificates: false,
  oidc_dynamic_client_provider: {
    issuer: url,
    client: {
      urls: { register: `${url}/clients` },
      registration: {
        authentication_method: "private_key_jwt",
        private_key_jwt: {
          client_id: "manager",
          private_key: PEM,
          scopes: ["okta.clients.register", "okta.clients.read"],
        },
      },
    },
    primary_client: { id: "inspector", secret: "inspector-secret" },
    urls: { authorize: `${url}/authorize`, token: `${url}/token`, introspect: `${url}/introspect` },
    allow_local_client_deletion: true,
    allow_external_client_modification: false,
    client_request_timeout: 5000,
    ...settings,
  },
});

/** The same with a static Authorization header, the published shape. */
export function staticHeaderProvider(url: string, settings: Record<string, unknown> = {}): Record<string, unknown> {
  const client = { urls: { register: `${url}/clients` }, registration: { authorization: "SSWS static-token" } };
  return privateKeyProvider(url, { client, ...settings });
}

/** Adds a client provider and gives its id. */
export async function addProvider(anypoint: LocalAnypoint, body: Record<string, unknown>): Promise<string> {
  const base = `/accounts/api/organizations/${anypoint.root}/clientProviders`;
  const created = await anypoint.call("POST", base, body);
  if (created.status !== 201) throw new Error(`provider refused: ${created.text}`);
  return Object.keys(anypoint.service.state.clientProviders).at(-1)!;
}

/** Adds an API instance of orders-api in the root's sandbox and gives its id. */
export async function addInstance(anypoint: LocalAnypoint, providerId: string | null, label = "dev"): Promise<number> {
  const created = await anypoint.call("POST", apisPath(anypoint), instanceBody(anypoint, providerId, label));
  if (created.status !== 201) throw new Error(`instance refused: ${created.text}`);
  return created.body.id;
}

export const apisPath = ({ root, sandbox }: LocalAnypoint): string =>
  `/apimanager/api/v1/organizations/${root}/environments/${sandbox}/apis`;

export const instanceBody = ({ root }: LocalAnypoint, providerId: string | null, label: string | null): object => ({
  spec: { groupId: root, assetId: "orders-api", version: "1.0.0" },
  instanceLabel: label,
  providerId,
  technology: "mule4",
  endpoint: {
    type: "rest",
    uri: null,
    proxyUri: null,
    isCloudHub: null,
    deploymentType: "CH2",
    muleVersion4OrAbove: true,
  },
});

export const OIDC_POLICY_BODY = {
  groupId: "68ef9520-24e9-4cf2-b2f5-620025690913",
  assetId: "openidconnect-access-token-enforcement",
  assetVersion: "1.6.0",
  configurationData: {
    scopes: "orders.read",
    scopeValidationCriteria: "AND",
    exposeHeaders: false,
    skipClientIdValidation: false,
  },
  pointcutData: null,
};

export const applicationsPath = ({ root }: LocalAnypoint): string =>
  `/exchange/api/v2/organizations/${root}/applications`;

export const applicationBody = (name: string): Record<string, unknown> => ({
  name,
  description: "made in a test",
  url: "https://orders.acme.example",
  redirectUri: ["https://orders.acme.example/callback"],
  grantTypes: ["authorization_code", "client_credentials"],
  apiEndpoints: false,
});

export const contractBody = ({ root, sandbox }: LocalAnypoint, apiId: number): Record<string, unknown> => ({
  instanceType: "api",
  apiId: String(apiId),
  organizationId: root,
  environmentId: sandbox,
  groupId: root,
  assetId: "orders-api",
  version: "1.0.0",
  versionGroup: "v1",
  acceptedTerms: true,
});
