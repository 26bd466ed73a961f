/** Custom authorization servers as entities: find, make, delete with everything inside. */
import { oktaId } from "../core/ids.ts";
import { notFound } from "./errors.ts";
import { newSigningKey } from "./oauth/signing-keys.ts";
import { type Org, timestamp } from "./org.ts";
import type { AuthorizationServer, OktaState } from "./state.ts";

/** A server by its id; `default` is taken for the org's own one. Throws 404 E0000007. */
export function findServer(org: Org, id: string): AuthorizationServer {
  const servers = org.state.authorizationServers;
  const server = id === "default" ? Object.values(servers).find((each) => each.default) : servers[id];
  if (server === undefined) throw notFound(id, "AuthorizationServer");
  return server;
}

const SYSTEM_SCOPES: Record<string, { consent: "IMPLICIT" | "REQUIRED"; displayName: string }> = {
  openid: { consent: "IMPLICIT", displayName: "openid" },
  profile: { consent: "IMPLICIT", displayName: "View your profile information." },
  email: { consent: "IMPLICIT", displayName: "View your email address." },
  address: { consent: "IMPLICIT", displayName: "View your address." },
  phone: { consent: "IMPLICIT", displayName: "View your phone number." },
  offline_access: { consent: "REQUIRED", displayName: "Keep you signed in to the app." },
};

export type NewServer = Pick<AuthorizationServer, "name" | "description" | "audiences" | "issuerMode" | "rotationMode">;

/** Makes an active server with the system scopes and the system claim that every server has. */
export async function addServer(
  state: OktaState,
  at: string,
  input: NewServer,
  isDefault = false,
): Promise<AuthorizationServer> {
  const server: AuthorizationServer = {
    id: oktaId("aus"),
    ...input,
    status: "ACTIVE",
    default: isDefault,
    created: at,
    lastUpdated: at,
    keys: [await newSigningKey(at)],
  };
  state.authorizationServers[server.id] = server;
  for (const [name, scope] of Object.entries(SYSTEM_SCOPES)) {
    const id = oktaId("scp");
    const fixed = {
      description: "",
      metadataPublish: "ALL_CLIENTS",
      default: false,
      optional: false,
      system: true,
    } as const;
    state.scopes[id] = { id, serverId: server.id, name, ...scope, ...fixed };
  }
  const id = oktaId("ocl");
  state.claims[id] = {
    id,
    serverId: server.id,
    name: "sub",
    claimType: "RESOURCE",
    valueType: "EXPRESSION",
    value: "(appuser != null) ? appuser.userName : app.clientId",
    status: "ACTIVE",
    alwaysIncludeInToken: true,
    scopes: [],
    system: true,
  };
  return server;
}

/** Deletes a server with its scopes, claims, policies and rules. Its tokens can no longer be introspected anywhere. */
export function removeServer(org: Org, server: AuthorizationServer): void {
  const { state } = org;
  for (const records of [state.scopes, state.claims]) {
    for (const [id, { serverId }] of Object.entries(records)) if (serverId === server.id) delete records[id];
  }
  for (const policy of Object.values(state.serverPolicies)) {
    if (policy.serverId === server.id) removePolicy(org, policy.id);
  }
  delete state.authorizationServers[server.id];
}

export function removePolicy(org: Org, policyId: string): void {
  const { policyRules, serverPolicies } = org.state;
  for (const rule of Object.values(policyRules)) if (rule.policyId === policyId) delete policyRules[rule.id];
  delete serverPolicies[policyId];
}

export function setServerStatus(org: Org, server: AuthorizationServer, status: AuthorizationServer["status"]): void {
  if (server.status === status) return;
  server.status = status;
  server.lastUpdated = timestamp(org);
}
