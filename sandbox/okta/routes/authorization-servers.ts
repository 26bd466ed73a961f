/** /api/v1/authorizationServers: custom servers, their lifecycle and their signing keys (confirmed: management API, recordings). */
import { Hono } from "hono";
import { z } from "zod";
import type { Env } from "../../core/service.ts";
import { type Caller, SERVER_ADMINS, SERVER_READERS, authorize } from "../caller.ts";
import { featureNotEnabled, validationFailed } from "../errors.ts";
import { activeKey, publicJwk, rotateKeys } from "../oauth/signing-keys.ts";
import { issuerOf } from "../oauth/tokens.ts";
import { type Json, type Org, type RequestContext, link, readJson, timestamp } from "../org.ts";
import { page } from "../paging.ts";
import { type NewServer, addServer, findServer, removeServer, setServerStatus } from "../servers.ts";
import type { AuthorizationServer } from "../state.ts";

const ROTATION_DAYS = 90;

/** The caller of a call in this family: who may call at all comes first, then whether the org has the feature. */
export function authorizeServers(c: RequestContext, org: Org, access: "read" | "manage"): Caller {
  const roles = access === "read" ? SERVER_READERS : SERVER_ADMINS;
  const caller = authorize(c, org, `okta.authorizationServers.${access}`, roles);
  if (!org.switches.apiAccessManagement) throw featureNotEnabled();
  return caller;
}

/** The server that the path names. */
export const serverOf = (c: RequestContext, org: Org): AuthorizationServer => findServer(org, c.req.param("as") ?? "");

/** Management URL of a server. */
export const serverUrl = (org: Org, server: AuthorizationServer): string =>
  `${org.baseUrl}/api/v1/authorizationServers/${server.id}`;

/** Parses a body of this family. Throws 400 E0000001 with the first field that is wrong. */
export function parseBody<T>(schema: z.ZodType<T>, json: Json): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = String(issue?.path.at(-1) ?? "body");
  throw validationFailed(field, `${field}: ${issue?.message ?? "The value is not valid."}`);
}

/** An audience with a colon must be a URI (confirmed: OIDC reference). */
const audience = z
  .string()
  .min(1)
  .refine((value) => !value.includes(":") || URL.canParse(value), "An audience with ':' must be a valid URI.");

const body = z.object({
  name: z.string("The field cannot be left blank").min(1, "The field cannot be left blank").max(100),
  description: z.string().nullish(),
  audiences: z.array(audience).length(1, "Exactly one audience must be given."),
  issuerMode: z.enum(["ORG_URL", "CUSTOM_URL", "DYNAMIC"]).default("ORG_URL"),
  credentials: z
    .looseObject({ signing: z.looseObject({ rotationMode: z.enum(["AUTO", "MANUAL"]).optional() }).optional() })
    .optional(),
});

function readServer(json: Json, previous?: AuthorizationServer): NewServer {
  const { name, description, audiences, issuerMode, credentials } = parseBody(body, json);
  return {
    name,
    description: description ?? "",
    audiences,
    issuerMode,
    rotationMode: credentials?.signing?.rotationMode ?? previous?.rotationMode ?? "AUTO",
  };
}

function representation(org: Org, server: AuthorizationServer): Json {
  const { keys, rotationMode, ...rest } = server;
  const self = serverUrl(org, server);
  const issuer = issuerOf(org, server);
  const key = activeKey(keys);
  const next = new Date(Date.parse(key.created) + ROTATION_DAYS * 24 * 3600 * 1000).toISOString();
  const change = server.status === "ACTIVE" ? "deactivate" : "activate";
  return {
    ...rest,
    issuer,
    credentials: {
      signing: {
        kid: key.kid,
        rotationMode,
        lastRotated: key.created,
        ...(rotationMode === "AUTO" && { nextRotation: next }),
      },
    },
    _links: {
      rotateKey: link(`${self}/credentials/lifecycle/keyRotate`, "POST"),
      metadata: ["oauth-authorization-server", "openid-configuration"].map((name) => ({
        name,
        ...link(`${issuer}/.well-known/${name}`, "GET"),
      })),
      keys: link(`${self}/credentials/keys`, "GET"),
      claims: link(`${self}/claims`, "GET", "POST"),
      policies: link(`${self}/policies`, "GET", "POST"),
      self: link(self, "GET", "DELETE", "PUT"),
      scopes: link(`${self}/scopes`, "GET", "POST"),
      [change]: link(`${self}/lifecycle/${change}`, "POST"),
    },
  };
}

function keyList(org: Org, server: AuthorizationServer): Json[] {
  return server.keys.map((key) => ({
    status: key.status,
    ...publicJwk(key),
    _links: { self: link(`${serverUrl(org, server)}/credentials/keys/${key.kid}`, "GET") },
  }));
}

function keyRoutes(routes: Hono<Env>, org: Org): void {
  const base = "/api/v1/authorizationServers/:as/credentials";
  routes.get(`${base}/keys`, (c) => {
    authorizeServers(c, org, "read");
    return c.json(keyList(org, serverOf(c, org)));
  });
  routes.post(`${base}/lifecycle/keyRotate`, async (c) => {
    authorizeServers(c, org, "manage");
    const server = serverOf(c, org);
    const { use } = await readJson(c);
    if (use !== "sig") throw validationFailed("use", "use: Only 'sig' can be rotated.");
    await rotateKeys(server.keys, timestamp(org));
    return c.json(keyList(org, server));
  });
}

export function authorizationServerRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();
  const base = "/api/v1/authorizationServers";

  routes.get(base, (c) => {
    authorizeServers(c, org, "read");
    const q = c.req.query("q")?.toLowerCase() ?? "";
    const servers = Object.values(org.state.authorizationServers).filter(
      ({ name, audiences }) =>
        name.toLowerCase().includes(q) || audiences.some((each) => each.toLowerCase().includes(q)),
    );
    const shown = page(c, org, servers, { default: 200, maximum: 200 });
    return c.json(shown.map((server) => representation(org, server)));
  });
  routes.post(base, async (c) => {
    authorizeServers(c, org, "manage");
    const server = await addServer(org.state, timestamp(org), readServer(await readJson(c)));
    return c.json(representation(org, server), 201);
  });
  routes.get(`${base}/:as`, (c) => {
    authorizeServers(c, org, "read");
    return c.json(representation(org, serverOf(c, org)));
  });
  routes.put(`${base}/:as`, async (c) => {
    authorizeServers(c, org, "manage");
    const server = serverOf(c, org);
    Object.assign(server, readServer(await readJson(c), server), { lastUpdated: timestamp(org) });
    return c.json(representation(org, server));
  });
  routes.delete(`${base}/:as`, (c) => {
    authorizeServers(c, org, "manage");
    removeServer(org, serverOf(c, org));
    return c.body(null, 204);
  });
  for (const [action, status] of [
    ["activate", "ACTIVE"],
    ["deactivate", "INACTIVE"],
  ] as const) {
    routes.post(`${base}/:as/lifecycle/${action}`, (c) => {
      authorizeServers(c, org, "manage");
      setServerStatus(org, serverOf(c, org), status);
      return c.body(null, 204);
    });
  }
  keyRoutes(routes, org);
  return routes;
}
