/** Scopes and claims of custom authorization servers. */
import { Hono } from "hono";
import { z } from "zod";
import { oktaId } from "../../core/ids.ts";
import type { Env } from "../../core/service.ts";
import { notFound, permissionDenied, validationFailed } from "../errors.ts";
import { type Json, type Org, type RequestContext, link, readJson } from "../org.ts";
import { page } from "../paging.ts";
import type { AuthorizationServer, Claim, Scope } from "../state.ts";
import { authorizeServers, parseBody, serverOf, serverUrl } from "./authorization-servers.ts";

/** Printable ASCII without space, `"` and `\`; Okta's own prefix is reserved (confirmed: OIDC reference). */
const scopeName = z
  .string("The field cannot be left blank")
  .min(1, "The field cannot be left blank")
  .max(100)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "The scope name has characters that are not allowed.")
  .refine((name) => !/^okta[.:]/.test(name), "The scope name must not start with 'okta.' or 'okta:'.");

const scopeBody = z.object({
  name: scopeName,
  displayName: z.string().nullish(),
  description: z.string().nullish(),
  consent: z.enum(["IMPLICIT", "REQUIRED", "FLEXIBLE"]).default("IMPLICIT"),
  metadataPublish: z.enum(["ALL_CLIENTS", "NO_CLIENTS"]).default("NO_CLIENTS"),
  default: z.boolean().default(false),
  optional: z.boolean().default(false),
});

const TAKEN = "name: An object with this field already exists in the current organization";

function readScope(
  org: Org,
  server: AuthorizationServer,
  json: Json,
  own?: Scope,
): Omit<Scope, "id" | "serverId" | "system"> {
  const scope = parseBody(scopeBody, json);
  const taken = Object.values(org.state.scopes).some(
    (other) => other.serverId === server.id && other.name === scope.name && other !== own,
  );
  if (taken) throw validationFailed("name", TAKEN);
  return { ...scope, displayName: scope.displayName ?? "", description: scope.description ?? "" };
}

function scopeRepresentation(org: Org, server: AuthorizationServer, { serverId: _serverId, ...scope }: Scope): Json {
  const self = link(`${serverUrl(org, server)}/scopes/${scope.id}`, "GET", "PUT", "DELETE");
  return { ...scope, apiResourceId: null, _links: { self } };
}

const claimBody = z.object({
  name: z.string("The field cannot be left blank").min(1, "The field cannot be left blank"),
  claimType: z.enum(["RESOURCE", "IDENTITY"]),
  valueType: z.enum(["EXPRESSION", "GROUPS", "SYSTEM"]).default("EXPRESSION"),
  value: z.string().default(""),
  status: z.enum(["ACTIVE", "INACTIVE"]).default("ACTIVE"),
  alwaysIncludeInToken: z.boolean().default(true),
  group_filter_type: z.string().nullish(),
  conditions: z.looseObject({ scopes: z.array(z.string()).nullish() }).nullish(),
});

function readClaim(
  org: Org,
  server: AuthorizationServer,
  json: Json,
  own?: Claim,
): Omit<Claim, "id" | "serverId" | "system"> {
  const { conditions, group_filter_type: groupFilterType, ...claim } = parseBody(claimBody, json);
  const taken = Object.values(org.state.claims).some(
    (other) =>
      other.serverId === server.id && other.name === claim.name && other.claimType === claim.claimType && other !== own,
  );
  if (taken) throw validationFailed("name", TAKEN);
  return { ...claim, scopes: conditions?.scopes ?? [], ...(groupFilterType != null && { groupFilterType }) };
}

function claimRepresentation(org: Org, server: AuthorizationServer, claim: Claim): Json {
  const { serverId: _serverId, scopes, groupFilterType, ...rest } = claim;
  return {
    ...rest,
    ...(groupFilterType !== undefined && { group_filter_type: groupFilterType }),
    conditions: { scopes },
    _links: { self: link(`${serverUrl(org, server)}/claims/${claim.id}`, "GET", "PUT", "DELETE") },
  };
}

interface Child {
  id: string;
  serverId: string;
  system: boolean;
}

function childOf<T extends Child>(
  c: RequestContext,
  records: Record<string, T>,
  server: AuthorizationServer,
  type: string,
): T {
  const id = c.req.param("childId") ?? "";
  const child = records[id];
  if (child?.serverId !== server.id) throw notFound(id, type);
  return child;
}

/** What scopes and claims differ in; their five routes are the same. */
interface Family<T extends Child> {
  readonly path: "scopes" | "claims";
  readonly type: string;
  readonly idPrefix: string;
  records(): Record<string, T>;
  read(server: AuthorizationServer, json: Json, own?: T): Omit<T, "id" | "serverId" | "system">;
  show(server: AuthorizationServer, child: T): Json;
}

function familyRoutes<T extends Child & { name: string }>(routes: Hono<Env>, org: Org, family: Family<T>): void {
  const base = `/api/v1/authorizationServers/:as/${family.path}`;

  routes.get(base, (c) => {
    authorizeServers(c, org, "read");
    const server = serverOf(c, org);
    const q = c.req.query("q")?.toLowerCase() ?? "";
    const children = Object.values(family.records()).filter(
      ({ serverId, name }) => serverId === server.id && name.toLowerCase().startsWith(q),
    );
    const shown = page(c, org, children, { default: 200, maximum: 200 });
    return c.json(shown.map((child) => family.show(server, child)));
  });
  routes.post(base, async (c) => {
    authorizeServers(c, org, "manage");
    const server = serverOf(c, org);
    const fields = family.read(server, await readJson(c));
    const child = { id: oktaId(family.idPrefix), serverId: server.id, ...fields, system: false } as unknown as T;
    family.records()[child.id] = child;
    return c.json(family.show(server, child), 201);
  });
  routes.get(`${base}/:childId`, (c) => {
    authorizeServers(c, org, "read");
    const server = serverOf(c, org);
    return c.json(family.show(server, childOf(c, family.records(), server, family.type)));
  });
  routes.put(`${base}/:childId`, async (c) => {
    authorizeServers(c, org, "manage");
    const server = serverOf(c, org);
    const child = childOf(c, family.records(), server, family.type);
    Object.assign(child, family.read(server, await readJson(c), child));
    return c.json(family.show(server, child));
  });
  routes.delete(`${base}/:childId`, (c) => {
    authorizeServers(c, org, "manage");
    const child = childOf(c, family.records(), serverOf(c, org), family.type);
    // That system objects can't be deleted is inferred.
    if (child.system) throw permissionDenied();
    delete family.records()[child.id];
    return c.body(null, 204);
  });
}

export function serverScopeRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();
  familyRoutes<Scope>(routes, org, {
    path: "scopes",
    type: "OAuth2Scope",
    idPrefix: "scp",
    records: () => org.state.scopes,
    read: (server, json, own) => readScope(org, server, json, own),
    show: (server, scope) => scopeRepresentation(org, server, scope),
  });
  familyRoutes<Claim>(routes, org, {
    path: "claims",
    type: "OAuth2Claim",
    idPrefix: "ocl",
    records: () => org.state.claims,
    read: (server, json, own) => readClaim(org, server, json, own),
    show: (server, claim) => claimRepresentation(org, server, claim),
  });
  return routes;
}
