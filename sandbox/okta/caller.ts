/** Who calls the management API, and whether they may. */
import { invalidSession, invalidToken, permissionDenied } from "./errors.ts";
import { findLiveToken } from "./oauth/tokens.ts";
import { coversScope } from "./okta-scopes.ts";
import type { Org, RequestContext } from "./org.ts";

export type Caller =
  | { readonly kind: "admin"; readonly userId: string }
  | { readonly kind: "client"; readonly clientId: string; readonly scopes: string[]; readonly roles: string[] };

/** Types of admin role that may do something; a super admin may do everything. */
export type Roles = readonly string[];

export const SUPER_ADMIN_ONLY: Roles = [];
export const APP_ADMINS: Roles = ["APP_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN"];
export const APP_READERS: Roles = [...APP_ADMINS, "ORG_ADMIN", "READ_ONLY_ADMIN"];
export const SERVER_ADMINS: Roles = ["API_ACCESS_MANAGEMENT_ADMIN"];
export const SERVER_READERS: Roles = [...SERVER_ADMINS, "ORG_ADMIN", "READ_ONLY_ADMIN"];
export const ADMIN_READERS: Roles = ["ORG_ADMIN", "READ_ONLY_ADMIN"];

/** The caller by the Authorization header. Throws 403 E0000005 without a credential and 401 E0000011 with a wrong one. */
export function identify(c: RequestContext, org: Org): Caller {
  const [, scheme, credential] = /^(SSWS|Bearer)\s+(.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (scheme === undefined || credential === undefined) throw invalidSession();
  if (scheme.toUpperCase() === "SSWS") {
    if (credential !== org.apiToken) throw invalidToken();
    return { kind: "admin", userId: org.state.org.adminUserId };
  }
  const issued = findLiveToken(org, credential, null);
  if (issued === undefined) throw invalidToken();
  const roles = Object.values(org.state.roles).filter(({ clientId }) => clientId === issued.clientId);
  return {
    kind: "client",
    clientId: issued.clientId,
    scopes: issued.claims.scp as string[],
    roles: roles.map(({ type }) => type),
  };
}

export const isSuperAdmin = (caller: Caller): boolean =>
  caller.kind === "admin" || caller.roles.includes("SUPER_ADMIN");

/**
 * The caller, if it may make the call: a client needs the scope and one of the admin roles (confirmed: the role is checked here, not when
 * the token is issued). Throws 403 E0000006; a missing scope is named in WWW-Authenticate.
 */
export function authorize(c: RequestContext, org: Org, scope: string, roles: Roles, summary?: string): Caller {
  const caller = identify(c, org);
  if (caller.kind === "admin") return caller;
  if (!coversScope(caller.scopes, scope)) {
    throw permissionDenied(summary, {
      "www-authenticate": `Bearer authorization_uri="${org.baseUrl}/oauth2/v1/authorize", realm="${org.baseUrl}", scope="${scope}", error="insufficient_scope", error_description="The access token provided does not contain the required scopes."`,
    });
  }
  if (!isSuperAdmin(caller) && !roles.some((role) => caller.roles.includes(role))) throw permissionDenied(summary);
  return caller;
}

/** Refuses everyone but super admins with 403 E0000006. */
export function requireSuperAdmin(caller: Caller): void {
  if (!isSuperAdmin(caller)) throw permissionDenied();
}
