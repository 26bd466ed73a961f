/** /oauth2/v1/clients: dynamic client registration, which lives on the org only. */
import { Hono } from "hono";
import { z } from "zod";
import type { Env } from "../../core/service.ts";
import { APP_ADMINS, APP_READERS, authorize } from "../caller.ts";
import { addApp, addSecret, newestSecret, removeApp, replaceSecret, requireClient } from "../clients/client-apps.ts";
import { keyInRegistration, readKeySet } from "../clients/keys.ts";
import {
  APPLICATION_TYPES,
  AUTHENTICATION_METHODS,
  type ClientSettings,
  type Refuse,
  asSet,
  checkSettings,
  hasSecret,
} from "../clients/settings.ts";
import { invalidClientMetadata } from "../errors.ts";
import { type Json, type Org, type RequestContext, readJson, timestamp } from "../org.ts";
import { page } from "../paging.ts";
import type { App } from "../state.ts";
import { checkMayChange } from "./apps.ts";
import { refuseOtherMethods } from "./other-methods.ts";

const DENIED = "You don't have permission to perform the requested action.";

const refuse: Refuse = (_field, problem) => invalidClientMetadata(problem);

const strings = z.array(z.string());

/** `null` is an empty list: a client that needs no such thing may send either (confirmed: OAuth API). */
const listOr = (fallback: string[]) =>
  strings
    .nullable()
    .default(fallback)
    .transform((list) => list ?? []);

/** Defaults are the vendor's own: a web client with the code flow (confirmed: OAuth API). */
const metadata = z.object({
  client_name: z.string("The field can't be left blank.").min(1, "The field can't be left blank."),
  application_type: z.enum(APPLICATION_TYPES).default("web"),
  grant_types: strings.default(["authorization_code"]),
  response_types: listOr(["code"]),
  redirect_uris: listOr([]),
  token_endpoint_auth_method: z.enum(AUTHENTICATION_METHODS).default("client_secret_basic"),
  jwks: z.unknown().optional(),
  jwks_uri: z.string().nullish(),
});

/** Metadata that only comes back as it was given. */
const PASSIVE = [
  "client_uri",
  "logo_uri",
  "tos_uri",
  "policy_uri",
  "initiate_login_uri",
  "post_logout_redirect_uris",
  "request_object_signing_alg",
  "id_token_encrypted_response_alg",
];

const CHOSEN_BY_OKTA = ["client_id", "client_secret"];
const READ_ONLY = ["client_id_issued_at", "client_secret_expires_at"];
const FULL_OBJECT = ["client_id", ...Object.keys(metadata.shape).filter((name) => !name.startsWith("jwks"))];

function readMetadata(org: Org, json: Json, previous?: App): { label: string; settings: ClientSettings; client: Json } {
  const result = metadata.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw invalidClientMetadata(`\`${String(issue?.path[0] ?? "body")}\`: ${issue?.message ?? "Not valid."}`);
  }
  const asked = result.data;
  const settings: ClientSettings = {
    applicationType: asked.application_type,
    authenticationMethod: asked.token_endpoint_auth_method,
    grantTypes: asSet(asked.grant_types),
    responseTypes: asSet(asked.response_types),
    redirectUris: asked.redirect_uris,
    jwksUri: asked.jwks_uri || null,
    keys: asked.jwks == null ? [] : readKeySet(org, asked.jwks, previous?.keys ?? [], refuse),
  };
  // A service client without a choice of response types gets none from the code flow.
  if (settings.applicationType === "service" && json.response_types === undefined) settings.responseTypes = ["token"];
  checkSettings(settings, refuse);
  const client = Object.fromEntries(PASSIVE.filter((name) => json[name] != null).map((name) => [name, json[name]]));
  return { label: asked.client_name, settings, client };
}

/** The client as registration shows it; the secret only in answers to writes (the description is inconsistent). */
function representation(app: App, options: { withSecret: boolean }): Json {
  const secret = options.withSecret ? newestSecret(app) : undefined;
  const { client } = app.passive;
  return {
    client_id: app.clientId,
    ...(secret && { client_secret: secret.value }),
    client_id_issued_at: Math.floor(Date.parse(app.created) / 1000),
    ...(hasSecret(app.authenticationMethod) && { client_secret_expires_at: 0 }),
    client_name: app.label,
    client_uri: null,
    logo_uri: null,
    ...Object.fromEntries(PASSIVE.filter((name) => name in client).map((name) => [name, client[name]])),
    redirect_uris: app.redirectUris,
    response_types: app.responseTypes,
    grant_types: app.grantTypes,
    token_endpoint_auth_method: app.authenticationMethod,
    application_type: app.applicationType,
    ...(app.keys.length > 0 && { jwks: { keys: app.keys.map(keyInRegistration) } }),
    ...(app.jwksUri !== null && { jwks_uri: app.jwksUri }),
  };
}

