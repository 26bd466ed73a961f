/** Access policies of custom authorization servers and their rules (shapes confirmed: recordings). */
import { Hono } from "hono";
import { z } from "zod";
import { oktaId } from "../../core/ids.ts";
import type { Env } from "../../core/service.ts";
import { notFound, validationFailed } from "../errors.ts";
import { type Json, type Org, type RequestContext, link, readJson, timestamp } from "../org.ts";
import { closeGaps, place } from "../priorities.ts";
import { removePolicy } from "../servers.ts";
import type { AuthorizationServer, PolicyRule, ServerPolicy } from "../state.ts";
import { authorizeServers, parseBody, serverOf, serverUrl } from "./authorization-servers.ts";

const ACTIONS = [
  ["activate", "ACTIVE"],
  ["deactivate", "INACTIVE"],
] as const;

const name = z.string("The field cannot be left blank").min(1, "The field cannot be left blank").max(100);
const status = z.enum(["ACTIVE", "INACTIVE"]);
const priority = z.int().min(1);

const policyBody = z.object({
  type: z.literal("OAUTH_AUTHORIZATION_POLICY"),
  name,
  description: z.string("The field cannot be left blank"),
  status: status.optional(),
  priority: priority.optional(),
  conditions: z.object({ clients: z.object({ include: z.array(z.string()) }) }),
});

const MINUTES_IN_FIVE_YEARS = 2_628_000;

const people = z.looseObject({ include: z.array(z.string()).optional(), exclude: z.array(z.string()).optional() });

const ruleBody = z.object({
  type: z.literal("RESOURCE_ACCESS"),
  name,
  status: status.optional(),
  priority: priority.optional(),
  conditions: z.object({
    grantTypes: z.object({ include: z.array(z.string()).min(1, "At least one grant type must be given.") }),
    scopes: z.object({ include: z.array(z.string()).default([]) }).default({ include: [] }),
    people: z.object({ users: people.default({}), groups: people.default({}) }).default({ users: {}, groups: {} }),
  }),
  actions: z.object({
    token: z.looseObject({
      accessTokenLifetimeMinutes: z.int().min(5).max(1440).default(60),
      refreshTokenLifetimeMinutes: z.int().min(0).max(MINUTES_IN_FIVE_YEARS).default(0),
      refreshTokenWindowMinutes: z.int().min(10).max(MINUTES_IN_FIVE_YEARS).default(10080),
      inlineHook: z.unknown().optional(),
    }),
  }),
});

const policiesOf = (org: Org, server: AuthorizationServer): ServerPolicy[] =>
  Object.values(org.state.serverPolicies).filter(({ serverId }) => serverId === server.id);

const rulesOf = (org: Org, policy: ServerPolicy): PolicyRule[] =>
  Object.values(org.state.policyRules).filter(({ policyId }) => policyId === policy.id);

/** That names are unique among siblings is inferred. */
function checkName(
  siblings: readonly { id: string; name: string }[],
  wanted: string,
  own: string | undefined,
  kind: string,
): void {
  if (siblings.some((other) => other.name === wanted && other.id !== own)) {
    throw validationFailed("name", `name: ${kind} name already in use`);
  }
}

function policyOf(c: RequestContext, org: Org, server: AuthorizationServer): ServerPolicy {
  const id = c.req.param("policyId") ?? "";
  const policy = org.state.serverPolicies[id];
  if (policy?.serverId !== server.id) throw notFound(id, "Policy");
  return policy;
}

function ruleOf(c: RequestContext, org: Org, policy: ServerPolicy): PolicyRule {
  const id = c.req.param("ruleId") ?? "";
  const rule = org.state.policyRules[id];
  if (rule?.policyId !== policy.id) throw notFound(id, "PolicyRule");
  return rule;
}

function lifecycleLinks(self: string, { status: current }: { status: string }): Json {
  const change = current === "ACTIVE" ? "deactivate" : "activate";
  return { self: link(self, "GET", "PUT", "DELETE"), [change]: link(`${self}/lifecycle/${change}`, "POST") };
}

