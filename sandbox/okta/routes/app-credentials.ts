/** /api/v1/apps/{id}/credentials: secrets (at most two) and keys (shapes and limits confirmed: management API, guides). */
import { createHash } from "node:crypto";
import { Hono } from "hono";
import type { Env } from "../../core/service.ts";
import { APP_ADMINS, APP_READERS, authorize } from "../caller.ts";
import { addSecret, findApp } from "../clients/client-apps.ts";
import { checkKeySet, readKey } from "../clients/keys.ts";
import { type Refuse, checkChosenSecret, hasSecret } from "../clients/settings.ts";
import { notFound, validationFailed } from "../errors.ts";
import { type Json, type Org, type RequestContext, link, readJson, timestamp } from "../org.ts";
import type { App, ClientKey, ClientSecret, Status } from "../state.ts";
import { checkMayChange } from "./apps.ts";

const MAXIMUM_SECRETS = 2;
const ACTIONS = [
  ["activate", "ACTIVE"],
  ["deactivate", "INACTIVE"],
] as const;

const refuseSecret = (problem: string) => validationFailed("OAuth2ClientSecretMediated", problem);
const refuseKey: Refuse = (_field, problem) => validationFailed("JsonWebKey", problem);

function lifecycleLinks(self: string, status: Status): Json {
  return status === "ACTIVE"
    ? { deactivate: link(`${self}/lifecycle/deactivate`, "POST") }
    : { activate: link(`${self}/lifecycle/activate`, "POST"), delete: link(self, "DELETE") };
}

function secretRepresentation(org: Org, app: App, secret: ClientSecret): Json {
  const { value, ...rest } = secret;
  return {
    ...rest,
    client_secret: value,
    secret_hash: createHash("sha256").update(value).digest("base64url").slice(0, 22),
    _links: lifecycleLinks(`${org.baseUrl}/api/v1/apps/${app.id}/credentials/secrets/${secret.id}`, secret.status),
  };
}

function keyRepresentation(org: Org, app: App, key: ClientKey): Json {
  return {
    ...key,
    _links: lifecycleLinks(`${org.baseUrl}/api/v1/apps/${app.id}/credentials/jwks/${key.id}`, key.status),
  };
}

const appOf = (c: RequestContext, org: Org): App => findApp(org, c.req.param("id") ?? "");

function found<T extends { id: string }>(items: T[], id: string | undefined, type: string): T {
  const item = items.find((each) => each.id === id);
  if (item === undefined) throw notFound(id ?? "", type);
  return item;
}

const activeCount = (items: { status: Status }[]): number => items.filter(({ status }) => status === "ACTIVE").length;

async function createSecret(c: RequestContext, org: Org): Promise<Response> {
  authorize(c, org, "okta.apps.manage", APP_ADMINS);
  const app = appOf(c, org);
  const body = await readJson(c);
  if (!hasSecret(app.authenticationMethod)) {
    throw refuseSecret(`A client with '${app.authenticationMethod}' has no client secrets.`);
  }
  if (app.secrets.length >= MAXIMUM_SECRETS) {
    throw refuseSecret("You've reached the maximum number of client secrets per client.");
  }
  const chosen = typeof body.client_secret === "string" ? body.client_secret : undefined;
  if (chosen !== undefined) {
    checkChosenSecret(chosen, app.authenticationMethod, (_field, problem) => refuseSecret(problem));
  }
  const secret = addSecret(org, app, chosen, body.status === "INACTIVE" ? "INACTIVE" : "ACTIVE");
  return c.json(secretRepresentation(org, app, secret), 201);
}

