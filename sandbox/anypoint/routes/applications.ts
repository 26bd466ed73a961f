/** Client applications of Exchange, registered at the identity provider when they are made, and their contracts. */
import type { Hono } from "hono";
import { z } from "zod";
import type { Env } from "../../core/service.ts";
import { callerOf, hasScope, mayList, requireScope } from "../access.ts";
import { type Context, applicationOf, isoNow, rootOnly, rootOrganization, select } from "../context.ts";
import { createContract, requestTier } from "../contracts.ts";
import { booleanQuery, jsonBody, paging, parse, refusal } from "../errors.ts";
import { deleteRegisteredClient, offeredGrantTypes, registerClient } from "../identity-provider.ts";
import {
  type ApiInstance,
  type Application,
  type ConnectedApp,
  type Contract,
  newBuiltInClient,
  nextId,
} from "../state.ts";

const AREA = "exchange";
const BASE = "/exchange/api/v2/organizations/:organizationId/applications";
const CREATE = ["create:client_applications", "manage:clients"];
const READ = ["read:client_applications", "create:client_applications", "view:clients", "manage:clients"];

const creation = z.object({
  name: z.string().min(1).max(255),
  description: z.string().nullish(),
  url: z.string().nullish(),
  redirectUri: z.array(z.string()).default([]),
  grantTypes: z
    .array(z.enum(["authorization_code", "implicit", "password", "client_credentials", "refresh_token"]))
    .default([]),
  apiEndpoints: z.boolean().optional(),
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
});
const change = creation.omit({ clientId: true, clientSecret: true }).partial();

const contractBody = z.object({
  acceptedTerms: z.boolean(),
  instanceType: z.enum(["api"]),
  apiId: z.string().min(1),
  organizationId: z.uuid(),
  environmentId: z.string().max(256).optional(),
  groupId: z.string().max(256),
  assetId: z.string().max(256),
  version: z.string().max(256),
  versionGroup: z.string().max(256),
  requestedTierId: z.number().int().min(1).optional(),
});