function policyRepresentation(org: Org, server: AuthorizationServer, policy: ServerPolicy): Json {
  const { serverId: _serverId, clients, ...rest } = policy;
  const self = `${serverUrl(org, server)}/policies/${policy.id}`;
  return {
    type: "OAUTH_AUTHORIZATION_POLICY",
    ...rest,
    system: false,
    conditions: { clients: { include: clients } },
    _links: { ...lifecycleLinks(self, policy), rules: link(`${self}/rules`, "GET", "POST") },
  };
}

function ruleRepresentation(org: Org, server: AuthorizationServer, policy: ServerPolicy, rule: PolicyRule): Json {
  const { policyId: _policyId, grantTypes, scopes, people: persons, token, ...rest } = rule;
  return {
    type: "RESOURCE_ACCESS",
    ...rest,
    system: false,
    conditions: {
      people: { users: { exclude: [], ...persons.users }, groups: { exclude: [], ...persons.groups } },
      grantTypes: { include: grantTypes },
      scopes: { include: scopes },
    },
    actions: { token },
    _links: lifecycleLinks(`${serverUrl(org, server)}/policies/${policy.id}/rules/${rule.id}`, rule),
  };
}

/** Creates a policy, or replaces the fields of `own`. */
async function writePolicy(
  c: RequestContext,
  org: Org,
  server: AuthorizationServer,
  own?: ServerPolicy,
): Promise<ServerPolicy> {
  const body = parseBody(policyBody, await readJson(c));
  const siblings = policiesOf(org, server);
  checkName(siblings, body.name, own?.id, "Policy");
  const at = timestamp(org);
  const policy: ServerPolicy = own ?? ({ id: oktaId("00p"), serverId: server.id, created: at } as ServerPolicy);
  Object.assign(policy, {
    name: body.name,
    description: body.description,
    status: body.status ?? own?.status ?? "ACTIVE",
    clients: body.conditions.clients.include,
    lastUpdated: at,
  });
  org.state.serverPolicies[policy.id] = policy;
  place(policy, siblings, body.priority ?? own?.priority);
  return policy;
}

/** Creates a rule, or replaces the fields of `own`. Grant types come back in another order (confirmed: recordings). */
async function writeRule(c: RequestContext, org: Org, policy: ServerPolicy, own?: PolicyRule): Promise<PolicyRule> {
  const { conditions, actions, ...body } = parseBody(ruleBody, await readJson(c));
  const siblings = rulesOf(org, policy);
  checkName(siblings, body.name, own?.id, "Policy rule");
  const { accessTokenLifetimeMinutes, refreshTokenLifetimeMinutes, refreshTokenWindowMinutes, inlineHook } =
    actions.token;
  if (refreshTokenLifetimeMinutes > 0 && refreshTokenLifetimeMinutes < accessTokenLifetimeMinutes) {
    throw validationFailed(
      "refreshTokenLifetimeMinutes",
      "refreshTokenLifetimeMinutes: The value must not be below the access token's lifetime.",
    );
  }
  const at = timestamp(org);
  const rule: PolicyRule = own ?? ({ id: oktaId("0pr"), policyId: policy.id, created: at } as PolicyRule);
  Object.assign(rule, {
    name: body.name,
    status: body.status ?? own?.status ?? "ACTIVE",
    grantTypes: [...conditions.grantTypes.include].reverse(),
    scopes: conditions.scopes.include,
    people: conditions.people,
    token: {
      accessTokenLifetimeMinutes,
      refreshTokenLifetimeMinutes,
      refreshTokenWindowMinutes,
      ...(inlineHook != null && { inlineHook }),
    },
    lastUpdated: at,
  });
  org.state.policyRules[rule.id] = rule;
  place(rule, siblings, body.priority ?? own?.priority);
  return rule;
}

