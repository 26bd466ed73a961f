/** Client providers of the root organization, their grant types and the clients inside them. */
import type { Hono } from "hono";
import { uuid } from "../../core/ids.ts";
import type { Env } from "../../core/service.ts";
import { mayList, requireScope } from "../access.ts";
import { parseProvider, parseProviderPatch } from "../client-provider-schema.ts";
import { type Context, organizationOf, providerOf, rootOnly, select } from "../context.ts";
import { booleanQuery, invalid, jsonBody, paging, refusal } from "../errors.ts";
import { discoverGrantTypes, offeredGrantTypes } from "../identity-provider.ts";
import { joinPrivateKeyBlock } from "../private-key-block.ts";
import type { Application, ClientProvider } from "../state.ts";

const AREA = "accounts";
const MASK = "********";
/** Client providers per root organization (confirmed: DOC-AM limits). */
const LIMIT = 25;

const BASE = "/accounts/api/organizations/:organizationId/clientProviders";
const ADMIN = "admin:orgclientproviders";
const READ = ["read:orgclientproviders", ADMIN];

export function addClientProviderRoutes(app: Hono<Env>, context: Context): void {
  const { state, switches } = context;

  app.get(BASE, (c) => {
    organizationOf(context, AREA, c.req.param("organizationId"));
    const ascending = booleanQuery(AREA, "ascending", c.req.query("ascending"));
    const page = paging(AREA, (name) => c.req.query(name), { fallback: 25, max: 500 });
    const { provider_id: ids, cp_type: types, search, sort = "provider_id" } = c.req.query();
    if (sort !== "provider_id" && sort !== "name") {
      throw invalid(AREA, [{ path: "sort", keyword: "enum", message: "should be provider_id or name" }]);
    }
    const key = (provider: ClientProvider): string => (sort === "name" ? (provider.name ?? "") : provider.providerId);
    const found = !mayList(context, c, ...READ)
      ? []
      : select(
          state.clientProviders,
          (provider) =>
            (ids === undefined || ids.split(",").includes(provider.providerId)) &&
            (types === undefined || types.split(",").includes(provider.type.name)) &&
            (search === undefined || (provider.name ?? "").toLowerCase().includes(search.toLowerCase())),
        ).sort((a, b) => key(a).localeCompare(key(b)) * (ascending ? 1 : -1));
    return c.json({ data: page(found).map(summary), total: found.length });
  });

  app.post(BASE, async (c) => {
    requireScope(context, c, ADMIN);
    const organization = rootOnly(context, AREA, c.req.param("organizationId"), 405);
    const body = parseProvider(await jsonBody(AREA, c.req), switches);
    if (Object.keys(state.clientProviders).length >= LIMIT) {
      throw refusal(AREA, 400, `The organization has reached its limit of ${LIMIT} client providers`);
    }
    const providerId = uuid();
    const grantTypes = await discoverGrantTypes(body.oidc);
    state.clientProviders[providerId] = { ...body, providerId, organizationId: organization.id, grantTypes };
    // The answer has no body (confirmed: DX-AM): callers find the provider by its name.
    if (switches.providerCreationAnswer === "none") return c.body(null, 201);
    const made = full(providerOf(context, AREA, providerId), false);
    return c.json(switches.providerCreationAnswer === "provider" ? made : { ...made, providerId: uuid() }, 201);
  });

  app.get(`${BASE}/:providerId`, (c) => {
    const caller = requireScope(context, c, ...READ);
    const organization = organizationOf(context, AREA, c.req.param("organizationId"));
    const provider = providerOf(context, AREA, c.req.param("providerId"));
    const secrets = booleanQuery(AREA, "includeSecrets", c.req.query("includeSecrets"));
    if (organization.parentId !== null) return c.json(summary(provider));
    // Which scope shows secrets is unknown; the administrator's is taken.
    if (secrets && !caller.scopes.includes(ADMIN))
      throw refusal(AREA, 403, `Forbidden: secrets need the scope ${ADMIN}`);
    return c.json(full(provider, secrets));
  });

  app.put(`${BASE}/:providerId`, async (c) => {
    requireScope(context, c, ADMIN);
    rootOnly(context, AREA, c.req.param("organizationId"), 405);
    const { providerId, organizationId } = providerOf(context, AREA, c.req.param("providerId"));
    const body = parseProvider(await jsonBody(AREA, c.req), switches);
    const grantTypes = await discoverGrantTypes(body.oidc);
    state.clientProviders[providerId] = { ...body, providerId, organizationId, grantTypes };
    return c.body(null, 200);
  });

  app.patch(`${BASE}/:providerId`, async (c) => {
    requireScope(context, c, ADMIN);
    rootOnly(context, AREA, c.req.param("organizationId"), 405);
    const {
      providerId,
      organizationId,
      grantTypes: _,
      ...stored
    } = providerOf(context, AREA, c.req.param("providerId"));
    booleanQuery(AREA, "recreateTokenValidationClient", c.req.query("recreateTokenValidationClient"));
    const body = parseProviderPatch(await jsonBody(AREA, c.req), stored, switches);
    const grantTypes = await discoverGrantTypes(body.oidc);
    state.clientProviders[providerId] = { ...body, providerId, organizationId, grantTypes };
    return c.body(null, 200);
  });

  app.delete(`${BASE}/:providerId`, (c) => {
    requireScope(context, c, ADMIN);
    rootOnly(context, AREA, c.req.param("organizationId"), 405);
    const { providerId } = providerOf(context, AREA, c.req.param("providerId"));
    // Nothing guards it: APIs and applications fall back to the built-in provider, contracts stay (confirmed: DOC-APIM).
    delete state.clientProviders[providerId];
    for (const user of [...Object.values(state.apiInstances), ...Object.values(state.applications)]) {
      if (user.providerId === providerId) user.providerId = null;
    }
    for (const environment of Object.values(state.environments)) {
      environment.clientProviderIds = environment.clientProviderIds.filter((id) => id !== providerId);
    }
    return c.body(null, 204);
  });

  app.get(`${BASE}/:providerId/grantTypes`, (c) => {
    requireScope(context, c, ...READ);
    organizationOf(context, AREA, c.req.param("organizationId"));
    return c.json(grantTypesBody(providerOf(context, AREA, c.req.param("providerId"))));
  });

  app.get("/exchange/api/v2/organizations/:organizationId/clientProviders/:providerId/grantTypes", (c) => {
    requireScope(context, c, "read:exchange");
    rootOnly(context, "exchange", c.req.param("organizationId"), 404);
    return c.json(grantTypesBody(providerOf(context, "exchange", c.req.param("providerId"))));
  });

  const clientScopes = ["read:orgclientproviderclients", "admin:orgclientproviderclients"];

  app.get(`${BASE}/:providerId/clients`, (c) => {
    const { id } = organizationOf(context, AREA, c.req.param("organizationId"));
    const { providerId } = providerOf(context, AREA, c.req.param("providerId"));
    const ascending = booleanQuery(AREA, "ascending", c.req.query("ascending"));
    const page = paging(AREA, (name) => c.req.query(name), { fallback: 25, max: 500 });
    const { client_id: ids, search, sort } = c.req.query();
    const key = (application: Application): string =>
      sort === "client_name" ? application.name : application.clientId;
    const found = !mayList(context, c, ...clientScopes)
      ? []
      : select(
          state.applications,
          (application) =>
            application.providerId === providerId &&
            (ids === undefined || ids.split(",").includes(application.clientId)) &&
            (search === undefined || application.name.toLowerCase().includes(search.toLowerCase())),
        ).sort((a, b) => key(a).localeCompare(key(b)) * (ascending ? 1 : -1));
    return c.json({ data: page(found).map((application) => clientBody(application, id)), total: found.length });
  });

  app.get(`${BASE}/:providerId/clients/:clientId`, (c) => {
    requireScope(context, c, ...clientScopes);
    const { id } = organizationOf(context, AREA, c.req.param("organizationId"));
    const { providerId } = providerOf(context, AREA, c.req.param("providerId"));
    const [application] = select(
      state.applications,
      (candidate) => candidate.providerId === providerId && candidate.clientId === c.req.param("clientId"),
    );
    if (application === undefined) throw refusal(AREA, 404, "Client not found");
    return c.json(clientBody(application, id));
  });

  function full(provider: ClientProvider, secrets: boolean): object {
    const show = (secret: string): string => (secrets ? secret : MASK);
    const { oidc: stored, privateKey, grantTypes: _, ...others } = provider;
    const oidc = structuredClone(stored);
    oidc.primary_client.secret = show(oidc.primary_client.secret);
    if (oidc.client.registration?.authorization !== undefined) {
      oidc.client.registration.authorization = show(oidc.client.registration.authorization);
    }
    if (privateKey !== undefined) {
      const shown = { ...privateKey, privateKey: show(privateKey.privateKey) };
      joinPrivateKeyBlock(oidc as unknown as Record<string, unknown>, shown, switches.privateKeyBlock);
    }
    return { ...others, oidc_dynamic_client_provider: oidc };
  }
}

const summary = ({ providerId, organizationId, name, type }: ClientProvider): object => ({
  providerId,
  organizationId,
  name: name ?? "",
  type: { ...type, version: "1" },
});

const grantTypesBody = (provider: ClientProvider): object => ({
  type: provider.type,
  grant_types: offeredGrantTypes(provider),
});

const clientBody = (application: Application, organizationId: string): object => ({
  client_id: application.clientId,
  client_name: application.name,
  client_secret: application.clientSecret,
  grant_types: application.grantTypes,
  redirect_uris: application.redirectUri,
  org_id: organizationId,
  client_management_provider_id: application.providerId,
});
