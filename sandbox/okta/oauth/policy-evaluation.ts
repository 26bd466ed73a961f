/** What a custom server grants: scopes against its access policies (confirmed: access policy guide). */
import { oauthError } from "../errors.ts";
import type { Org } from "../org.ts";
import type { App, AuthorizationServer, PolicyRule, Scope } from "../state.ts";

const GRANT_TYPE = "client_credentials";

export interface Decision {
  readonly scopes: Scope[];
  readonly rule: PolicyRule;
}

const byPriority = (a: { priority: number }, b: { priority: number }): number => a.priority - b.priority;

/** Active rules that apply to the client, in the order of evaluation. People are not looked at: there is no user (inferred). */
function applicableRules(org: Org, server: AuthorizationServer, clientId: string): PolicyRule[] {
  return Object.values(org.state.serverPolicies)
    .filter(({ serverId, status }) => serverId === server.id && status === "ACTIVE")
    .filter(({ clients }) => clients.includes("ALL_CLIENTS") || clients.includes(clientId))
    .sort(byPriority)
    .flatMap((policy) =>
      Object.values(org.state.policyRules)
        .filter(({ policyId, status }) => policyId === policy.id && status === "ACTIVE")
        .filter(({ grantTypes }) => grantTypes.includes(GRANT_TYPE))
        .sort(byPriority),
    );
}

const allows = (rule: PolicyRule, scope: Scope): boolean =>
  rule.scopes.includes("*") || rule.scopes.includes(scope.name);

function requestedScopes(org: Org, server: AuthorizationServer, names: string[]): Scope[] {
  const configured = Object.values(org.state.scopes).filter(({ serverId }) => serverId === server.id);
  const scopes = names.map((name) => configured.find((scope) => scope.name === name));
  if (scopes.some((scope) => scope === undefined)) {
    throw oauthError(
      400,
      "invalid_scope",
      "One or more scopes are not configured for the authorization server resource.",
    );
  }
  const found = scopes.filter((scope) => scope !== undefined);
  // The server's own OpenID scopes need a user (confirmed: client credentials guide); the wording is unknown.
  if (found.some(({ system }) => system)) {
    throw oauthError(400, "invalid_scope", "OpenID Connect scopes are not allowed for the 'client_credentials' grant.");
  }
  return found;
}

function defaultScopes(org: Org, server: AuthorizationServer): Scope[] {
  const scopes = Object.values(org.state.scopes).filter((scope) => scope.serverId === server.id && scope.default);
  if (scopes.length > 0) return scopes;
  throw oauthError(
    400,
    "invalid_scope",
    "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
  );
}

/** The first rule that allows all requested scopes; without a request, the first that allows some of the default ones. */
function matchRule(rules: PolicyRule[], scopes: Scope[], all: boolean): Decision | undefined {
  for (const rule of rules) {
    const allowed = scopes.filter((scope) => allows(rule, scope));
    if (all ? allowed.length === scopes.length : allowed.length > 0) return { scopes: allowed, rule };
  }
  return undefined;
}

/** Decides a client_credentials request. Throws invalid_scope, access_denied or consent_required. */
export function evaluatePolicies(org: Org, server: AuthorizationServer, app: App, names: string[]): Decision {
  const asked = names.length > 0;
  const scopes = asked ? requestedScopes(org, server, names) : defaultScopes(org, server);
  const decision = matchRule(applicableRules(org, server, app.clientId), scopes, asked);
  if (decision === undefined) {
    throw oauthError(
      org.switches.accessDeniedStatus,
      "access_denied",
      "Policy evaluation failed for this request, please check the policy configurations.",
    );
  }
  // Nobody is there to consent; FLEXIBLE is granted (confirmed: OIDC reference). Error and wording are inferred.
  if (app.consentMethod === "REQUIRED" && decision.scopes.some(({ consent }) => consent === "REQUIRED")) {
    throw oauthError(400, "consent_required", "The requested scopes need consent, which this client can't obtain.");
  }
  return decision;
}