function secretRoutes(routes: Hono<Env>, org: Org): void {
  const base = "/api/v1/apps/:id/credentials/secrets";
  const secretOf = (c: RequestContext, app: App): ClientSecret =>
    found(app.secrets, c.req.param("secretId"), "OAuth2ClientSecretMediated");

  routes.get(base, (c) => {
    authorize(c, org, "okta.apps.read", APP_READERS);
    const app = appOf(c, org);
    return c.json(app.secrets.map((secret) => secretRepresentation(org, app, secret)));
  });
  routes.post(base, (c) => createSecret(c, org));
  routes.get(`${base}/:secretId`, (c) => {
    authorize(c, org, "okta.apps.read", APP_READERS);
    const app = appOf(c, org);
    return c.json(secretRepresentation(org, app, secretOf(c, app)));
  });
  routes.delete(`${base}/:secretId`, (c) => {
    authorize(c, org, "okta.apps.manage", APP_ADMINS);
    const app = appOf(c, org);
    const secret = secretOf(c, app);
    if (secret.status === "ACTIVE") throw refuseSecret("You can't delete an active client secret.");
    app.secrets = app.secrets.filter((other) => other !== secret);
    return c.body(null, 204);
  });
  for (const [action, status] of ACTIONS) {
    routes.post(`${base}/:secretId/lifecycle/${action}`, (c) => {
      authorize(c, org, "okta.apps.manage", APP_ADMINS);
      const app = appOf(c, org);
      const secret = secretOf(c, app);
      if (status === "INACTIVE" && secret.status === "ACTIVE" && activeCount(app.secrets) === 1) {
        throw refuseSecret("You can't deactivate the only active client secret.");
      }
      Object.assign(secret, { status, lastUpdated: timestamp(org) });
      return c.json(secretRepresentation(org, app, secret));
    });
  }
}

function keyRoutes(routes: Hono<Env>, org: Org): void {
  const base = "/api/v1/apps/:id/credentials/jwks";
  const keyOf = (c: RequestContext, app: App): ClientKey => found(app.keys, c.req.param("keyId"), "JsonWebKey");

  routes.get(base, (c) => {
    authorize(c, org, "okta.apps.read", APP_READERS);
    const app = appOf(c, org);
    return c.json(app.keys.map((key) => keyRepresentation(org, app, key)));
  });
  routes.post(base, async (c) => {
    const caller = authorize(c, org, "okta.apps.manage", APP_ADMINS);
    const app = appOf(c, org);
    const key = readKey(org, await readJson(c), refuseKey);
    if (app.jwksUri !== null) throw validationFailed("JsonWebKey", "The client's keys come from its 'jwks_uri'.");
    const keys = [...app.keys, key];
    checkKeySet(keys, refuseKey);
    checkMayChange(org, caller, app, keys);
    app.keys = keys;
    return c.json(keyRepresentation(org, app, key), 201);
  });
  routes.get(`${base}/:keyId`, (c) => {
    authorize(c, org, "okta.apps.read", APP_READERS);
    const app = appOf(c, org);
    return c.json(keyRepresentation(org, app, keyOf(c, app)));
  });
  routes.delete(`${base}/:keyId`, (c) => {
    const caller = authorize(c, org, "okta.apps.manage", APP_ADMINS);
    const app = appOf(c, org);
    const key = keyOf(c, app);
    const keys = app.keys.filter((other) => other !== key);
    checkMayChange(org, caller, app, keys);
    if (key.status === "ACTIVE") throw validationFailed("JsonWebKey", "You can't delete an active key.");
    app.keys = keys;
    return c.body(null, 204);
  });
  for (const [action, status] of ACTIONS) {
    routes.post(`${base}/:keyId/lifecycle/${action}`, (c) => {
      const caller = authorize(c, org, "okta.apps.manage", APP_ADMINS);
      const app = appOf(c, org);
      const key = keyOf(c, app);
      const changed = { ...key, status, lastUpdated: timestamp(org) };
      const keys = app.keys.map((other) => (other === key ? changed : other));
      checkMayChange(org, caller, app, keys);
      const needsKey = app.authenticationMethod === "private_key_jwt";
      if (needsKey && key.status === "ACTIVE" && activeCount(keys) === 0) {
        throw validationFailed("JsonWebKey", "You can't deactivate the only active key of a 'private_key_jwt' client.");
      }
      app.keys = keys;
      return c.json(keyRepresentation(org, app, changed));
    });
  }
}

export function appCredentialRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();
  secretRoutes(routes, org);
  keyRoutes(routes, org);
  return routes;
}