async function register(c: RequestContext, org: Org): Promise<Response> {
  authorize(c, org, "okta.clients.register", APP_ADMINS, DENIED);
  const json = await readJson(c);
  const chosen = CHOSEN_BY_OKTA.find((name) => json[name] != null);
  if (chosen !== undefined) throw invalidClientMetadata(`\`${chosen}\`: The field can't be chosen at registration.`);
  const { label, settings, client } = readMetadata(org, json);
  const passive: App["passive"] = {
    accessibility: {},
    visibility: {},
    credentials: { autoKeyRotation: true, pkce_required: settings.authenticationMethod === "none" },
    settings: {},
    client: {
      issuer_mode: "ORG_URL",
      idp_initiated_login: { mode: "DISABLED", default_scope: [] },
      wildcard_redirect: "DISABLED",
      participate_slo: false,
      ...client,
    },
  };
  const app = addApp(org, { label, settings, consentMethod: "REQUIRED", passive });
  return c.json(representation(app, { withSecret: true }), 201);
}

/** Takes the full object: settings left out fail, as do read-only ones (confirmed: OAuth API). */
async function replace(c: RequestContext, org: Org): Promise<Response> {
  const caller = authorize(c, org, "okta.clients.manage", APP_ADMINS, DENIED);
  const app = requireClient(org, c.req.param("clientId") ?? "");
  const json = await readJson(c);
  const readOnly = READ_ONLY.find((name) => name in json);
  if (readOnly !== undefined) throw invalidClientMetadata(`\`${readOnly}\`: The field is read-only.`);
  const missing = FULL_OBJECT.find((name) => json[name] === undefined);
  if (missing !== undefined && !org.switches.partialClientUpdates) {
    throw invalidClientMetadata(`\`${missing}\`: The field can't be left blank.`);
  }
  if (json.client_id !== undefined && json.client_id !== app.clientId) {
    throw invalidClientMetadata("`client_id`: The field can't be changed.");
  }
  const current = representation(app, { withSecret: false });
  const { label, settings, client } = readMetadata(org, missing === undefined ? json : { ...current, ...json }, app);
  checkMayChange(org, caller, app, settings.keys);
  const secret = typeof json.client_secret === "string" && json.client_secret !== "" ? json.client_secret : undefined;
  if (secret !== undefined && !app.secrets.some(({ value }) => value === secret)) {
    throw invalidClientMetadata("`client_secret`: The field can't be chosen.");
  }
  for (const name of PASSIVE) delete app.passive.client[name];
  Object.assign(app.passive.client, client);
  Object.assign(app, { label, ...settings, lastUpdated: timestamp(org) });
  if (!hasSecret(app.authenticationMethod)) app.secrets = [];
  else if (app.secrets.length === 0) addSecret(org, app);
  return c.json(representation(app, { withSecret: true }));
}

function newSecretOf(c: RequestContext, org: Org): Response {
  const caller = authorize(c, org, "okta.clients.manage", APP_ADMINS, DENIED);
  const app = requireClient(org, c.req.param("clientId") ?? "");
  checkMayChange(org, caller, app);
  if (!hasSecret(app.authenticationMethod)) {
    throw invalidClientMetadata(`A client with '${app.authenticationMethod}' has no client secret.`);
  }
  replaceSecret(org, app);
  return c.json(representation(app, { withSecret: true }));
}

export function clientRegistrationRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/oauth2/v1/clients", (c) => {
    authorize(c, org, "okta.clients.read", APP_READERS, DENIED);
    const q = c.req.query("q")?.toLowerCase() ?? "";
    const named = Object.values(org.state.apps).filter(({ label }) => label.toLowerCase().startsWith(q));
    const shown = page(c, org, named, { default: 20, maximum: 200 });
    return c.json(shown.map((app) => representation(app, { withSecret: false })));
  });
  routes.post("/oauth2/v1/clients", (c) => register(c, org));
  routes.get("/oauth2/v1/clients/:clientId", (c) => {
    authorize(c, org, "okta.clients.read", APP_READERS, DENIED);
    return c.json(representation(requireClient(org, c.req.param("clientId")), { withSecret: false }));
  });
  routes.put("/oauth2/v1/clients/:clientId", (c) => replace(c, org));
  routes.delete("/oauth2/v1/clients/:clientId", (c) => {
    authorize(c, org, "okta.clients.manage", APP_ADMINS, DENIED);
    removeApp(org, requireClient(org, c.req.param("clientId")));
    return c.body(null, 204);
  });
  routes.post("/oauth2/v1/clients/:clientId/lifecycle/newSecret", (c) => newSecretOf(c, org));
  refuseOtherMethods(routes);
  return routes;
}
