/** SLA tiers and contracts of an API instance, from the API Manager's side. */
import type { Hono } from "hono";
import { z } from "zod";
import type { Env } from "../../core/service.ts";
import { hasScope, mayList, requireScope } from "../access.ts";
import { type Context, audit, instanceOf, isoNow, rootOrganization, select, touch } from "../context.ts";
import { contractsOf, createContract, requestTier, setStatus } from "../contracts.ts";
import { jsonBody, paging, parse, refusal } from "../errors.ts";
import { type ApiInstance, type Contract, type Tier, nextId } from "../state.ts";

const AREA = "apimanager";
const READ = ["read:api_contracts", "manage:api_contracts", "admin:api_manager"];
const MANAGE = ["manage:api_contracts", "admin:api_manager"];
const API = "/apimanager/api/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId";
const XAPI = "/apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId";

const tierBody = z.object({
  name: z.string().min(1),
  description: z.string().nullish(),
  autoApprove: z.boolean().default(true),
  status: z.enum(["ACTIVE", "DEPRECATED"]),
  limits: z
    .array(
      z.object({
        maximumRequests: z.number().int(),
        timePeriodInMilliseconds: z.number().int(),
        visible: z.boolean().optional(),
      }),
    )
    .default([]),
});
const contractBody = z.object({
  applicationId: z.number().int().min(1),
  requestedTierId: z.number().int().min(1).nullish(),
  acceptedTerms: z.boolean().optional(),
  requestAccessInfo: z.strictObject({ reason: z.string().min(1).max(500) }).optional(),
});
const contractChange = z.object({
  status: z.enum(["APPROVED", "REJECTED", "REVOKED"]).optional(),
  tierId: z.number().int().min(1).optional(),
  requestedTierId: z.number().int().min(1).optional(),
});

