/** Organizations, their hierarchy and environments, and which client providers an environment suggests. */
import type { Hono } from "hono";
import { z } from "zod";
import type { Env } from "../../core/service.ts";
import { mayList, requireScope } from "../access.ts";
import { type Context, environmentOf, organizationOf, rootOrganization, select } from "../context.ts";
import { booleanQuery, invalid, jsonBody, paging, parse } from "../errors.ts";
import type { Environment, Organization } from "../state.ts";

const AREA = "accounts";

const MADE = "2015-03-13 18:03:23.869000+00:00";
/** Whoever signed the company up; the service has no other users. */
const OWNER = {
  id: "57e281b5-ec5b-4701-80a0-92a936a68da3",
  username: "owner",
  firstName: "Organization",
  lastName: "Owner",
  email: "owner@acme.example",
  enabled: true,
  idprovider_id: "mulesoft",
};

export function addOrganizationRoutes(app: Hono<Env>, context: Context): void {
  const { state } = context;

  const body = (organization: Organization): Record<string, unknown> => ({
    id: organization.id,
    name: organization.name,
    createdAt: MADE,
    updatedAt: MADE,
    ownerId: OWNER.id,
    domain: organization.name.toLowerCase().replace(/\W+/g, "-"),
    clientId: organization.clientId,
    idprovider_id: "mulesoft",
    isFederated: false,
    parentOrganizationIds: organization.parentId === null ? [] : [organization.parentId],
    subOrganizationIds: children(organization).map(({ id }) => id),
    tenantOrganizationIds: [],
    isRoot: organization.parentId === null,
    isMaster: organization.parentId === null,
  });
  const children = ({ id }: Organization): Organization[] =>
    select(state.organizations, ({ parentId }) => parentId === id);
  const environments = (organizationId: string): Environment[] =>
    select(state.environments, (environment) => environment.organizationId === organizationId);
  const tree = (organization: Organization): Record<string, unknown> => ({
    ...body(organization),
    owner: { ...OWNER, organizationId: rootOrganization(context).id },
    environmentsCount: environments(organization.id).length,
    subOrganizations: children(organization).map(tree),
  });

  app.get("/accounts/api/organizations/:organizationId", (c) => {
    requireScope(context, c, "read:organization", "edit:organization");
    const organization = organizationOf(context, AREA, c.req.param("organizationId"));
    return c.json({
      ...body(organization),
      environments: environments(organization.id).map(environmentBody),
      entitlements: { createEnvironments: true, createSubOrgs: true },
    });
  });

  app.get("/accounts/api/organizations/:organizationId/hierarchy", (c) => {
    requireScope(context, c, "read:organization", "edit:organization");
    const properties = { defaultAccessManagementUi: "cs-ui" };
    return c.json({ ...tree(organizationOf(context, AREA, c.req.param("organizationId"))), properties });
  });

  app.get("/accounts/api/organizations/:organizationId/environments", (c) => {
    const organization = organizationOf(context, AREA, c.req.param("organizationId"));
    const query = (name: string): string | undefined => c.req.query(name);
    const page = paging(AREA, query, { fallback: 25, max: 500 });
    const everywhere = c.req.query("expandAll") === "true";
    if (everywhere && organization.id !== rootOrganization(context).id) {
      throw invalid(AREA, [{ path: "expandAll", keyword: "invalid", message: "is for the root organization only" }]);
    }
    const { name, type, search } = c.req.query();
    const production = c.req.query("isProduction");
    const wanted = production === undefined ? undefined : booleanQuery(AREA, "isProduction", production);
    const seen = mayList(context, c, "view:environment", "edit:environment", "read:orgenvironments");
    const found = !seen
      ? []
      : (everywhere ? Object.values(state.environments) : environments(organization.id)).filter(
          (environment) =>
            (name === undefined || environment.name === name) &&
            (type === undefined || environment.type === type) &&
            (wanted === undefined || (environment.type === "production") === wanted) &&
            (search === undefined || environment.name.toLowerCase().includes(search.toLowerCase())),
        );
    return c.json({ data: page(found).map(environmentBody), total: found.length });
  });

  app.get("/accounts/api/organizations/:organizationId/environments/:environmentId", (c) => {
    requireScope(context, c, "view:environment", "edit:environment", "read:orgenvironments");
    const { organizationId, environmentId } = c.req.param();
    return c.json(environmentBody(environmentOf(context, AREA, organizationId, environmentId)));
  });

  const path = "/accounts/api/organizations/:organizationId/environments/:environmentId/clientManagementProviders";
  const suggested = z.strictObject({ suggestedClientManagementProviderIds: z.array(z.string()) });

  app.get(path, (c) => {
    requireScope(context, c, "view:envclientproviders", "manage:envclientproviders");
    const { organizationId, environmentId } = c.req.param();
    const environment = environmentOf(context, AREA, organizationId, environmentId);
    return c.json({ suggestedClientManagementProviderIds: environment.clientProviderIds });
  });

  app.put(path, async (c) => {
    requireScope(context, c, "manage:envclientproviders");
    const { organizationId, environmentId } = c.req.param();
    const environment = environmentOf(context, AREA, organizationId, environmentId);
    const { suggestedClientManagementProviderIds: ids } = parse(AREA, suggested, await jsonBody(AREA, c.req));
    const unknown = ids.filter((id) => state.clientProviders[id] === undefined);
    if (unknown.length > 0 || new Set(ids).size < ids.length) {
      const message = unknown.length > 0 ? `names unknown providers: ${unknown.join(", ")}` : "names a provider twice";
      throw invalid(AREA, [{ path: "suggestedClientManagementProviderIds", keyword: "invalid", message }]);
    }
    environment.clientProviderIds = ids;
    return c.json({ suggestedClientManagementProviderIds: ids });
  });
}

const environmentBody = ({ id, organizationId, name, type, clientId }: Environment): object => ({
  id,
  organizationId,
  name,
  isProduction: type === "production",
  type,
  clientId,
});
