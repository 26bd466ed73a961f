/** The settings of an OAuth client and the rules between them, the same for the apps API and for registration. */
import type { OktaError } from "../errors.ts";
import type { ApplicationType, AuthenticationMethod, ClientKey } from "../state.ts";

/** Makes the error of the API that was called, from the field that is wrong and what is wrong with it. */
export type Refuse = (field: string, problem: string) => OktaError;

export interface ClientSettings {
  applicationType: ApplicationType;
  authenticationMethod: AuthenticationMethod;
  grantTypes: string[];
  responseTypes: string[];
  redirectUris: string[];
  jwksUri: string | null;
  keys: ClientKey[];
}

export const AUTHENTICATION_METHODS = [
  "client_secret_basic",
  "client_secret_post",
  "client_secret_jwt",
  "private_key_jwt",
  "none",
] as const satisfies AuthenticationMethod[];

export const APPLICATION_TYPES = ["web", "native", "browser", "service"] as const satisfies ApplicationType[];

const SAML_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer";

/** Grant types that an application type may have (confirmed: OAuth API, table of client types). */
const ALLOWED_GRANTS: Record<ApplicationType, string[]> = {
  web: ["authorization_code", "implicit", "refresh_token", "client_credentials", SAML_BEARER],
  native: ["authorization_code", "implicit", "password", "refresh_token", SAML_BEARER],
  browser: ["authorization_code", "implicit", "refresh_token", SAML_BEARER],
  service: ["client_credentials", SAML_BEARER],
};

/** Grant types of which an application type must have this one. */
const REQUIRED_GRANT: Partial<Record<ApplicationType, string>> = {
  web: "authorization_code",
  native: "authorization_code",
};

export const hasSecret = (method: AuthenticationMethod): boolean => method.startsWith("client_secret_");

/** Response types that grant types imply, for requests that name none. */
export function impliedResponseTypes(grantTypes: readonly string[]): string[] {
  const types = new Set<string>();
  if (grantTypes.includes("authorization_code")) types.add("code");
  if (grantTypes.includes("client_credentials")) types.add("token");
  if (grantTypes.includes("implicit")) types.add("token").add("id_token");
  return [...types];
}

/** Okta keeps these lists as sets and gives them back in its own order (confirmed: recordings): here, turned round. */
export const asSet = (values: readonly string[]): string[] => [...new Set(values)].reverse();

function checkGrants({ applicationType, grantTypes, responseTypes }: ClientSettings, refuse: Refuse): void {
  const required = REQUIRED_GRANT[applicationType];
  if (grantTypes.length === 0) throw refuse("grant_types", "'grant_types' can't be empty.");
  if (required !== undefined && !grantTypes.includes(required)) {
    throw refuse(
      "grant_types",
      `'grant_types' must contain '${required}' when 'application_type' is '${applicationType}'.`,
    );
  }
  const surplus = grantTypes.find((grant) => !ALLOWED_GRANTS[applicationType].includes(grant));
  if (surplus !== undefined) {
    throw refuse(
      "grant_types",
      `'grant_types' must not contain '${surplus}' when 'application_type' is '${applicationType}'.`,
    );
  }
  const unknown = responseTypes.find((type) => !["code", "token", "id_token"].includes(type));
  if (unknown !== undefined) throw refuse("response_types", `'response_types' must not contain '${unknown}'.`);
  if (grantTypes.includes("authorization_code") && !responseTypes.includes("code")) {
    throw refuse("response_types", "'response_types' must contain 'code' when 'grant_types' has 'authorization_code'.");
  }
  if (grantTypes.includes("implicit") && !responseTypes.some((type) => type.endsWith("token"))) {
    throw refuse(
      "response_types",
      "'response_types' must contain 'token' or 'id_token' when 'grant_types' has 'implicit'.",
    );
  }
}

function checkRedirects({ grantTypes, redirectUris }: ClientSettings, refuse: Refuse): void {
  const interactive = grantTypes.includes("authorization_code") || grantTypes.includes("implicit");
  if (interactive && redirectUris.length === 0) {
    throw refuse("redirect_uris", "'redirect_uris' must have at least one URI for the given 'grant_types'.");
  }
  for (const uri of redirectUris) {
    const parsed = URL.canParse(uri) ? new URL(uri) : undefined;
    if (parsed === undefined || parsed.hash !== "") {
      throw refuse("redirect_uris", "'redirect_uris' must be absolute URIs without a fragment.");
    }
  }
}

/** Throws what `refuse` makes for the first rule that the settings break. */
export function checkSettings(settings: ClientSettings, refuse: Refuse): void {
  checkGrants(settings, refuse);
  checkRedirects(settings, refuse);
  const { authenticationMethod, applicationType, keys, jwksUri } = settings;
  if (authenticationMethod === "none" && (applicationType === "web" || applicationType === "service")) {
    throw refuse(
      "token_endpoint_auth_method",
      `'token_endpoint_auth_method' can't be 'none' when 'application_type' is '${applicationType}'.`,
    );
  }
  if (jwksUri !== null && !URL.canParse(jwksUri)) throw refuse("jwks_uri", "'jwks_uri' must be a URL.");
  if (jwksUri !== null && keys.length > 0) throw refuse("jwks", "'jwks' and 'jwks_uri' can't both be set.");
  if (authenticationMethod === "private_key_jwt" && keys.length === 0 && jwksUri === null) {
    throw refuse("jwks", "'jwks' or 'jwks_uri' is required when 'token_endpoint_auth_method' is 'private_key_jwt'.");
  }
}

/** Rules of a secret that the caller chose (confirmed: apps API). */
export function checkChosenSecret(secret: string, method: AuthenticationMethod, refuse: Refuse): void {
  if (!hasSecret(method)) {
    throw refuse("client_secret", `'client_secret' can't be used when 'token_endpoint_auth_method' is '${method}'.`);
  }
  const minimum = method === "client_secret_jwt" ? 32 : 14;
  if (!/^[\x21-\x7e]*$/.test(secret) || secret.length < minimum || secret.length > 100) {
    throw refuse("client_secret", `'client_secret' must be ${minimum} to 100 printable ASCII characters.`);
  }
}
