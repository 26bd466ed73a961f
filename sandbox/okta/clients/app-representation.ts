/** An app as the apps API shows it (shape confirmed: recordings). */
import { activeKey } from "../oauth/signing-keys.ts";
import { type Json, type Org, link, objectOr } from "../org.ts";
import type { App } from "../state.ts";
import { newestSecret } from "./client-apps.ts";
import { keyInApp } from "./keys.ts";
import { hasSecret } from "./settings.ts";

function links(org: Org, app: App): Json {
  const self = `${org.baseUrl}/api/v1/apps/${app.id}`;
  const credential = hasSecret(app.authenticationMethod) ? "secrets" : "jwks";
  const change = app.status === "ACTIVE" ? "deactivate" : "activate";
  return {
    self: link(self),
    accessPolicy: link(`${org.baseUrl}/api/v1/policies/${app.accessPolicyId}`),
    clientCredentials: [{ name: credential, href: `${self}/credentials/${credential}` }],
    policies: link(`${self}/policies`, "PUT"),
    groups: link(`${self}/groups`),
    users: link(`${self}/users`),
    uploadLogo: link(`${self}/logo`, "POST"),
    appLinks: [
      {
        name: "oidc_client_link",
        href: `${org.baseUrl}/home/oidc_client/${app.id}/aln177a159h7Zf52X0g8`,
        type: "text/html",
      },
    ],
    [change]: link(`${self}/lifecycle/${change}`),
  };
}

/** The app object; with the newest secret only in answers to POST and PUT. */
export function appRepresentation(org: Org, app: App, options: { withSecret: boolean }): Json {
  const { passive } = app;
  const secret = options.withSecret ? newestSecret(app) : undefined;
  return {
    id: app.id,
    orn: `orn:okta:idp:${org.state.org.id}:apps:oidc_client:${app.id}`,
    name: "oidc_client",
    label: app.label,
    status: app.status,
    created: app.created,
    lastUpdated: app.lastUpdated,
    accessibility: { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null, ...passive.accessibility },
    visibility: {
      autoLaunch: false,
      autoSubmitToolbar: false,
      ...passive.visibility,
      hide: { iOS: false, web: false, ...objectOr(passive.visibility.hide) },
      appLinks: { oidc_client_link: true, ...objectOr(passive.visibility.appLinks) },
    },
    features: [],
    signOnMode: "OPENID_CONNECT",
    ...(passive.profile && { profile: passive.profile }),
    credentials: {
      userNameTemplate: {
        template: "${source.login}",
        type: "BUILT_IN",
        ...objectOr(passive.credentials.userNameTemplate),
      },
      signing: { kid: activeKey(org.state.org.keys).kid },
      oauthClient: {
        autoKeyRotation: passive.credentials.autoKeyRotation,
        client_id: app.clientId,
        ...(secret && { client_secret: secret.value }),
        token_endpoint_auth_method: app.authenticationMethod,
        pkce_required: passive.credentials.pkce_required,
      },
    },
    settings: {
      app: {},
      notifications: { vpn: { network: { connection: "DISABLED" }, message: null, helpUrl: null } },
      manualProvisioning: false,
      implicitAssignment: false,
      emOptInStatus: "NONE",
      ...passive.settings,
      notes: { admin: null, enduser: null, ...objectOr(passive.settings.notes) },
      oauthClient: {
        client_uri: null,
        logo_uri: null,
        ...passive.client,
        redirect_uris: app.redirectUris,
        response_types: app.responseTypes,
        grant_types: app.grantTypes,
        ...(app.keys.length > 0 && { jwks: { keys: app.keys.map(keyInApp) } }),
        ...(app.jwksUri !== null && { jwks_uri: app.jwksUri }),
        application_type: app.applicationType,
        consent_method: app.consentMethod,
        dpop_bound_access_tokens: app.dpopBound,
      },
    },
    _links: links(org, app),
  };
}
