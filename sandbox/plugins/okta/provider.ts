/** The stand-in of the Okta plugin: its resources, its function, its configuration. */
import type { Plugin } from "../grpc/plugin.ts";
import { attempt } from "./api-error.ts";
import { CONFIGURATION, readConfiguration } from "./configuration.ts";
import { OktaClient, VERSION } from "./http.ts";
import { getServer } from "./functions/get-server.ts";
import { appOAuth } from "./resources/app-oauth.ts";
import { appOAuthApiScope } from "./resources/app-oauth-api-scope.ts";
import { appOAuthRoleAssignment } from "./resources/app-oauth-role-assignment.ts";
import { authServer } from "./resources/auth-server.ts";
import { authServerPolicy } from "./resources/auth-server-policy.ts";
import { authServerPolicyRule } from "./resources/auth-server-policy-rule.ts";
import { authServerScope } from "./resources/auth-server-scope.ts";

export const oktaPlugin: Plugin<OktaClient> = {
  name: "okta",
  version: VERSION,
  configuration: CONFIGURATION,
  recordDefaults: true,
  resources: [
    appOAuth,
    appOAuthApiScope,
    appOAuthRoleAssignment,
    authServer,
    authServerScope,
    authServerPolicy,
    authServerPolicyRule,
  ],
  functions: [getServer],
  async configure(config) {
    const configuration = readConfiguration(config);
    const client = new OktaClient(configuration);
    if (configuration.login.kind === "apiToken") {
      // Two of the SDKs inside check it, v3 first (confirmed: terraform-provider-okta, okta/config/config.go).
      for (const sdk of [client.v3, client.v2]) {
        await attempt("failed to check the Okta API token", () => sdk.request("GET", "/api/v1/users/me"));
      }
    }
    return client;
  },
};
