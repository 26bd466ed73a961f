/** Policies of an API instance, and the templates that they are made from. */
import type { Hono } from "hono";
import { z } from "zod";
import type { Env } from "../../core/service.ts";
import { mayList, requireScope } from "../access.ts";
import {
  type Context,
  audit,
  environmentOf,
  instanceOf,
  isoNow,
  organizationOf,
  rootOrganization,
  select,
  touch,
} from "../context.ts";
import { booleanQuery, invalid, jsonBody, parse, refusal } from "../errors.ts";
import { POLICY_TEMPLATES, type PolicyTemplate, findTemplate } from "../policy-templates.ts";
import { type ApiInstance, type Policy, nextId } from "../state.ts";

const AREA = "apimanager";
const READ = ["read:api_policies", "manage:api_policies", "admin:api_manager"];
const MANAGE = ["manage:api_policies", "admin:api_manager"];
const LIST = "/apimanager/api/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId/policies";
const XAPI = "/apimanager/xapi/v1/organizations/:organizationId";

const pointcutData = z.array(z.object({ methodRegex: z.string(), uriTemplateRegex: z.string() })).nullable();
const application = z.object({
  groupId: z.string(),
  assetId: z.string(),
  assetVersion: z.string(),
  configurationData: z.record(z.string(), z.unknown()).default({}),
  pointcutData: pointcutData.default(null),
  order: z.number().int().min(1).optional(),
  disabled: z.boolean().default(false),
});
const change = z.object({
  assetVersion: z.string().optional(),
  configurationData: z.record(z.string(), z.unknown()).optional(),
  pointcutData: pointcutData.optional(),
  order: z.number().int().min(1).optional(),
  disabled: z.boolean().optional(),
});

