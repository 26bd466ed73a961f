/**
 * The two-app pattern as a person makes it in the consoles, by the vendor's guide (confirmed: KB 005315457): ids and key ids
 * by Okta, labels of the guide, a web app with what the console fills in. Made through the local services' HTTP APIs.
 */
import { randomBytes } from "node:crypto";
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { orgToken } from "../providers/okta/access-token.ts";
import { OIDC_POLICY, MULESOFT_GROUP } from "./anypoint/policy-templates.ts";
import type { Lab } from "./lab.ts";

export interface HandMadeOptions {
  /** Where gateways introspect: the custom server (default), or the org as the guide has it. */
  readonly introspectAt?: "issuer" | "org";
  /** Kind of App B: the guide has both. Default `web`. */
  readonly inspectorType?: "web" | "service";
  /** Name of the client provider. Default `Okta (by hand)`. */
  readonly providerName?: string;
}

export interface HandMadeApp {
  /** Id in Okta, and client id. */
  readonly id: string;
  readonly label: string;
}

export interface HandMade {
  readonly manager: HandMadeApp & { readonly kid: string; readonly privateKey: string };
  readonly inspector: HandMadeApp & { readonly clientSecret: string };
  readonly server: {
    readonly id: string;
    readonly scope: string;
    readonly scopeId: string;
    readonly policyId: string;
    readonly ruleId: string;
  };
  readonly provider: { readonly id: string; readonly name: string };
  readonly api: { readonly id: string; readonly policyId: string; readonly url: string };
  /** Applications with an approved contract: one by the connected app of the lab, one by a person. */
  readonly application: HandMadeApplication;
  readonly applicationOfPerson: HandMadeApplication & { readonly owner: string };
}

export interface HandMadeApplication {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
}

type Json = Record<string, unknown>;
type Call = (method: string, path: string, body?: unknown) => Promise<Json>;

const SCOPE = "custom_scope";
const LABEL = "by-hand";
const PERSON = "jane.doe";
const MANAGER_SCOPES = ["okta.clients.register", "okta.clients.read"];

/** Makes the whole pattern in a lab. */
export async function makeByHand(lab: Lab, options: HandMadeOptions = {}): Promise<HandMade> {
  const okta = await oktaConsole(lab);
  const anypoint = await anypointConsole(lab, lab.credentials.anypoint);
  const manager = await makeManager(lab, okta);
  const inspector = await makeInspector(okta, options.inspectorType ?? "web");
  const server = await makeServer(okta);
  const name = options.providerName ?? "Okta (by hand)";
  const introspectAt = options.introspectAt === "org" ? "" : `/${server.id}`;
  const provider = await makeProvider(lab, anypoint, name, manager, inspector, `${lab.okta.url}/oauth2${introspectAt}`);
  const api = await makeApi(lab, anypoint, provider.id);
  const application = await requestAccess(lab, anypoint, api.id, "orders-web");
  const person = { clientId: randomBytes(16).toString("hex"), clientSecret: randomBytes(24).toString("hex") };
  lab.anypoint.addConnectedApp({ ...person, name: PERSON });
  const ofPerson = await requestAccess(lab, await anypointConsole(lab, person), api.id, "orders-of-jane");
  return {
    manager,
    inspector,
    server,
    provider,
    api,
    application,
    applicationOfPerson: { ...ofPerson, owner: PERSON },
  };
}

