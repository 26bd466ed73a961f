/** An app as the apps API takes it: shape, defaults and rules. */
import { z } from "zod";
import { validationFailed } from "../errors.ts";
import { type Json, type Org, objectOr } from "../org.ts";
import type { App } from "../state.ts";
import { readKeySet } from "./keys.ts";
import {
  APPLICATION_TYPES,
  AUTHENTICATION_METHODS,
  type ClientSettings,
  type Refuse,
  asSet,
  checkChosenSecret,
  checkSettings,
  impliedResponseTypes,
} from "./settings.ts";

export const refuseApp: Refuse = (field, problem) => validationFailed(field, `${field}: ${problem}`);

const strings = z.array(z.string());
const anything = z.record(z.string(), z.unknown());

const credentials = z.looseObject({
  client_id: z.string().nullish(),
  client_secret: z.string().nullish(),
  token_endpoint_auth_method: z.enum(AUTHENTICATION_METHODS).default("client_secret_basic"),
  autoKeyRotation: z.boolean().default(true),
  pkce_required: z.boolean().nullish(),
});

const client = z.object({
  application_type: z.enum(APPLICATION_TYPES).default("web"),
  grant_types: strings,
  response_types: strings.nullish(),
  redirect_uris: strings.nullish(),
  consent_method: z.enum(["TRUSTED", "REQUIRED"]).default("TRUSTED"),
  dpop_bound_access_tokens: z.boolean().default(false),
  jwks: z.unknown().optional(),
  jwks_uri: z.string().nullish(),
  refresh_token: anything.nullish(),
  issuer_mode: z.enum(["ORG_URL", "CUSTOM_URL", "DYNAMIC"]).default("ORG_URL"),
  idp_initiated_login: anything.default({ mode: "DISABLED", default_scope: [] }),
  wildcard_redirect: z.enum(["DISABLED", "SUBDOMAIN"]).default("DISABLED"),
  participate_slo: z.boolean().default(false),
});

/** Settings that only come back as they were given. */
const PASSIVE_CLIENT_SETTINGS = [
  "client_uri",
  "logo_uri",
  "tos_uri",
  "policy_uri",
  "initiate_login_uri",
  "post_logout_redirect_uris",
  "network",
  "frontchannel_logout_uri",
  "frontchannel_logout_session_required",
  "request_object_signing_alg",
  "id_token_encrypted_response_alg",
];

const body = z.object({
  label: z.string().min(1, "The field cannot be left blank").max(100),
  signOnMode: z.literal("OPENID_CONNECT"),
  accessibility: anything.nullish(),
  visibility: anything.nullish(),
  profile: anything.nullish(),
  credentials: z.looseObject({
    oauthClient: credentials,
    userNameTemplate: anything.nullish(),
  }),
  settings: z.looseObject({
    oauthClient: z.looseObject({}),
    notes: anything.nullish(),
    implicitAssignment: z.boolean().nullish(),
  }),
});

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = String(issue?.path.at(-1) ?? "body");
  throw validationFailed(field, `${field}: ${issue?.message ?? "The value is not valid."}`);
}

export interface AppRequest {
  label: string;
  clientId: string | undefined;
  /** Undefined when left out or empty: then the stored one stays (confirmed: recordings). */
  clientSecret: string | undefined;
  settings: ClientSettings;
  consentMethod: App["consentMethod"];
  dpopBound: boolean;
  passive: App["passive"];
}

function checkClientId(id: string): void {
  if (!/^[A-Za-z0-9$\-_.+!*'(),]{6,100}$/.test(id) || id === "ALL_CLIENTS") {
    throw refuseApp("client_id", "The client id must be 6 to 100 letters, digits or $-_.+!*'(), characters.");
  }
}

/** Reads the body of POST or PUT. Throws 400 E0000001 with what is wrong. `previous` is the app that a PUT changes. */
export function readAppRequest(org: Org, json: Json, previous?: App): AppRequest {
  const app = parsed(body, json);
  const oauth = parsed(client, app.settings.oauthClient);
  const login = app.credentials.oauthClient;
  const grantTypes = asSet(oauth.grant_types);
  const settings: ClientSettings = {
    applicationType: oauth.application_type,
    authenticationMethod: login.token_endpoint_auth_method,
    grantTypes,
    responseTypes: asSet(oauth.response_types ?? impliedResponseTypes(grantTypes)),
    redirectUris: oauth.redirect_uris ?? [],
    jwksUri: oauth.jwks_uri || null,
    keys: oauth.jwks == null ? [] : readKeySet(org, oauth.jwks, previous?.keys ?? [], refuseApp),
  };
  checkSettings(settings, refuseApp);
  if (oauth.refresh_token != null && !grantTypes.includes("refresh_token")) {
    throw validationFailed(
      "refresh_token",
      "'refresh_token' grant type is required to configure 'refresh_token' settings.",
    );
  }
  if (login.client_id) checkClientId(login.client_id);
  if (login.client_secret) checkChosenSecret(login.client_secret, settings.authenticationMethod, refuseApp);

  const raw = objectOr(app.settings.oauthClient);
  const publicClient =
    settings.authenticationMethod === "none" || ["native", "browser"].includes(settings.applicationType);
  return {
    label: app.label,
    clientId: login.client_id || undefined,
    clientSecret: login.client_secret || undefined,
    settings,
    consentMethod: oauth.consent_method,
    dpopBound: oauth.dpop_bound_access_tokens,
    passive: {
      accessibility: app.accessibility ?? {},
      visibility: app.visibility ?? {},
      ...(app.profile && { profile: app.profile }),
      credentials: {
        autoKeyRotation: login.autoKeyRotation,
        pkce_required: login.pkce_required ?? publicClient,
        ...(app.credentials.userNameTemplate && { userNameTemplate: app.credentials.userNameTemplate }),
      },
      settings: {
        ...(app.settings.notes && { notes: app.settings.notes }),
        ...(app.settings.implicitAssignment != null && { implicitAssignment: app.settings.implicitAssignment }),
      },
      client: {
        ...Object.fromEntries(
          PASSIVE_CLIENT_SETTINGS.filter((name) => raw[name] != null).map((name) => [name, raw[name]]),
        ),
        ...(oauth.refresh_token && { refresh_token: oauth.refresh_token }),
        issuer_mode: oauth.issuer_mode,
        idp_initiated_login: oauth.idp_initiated_login,
        wildcard_redirect: oauth.wildcard_redirect,
        participate_slo: oauth.participate_slo,
      },
    },
  };
}
