/** Discovery documents of the org and of custom servers. Only endpoints that are served are named, besides authorize. */
import { OKTA_SCOPES } from "../okta-scopes.ts";
import type { Json, Org } from "../org.ts";
import type { AuthorizationServer } from "../state.ts";
import { issuerOf } from "./tokens.ts";

const OIDC_SCOPES = ["openid", "profile", "email", "address", "phone", "offline_access"];
const AUTHENTICATION_METHODS = [
  "client_secret_basic",
  "client_secret_post",
  "client_secret_jwt",
  "private_key_jwt",
  "none",
];

export type MetadataForm = "openid-configuration" | "oauth-authorization-server";

function published(org: Org, server: AuthorizationServer): string[] {
  return Object.values(org.state.scopes)
    .filter((scope) => scope.serverId === server.id && scope.metadataPublish === "ALL_CLIENTS")
    .map(({ name }) => name);
}

/** The metadata of the org (`null`) or of a custom server. The org's OAuth form has no `jwks_uri` (confirmed: recordings). */
export function metadata(org: Org, server: AuthorizationServer | null, form: MetadataForm): Json {
  const issuer = issuerOf(org, server);
  const endpoints = server === null ? `${org.baseUrl}/oauth2/v1` : `${issuer}/v1`;
  const openid = form === "openid-configuration";
  return {
    issuer,
    authorization_endpoint: `${endpoints}/authorize`,
    token_endpoint: `${endpoints}/token`,
    // Registration lives on the org only (confirmed: OIDC reference).
    registration_endpoint: `${org.baseUrl}/oauth2/v1/clients`,
    ...((openid || server !== null) && { jwks_uri: `${endpoints}/keys` }),
    response_types_supported: [
      "code",
      "token",
      "id_token",
      "code id_token",
      "code token",
      "id_token token",
      "code id_token token",
    ],
    response_modes_supported: ["query", "fragment", "form_post", "okta_post_message"],
    grant_types_supported: ["authorization_code", "implicit", "refresh_token", "password", "client_credentials"],
    subject_types_supported: ["public"],
    ...(openid && { id_token_signing_alg_values_supported: ["RS256"] }),
    scopes_supported: server === null ? [...OKTA_SCOPES, ...OIDC_SCOPES] : published(org, server),
    token_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    ...(server === null && {
      claims_supported: ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub"],
    }),
    code_challenge_methods_supported: ["S256"],
    introspection_endpoint: `${endpoints}/introspect`,
    introspection_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    revocation_endpoint: `${endpoints}/revoke`,
    revocation_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    dpop_signing_alg_values_supported: ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"],
  };
}
