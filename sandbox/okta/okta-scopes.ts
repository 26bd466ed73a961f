/** The scopes of Okta's own API that can be granted to an app, and which scope a call needs. */

const READ_AND_MANAGE =
  "agentPools apiTokens appGrants apps apps.interclientTrust authenticators authorizationServers behaviors brands captchas clients " +
  "customTelephonyProvider deviceAssurance devices directories.groups domains emailDomains emailServers eventHooks features groups " +
  "identitySources idps inlineHooks linkedObjects logStreams networkZones oauthIntegrations orgs policies principalRateLimits " +
  "profileMappings pushProviders rateLimits realmAssignments realms roles schemas serviceAccounts sessions templates threatInsights " +
  "trustedOrigins uischemas userTypes users";

/** Names of all scopes that the local Okta can grant (confirmed: management and OAuth API descriptions). */
export const OKTA_SCOPES: ReadonlySet<string> = new Set([
  ...READ_AND_MANAGE.split(" ").flatMap((resource) => [`okta.${resource}.read`, `okta.${resource}.manage`]),
  "okta.clients.register",
  "okta.logs.read",
]);

/** What a service app needs to build the whole pattern through the management API. */
export const MANAGEMENT_SCOPES: readonly string[] = [
  "okta.apps.manage",
  "okta.appGrants.manage",
  "okta.roles.manage",
  "okta.authorizationServers.manage",
  "okta.policies.read",
  "okta.groups.read",
];

/** Whether a token's scopes cover the needed one: `manage` covers `read` of the same resource, not `register`. */
export const coversScope = (held: readonly string[], needed: string): boolean =>
  held.includes(needed) || (needed.endsWith(".read") && held.includes(needed.replace(/\.read$/, ".manage")));
