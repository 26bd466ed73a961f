/** The two apps that the tests make. */

export const OAUTH_APP = "okta:app/oAuth:OAuth";

export const SERVICE = {
  label: "Manager",
  type: "service",
  clientId: "mulesoft-client-manager",
  grantTypes: ["client_credentials"],
  responseTypes: ["token"],
  tokenEndpointAuthMethod: "private_key_jwt",
  jwks: [{ kid: "kid-1", kty: "RSA", e: "AQAB", n: "bW9kdWx1cw" }],
};

export const WEB = {
  label: "Inspector",
  type: "web",
  redirectUris: ["https://unused.invalid/callback"],
  tokenEndpointAuthMethod: "client_secret_post",
};
