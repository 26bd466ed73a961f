/** Exchange: assets, and the API instances of an asset's version group. */
import type { Hono } from "hono";
import type { Env } from "../../core/service.ts";
import { mayList, requireScope } from "../access.ts";
import { type Context, groupBy, select } from "../context.ts";
import { refusal } from "../errors.ts";
import type { ApiInstance, Asset } from "../state.ts";

const AREA = "exchange";
const BASE = "/exchange/api/v2/assets/:groupId/:assetId";
const READ = ["read:exchange", "create:exchange", "manage:exchange"];

export function addExchangeRoutes(app: Hono<Env>, context: Context): void {
  const { state } = context;

  const versions = (path: { groupId: string; assetId: string }): Asset[] => {
    const found = select(state.assets, ({ groupId, assetId }) => groupId === path.groupId && assetId === path.assetId);
    if (found.length === 0) throw refusal(AREA, 404, `Asset ${path.groupId}/${path.assetId} not found`);
    return found;
  };
  const version = (path: { groupId: string; assetId: string; version: string }): Asset => {
    const found = versions(path).find((asset) => asset.version === path.version);
    if (found === undefined)
      throw refusal(AREA, 404, `Asset ${path.groupId}/${path.assetId}/${path.version} not found`);
    return found;
  };

  /** Throws a 404 for a version group that the asset does not have (the status is inferred). */
  const requireVersionGroup = (path: { groupId: string; assetId: string; versionGroup: string }): void => {
    if (versions(path).some(({ versionGroup }) => versionGroup === path.versionGroup)) return;
    throw refusal(AREA, 404, `Asset ${path.groupId}/${path.assetId} has no version group ${path.versionGroup}`);
  };
  /** An instance of an asset's version group. */
  const instanceIn = (path: { groupId: string; assetId: string; versionGroup: string; apiId: string }): ApiInstance => {
    requireVersionGroup(path);
    const instance = state.apiInstances[path.apiId];
    const { groupId, assetId, productVersion } = instance ?? {};
    if (
      instance === undefined ||
      groupId !== path.groupId ||
      assetId !== path.assetId ||
      productVersion !== path.versionGroup
    )
      throw refusal(AREA, 404, `API instance ${path.apiId} not found`);
    return instance;
  };

  app.get(`${BASE}/asset`, (c) => {
    requireScope(context, c, ...READ);
    const [newest] = versions(c.req.param()).toSorted((a, b) => b.id - a.id);
    return c.json(newest === undefined ? null : assetBody(newest));
  });

  app.get(`${BASE}/versionGroups`, (c) => {
    requireScope(context, c, ...READ);
    const groups = groupBy(versions(c.req.param()), ({ versionGroup }) => versionGroup);
    return c.json(
      [...groups].map(([versionGroup, assets]) => ({
        versionGroup,
        versions: assets.map(({ version: name }) => ({ version: name })),
      })),
    );
  });

  app.get(`${BASE}/versionGroups/:versionGroup/instances`, (c) => {
    const { groupId, assetId, versionGroup } = c.req.param();
    requireVersionGroup({ groupId, assetId, versionGroup });
    const found = !mayList(context, c, ...READ)
      ? []
      : select(
          state.apiInstances,
          (instance) =>
            instance.groupId === groupId && instance.assetId === assetId && instance.productVersion === versionGroup,
        );
    return c.json(
      found.map((instance) => ({
        id: String(instance.id),
        groupId,
        assetId,
        organizationId: instance.organizationId,
        versionGroup,
        productAPIVersion: instance.productVersion,
        version: instance.assetVersion,
        environmentId: instance.environmentId,
        environmentName: state.environments[instance.environmentId]?.name,
        endpointUri: instance.endpointUri,
        name: instance.instanceLabel ?? `${instance.productVersion}:${instance.id}`,
        isPublic: false,
        type: "managed",
        deprecated: instance.deprecated,
        providerId: instance.providerId,
      })),
    );
  });

  app.get(`${BASE}/versionGroups/:versionGroup/instances/:apiId/tiers`, (c) => {
    requireScope(context, c, ...READ);
    const instance = instanceIn(c.req.param());
    const tiers = select(state.tiers, ({ apiId }) => apiId === instance.id);
    return c.json(
      tiers.map(({ id, name, description, limits, status }) => ({ id, name, description, limits, status })),
    );
  });

  app.get(`${BASE}/versionGroups/:versionGroup/instances/:apiId/relatedApiGroupInstances`, (c) => {
    requireScope(context, c, ...READ);
    const { id: apiId } = instanceIn(c.req.param());
    const found = select(state.apiGroupInstances, ({ apiIds }) => apiIds.includes(apiId));
    return c.json(found.map(({ apiIds: _, ...row }) => ({ ...row, isPublic: false })));
  });

  app.get(`${BASE}/:version`, (c) => {
    requireScope(context, c, ...READ);
    return c.json(assetBody(version(c.req.param())));
  });

  app.get(`${BASE}/:version/asset`, (c) => {
    requireScope(context, c, ...READ);
    return c.json(assetBody(version(c.req.param())));
  });
}

const assetBody = ({ groupId, assetId, version, name, versionGroup }: Asset): object => ({
  groupId,
  assetId,
  version,
  minorVersion: version.split(".").slice(0, 2).join("."),
  versionGroup,
  name,
  type: "rest-api",
  status: "published",
  organization: { id: groupId },
});
