/** API instances of an environment. */
import type { Hono } from "hono";
import { z } from "zod";
import type { Env } from "../../core/service.ts";
import { hasScope, mayList, requireScope } from "../access.ts";
import {
  type Context,
  audit,
  environmentOf,
  groupBy,
  instanceOf,
  isoNow,
  rootOrganization,
  select,
  touch,
} from "../context.ts";
import { contractsOf } from "../contracts.ts";
import { invalid, jsonBody, paging, parse, refusal } from "../errors.ts";
import { findTemplate } from "../policy-templates.ts";
import { type ApiInstance, type Asset, nextId } from "../state.ts";

const AREA = "apimanager";
const READ = ["read:api_configuration", "manage:api_configuration", "manage:apis", "admin:api_manager"];
const MANAGE = ["manage:api_configuration", "manage:apis", "admin:api_manager"];
const LIST = "/apimanager/api/v1/organizations/:organizationId/environments/:environmentId/apis";
const XAPI_LIST = "/apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis";

const uri = z.string().min(1).max(256).nullable();
const endpointMembers = {
  type: z.enum(["http", "rest", "raml", "wsdl"]).optional(),
  uri,
  proxyUri: uri,
  isCloudHub: z.boolean().nullable(),
  deploymentType: z.enum(["CH", "HY", "RF", "SM", "CH2"]).optional(),
  muleVersion4OrAbove: z.boolean().nullish(),
  referencesUserDomain: z.boolean().nullish(),
  responseTimeout: z.number().int().nullish(),
  validation: z.enum(["NOT_APPLICABLE", "DISABLED", "ENABLED", "STRICT_QUERY_PARAMS"]).nullish(),
};
const coordinate = z.string().min(1).max(256);
const settable = {
  instanceLabel: z.string().min(1).max(255).nullish(),
  providerId: z.string().min(1).max(255).nullish(),
  endpointUri: z.string().nullish(),
  approvalMethod: z.enum(["manual", "automatic"]).nullish(),
};
const creation = z.object({
  ...settable,
  spec: z.object({ groupId: coordinate, assetId: coordinate, version: coordinate }),
  technology: z.enum(["mule3", "mule4", "flexGateway", "serviceMesh"]).default("mule4"),
  endpoint: z.object(endpointMembers).optional(),
});
const change = z.object({
  ...settable,
  deprecated: z.boolean().optional(),
  assetVersion: coordinate.optional(),
  endpoint: z.object(endpointMembers).partial().optional(),
});