/** A second app that could be the Manager: same kind, same grants. */
export async function makeManager(
  lab: Lab,
  okta?: Call,
  label = "MuleSoft-Client-Manager",
): Promise<HandMade["manager"]> {
  const call = okta ?? (await oktaConsole(lab));
  const { publicKey, privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const kid = randomBytes(32).toString("base64url");
  const { n, e } = await exportJWK(publicKey);
  const { id } = await call("POST", "/api/v1/apps", {
    name: "oidc_client",
    label,
    signOnMode: "OPENID_CONNECT",
    credentials: { oauthClient: { token_endpoint_auth_method: "private_key_jwt", autoKeyRotation: true } },
    visibility: { hide: { iOS: true, web: true } },
    settings: {
      oauthClient: {
        application_type: "service",
        grant_types: ["client_credentials"],
        response_types: ["token"],
        dpop_bound_access_tokens: false,
        jwks: { keys: [{ kty: "RSA", kid, use: "sig", n, e }] },
      },
    },
  });
  for (const scopeId of MANAGER_SCOPES) {
    await call("POST", `/api/v1/apps/${String(id)}/grants`, { issuer: lab.okta.url, scopeId });
  }
  await call("POST", `/oauth2/v1/clients/${String(id)}/roles`, { type: "APP_ADMIN" });
  return { id: String(id), label, kid, privateKey: await exportPKCS8(privateKey) };
}

async function makeInspector(okta: Call, type: "web" | "service"): Promise<HandMade["inspector"]> {
  const label = "MuleSoft-Token-Introspection";
  const { id, credentials } = await okta("POST", "/api/v1/apps", {
    name: "oidc_client",
    label,
    signOnMode: "OPENID_CONNECT",
    credentials: { oauthClient: { token_endpoint_auth_method: "client_secret_basic", autoKeyRotation: true } },
    visibility: { hide: { iOS: false, web: false } },
    settings: {
      notes: { admin: "Asked for by the integration team" },
      oauthClient: {
        application_type: type,
        ...(type === "service" && { grant_types: ["client_credentials"], response_types: ["token"] }),
        ...(type === "web" && {
          grant_types: ["authorization_code"],
          response_types: ["code"],
          redirect_uris: ["http://localhost:8080/authorization-code/callback"],
          post_logout_redirect_uris: ["http://localhost:8080"],
        }),
      },
    },
  });
  const { client_secret: clientSecret } = (credentials as { oauthClient: { client_secret: string } }).oauthClient;
  return { id: String(id), label, clientSecret };
}

async function makeServer(okta: Call): Promise<HandMade["server"]> {
  const base = "/api/v1/authorizationServers";
  const server = await okta("POST", base, {
    name: "mule-apis",
    description: "Tokens of Mule APIs",
    audiences: ["api://mule"],
    issuerMode: "ORG_URL",
  });
  const at = `${base}/${String(server.id)}`;
  const scope = await okta("POST", `${at}/scopes`, {
    name: SCOPE,
    displayName: "Orders",
    description: "Reads orders",
    consent: "IMPLICIT",
    metadataPublish: "NO_CLIENTS",
    default: false,
  });
  const policy = await okta("POST", `${at}/policies`, {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: "Mule consumers",
    description: "All of them",
    status: "ACTIVE",
    priority: 1,
    conditions: { clients: { include: ["ALL_CLIENTS"] } },
  });
  const rule = await okta("POST", `${at}/policies/${String(policy.id)}/rules`, {
    type: "RESOURCE_ACCESS",
    name: "Machine to machine",
    status: "ACTIVE",
    priority: 1,
    conditions: {
      grantTypes: { include: ["client_credentials"] },
      scopes: { include: [SCOPE] },
      people: { users: {}, groups: {} },
    },
    actions: {
      token: { accessTokenLifetimeMinutes: 30, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10080 },
    },
  });
  return {
    id: String(server.id),
    scope: SCOPE,
    scopeId: String(scope.id),
    policyId: String(policy.id),
    ruleId: String(rule.id),
  };
}

async function makeProvider(
  lab: Lab,
  anypoint: Call,
  name: string,
  manager: HandMade["manager"],
  inspector: HandMade["inspector"],
  introspectBase: string,
): Promise<HandMade["provider"]> {
  const { root, environment } = place(lab);
  const path = `/accounts/api/organizations/${root}/clientProviders`;
  const org = lab.okta.url;
  await anypoint("POST", path, {
    name,
    type: { name: "openid-dynamic-client", description: "OpenID Connect Dynamic Client Registration" },
    allow_untrusted_certificates: false,
    oidc_dynamic_client_provider: {
      issuer: org,
      client: {
        urls: { register: `${org}/oauth2/v1/clients` },
        registration: {
          authentication_method: "private_key_jwt",
          private_key_jwt: { client_id: manager.id, private_key: manager.privateKey, scopes: MANAGER_SCOPES },
        },
      },
      primary_client: { id: inspector.id, secret: inspector.clientSecret },
      urls: {
        authorize: `${org}/oauth2/v1/authorize`,
        token: `${org}/oauth2/v1/token`,
        introspect: `${introspectBase}/v1/introspect`,
      },
      allow_local_client_deletion: true,
      allow_external_client_modification: false,
      client_request_timeout: 10_000,
    },
  });
  const { data } = await anypoint("GET", `${path}?ascending=true&search=${encodeURIComponent(name)}`);
  const id = (data as { providerId: string; name: string }[]).find((row) => row.name === name)?.providerId ?? "";
  const assignment = `/accounts/api/organizations/${root}/environments/${environment}/clientManagementProviders`;
  const { suggestedClientManagementProviderIds: before = [] } = await anypoint("GET", assignment);
  await anypoint("PUT", assignment, { suggestedClientManagementProviderIds: [...(before as string[]), id] });
  return { id, name };
}

async function makeApi(lab: Lab, anypoint: Call, providerId: string): Promise<HandMade["api"]> {
  const { root, environment } = place(lab);
  const path = `/apimanager/api/v1/organizations/${root}/environments/${environment}/apis`;
  const { id } = await anypoint("POST", path, {
    spec: { groupId: root, assetId: "orders-api", version: "1.0.0" },
    instanceLabel: LABEL,
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
  const policy = await anypoint("POST", `${path}/${String(id)}/policies`, {
    groupId: MULESOFT_GROUP,
    assetId: OIDC_POLICY,
    assetVersion: "1.5.0",
    configurationData: {
      scopes: SCOPE,
      scopeValidationCriteria: "OR",
      exposeHeaders: true,
      skipClientIdValidation: false,
      authenticationTimeout: 8000,
    },
    pointcutData: null,
    order: 1,
    disabled: false,
  });
  return {
    id: String(id),
    policyId: String(policy.id),
    url: `${lab.gateway.url}/sandbox/orders-api/${LABEL}/orders`,
  };
}

async function requestAccess(lab: Lab, anypoint: Call, apiId: string, name: string): Promise<HandMadeApplication> {
  const { root, environment } = place(lab);
  const path = `/exchange/api/v2/organizations/${root}/applications`;
  const made = await anypoint("POST", `${path}?apiInstanceId=${apiId}`, {
    name,
    description: "Asked for in Exchange",
    url: "https://orders.acme.example",
    redirectUri: ["https://orders.acme.example/callback"],
    grantTypes: ["client_credentials", "authorization_code"],
    apiEndpoints: false,
  });
  await anypoint("POST", `${path}/${String(made.id)}/contracts`, {
    instanceType: "api",
    apiId,
    organizationId: root,
    environmentId: environment,
    groupId: root,
    assetId: "orders-api",
    version: "1.0.0",
    versionGroup: "v1",
    acceptedTerms: true,
  });
  return { id: String(made.id), name, clientId: String(made.clientId) };
}

/** The root organization and its environment Sandbox. */
function place(lab: Lab): { root: string; environment: string } {
  const { organizations, environments } = lab.anypoint.state;
  const root = Object.values(organizations).find(({ parentId }) => parentId === null)?.id ?? "";
  const environment = Object.values(environments).find(
    ({ organizationId, name }) => organizationId === root && name === "Sandbox",
  );
  return { root, environment: environment?.id ?? "" };
}

async function oktaConsole(lab: Lab): Promise<Call> {
  const scopes = ["okta.apps.manage", "okta.appGrants.manage", "okta.roles.manage", "okta.authorizationServers.manage"];
  const { accessToken } = await orgToken(lab.okta.url, lab.credentials.okta, scopes);
  return calls(lab.okta.url, accessToken);
}

async function anypointConsole(lab: Lab, login: { clientId: string; clientSecret: string }): Promise<Call> {
  const { access_token } = await calls(lab.anypoint.url)("POST", "/accounts/api/v2/oauth2/token", {
    grant_type: "client_credentials",
    client_id: login.clientId,
    client_secret: login.clientSecret,
  });
  return calls(lab.anypoint.url, String(access_token));
}

const calls =
  (base: string, token?: string): Call =>
  async (method, path, body) => {
    const answer = await fetch(base + path, {
      method,
      headers: {
        "content-type": "application/json",
        "user-agent": "Mozilla/5.0 (console)",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Json);
  };