export function addApiContractRoutes(app: Hono<Env>, context: Context): void {
  const { state } = context;

  app.get(`${API}/tiers`, (c) => {
    const instance = instanceOf(context, c.req.param());
    const page = paging(AREA, (name) => c.req.query(name), { fallback: 100, max: 250 });
    const tiers = mayList(context, c, ...READ) ? tiersOf(instance) : [];
    return c.json({ total: tiers.length, tiers: page(tiers).map(tierRow) });
  });

  app.post(`${API}/tiers`, async (c) => {
    requireScope(context, c, ...MANAGE);
    const instance = instanceOf(context, c.req.param());
    const asked = parse(AREA, tierBody, await jsonBody(AREA, c.req));
    requireFreeName(instance, asked.name);
    const tier: Tier = {
      ...asked,
      id: nextId(state),
      apiId: instance.id,
      description: asked.description ?? null,
      createdAt: isoNow(context),
    };
    state.tiers[tier.id] = tier;
    return c.json(tierRow(tier), 201);
  });

  app.put(`${API}/tiers/:tierId`, async (c) => {
    requireScope(context, c, ...MANAGE);
    const instance = instanceOf(context, c.req.param());
    const tier = tierOf(instance, c.req.param("tierId"));
    const asked = parse(AREA, tierBody, await jsonBody(AREA, c.req));
    if (asked.name !== tier.name) requireFreeName(instance, asked.name);
    Object.assign(tier, asked, { description: asked.description ?? null });
    touch(context, "tier", tier.id);
    return c.json(tierRow(tier), 201);
  });

  app.delete(`${API}/tiers/:tierId`, (c) => {
    requireScope(context, c, ...MANAGE);
    const tier = tierOf(instanceOf(context, c.req.param()), c.req.param("tierId"));
    const used = contractsOf(context, tier.apiId).some(
      ({ tierId, status }) => tierId === tier.id && status === "APPROVED",
    );
    if (used) throw refusal(AREA, 400, `SLA tier ${tier.id} has active applications`);
    delete state.tiers[tier.id];
    return c.body(null, 204);
  });

  app.get(`${API}/contracts`, (c) => {
    const instance = instanceOf(context, c.req.param());
    const page = paging(AREA, (name) => c.req.query(name), { fallback: 100, max: 250 });
    const { status, query, coreServicesId } = c.req.query();
    const contracts = !mayList(context, c, ...READ)
      ? []
      : contractsOf(context, instance.id).filter((contract) => {
          const application = state.applications[contract.applicationId];
          return (
            (status === undefined || contract.status === status.toUpperCase()) &&
            (query === undefined || application?.name.toLowerCase().includes(query.toLowerCase())) &&
            (coreServicesId === undefined || application?.clientId === coreServicesId)
          );
        });
    return c.json({ total: contracts.length, contracts: page(contracts).map((contract) => row(contract, false)) });
  });

  app.post(`${API}/contracts`, async (c) => {
    const caller = requireScope(context, c, ...MANAGE);
    if (!hasScope(caller, "read:exchange"))
      throw refusal(AREA, 403, "Forbidden: the call needs the scope read:exchange");
    const instance = instanceOf(context, c.req.param());
    const asked = parse(AREA, contractBody, await jsonBody(AREA, c.req));
    const application = state.applications[asked.applicationId];
    if (application === undefined) throw refusal(AREA, 404, `Application with id ${asked.applicationId} not found`);
    return c.json(row(createContract(context, AREA, application, instance, asked.requestedTierId ?? null), true), 201);
  });

  app.get(`${API}/contracts/:contractId`, (c) => {
    requireScope(context, c, ...READ);
    return c.json(row(contractOf(instanceOf(context, c.req.param()), c.req.param("contractId")), false));
  });

  app.patch(`${API}/contracts/:contractId`, async (c) => {
    requireScope(context, c, ...MANAGE);
    const instance = instanceOf(context, c.req.param());
    const contract = contractOf(instance, c.req.param("contractId"));
    const asked = parse(AREA, contractChange, await jsonBody(AREA, c.req));
    const tierId = asked.tierId ?? asked.requestedTierId;
    if (tierId !== undefined) requestTier(context, AREA, contract, instance, tierId);
    if (asked.status !== undefined) setStatus(context, contract, asked.status);
    return c.json(row(contract, true));
  });

  app.delete(`${API}/contracts/:contractId`, (c) => {
    requireScope(context, c, ...MANAGE);
    const contract = contractOf(instanceOf(context, c.req.param()), c.req.param("contractId"));
    if (contract.status !== "REVOKED") {
      throw refusal(AREA, 400, `Contract ${contract.id} is ${contract.status}: revoke it before it is deleted`);
    }
    delete state.contracts[contract.id];
    return c.body(null, 204);
  });

  const actions = { approve: "APPROVED", reject: "REJECTED", revoke: "REVOKED", restore: "APPROVED" } as const;
  for (const [action, status] of Object.entries(actions)) {
    app.post(`${XAPI}/contracts/:contractId/${action}`, (c) => {
      requireScope(context, c, ...MANAGE);
      const contract = contractOf(instanceOf(context, c.req.param()), c.req.param("contractId"));
      if (action === "restore" && contract.status !== "REVOKED") {
        throw refusal(AREA, 400, `Contract ${contract.id} is ${contract.status} and can't be restored`);
      }
      setStatus(context, contract, status);
      return c.json(row(contract, false), 201);
    });
  }

  const tiersOf = ({ id }: ApiInstance): Tier[] => select(state.tiers, ({ apiId }) => apiId === id);

  function tierOf(instance: ApiInstance, id: string): Tier {
    const tier = state.tiers[id];
    if (tier?.apiId !== instance.id) throw refusal(AREA, 404, `SLA tier with id ${id} not found on API ${instance.id}`);
    return tier;
  }

  function contractOf(instance: ApiInstance, id: string): Contract {
    const contract = state.contracts[id];
    if (contract?.apiId !== instance.id) {
      throw refusal(AREA, 404, `Contract with id ${id} not found on API ${instance.id}`);
    }
    return contract;
  }

  function requireFreeName(instance: ApiInstance, name: string): void {
    if (tiersOf(instance).some((tier) => tier.name === name)) {
      throw refusal(AREA, 409, `API ${instance.id} already has an SLA tier named ${name}`);
    }
  }

  const owners = (apiId: number): { masterOrganizationId: string; organizationId: string | undefined } => ({
    masterOrganizationId: rootOrganization(context).id,
    organizationId: state.apiInstances[apiId]?.organizationId,
  });

  function tierRow(tier: Tier): object {
    const { createdAt: _, ...members } = tier;
    const applicationCount = contractsOf(context, tier.apiId).filter(({ tierId }) => tierId === tier.id).length;
    return { audit: audit(context, "tier", tier), ...owners(tier.apiId), ...members, applicationCount };
  }

  function row(contract: Contract, withApplication: boolean): object {
    const { createdAt: _, ...members } = contract;
    const application = state.applications[contract.applicationId];
    const tier = (id: number | null): object | null => {
      const found = id === null ? undefined : state.tiers[id];
      return found === undefined ? null : tierRow(found);
    };
    return {
      audit: audit(context, "contract", contract),
      ...owners(contract.apiId),
      ...members,
      application: application && {
        audit: audit(context, "application", application),
        masterOrganizationId: rootOrganization(context).id,
        id: application.id,
        name: application.name,
        description: application.description,
        coreServicesId: application.clientId,
        url: application.url,
        clientProvider: { providerId: application.providerId },
        ...(withApplication && {
          grantTypes: application.grantTypes,
          redirectUri: application.redirectUri,
          clientId: application.clientId,
          clientSecret: application.clientSecret,
          owner: state.connectedApps[application.createdBy]?.name ?? "N/A",
          email: "N/A",
          owners: [],
        }),
      },
      tier: tier(contract.tierId),
      requestedTier: tier(contract.requestedTierId),
      terms: null,
      partyId: "",
      partyName: "",
      condition: contract.status === "APPROVED" ? "APPLIED" : "NOT_APPLIED",
      api: { audit: { created: {}, updated: {} }, id: contract.apiId },
    };
  }
}