export function addPolicyRoutes(app: Hono<Env>, context: Context): void {
  const { state } = context;

  app.get(LIST, (c) => {
    const instance = instanceOf(context, c.req.param());
    const fullInfo = booleanQuery(AREA, "fullInfo", c.req.query("fullInfo"), true);
    const policies = mayList(context, c, ...READ)
      ? policiesOf(instance).filter(({ disabled }) => !fullInfo || !disabled)
      : [];
    if (context.switches.policyListShape === "compact") return c.json(policies.map(compact));
    const rows = policies.map((policy) =>
      fullInfo ? { ...body(policy), template: templateOf(policy) } : body(policy),
    );
    return c.json(context.switches.policyListShape === "array" ? rows : { policies: rows, tiers: [] });
  });

  app.post(LIST, async (c) => {
    requireScope(context, c, ...MANAGE);
    const instance = instanceOf(context, c.req.param());
    // The configuration is taken as it is: wrong keys give 201 and do nothing (confirmed as measured: LOOP).
    const asked = parse(AREA, application, await jsonBody(AREA, c.req));
    const template = requireTemplate(asked.groupId, asked.assetId, asked.assetVersion);
    requireApplicable(template, instance);
    const others = policiesOf(instance);
    const same = others.some(({ groupId, assetId }) => groupId === asked.groupId && assetId === asked.assetId);
    if (same && !booleanQuery(AREA, "allowDuplicated", c.req.query("allowDuplicated"), false)) {
      throw refusal(AREA, 409, `Policy ${asked.assetId} is already applied to API ${instance.id}`);
    }
    const policy: Policy = {
      id: nextId(state),
      apiId: instance.id,
      ...asked,
      order: asked.order ?? Math.max(0, ...others.map(({ order }) => order)) + 1,
      createdAt: isoNow(context),
    };
    state.policies[policy.id] = policy;
    return c.json(body(policy), 201);
  });

  app.patch(LIST, async (c) => {
    requireScope(context, c, ...MANAGE);
    const instance = instanceOf(context, c.req.param());
    const asked: unknown = await c.req.json<unknown>().catch(() => undefined);
    const orders = parse(AREA, z.array(z.object({ id: z.number().int(), order: z.number().int().min(1) })), asked);
    for (const { id, order } of orders) policyOf(instance, String(id)).order = order;
    return c.json({ message: "Resource updated successfully" });
  });

  app.get(`${LIST}/:policyId`, (c) => {
    requireScope(context, c, ...READ);
    return c.json(body(policyOf(instanceOf(context, c.req.param()), c.req.param("policyId"))));
  });

  app.patch(`${LIST}/:policyId`, async (c) => {
    requireScope(context, c, ...MANAGE);
    const instance = instanceOf(context, c.req.param());
    const policy = policyOf(instance, c.req.param("policyId"));
    const { disabled, ...asked } = parse(AREA, change, await jsonBody(AREA, c.req));
    if (disabled !== undefined && disabled !== policy.disabled) {
      const message = "can't be changed here: use the policy's enable or disable call";
      throw invalid(AREA, [{ path: "disabled", keyword: "invalid", message }]);
    }
    if (asked.assetVersion !== undefined) requireTemplate(policy.groupId, policy.assetId, asked.assetVersion);
    Object.assign(policy, asked);
    touch(context, "policy", policy.id);
    return c.json(body(policy));
  });

  app.delete(`${LIST}/:policyId`, (c) => {
    requireScope(context, c, ...MANAGE);
    delete state.policies[policyOf(instanceOf(context, c.req.param()), c.req.param("policyId")).id];
    return c.body(null, 204);
  });

  for (const action of ["enable", "disable"] as const) {
    app.post(`${XAPI}/environments/:environmentId/apis/:apiId/policies/:policyId/${action}`, (c) => {
      requireScope(context, c, ...MANAGE);
      const policy = policyOf(instanceOf(context, c.req.param()), c.req.param("policyId"));
      policy.disabled = action === "disable";
      touch(context, "policy", policy.id);
      return c.json(body(policy), 201);
    });
  }

  const templates = `${XAPI}/exchange-policy-templates`;

  app.get(templates, (c) => {
    const { id: organizationId } = organizationOf(context, AREA, c.req.param("organizationId"));
    const seen = mayList(context, c, ...READ, "read:exchange");
    const { apiInstanceId, environmentId } = c.req.query();
    const latest = booleanQuery(AREA, "latest", c.req.query("latest"), false);
    const configuration = booleanQuery(AREA, "includeConfiguration", c.req.query("includeConfiguration"), true);
    const instance = apiInstanceId === undefined ? undefined : state.apiInstances[apiInstanceId];
    if (environmentId !== undefined) environmentOf(context, AREA, organizationId, environmentId);
    if (apiInstanceId !== undefined && instance === undefined) throw refusal(AREA, 404, "API instance not found");
    // Without instance and environment some templates are missing (confirmed: DX-SKILL); which is inferred.
    const everything = instance !== undefined && environmentId !== undefined;
    const found = POLICY_TEMPLATES.filter(
      (template) =>
        seen &&
        (everything || template.identityManagement === undefined) &&
        (!latest || findTemplate(template.groupId, template.assetId) === template),
    );
    return c.json(found.map((template) => templateBody(template, instance, configuration)));
  });

  app.get(`${templates}/:groupId/:assetId/:version`, (c) => {
    requireScope(context, c, ...READ, "read:exchange");
    organizationOf(context, AREA, c.req.param("organizationId"));
    const { groupId, assetId, version } = c.req.param();
    const instance = state.apiInstances[c.req.query("apiInstanceId") ?? ""];
    const template = requireTemplate(groupId, assetId, version);
    const versions = POLICY_TEMPLATES.filter((other) => other.groupId === groupId && other.assetId === assetId);
    const all = booleanQuery(AREA, "includeAllVersions", c.req.query("includeAllVersions"), false);
    return c.json({
      ...templateBody(template, instance, true),
      ...(all && { versions: versions.map(({ assetVersion }) => assetVersion) }),
    });
  });

  const policiesOf = (instance: ApiInstance): Policy[] =>
    select(state.policies, ({ apiId }) => apiId === instance.id).sort((a, b) => a.order - b.order);

  function policyOf(instance: ApiInstance, id: string): Policy {
    const policy = state.policies[id];
    if (policy?.apiId !== instance.id) throw refusal(AREA, 404, `Policy with id ${id} not found on API ${instance.id}`);
    return policy;
  }

  function applies(template: PolicyTemplate, instance: ApiInstance): boolean {
    const type = instance.providerId === null ? undefined : state.clientProviders[instance.providerId]?.type.name;
    return template.identityManagement === undefined || template.identityManagement === type;
  }

  /** The policy is offered only where the client provider is of its type (confirmed: DOC-GW; the 400 is inferred). */
  function requireApplicable(template: PolicyTemplate, instance: ApiInstance): void {
    if (applies(template, instance)) return;
    const message = `Policy ${template.assetId} needs an OpenID Connect client provider, which API ${instance.id} doesn't have`;
    throw refusal(AREA, 400, message);
  }

  const templateBody = (
    template: PolicyTemplate,
    instance: ApiInstance | undefined,
    configuration: boolean,
  ): object => ({
    audit: { created: { date: "2024-01-15T10:00:00.000Z" }, updated: {} },
    organizationId: rootOrganization(context).id,
    groupId: template.groupId,
    assetId: template.assetId,
    assetVersion: template.assetVersion,
    version: template.assetVersion,
    name: template.name,
    description: template.name,
    type: "system",
    category: template.category,
    isOOTB: true,
    minMuleVersion: "4.1.1",
    applicable: instance === undefined || applies(template, instance),
    ...(template.identityManagement && { identityManagement: { type: template.identityManagement } }),
    ...(configuration && { configuration: template.configuration }),
    requiredCharacteristics: [],
    providedCharacteristics: [],
    supportedPoliciesVersions: ">=v1",
  });

  function body(policy: Policy): Record<string, unknown> {
    const { createdAt: _, ...members } = policy;
    return {
      audit: audit(context, "policy", policy),
      masterOrganizationId: rootOrganization(context).id,
      organizationId: state.apiInstances[policy.apiId]?.organizationId,
      ...members,
      policyTemplateId: findTemplate(policy.groupId, policy.assetId, policy.assetVersion)?.id ?? "0",
      implementationAsset: implementationAsset(policy),
      type: "system",
      apiVersionId: policy.apiId,
    };
  }
}

function requireTemplate(groupId: string, assetId: string, version: string): PolicyTemplate {
  const template = findTemplate(groupId, assetId, version);
  if (template === undefined) {
    throw refusal(AREA, 404, `Policy template ${groupId}/${assetId}/${version} not found in Exchange`);
  }
  return template;
}

const implementationAsset = ({ groupId, assetId, assetVersion }: Policy): object => ({
  groupId,
  assetId: `${assetId}-mule`,
  version: assetVersion,
  technology: "mule4",
  minRuntimeVersion: "4.1.1",
  supportedJavaVersions: ["8", "11", "17"],
});

const templateOf = ({ groupId, assetId, assetVersion }: Policy): object => ({ groupId, assetId, assetVersion });

const compact = (policy: Policy): object => ({
  policyId: policy.id,
  order: policy.order,
  configuration: policy.configurationData,
  pointcutData: policy.pointcutData,
  template: templateOf(policy),
  implementationAsset: implementationAsset(policy),
});