export function addApplicationRoutes(app: Hono<Env>, context: Context): void {
  const { state } = context;
  const root = (id: string): void => void rootOnly(context, AREA, id, 404);

  /** A connected app sees and changes what it made; what others made only with a scope over all clients (confirmed: DOC-APIM). */
  const sees = (caller: ConnectedApp, application: Application): boolean =>
    application.createdBy === caller.clientId || hasScope(caller, "view:clients", "manage:clients");

  function visible(caller: ConnectedApp, id: string): Application {
    const application = applicationOf(context, AREA, id);
    if (!sees(caller, application)) throw refusal(AREA, 404, `Application with id ${id} not found`);
    return application;
  }

  function changeable(caller: ConnectedApp, id: string): Application {
    const application = visible(caller, id);
    if (application.createdBy !== caller.clientId && !hasScope(caller, "manage:clients")) {
      throw refusal(AREA, 403, `Forbidden: application ${id} belongs to another owner`);
    }
    return application;
  }

  app.get(BASE, (c) => {
    root(c.req.param("organizationId"));
    const page = paging(AREA, (name) => c.req.query(name), { fallback: 20, max: 250 });
    const { query, apiInstanceId } = c.req.query();
    const literal = booleanQuery(AREA, "literalMatch", c.req.query("literalMatch"), false);
    const credentials = booleanQuery(AREA, "targetAdminSite", c.req.query("targetAdminSite"), false);
    const caller = callerOf(context, c);
    const found = !mayList(context, c, ...READ)
      ? []
      : select(
          state.applications,
          (application) =>
            sees(caller, application) &&
            (query === undefined ||
              (literal ? application.name === query : application.name.toLowerCase().includes(query.toLowerCase()))) &&
            (apiInstanceId === undefined ||
              select(state.contracts, ({ applicationId }) => applicationId === application.id).some(
                ({ apiId }) => String(apiId) === apiInstanceId,
              )),
        );
    const showSecret = credentials && hasScope(caller, "manage:clients");
    return c.json(page(found).map((application) => body(application, showSecret)));
  });

  app.post(BASE, async (c) => {
    const caller = requireScope(context, c, ...CREATE);
    root(c.req.param("organizationId"));
    const { clientId, clientSecret, apiEndpoints: _, ...asked } = parse(AREA, creation, await jsonBody(AREA, c.req));
    const apiInstanceId = c.req.query("apiInstanceId");
    if (apiInstanceId === undefined && Object.keys(state.clientProviders).length > 0) {
      throw refusal(AREA, 400, "A target API instance id or API group instance id is required");
    }
    const instance = apiInstanceId === undefined ? undefined : state.apiInstances[apiInstanceId];
    if (apiInstanceId !== undefined && instance === undefined) {
      throw refusal(AREA, 404, `API instance ${apiInstanceId} not found`);
    }
    if (Object.values(state.applications).some(({ name }) => name === asked.name)) {
      throw refusal(AREA, 409, `An application named ${asked.name} already exists`);
    }
    const provider = instance?.providerId == null ? undefined : state.clientProviders[instance.providerId];
    let client = newBuiltInClient();
    if (provider !== undefined) {
      if (clientId !== undefined || clientSecret !== undefined) {
        throw refusal(AREA, 400, "Client credentials can't be supplied with an OpenID Connect client provider");
      }
      const offered = offeredGrantTypes(provider).map(({ name }) => name);
      const missing = asked.grantTypes.filter((name) => !offered.includes(name));
      if (missing.length > 0) {
        throw refusal(AREA, 400, `Grant types not supported by the client provider: ${missing.join(", ")}`);
      }
      client = await registerClient(context, provider, asked);
    }
    const application: Application = {
      id: nextId(state),
      ...asked,
      description: asked.description ?? null,
      url: asked.url ?? null,
      ...client,
      providerId: provider?.providerId ?? null,
      createdBy: caller.clientId,
      createdAt: isoNow(context),
    };
    state.applications[application.id] = application;
    return c.json(body(application, true), 201);
  });

  app.get(`${BASE}/:applicationId`, (c) => {
    const caller = requireScope(context, c, ...READ);
    root(c.req.param("organizationId"));
    const credentials = booleanQuery(AREA, "targetAdminSite", c.req.query("targetAdminSite"), false);
    const application = visible(caller, c.req.param("applicationId"));
    return c.json(body(application, credentials && hasScope(caller, "manage:clients")));
  });

  app.patch(`${BASE}/:applicationId`, async (c) => {
    const caller = requireScope(context, c, ...CREATE);
    root(c.req.param("organizationId"));
    const application = changeable(caller, c.req.param("applicationId"));
    const { apiEndpoints: _, ...asked } = parse(AREA, change, await jsonBody(AREA, c.req));
    requireUpdatable(application);
    Object.assign(application, asked);
    return c.json(body(application, true));
  });

  app.delete(`${BASE}/:applicationId`, async (c) => {
    const caller = requireScope(context, c, ...CREATE);
    root(c.req.param("organizationId"));
    const application = changeable(caller, c.req.param("applicationId"));
    const provider = application.providerId === null ? undefined : state.clientProviders[application.providerId];
    if (provider !== undefined) {
      if (provider.oidc.allow_local_client_deletion !== true) {
        throw refusal(AREA, 400, "The client provider doesn't allow client deletion in Anypoint Platform");
      }
      // With local deletion alone the client stays at the identity provider (inferred).
      if (provider.oidc.allow_external_client_modification === true) {
        await deleteRegisteredClient(context, provider, application.clientId);
      }
    }
    delete state.applications[application.id];
    for (const [key, { applicationId }] of Object.entries(state.contracts)) {
      if (applicationId === application.id) delete state.contracts[key];
    }
    return c.body(null, 204);
  });

  app.post(`${BASE}/:applicationId/secret/reset`, (c) => {
    const caller = requireScope(context, c, ...CREATE);
    root(c.req.param("organizationId"));
    const application = changeable(caller, c.req.param("applicationId"));
    requireUpdatable(application);
    application.clientSecret = newBuiltInClient().clientSecret;
    return c.json(body(application, true), 201);
  });

  app.get(`${BASE}/:applicationId/contracts`, (c) => {
    root(c.req.param("organizationId"));
    const application = visible(callerOf(context, c), c.req.param("applicationId"));
    return c.json(
      mayList(context, c, ...READ) ? contractsOf(application).map((contract) => contractRow(contract)) : [],
    );
  });

  app.get(`${BASE}/:applicationId/instances/:apiId/contracts`, (c) => {
    root(c.req.param("organizationId"));
    const application = visible(callerOf(context, c), c.req.param("applicationId"));
    const instance = state.apiInstances[c.req.param("apiId")];
    // The status is inferred.
    if (instance === undefined) throw refusal(AREA, 404, `API instance ${c.req.param("apiId")} not found`);
    const found = mayList(context, c, ...READ)
      ? contractsOf(application).filter(({ apiId }) => apiId === instance.id)
      : [];
    return c.json(found.map((contract) => contractRow(contract)));
  });

  app.post(`${BASE}/:applicationId/contracts`, async (c) => {
    const caller = requireScope(context, c, ...CREATE);
    root(c.req.param("organizationId"));
    const application = changeable(caller, c.req.param("applicationId"));
    const asked = parse(AREA, contractBody, await jsonBody(AREA, c.req));
    const instance = state.apiInstances[asked.apiId];
    if (instance === undefined || !describes(asked, instance)) {
      throw refusal(
        AREA,
        404,
        `No API instance ${asked.apiId} of ${asked.groupId}/${asked.assetId}/${asked.version} found`,
      );
    }
    const contract = createContract(context, AREA, application, instance, asked.requestedTierId ?? null);
    return c.json(contractRow(contract, application), 201);
  });

  app.patch(`${BASE}/:applicationId/contracts/:contractId`, async (c) => {
    const caller = requireScope(context, c, ...CREATE);
    root(c.req.param("organizationId"));
    const application = changeable(caller, c.req.param("applicationId"));
    const contract = contractsOf(application).find(({ id }) => String(id) === c.req.param("contractId"));
    const instance = contract && state.apiInstances[contract.apiId];
    if (contract === undefined || instance === undefined) throw refusal(AREA, 404, "Contract not found");
    const { requestedTierId } = parse(
      AREA,
      z.object({ requestedTierId: z.number().int() }),
      await jsonBody(AREA, c.req),
    );
    requestTier(context, AREA, contract, instance, requestedTierId);
    return c.json(contractRow(contract, application));
  });

  const contractsOf = ({ id }: Application): Contract[] =>
    select(state.contracts, ({ applicationId }) => applicationId === id);

  function contractRow(contract: Contract, credentials?: Application): object {
    const instance = state.apiInstances[contract.apiId];
    const requestedTier = tierRow(contract.requestedTierId);
    return {
      id: contract.id,
      status: contract.status,
      applicationId: contract.applicationId,
      ...(credentials && { clientId: credentials.clientId, clientSecret: credentials.clientSecret }),
      tier: tierRow(contract.tierId),
      ...(requestedTier && { requestedTier }),
      api: { id: contract.apiId, assetVersion: instance?.assetVersion, environmentId: instance?.environmentId },
    };
  }

  function tierRow(id: number | null): object | null {
    const tier = id === null ? undefined : state.tiers[id];
    if (tier === undefined) return null;
    const { name, description, limits, status } = tier;
    return { id, name, description, limits, status };
  }

  function body(application: Application, secret: boolean): object {
    const { createdAt: _, createdBy, clientSecret, providerId, ...members } = application;
    return {
      masterOrganizationId: rootOrganization(context).id,
      ...members,
      ...(secret && { clientSecret }),
      clientProvider: { providerId },
      owner: state.connectedApps[createdBy]?.name ?? "N/A",
    };
  }
}

/** Whether the coordinates of a contract request are those of the instance. */
const describes = (asked: z.infer<typeof contractBody>, instance: ApiInstance): boolean =>
  asked.organizationId === instance.organizationId &&
  (asked.environmentId ?? instance.environmentId) === instance.environmentId &&
  asked.groupId === instance.groupId &&
  asked.assetId === instance.assetId &&
  asked.version === instance.assetVersion &&
  asked.versionGroup === instance.productVersion;

/** Clients of an OpenID Connect provider can't be updated (confirmed: DOC-AM, 2024; the status is inferred). */
function requireUpdatable(application: Application): void {
  if (application.providerId !== null) {
    throw refusal(AREA, 400, "There was an error while talking to CoreServices");
  }
}
