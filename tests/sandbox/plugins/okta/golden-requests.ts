/**
 * The requests that the Okta plugin sends for each operation, in order: by which SDK inside of it, method, path, and the keys of the body. A line
 * that ends in `| API token` is left out under OAuth. Before its first request under OAuth each SDK asks for a token of its own; that is in no list.
 *
 * The lists are those of the provider's code (v6.12.0) and of the pairs of requests and answers that are recorded with it; for 7.0.0 they are
 * inferred.
 */
import type { Props } from "../../../../sandbox/plugins/grpc/values.ts";

export interface Golden {
  /** Where the lists come from, in terraform-provider-okta. */
  readonly source: string;
  readonly token: string;
  readonly inputs: Props;
  readonly create: string;
  readonly refresh: string;
  /** Import id by the id that the creation gave, and the requests of the import. */
  readonly importId: (id: string) => string;
  readonly import: string;
  /** Changes of the inputs; undefined where no update is possible. */
  readonly change?: Props;
  readonly update?: string;
  readonly delete: string;
}

const APP = "{accessibility,credentials,label,name,settings,signOnMode,visibility}";
const ID_TOKEN = "/api/v1/internal/apps/{app}/settings/oauth/idToken";
const SERVERS = "/api/v1/authorizationServers";
const OAUTH_SOURCE = "okta/services/idaas/resource_okta_app_oauth.go, app.go, authentication policies; recorded";
const same = (id: string): string => id;

const READ_APP = `
  v6 GET /api/v1/apps/{app}
  v2 GET ${ID_TOKEN} | API token`;
const DELETE_APP = `
  v2 POST /api/v1/apps/{app}/lifecycle/deactivate
  v2 DELETE /api/v1/apps/{app}`;

const SERVICE_APP: Props = {
  label: "Manager",
  type: "service",
  clientId: "mulesoft-client-manager",
  tokenEndpointAuthMethod: "private_key_jwt",
  jwks: [{ kid: "kid-1", kty: "RSA", e: "AQAB", n: "bW9kdWx1cw" }],
};
const WEB_APP: Props = { label: "Inspector", type: "web", redirectUris: ["https://unused.invalid/callback"] };
const SERVER: Props = { name: "mulesoft", description: "consumer tokens", audiences: ["api://mule"] };
const POLICY: Props = {
  authServerId: "ausX",
  name: "consumers",
  description: "x",
  priority: 1,
  clientWhitelists: ["ALL_CLIENTS"],
};
const POLICY_BODY = "{conditions,description,name,priority,status,type}";
const RULE: Props = {
  authServerId: "ausX",
  policyId: "00pX",
  name: "cc",
  priority: 1,
  grantTypeWhitelists: ["client_credentials"],
  scopeWhitelists: ["orders.read"],
};
const RULE_BODY = "{actions,conditions,name,priority,status,type}";

