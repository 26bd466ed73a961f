/** What the local Anypoint stores: one plain JSON object, records keyed by id. */
import { newSecret, uuid } from "../core/ids.ts";
import type { PrivateKeyCredentials } from "./private-key-block.ts";

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Null for the root organization. */
  readonly parentId: string | null;
  readonly clientId: string;
}

export type EnvironmentType = "production" | "sandbox" | "design";

export interface Environment {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly type: EnvironmentType;
  readonly clientId: string;
  /** Client providers suggested here; the first is the default of new APIs. Empty: the built-in one. */
  clientProviderIds: string[];
}

export interface ConnectedApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  /** API names of scopes, for example `read:exchange`. */
  scopes: string[];
}

/** The tree `oidc_dynamic_client_provider` without the private-key block. */
export interface OidcSettings {
  issuer?: string;
  client: {
    urls: { register: string };
    registration?: { authorization?: string };
    token_endpoint_auth_methods_supported?: string[];
  };
  primary_client: { id: string; secret: string };
  urls: { authorize: string; token: string; introspect: string };
  supported_grant_types?: GrantType[];
  allow_local_client_deletion?: boolean;
  allow_external_client_modification?: boolean;
  /** Milliseconds. */
  client_request_timeout?: number;
}

export interface GrantType {
  name: string;
  label: string;
  required: boolean;
  exclude: string[];
  depends: string[];
}

export interface ClientProvider {
  readonly providerId: string;
  readonly organizationId: string;
  name?: string;
  type: { name: "openid-dynamic-client"; description?: string };
  allow_untrusted_certificates?: boolean;
  azure_ad_provider?: unknown;
  oidc: OidcSettings;
  /** Set when the provider registers by private key JWT. */
  privateKey?: PrivateKeyCredentials;
  /** Names learnt from the issuer's metadata when the provider was saved. */
  grantTypes: string[];
}

export interface Asset {
  readonly id: number;
  readonly groupId: string;
  readonly assetId: string;
  readonly version: string;
  readonly name: string;
  readonly versionGroup: string;
}

export interface ApiInstance {
  readonly id: number;
  readonly organizationId: string;
  readonly environmentId: string;
  readonly groupId: string;
  readonly assetId: string;
  assetVersion: string;
  readonly productVersion: string;
  instanceLabel: string | null;
  /** Null: the built-in provider. */
  providerId: string | null;
  readonly technology: string;
  endpointUri: string | null;
  endpoint: Record<string, unknown>;
  deprecated: boolean;
  approvalMethod: "manual" | "automatic" | null;
  readonly createdAt: string;
}

export interface Pointcut {
  methodRegex: string;
  uriTemplateRegex: string;
}

export interface Policy {
  readonly id: number;
  readonly apiId: number;
  readonly groupId: string;
  readonly assetId: string;
  assetVersion: string;
  configurationData: Record<string, unknown>;
  pointcutData: Pointcut[] | null;
  order: number;
  disabled: boolean;
  readonly createdAt: string;
}

export interface TierLimit {
  maximumRequests: number;
  timePeriodInMilliseconds: number;
  visible?: boolean;
}

export interface Tier {
  readonly id: number;
  readonly apiId: number;
  name: string;
  description: string | null;
  autoApprove: boolean;
  status: "ACTIVE" | "DEPRECATED";
  limits: TierLimit[];
  readonly createdAt: string;
}

export interface Application {
  readonly id: number;
  name: string;
  description: string | null;
  url: string | null;
  redirectUri: string[];
  grantTypes: string[];
  readonly clientId: string;
  clientSecret: string;
  providerId: string | null;
  /** Client id of the connected app that made it. */
  readonly createdBy: string;
  readonly createdAt: string;
}

export type ContractStatus = "PENDING" | "APPROVED" | "REJECTED" | "REVOKED";

export interface Contract {
  readonly id: number;
  readonly applicationId: number;
  readonly apiId: number;
  status: ContractStatus;
  tierId: number | null;
  requestedTierId: number | null;
  approvedDate: string | null;
  rejectedDate: string | null;
  revokedDate: string | null;
  readonly createdAt: string;
}

/** An instance of an API group as Exchange shows it, with the API instances in it. */
export interface ApiGroupInstance {
  readonly id: number;
  readonly organizationId: string;
  readonly groupId: string;
  readonly assetId: string;
  readonly version: string;
  apiIds: number[];
}

export interface AnypointState {
  organizations: Record<string, Organization>;
  environments: Record<string, Environment>;
  connectedApps: Record<string, ConnectedApp>;
  clientProviders: Record<string, ClientProvider>;
  /** Keyed `group/asset/version`. */
  assets: Record<string, Asset>;
  apiInstances: Record<string, ApiInstance>;
  policies: Record<string, Policy>;
  tiers: Record<string, Tier>;
  applications: Record<string, Application>;
  contracts: Record<string, Contract>;
  /** There is no route that makes one: tests and people put them here. */
  apiGroupInstances: Record<string, ApiGroupInstance>;
  /** What comparisons leave out: counters, tokens, time stamps of changes. */
  runtime: {
    nextId: number;
    accessTokens: Record<string, { clientId: string; expiresAt: number }>;
    /** Last change of an object, keyed `kind/id`. */
    updatedAt: Record<string, string>;
    /** When a gateway last reported an API instance, keyed by its id. */
    lastActive: Record<string, string>;
  };
}

/** The next number for an object with a numeric id. */
export function nextId(state: AnypointState): number {
  const id = state.runtime.nextId;
  state.runtime.nextId += 1;
  return id;
}

/** A client id of Anypoint's own making: 32 hexadecimal characters. */
export const newClientId = (): string => uuid().replaceAll("-", "");

/** A client of the built-in provider: 32 hexadecimal characters and a secret. */
export const newBuiltInClient = (): { clientId: string; clientSecret: string } => ({
  clientId: newClientId(),
  clientSecret: newSecret(),
});

/** Every secret value in the store. */
export function secretsOf(state: AnypointState): string[] {
  const values = [
    ...Object.values(state.connectedApps).map((app) => app.clientSecret),
    ...Object.keys(state.runtime.accessTokens),
    ...Object.values(state.clientProviders).flatMap((provider) => [
      provider.oidc.primary_client.secret,
      provider.oidc.client.registration?.authorization,
      provider.privateKey?.privateKey,
    ]),
    ...Object.values(state.applications).map((application) => application.clientSecret),
  ];
  return values.filter((value): value is string => value !== undefined && value !== "");
}
