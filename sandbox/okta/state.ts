/** Everything that the local Okta holds, as plain JSON. Records are keyed by id and keep the order of creation. */
import type { JWK } from "jose";

export type Status = "ACTIVE" | "INACTIVE";

export interface ClientSecret {
  /** `ocs…` */
  id: string;
  value: string;
  status: Status;
  created: string;
  lastUpdated: string;
}

/** A public key registered for a client. */
export interface ClientKey {
  /** `pks…` */
  id: string;
  kid: string | null;
  kty: string;
  use: string | null;
  alg?: string;
  status: Status;
  created: string;
  lastUpdated: string;
  e?: string;
  n?: string;
  x?: string;
  y?: string;
  crv?: string;
}

export type AuthenticationMethod =
  "client_secret_basic" | "client_secret_post" | "client_secret_jwt" | "private_key_jwt" | "none";

export type ApplicationType = "web" | "native" | "browser" | "service";

/** An OIDC app, which is an OAuth client at the same time. */
export interface App {
  /** `0oa…` */
  id: string;
  clientId: string;
  label: string;
  status: Status;
  created: string;
  lastUpdated: string;
  applicationType: ApplicationType;
  authenticationMethod: AuthenticationMethod;
  grantTypes: string[];
  responseTypes: string[];
  redirectUris: string[];
  /** Consent is asked for scopes that require it: REQUIRED for clients made by registration, TRUSTED otherwise (confirmed: OAuth API). */
  consentMethod: "TRUSTED" | "REQUIRED";
  dpopBound: boolean;
  keys: ClientKey[];
  jwksUri: string | null;
  /** At most two, oldest first; empty for clients that have no secret. */
  secrets: ClientSecret[];
  /** The assigned app sign-in policy. */
  accessPolicyId: string;
  /** Settings that change nothing here and are given back as they came, in the names of the apps API. */
  passive: {
    accessibility: Record<string, unknown>;
    visibility: Record<string, unknown>;
    credentials: Record<string, unknown>;
    settings: Record<string, unknown>;
    client: Record<string, unknown>;
    profile?: Record<string, unknown>;
  };
}

export interface Grant {
  /** `oag…` */
  id: string;
  appId: string;
  scopeId: string;
  created: string;
  lastUpdated: string;
  createdBy: { id: string; type: string };
}

export interface RoleAssignment {
  /** For a standard role the Base32 of its name, so the same for every client. */
  id: string;
  clientId: string;
  type: string;
  resourceSet?: string;
  role?: string;
  created: string;
  lastUpdated: string;
}

export interface SigningKey {
  kid: string;
  status: "ACTIVE" | "EXPIRED";
  created: string;
  privateJwk: JWK;
}

export interface AuthorizationServer {
  /** `aus…` */
  id: string;
  name: string;
  description: string;
  audiences: string[];
  issuerMode: string;
  rotationMode: "AUTO" | "MANUAL";
  status: Status;
  /** The org's own one, named `default` in URLs. */
  default: boolean;
  created: string;
  lastUpdated: string;
  keys: SigningKey[];
}

export interface Scope {
  /** `scp…` */
  id: string;
  serverId: string;
  name: string;
  displayName: string;
  description: string;
  consent: "IMPLICIT" | "REQUIRED" | "FLEXIBLE";
  metadataPublish: "ALL_CLIENTS" | "NO_CLIENTS";
  default: boolean;
  optional: boolean;
  system: boolean;
}

export interface Claim {
  /** `ocl…` */
  id: string;
  serverId: string;
  name: string;
  claimType: "RESOURCE" | "IDENTITY";
  valueType: "EXPRESSION" | "GROUPS" | "SYSTEM";
  value: string;
  status: Status;
  alwaysIncludeInToken: boolean;
  scopes: string[];
  groupFilterType?: string;
  system: boolean;
}

export interface ServerPolicy {
  /** `00p…` */
  id: string;
  serverId: string;
  name: string;
  description: string;
  status: Status;
  /** 1 is evaluated first; without gaps in a server. */
  priority: number;
  clients: string[];
  created: string;
  lastUpdated: string;
}

export interface PolicyRule {
  /** `0pr…` */
  id: string;
  policyId: string;
  name: string;
  status: Status;
  /** 1 is evaluated first; without gaps in a policy. */
  priority: number;
  grantTypes: string[];
  /** `*` stands for any scope; an empty list matches none (inferred). */
  scopes: string[];
  people: { users: Record<string, unknown>; groups: Record<string, unknown> };
  token: {
    accessTokenLifetimeMinutes: number;
    refreshTokenLifetimeMinutes: number;
    refreshTokenWindowMinutes: number;
    inlineHook?: unknown;
  };
  created: string;
  lastUpdated: string;
}

/** An app sign-in policy; only assigned, never evaluated here. */
export interface AccessPolicy {
  /** `rst…` */
  id: string;
  name: string;
  system: boolean;
  priority: number;
  created: string;
}

export interface IssuedToken {
  token: string;
  clientId: string;
  /** Id of the custom server that issued it; null for the org. */
  serverId: string | null;
  /** Claims of the token, for introspection. */
  claims: Record<string, unknown>;
  /** Expiry in seconds since the epoch. */
  exp: number;
  revoked: boolean;
}

export interface OktaState {
  org: {
    id: string;
    created: string;
    adminUserId: string;
    everyoneGroupId: string;
    keys: SigningKey[];
    /** "Public client app admins": new service apps become super admin. Default off, and not in states of earlier labs. */
    publicClientAdmins?: boolean;
  };
  apps: Record<string, App>;
  grants: Record<string, Grant>;
  /** Keyed by `clientId/roleAssignmentId`. */
  roles: Record<string, RoleAssignment>;
  authorizationServers: Record<string, AuthorizationServer>;
  scopes: Record<string, Scope>;
  claims: Record<string, Claim>;
  serverPolicies: Record<string, ServerPolicy>;
  policyRules: Record<string, PolicyRule>;
  accessPolicies: Record<string, AccessPolicy>;
  /** What remains after everything was taken down: left out of comparisons. */
  runtime: {
    /** Keyed by `jti`. */
    issuedTokens: Record<string, IssuedToken>;
    /** Keyed by client id and `jti` of an assertion; the value is its expiry in seconds since the epoch. */
    usedAssertions: Record<string, number>;
  };
}