export function addApiInstanceRoutes(app: Hono<Env>, context: Context): void {
  const { state } = context;

  app.get(LIST, (c) => {
    const { organizationId, environmentId } = c.req.param();
    const environment = environmentOf(context, AREA, organizationId, environmentId);
    const page = paging(AREA, (name) => c.req.query(name), { fallback: 100, max: 250 });
    const { query, groupId, assetId, assetVersion, instanceLabel, productVersion, filters } = c.req.query();
    const matches = (wanted: string | undefined, value: string | null): boolean =>
      wanted === undefined || wanted === value;
    const found = !mayList(context, c, ...READ)
      ? []
      : select(
          state.apiInstances,
          (instance) =>
            instance.environmentId === environment.id &&
            matches(groupId, instance.groupId) &&
            matches(assetId, instance.assetId) &&
            matches(assetVersion, instance.assetVersion) &&
            matches(instanceLabel, instance.instanceLabel) &&
            matches(productVersion, instance.productVersion) &&
            (filters?.split(",").includes("active") !== true || isActive(instance)) &&
            (query === undefined || `${instance.assetId} ${instance.instanceLabel ?? ""}`.includes(query)),
        );
    const assets = [...groupBy(found, (instance) => `${instance.groupId}/${instance.assetId}`).values()];
    const rows = assets.map((instances) => assetRow(instances));
    return c.json({ total: rows.length, assets: page(rows) });
  });

  app.get(XAPI_LIST, (c) => {
    const { organizationId, environmentId } = c.req.param();
    const environment = environmentOf(context, AREA, organizationId, environmentId);
    const page = paging(AREA, (name) => c.req.query(name), { fallback: 100, max: 250 });
    const found = mayList(context, c, ...READ)
      ? select(state.apiInstances, (instance) => instance.environmentId === environment.id)
      : [];
    return c.json({ total: found.length, instances: page(found).map(body) });
  });

  app.post(LIST, async (c) => {
    const caller = requireScope(context, c, ...MANAGE);
    // Making an API takes Exchange Viewer too (confirmed: DX-APIM).
    if (!hasScope(caller, "read:exchange"))
      throw refusal(AREA, 403, "Forbidden: the call needs the scope read:exchange");
    const { organizationId, environmentId } = c.req.param();
    const environment = environmentOf(context, AREA, organizationId, environmentId);
    const asked = parse(AREA, creation, await jsonBody(AREA, c.req));
    const { groupId, assetId, version } = asked.spec;
    const asset = state.assets[`${groupId}/${assetId}/${version}`];
    if (asset === undefined) throw refusal(AREA, 404, `Asset ${groupId}/${assetId}/${version} not found in Exchange`);
    if (asked.technology === "flexGateway" && typeof asked.endpoint?.muleVersion4OrAbove === "boolean") {
      throw refusal(AREA, 400, 'Argument "muleVersion4OrAbove" is invalid for Flex Gateway');
    }
    requireProvider(asked.providerId);
    const label = asked.instanceLabel ?? null;
    requireFreeLabel({ environmentId: environment.id, groupId, assetId }, label);
    const id = nextId(state);
    const instance: ApiInstance = {
      id,
      organizationId: environment.organizationId,
      environmentId: environment.id,
      groupId,
      assetId,
      assetVersion: version,
      productVersion: asset.versionGroup,
      instanceLabel: label,
      providerId: asked.providerId ?? null,
      technology: asked.technology,
      endpointUri: asked.endpointUri ?? null,
      endpoint: asked.endpoint ?? { uri: null, proxyUri: null, isCloudHub: null },
      deprecated: false,
      approvalMethod: asked.approvalMethod ?? null,
      createdAt: isoNow(context),
    };
    state.apiInstances[id] = instance;
    return c.json(body(instance), 201);
  });

  app.get(`${LIST}/:apiId`, (c) => {
    requireScope(context, c, ...READ);
    return c.json(body(instanceOf(context, c.req.param())));
  });

  app.patch(`${LIST}/:apiId`, async (c) => {
    requireScope(context, c, ...MANAGE);
    const instance = instanceOf(context, c.req.param());
    const { endpoint, ...asked } = parse(AREA, change, await jsonBody(AREA, c.req));
    if (asked.providerId !== undefined && asked.providerId !== instance.providerId) {
      requireRebindable(instance, asked.providerId);
    }
    const asset = asked.assetVersion === undefined ? undefined : assetOf(instance, asked.assetVersion);
    if (asked.instanceLabel !== undefined && asked.instanceLabel !== instance.instanceLabel) {
      requireFreeLabel(instance, asked.instanceLabel);
    }
    // A key that was not sent must not overwrite; the schema leaves such keys out.
    Object.assign(instance, asked, asset && { productVersion: asset.versionGroup });
    Object.assign(instance.endpoint, endpoint);
    touch(context, "api", instance.id);
    return c.json(body(instance));
  });

  app.delete(`${LIST}/:apiId`, (c) => {
    requireScope(context, c, ...MANAGE);
    const { id } = instanceOf(context, c.req.param());
    delete state.apiInstances[id];
    delete state.runtime.lastActive[id];
    for (const dependants of [state.policies, state.tiers, state.contracts]) {
      for (const [key, { apiId }] of Object.entries(dependants)) if (apiId === id) delete dependants[key];
    }
    return c.body(null, 204);
  });

  const isActive = ({ id }: ApiInstance): boolean => state.runtime.lastActive[id] !== undefined;

  /** Another version of the instance's asset: of the same major version alone (confirmed: DOC-APIM; the statuses are inferred). */
  function assetOf({ groupId, assetId, assetVersion }: ApiInstance, version: string): Asset {
    const asset = state.assets[`${groupId}/${assetId}/${version}`];
    if (asset === undefined) throw refusal(AREA, 404, `Asset ${assetId} has no version ${version}`);
    if (version.split(".", 1)[0] !== assetVersion.split(".", 1)[0]) {
      throw refusal(AREA, 400, `Asset version ${version} is of another major version than ${assetVersion}`);
    }
    return asset;
  }

  function requireProvider(providerId: string | null | undefined): void {
    if (typeof providerId === "string" && state.clientProviders[providerId] === undefined) {
      throw invalid(AREA, [{ path: "providerId", keyword: "invalid", message: "names no client provider" }]);
    }
  }

  /** Labels are unique per asset and environment (confirmed: DX-APIM; the 409 is too, its cause inferred). */
  function requireFreeLabel(
    of: { environmentId: string; groupId: string; assetId: string },
    label: string | null,
  ): void {
    if (label === null) return;
    const taken = Object.values(state.apiInstances).some(
      (other) =>
        other.environmentId === of.environmentId &&
        other.groupId === of.groupId &&
        other.assetId === of.assetId &&
        other.instanceLabel === label,
    );
    if (taken) throw refusal(AREA, 409, `${of.assetId} already has an instance labelled ${label} in this environment`);
  }

  /** Contracts, and policies of another type of provider, hold an instance to its provider (confirmed: DOC-APIM). */
  function requireRebindable(instance: ApiInstance, providerId: string | null): void {
    requireProvider(providerId);
    const contracts = contractsOf(context, instance.id).length;
    if (contracts > 0) {
      throw refusal(
        AREA,
        400,
        `The client provider of API ${instance.id} can't be changed: it has ${contracts} contract(s)`,
      );
    }
    const type = providerId === null ? undefined : state.clientProviders[providerId]?.type.name;
    const holding = select(state.policies, ({ apiId }) => apiId === instance.id).filter((policy) => {
      const needed = findTemplate(policy.groupId, policy.assetId, policy.assetVersion)?.identityManagement;
      return needed !== undefined && needed !== type;
    });
    if (holding.length > 0) {
      const names = holding.map(({ assetId }) => assetId).join(", ");
      throw refusal(
        AREA,
        400,
        `The client provider of API ${instance.id} can't be changed: policies depend on it: ${names}`,
      );
    }
  }

  function body(instance: ApiInstance): Record<string, unknown> {
    const { createdAt: _, endpoint, ...members } = instance;
    const lastActiveDate = state.runtime.lastActive[instance.id] ?? null;
    return {
      audit: audit(context, "api", instance),
      masterOrganizationId: rootOrganization(context).id,
      ...members,
      apiId: instance.id,
      autodiscoveryInstanceName: `${instance.productVersion}:${instance.id}`,
      description: "",
      tags: [],
      order: 1,
      status: isActive(instance) ? "active" : "unregistered",
      lastActiveDate,
      endpoint: { audit: { created: {}, updated: {} }, id: instance.id, ...endpoint },
    };
  }

  function assetRow(instances: readonly ApiInstance[]): object {
    const [first] = instances;
    if (first === undefined) return {};
    const asset = state.assets[`${first.groupId}/${first.assetId}/${first.assetVersion}`];
    return {
      audit: { created: { date: first.createdAt }, updated: {} },
      masterOrganizationId: rootOrganization(context).id,
      organizationId: first.organizationId,
      id: asset?.id ?? first.id,
      name: asset?.name ?? first.assetId,
      groupId: first.groupId,
      assetId: first.assetId,
      apis: instances.map((instance) => {
        const { endpoint: _, apiId: __, ...row } = body(instance);
        return { ...row, pinned: false, activeContractsCount: contractsOf(context, instance.id).length };
      }),
      totalApis: instances.length,
    };
  }
}