function setStatus(org: Org, item: ServerPolicy | PolicyRule, to: ServerPolicy["status"]): void {
  if (item.status === to) return;
  item.status = to;
  item.lastUpdated = timestamp(org);
}

function policyRoutes(routes: Hono<Env>, org: Org): void {
  const base = "/api/v1/authorizationServers/:as/policies";
  routes.get(base, (c) => {
    authorizeServers(c, org, "read");
    const server = serverOf(c, org);
    const policies = policiesOf(org, server).sort((a, b) => a.priority - b.priority);
    return c.json(policies.map((policy) => policyRepresentation(org, server, policy)));
  });
  routes.post(base, async (c) => {
    authorizeServers(c, org, "manage");
    const server = serverOf(c, org);
    return c.json(policyRepresentation(org, server, await writePolicy(c, org, server)), 201);
  });
  routes.get(`${base}/:policyId`, (c) => {
    authorizeServers(c, org, "read");
    const server = serverOf(c, org);
    return c.json(policyRepresentation(org, server, policyOf(c, org, server)));
  });
  routes.put(`${base}/:policyId`, async (c) => {
    authorizeServers(c, org, "manage");
    const server = serverOf(c, org);
    const policy = await writePolicy(c, org, server, policyOf(c, org, server));
    return c.json(policyRepresentation(org, server, policy));
  });
  routes.delete(`${base}/:policyId`, (c) => {
    authorizeServers(c, org, "manage");
    const server = serverOf(c, org);
    removePolicy(org, policyOf(c, org, server).id);
    closeGaps(policiesOf(org, server));
    return c.body(null, 204);
  });
  for (const [action, to] of ACTIONS) {
    routes.post(`${base}/:policyId/lifecycle/${action}`, (c) => {
      authorizeServers(c, org, "manage");
      setStatus(org, policyOf(c, org, serverOf(c, org)), to);
      return c.body(null, 204);
    });
  }
}

function ruleRoutes(routes: Hono<Env>, org: Org): void {
  const base = "/api/v1/authorizationServers/:as/policies/:policyId/rules";
  const parents = (c: RequestContext) => {
    const server = serverOf(c, org);
    return { server, policy: policyOf(c, org, server) };
  };
  routes.get(base, (c) => {
    authorizeServers(c, org, "read");
    const { server, policy } = parents(c);
    const rules = rulesOf(org, policy).sort((a, b) => a.priority - b.priority);
    return c.json(rules.map((rule) => ruleRepresentation(org, server, policy, rule)));
  });
  routes.post(base, async (c) => {
    authorizeServers(c, org, "manage");
    const { server, policy } = parents(c);
    return c.json(ruleRepresentation(org, server, policy, await writeRule(c, org, policy)), 201);
  });
  routes.get(`${base}/:ruleId`, (c) => {
    authorizeServers(c, org, "read");
    const { server, policy } = parents(c);
    return c.json(ruleRepresentation(org, server, policy, ruleOf(c, org, policy)));
  });
  routes.put(`${base}/:ruleId`, async (c) => {
    authorizeServers(c, org, "manage");
    const { server, policy } = parents(c);
    const rule = await writeRule(c, org, policy, ruleOf(c, org, policy));
    return c.json(ruleRepresentation(org, server, policy, rule));
  });
  routes.delete(`${base}/:ruleId`, (c) => {
    authorizeServers(c, org, "manage");
    const { policy } = parents(c);
    delete org.state.policyRules[ruleOf(c, org, policy).id];
    closeGaps(rulesOf(org, policy));
    return c.body(null, 204);
  });
  for (const [action, to] of ACTIONS) {
    routes.post(`${base}/:ruleId/lifecycle/${action}`, (c) => {
      authorizeServers(c, org, "manage");
      setStatus(org, ruleOf(c, org, parents(c).policy), to);
      return c.body(null, 204);
    });
  }
}

export function serverPolicyRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();
  policyRoutes(routes, org);
  ruleRoutes(routes, org);
  return routes;
}
