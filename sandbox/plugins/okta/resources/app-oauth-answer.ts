/** An OAuth app as Okta answers it, and the outputs that the plugin makes of it. */
import type { Props } from "../../grpc/values.ts";

interface KeyAnswer {
  readonly kty: string;
  readonly kid?: string | null;
  readonly e?: string;
  readonly n?: string;
  readonly x?: string;
  readonly y?: string;
}

export interface AppAnswer {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly status: string;
  readonly signOnMode: string;
  readonly accessibility?: Props;
  readonly visibility?: { readonly autoSubmitToolbar?: boolean; readonly hide?: { iOS?: boolean; web?: boolean } };
  readonly credentials?: { readonly oauthClient?: Props; readonly userNameTemplate?: Props };
  readonly settings?: Props & {
    readonly notes?: { admin?: string | null; enduser?: string | null };
    readonly oauthClient?: Props & {
      readonly jwks?: { readonly keys?: KeyAnswer[] } | null;
      readonly idp_initiated_login?: { readonly mode?: string; readonly default_scope?: string[] };
      readonly refresh_token?: { readonly rotation_type?: string; readonly leeway?: number };
    };
  };
  readonly _links?: {
    readonly accessPolicy?: { readonly href?: string };
    readonly logo?: readonly { readonly href?: string }[];
  };
}

/** The client secret, which only the answers to POST and PUT carry. */
export function secretOf(app: AppAnswer): string | undefined {
  const secret = app.credentials?.oauthClient?.["client_secret"];
  return typeof secret === "string" && secret !== "" ? secret : undefined;
}

/** Id of the access policy that the app's links name. */
export function accessPolicyOf(app: AppAnswer): string | undefined {
  return app._links?.accessPolicy?.href?.split("/").at(-1);
}

const present = (value: unknown): unknown => value ?? undefined;

/** Outputs that a read sets. What Okta leaves out keeps its place free, except where the plugin keeps the old value. */
export function appOutputs(app: AppAnswer): Props {
  const client = app.settings?.oauthClient;
  const credentials = app.credentials?.oauthClient;
  const template = app.credentials?.userNameTemplate;
  return {
    name: app.name,
    label: app.label,
    status: app.status,
    signOnMode: app.signOnMode,
    accessibilitySelfService: app.accessibility?.["selfService"] ?? false,
    accessibilityErrorRedirectUrl: present(app.accessibility?.["errorRedirectUrl"]),
    accessibilityLoginRedirectUrl: present(app.accessibility?.["loginRedirectUrl"]),
    autoSubmitToolbar: app.visibility?.autoSubmitToolbar ?? false,
    hideIos: app.visibility?.hide?.iOS ?? false,
    hideWeb: app.visibility?.hide?.web ?? false,
    adminNote: present(app.settings?.notes?.admin),
    enduserNote: present(app.settings?.notes?.enduser),
    userNameTemplate: template?.["template"],
    userNameTemplateType: template?.["type"],
    userNameTemplateSuffix: present(template?.["userSuffix"]),
    userNameTemplatePushStatus: present(template?.["pushStatus"]),
    clientId: credentials?.["client_id"],
    tokenEndpointAuthMethod: credentials?.["token_endpoint_auth_method"],
    autoKeyRotation: credentials?.["autoKeyRotation"] ?? false,
    pkceRequired: credentials?.["pkce_required"] ?? false,
    implicitAssignment: app.settings?.["implicitAssignment"] ?? false,
    appSettingsJson: settingsJson(app.settings),
    logoUrl: app._links?.logo?.[0]?.href,
    type: client?.["application_type"],
    clientUri: present(client?.["client_uri"]),
    logoUri: present(client?.["logo_uri"]),
    tosUri: present(client?.["tos_uri"]),
    policyUri: present(client?.["policy_uri"]),
    loginUri: present(client?.["initiate_login_uri"]),
    jwksUri: present(client?.["jwks_uri"]),
    wildcardRedirect: present(client?.["wildcard_redirect"]),
    issuerMode: present(client?.["issuer_mode"]),
    redirectUris: client?.["redirect_uris"] ?? [],
    responseTypes: client?.["response_types"] ?? [],
    grantTypes: client?.["grant_types"] ?? [],
    postLogoutRedirectUris: client?.["post_logout_redirect_uris"] ?? [],
    // Some orgs leave the consent method out; then the plugin leaves the state alone (confirmed: provider code).
    ...(client?.["consent_method"] ? { consentMethod: client["consent_method"] } : {}),
    ...(client?.idp_initiated_login?.mode && {
      loginMode: client.idp_initiated_login.mode,
      loginScopes: client.idp_initiated_login.default_scope ?? [],
    }),
    ...(client?.refresh_token?.rotation_type && {
      refreshTokenRotation: client.refresh_token.rotation_type,
      refreshTokenLeeway: client.refresh_token.leeway ?? 0,
    }),
    ...(client?.jwks && { jwks: (client.jwks.keys ?? []).map(keyOutput) }),
  };
}

function keyOutput({ kty, kid, e, n, x, y }: KeyAnswer): Props {
  return kty === "EC" ? { kty, kid: present(kid), x, y } : { kty, kid: present(kid), e, n };
}

/** What the client's model does not know comes back as the app's own settings (confirmed: recorded requests). */
function settingsJson(settings: Props | undefined): string | undefined {
  const rest = Object.entries(settings ?? {}).filter(([key]) => key === "app" || key === "manualProvisioning");
  return rest.length === 0 ? undefined : JSON.stringify(Object.fromEntries(rest));
}