export const GOLDEN: Record<string, Golden> = {
  "app.OAuth, a service app": {
    source: OAUTH_SOURCE,
    token: "okta:app/oAuth:OAuth",
    inputs: SERVICE_APP,
    create: `
      v6 POST /api/v1/apps?activate=true ${APP}
      v2 POST ${ID_TOKEN} {issuerMode} | API token
      v6 GET /api/v1/apps/{app}
      v3 GET /.well-known/okta-organization
      v2 GET ${ID_TOKEN} | API token`,
    refresh: READ_APP,
    importId: same,
    import: READ_APP,
    change: { label: "Manager 2" },
    update: `
      v6 PUT /api/v1/apps/{app} ${APP}
      v2 PUT /api/v1/apps/{app}/policies/{accessPolicy}
      ${READ_APP}`,
    delete: DELETE_APP,
  },
  "app.OAuth, a web app": {
    source: OAUTH_SOURCE,
    token: "okta:app/oAuth:OAuth",
    inputs: WEB_APP,
    create: `
      v6 POST /api/v1/apps?activate=true ${APP}
      v2 POST ${ID_TOKEN} {issuerMode} | API token
      v3 GET /.well-known/okta-organization
      v2 GET /api/v1/policies?type=ACCESS_POLICY
      v2 PUT /api/v1/apps/{app}/policies/{accessPolicy}
      ${READ_APP}`,
    refresh: READ_APP,
    importId: same,
    import: READ_APP,
    change: { groupsClaim: { name: "groups", type: "FILTER", filterType: "EQUALS", value: "x" } },
    update: `
      v6 PUT /api/v1/apps/{app} ${APP}
      v2 POST ${ID_TOKEN} {groupFilterType,issuerMode,name,value,valueType} | API token
      v2 PUT /api/v1/apps/{app}/policies/{accessPolicy}
      ${READ_APP}`,
    delete: DELETE_APP,
  },
  "app.OAuth, an app that is made inactive, with an access policy of its own": {
    source: OAUTH_SOURCE,
    token: "okta:app/oAuth:OAuth",
    inputs: { ...WEB_APP, status: "INACTIVE", authenticationPolicy: "rstOwn" },
    create: `
      v6 POST /api/v1/apps?activate=false ${APP}
      v2 POST ${ID_TOKEN} {issuerMode} | API token
      v2 PUT /api/v1/apps/{app}/policies/{accessPolicy}
      v6 GET /api/v1/apps/{app}
      v3 GET /.well-known/okta-organization
      v2 GET ${ID_TOKEN} | API token`,
    refresh: READ_APP,
    importId: same,
    import: READ_APP,
    change: { status: "ACTIVE" },
    update: `
      v2 POST /api/v1/apps/{app}/lifecycle/activate`,
    delete: DELETE_APP,
  },
  "app.OAuth, as the stack makes its apps: with skipAuthenticationPolicy": {
    source: OAUTH_SOURCE,
    token: "okta:app/oAuth:OAuth",
    inputs: { ...SERVICE_APP, skipAuthenticationPolicy: true },
    create: `
      v6 POST /api/v1/apps?activate=true ${APP}
      v2 POST ${ID_TOKEN} {issuerMode} | API token
      ${READ_APP}`,
    refresh: READ_APP,
    importId: same,
    // What is skipped is in no answer of Okta's, so an import asks once whether there are policies.
    import: `
      v6 GET /api/v1/apps/{app}
      v3 GET /.well-known/okta-organization
      v2 GET ${ID_TOKEN} | API token`,
    change: { label: "Manager 2" },
    update: `
      v6 PUT /api/v1/apps/{app} ${APP}
      ${READ_APP}`,
    delete: DELETE_APP,
  },
  AppOauthApiScope: {
    source: "okta/services/idaas/resource_okta_app_oauth_api_scope.go",
    token: "okta:index/appOauthApiScope:AppOauthApiScope",
    inputs: { appId: "0oaX", issuer: "https://acme.okta.com", scopes: ["okta.clients.read", "okta.clients.register"] },
    create: `
      v2 POST /api/v1/apps/{app}/grants {issuer,scopeId}
      v2 POST /api/v1/apps/{app}/grants {issuer,scopeId}
      v2 GET /api/v1/apps/{app}/grants`,
    refresh: `
      v2 GET /api/v1/apps/{app}/grants`,
    importId: same,
    import: `
      v2 GET /api/v1/apps/{app}/grants
      v2 GET /api/v1/apps/{app}/grants`,
    change: { scopes: ["okta.clients.register", "okta.clients.manage"] },
    update: `
      v2 GET /api/v1/apps/{app}/grants
      v2 POST /api/v1/apps/{app}/grants {issuer,scopeId}
      v2 GET /api/v1/apps/{app}/grants
      v2 DELETE /api/v1/apps/{app}/grants/{id}
      v2 GET /api/v1/apps/{app}/grants`,
    delete: `
      v2 GET /api/v1/apps/{app}/grants
      v2 DELETE /api/v1/apps/{app}/grants/{id}
      v2 DELETE /api/v1/apps/{app}/grants/{id}`,
  },
  "app.OauthRoleAssignment": {
    source: "okta/services/idaas/resource_okta_app_oauth_role_assignment.go, sdk/client_role_assignment.go; recorded",
    token: "okta:app/oauthRoleAssignment:OauthRoleAssignment",
    inputs: { clientId: "0oaX", type: "APP_ADMIN" },
    create: `
      v2 POST /oauth2/v1/clients/{app}/roles {type}`,
    refresh: `
      v2 GET /oauth2/v1/clients/{app}/roles/{id}`,
    importId: (id) => `0oaX/${id}`,
    import: `
      v2 GET /oauth2/v1/clients/{app}/roles/{id}`,
    delete: `
      v2 DELETE /oauth2/v1/clients/{app}/roles/{id}`,
  },
  "app.OauthRoleAssignment, a role of one's own": {
    source: "okta/services/idaas/resource_okta_app_oauth_role_assignment.go, sdk/client_role_assignment.go",
    token: "okta:app/oauthRoleAssignment:OauthRoleAssignment",
    inputs: { clientId: "0oaX", type: "CUSTOM", role: "cr0X", resourceSet: "iamX" },
    create: `
      v2 POST /oauth2/v1/clients/{app}/roles {resource-set,role,type}`,
    refresh: `
      v2 GET /oauth2/v1/clients/{app}/roles/{id}`,
    importId: (id) => `0oaX/${id}`,
    import: `
      v2 GET /oauth2/v1/clients/{app}/roles/{id}`,
    delete: `
      v2 DELETE /oauth2/v1/clients/{app}/roles/{id}`,
  },
  "auth.Server": {
    source: "okta/services/idaas/resource_okta_auth_server.go; recorded",
    token: "okta:auth/server:Server",
    inputs: SERVER,
    create: `
      v2 POST ${SERVERS} {audiences,credentials,description,issuerMode,name}
      v2 GET ${SERVERS}/{server}`,
    refresh: `
      v2 GET ${SERVERS}/{server}`,
    importId: same,
    import: `
      v2 GET ${SERVERS}/{server}`,
    change: { name: "renamed", status: "INACTIVE" },
    update: `
      v2 POST ${SERVERS}/{server}/lifecycle/deactivate
      v2 PUT ${SERVERS}/{server} {audiences,credentials,description,issuerMode,name}
      v2 GET ${SERVERS}/{server}`,
    delete: `
      v2 POST ${SERVERS}/{server}/lifecycle/deactivate
      v2 DELETE ${SERVERS}/{server}`,
  },
  "auth.Server, with keys that are rotated by hand": {
    source: "okta/services/idaas/resource_okta_auth_server.go; recorded",
    token: "okta:auth/server:Server",
    // The local client leaves an empty description out.
    inputs: { ...SERVER, description: "", credentialsRotationMode: "MANUAL" },
    create: `
      v2 POST ${SERVERS} {audiences,credentials,issuerMode,name}
      v2 POST ${SERVERS}/{server}/lifecycle/activate
      v2 PUT ${SERVERS}/{server} {audiences,credentials,issuerMode,name}
      v2 GET ${SERVERS}/{server}
      v2 GET ${SERVERS}/{server}`,
    refresh: `
      v2 GET ${SERVERS}/{server}`,
    importId: same,
    import: `
      v2 GET ${SERVERS}/{server}`,
    change: { name: "renamed" },
    update: `
      v2 PUT ${SERVERS}/{server} {audiences,credentials,issuerMode,name}
      v2 GET ${SERVERS}/{server}`,
    delete: `
      v2 POST ${SERVERS}/{server}/lifecycle/deactivate
      v2 DELETE ${SERVERS}/{server}`,
  },
  "auth.ServerScope": {
    source: "okta/services/idaas/resource_okta_auth_server_scope.go; recorded",
    token: "okta:auth/serverScope:ServerScope",
    inputs: { authServerId: "ausX", name: "orders.read" },
    create: `
      v3 POST ${SERVERS}/{server}/scopes {consent,default,description,displayName,metadataPublish,name,optional}
      v3 GET ${SERVERS}/{server}/scopes/{id}`,
    refresh: `
      v3 GET ${SERVERS}/{server}/scopes/{id}`,
    importId: (id) => `ausX/${id}`,
    import: `
      v3 GET ${SERVERS}/{server}/scopes/{id}`,
    change: { description: "reads orders" },
    update: `
      v3 PUT ${SERVERS}/{server}/scopes/{id} {consent,default,description,displayName,metadataPublish,name,optional}
      v3 GET ${SERVERS}/{server}/scopes/{id}`,
    delete: `
      v3 DELETE ${SERVERS}/{server}/scopes/{id}`,
  },
  "auth.ServerPolicy": {
    source: "okta/services/idaas/resource_okta_auth_server_policy.go; recorded",
    token: "okta:auth/serverPolicy:ServerPolicy",
    inputs: POLICY,
    create: `
      v2 POST ${SERVERS}/{server}/policies ${POLICY_BODY}
      v2 GET ${SERVERS}/{server}/policies/{id}`,
    refresh: `
      v2 GET ${SERVERS}/{server}/policies/{id}`,
    importId: (id) => `ausX/${id}`,
    import: `
      v2 GET ${SERVERS}/{server}/policies/{id}`,
    change: { status: "INACTIVE" },
    update: `
      v2 PUT ${SERVERS}/{server}/policies/{id} ${POLICY_BODY}
      v2 POST ${SERVERS}/{server}/policies/{id}/lifecycle/deactivate
      v2 GET ${SERVERS}/{server}/policies/{id}`,
    delete: `
      v2 DELETE ${SERVERS}/{server}/policies/{id}`,
  },
  "auth.ServerPolicyRule": {
    source: "okta/services/idaas/resource_okta_auth_server_policy_rule.go; recorded",
    token: "okta:auth/serverPolicyRule:ServerPolicyRule",
    inputs: RULE,
    create: `
      v2 POST ${SERVERS}/{server}/policies/{policy}/rules ${RULE_BODY}
      v2 GET ${SERVERS}/{server}/policies/{policy}/rules/{id}`,
    refresh: `
      v2 GET ${SERVERS}/{server}/policies/{policy}/rules/{id}`,
    importId: (id) => `ausX/00pX/${id}`,
    import: `
      v2 GET ${SERVERS}/{server}/policies/{policy}/rules/{id}`,
    change: { status: "INACTIVE" },
    update: `
      v2 PUT ${SERVERS}/{server}/policies/{policy}/rules/{id} ${RULE_BODY}
      v2 POST ${SERVERS}/{server}/policies/{policy}/rules/{id}/lifecycle/deactivate
      v2 GET ${SERVERS}/{server}/policies/{policy}/rules/{id}`,
    delete: `
      v2 DELETE ${SERVERS}/{server}/policies/{policy}/rules/{id}`,
  },
};

/** Functions: arguments, what has to be there, and the requests. */
export const GOLDEN_FUNCTIONS: Record<string, { source: string; args: Props; requests: string }> = {
  "okta:auth/getServer:getServer": {
    source: "okta/services/idaas/data_source_okta_auth_server.go; recorded",
    args: { name: "mulesoft" },
    requests: `
      v2 GET ${SERVERS}?limit=200&q=mulesoft`,
  },
};

/** What the login itself asks before anything else (okta/config/config.go). */
export const GOLDEN_CONFIGURE = `
  v3 GET /api/v1/users/me | API token
  v2 GET /api/v1/users/me | API token`;

/** The request for a token, of whichever SDK (sdk/v2_requestExecutor.go; okta-sdk-golang, okta/client.go). */
export const GOLDEN_TOKEN = "POST /oauth2/v1/token {client_assertion,client_assertion_type,grant_type,scope}";
