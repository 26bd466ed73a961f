/** Type tokens of what the Okta plugin makes for a stack. */
export const APP = "okta:app/oAuth:OAuth";
export const GRANTS = "okta:index/appOauthApiScope:AppOauthApiScope";
export const ROLE = "okta:app/oauthRoleAssignment:OauthRoleAssignment";
export const SERVER = "okta:auth/server:Server";
export const SCOPE = "okta:auth/serverScope:ServerScope";
export const POLICY = "okta:auth/serverPolicy:ServerPolicy";
export const RULE = "okta:auth/serverPolicyRule:ServerPolicyRule";
