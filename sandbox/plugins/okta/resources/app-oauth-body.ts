/** The JSON that the plugin sends to create or replace an OAuth app (confirmed: recorded requests). */
import type { Props } from "../../grpc/values.ts";
import { grantTypesOf, responseTypesOf, strings } from "./app-oauth-checks.ts";

/** A value unless it is empty; Go's client leaves empty ones out. */
const given = (value: unknown): unknown => (value === "" || value === false || value === 0 ? undefined : value);

const nonEmpty = (value: unknown): string[] | undefined => {
  const items = strings(value);
  return items.length > 0 ? items : undefined;
};

/**
 * @param props the inputs, on an update on top of what the service had filled in
 * @param inputs what the program gives, for values where "not given" differs from "false"
 */
export function appBody(props: Props, inputs: Props, isNew: boolean): object {
  return {
    label: props["label"],
    name: "oidc_client",
    signOnMode: "OPENID_CONNECT",
    accessibility: {
      selfService: given(props["accessibilitySelfService"]),
      errorRedirectUrl: given(props["accessibilityErrorRedirectUrl"]),
      loginRedirectUrl: given(props["accessibilityLoginRedirectUrl"]),
    },
    visibility: {
      autoSubmitToolbar: given(props["autoSubmitToolbar"]),
      hide: { iOS: given(props["hideIos"]), web: given(props["hideWeb"]) },
    },
    credentials: {
      oauthClient: {
        autoKeyRotation: inputs["autoKeyRotation"] ?? true,
        client_id: given(props["clientId"]),
        client_secret: clientSecret(props, inputs, isNew),
        pkce_required: inputs["pkceRequired"] ?? pkceDefault(props, isNew),
        token_endpoint_auth_method: props["tokenEndpointAuthMethod"],
      },
      userNameTemplate: {
        template: given(props["userNameTemplate"]),
        type: given(props["userNameTemplateType"]),
        userSuffix: given(props["userNameTemplateSuffix"]),
        pushStatus: given(props["userNameTemplatePushStatus"]),
      },
    },
    settings: {
      ...appSettings(props["appSettingsJson"]),
      implicitAssignment: given(props["implicitAssignment"]),
      notes: { admin: given(props["adminNote"]), enduser: given(props["enduserNote"]) },
      oauthClient: oauthClientSettings(props),
    },
  };
}

function oauthClientSettings(props: Props): object {
  const grantTypes = grantTypesOf(props);
  return {
    application_type: props["type"],
    grant_types: grantTypes,
    response_types: responseTypesOf(props),
    // Always sent, by the client's own default: DPoP goes off with every update (confirmed: terraform-provider-okta).
    dpop_bound_access_tokens: false,
    client_uri: given(props["clientUri"]),
    consent_method: given(props["consentMethod"]),
    idp_initiated_login: { mode: props["loginMode"], default_scope: strings(props["loginScopes"]) },
    initiate_login_uri: given(props["loginUri"]),
    issuer_mode: given(props["issuerMode"]),
    jwks: jwks(props["jwks"]),
    jwks_uri: given(props["jwksUri"]),
    logo_uri: given(props["logoUri"]),
    policy_uri: given(props["policyUri"]),
    post_logout_redirect_uris: nonEmpty(props["postLogoutRedirectUris"]),
    redirect_uris: nonEmpty(props["redirectUris"]),
    refresh_token: grantTypes.includes("refresh_token")
      ? { rotation_type: props["refreshTokenRotation"], leeway: props["refreshTokenLeeway"] ?? 0 }
      : undefined,
    tos_uri: given(props["tosUri"]),
    wildcard_redirect: given(props["wildcardRedirect"]),
  };
}

/**
 * The program's own secret; else the one of the state, which so overwrites a secret rotated elsewhere. With `omitSecret`
 * an update sends an empty one, and Okta keeps what it has.
 */
function clientSecret(props: Props, inputs: Props, isNew: boolean): unknown {
  if (!isNew && inputs["omitSecret"] === true) return "";
  return inputs["clientBasicSecretWo"] ?? inputs["clientBasicSecret"] ?? given(props["clientSecret"]);
}

function pkceDefault(props: Props, isNew: boolean): boolean {
  if (props["tokenEndpointAuthMethod"] === "none") return true;
  return isNew && (props["type"] === "native" || props["type"] === "browser");
}

/** Keys without `use` and `alg`, EC keys without `crv`, all active. */
function jwks(value: unknown): object | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const keys = (value as Props[]).map(({ kty, kid, e, n, x, y }) =>
    kty === "EC" ? { kty, kid, x, y, status: "ACTIVE" } : { kty, kid, e, n, status: "ACTIVE" },
  );
  return { keys };
}

function appSettings(json: unknown): object {
  if (typeof json !== "string" || json === "") return {};
  try {
    return JSON.parse(json) as object;
  } catch (error) {
    throw new Error(`failed to unmarshal app_settings_json: ${(error as Error).message}`, { cause: error });
  }
}
