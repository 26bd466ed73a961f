/** Contracts between applications and API instances: rules of making and of changing their status. */
import { type Context, isoNow, select, touch } from "./context.ts";
import { type Area, refusal } from "./errors.ts";
import { type ApiInstance, type Application, type Contract, type ContractStatus, type Tier, nextId } from "./state.ts";

export const contractsOf = (context: Context, apiId: number): Contract[] =>
  select(context.state.contracts, (contract) => contract.apiId === apiId);

/** A tier of the instance; throws a 400 when it has no such one. */
function tierOf(context: Context, area: Area, instance: ApiInstance, tierId: number): Tier {
  const tier = context.state.tiers[tierId];
  if (tier?.apiId !== instance.id || tier.status !== "ACTIVE") {
    throw refusal(area, 400, `API ${instance.id} has no active SLA tier with id ${tierId}`);
  }
  return tier;
}

/**
 * Makes a contract. Approved at once without tiers or with an automatic one, else pending (confirmed: DOC-APIM).
 * Throws 409 for a second contract of the same application, 400 when the client providers differ, the instance is
 * deprecated, or it has tiers and none is asked for (the last one inferred).
 */
export function createContract(
  context: Context,
  area: Area,
  application: Application,
  instance: ApiInstance,
  requestedTierId: number | null,
): Contract {
  if (instance.deprecated) throw refusal(area, 400, `API ${instance.id} is deprecated and takes no new contracts`);
  if (application.providerId !== instance.providerId) {
    const message = `Application ${application.id} and API ${instance.id} have different client providers`;
    throw refusal(area, 400, message);
  }
  if (contractsOf(context, instance.id).some(({ applicationId }) => applicationId === application.id)) {
    throw refusal(area, 409, `Application ${application.id} already has a contract with API ${instance.id}`);
  }
  const tiers = select(context.state.tiers, ({ apiId, status }) => apiId === instance.id && status === "ACTIVE");
  if (requestedTierId === null && tiers.length > 0) {
    throw refusal(area, 400, `API ${instance.id} has SLA tiers: requestedTierId is required`);
  }
  const tier = requestedTierId === null ? undefined : tierOf(context, area, instance, requestedTierId);
  const approved = tier?.autoApprove ?? instance.approvalMethod !== "manual";
  const contract: Contract = {
    id: nextId(context.state),
    applicationId: application.id,
    apiId: instance.id,
    status: approved ? "APPROVED" : "PENDING",
    tierId: approved ? (tier?.id ?? null) : null,
    requestedTierId: approved ? null : (tier?.id ?? null),
    approvedDate: approved ? isoNow(context) : null,
    rejectedDate: null,
    revokedDate: null,
    createdAt: isoNow(context),
  };
  context.state.contracts[contract.id] = contract;
  return contract;
}

const STATUS_FROM: Record<Exclude<ContractStatus, "PENDING">, readonly ContractStatus[]> = {
  APPROVED: ["PENDING", "REJECTED", "REVOKED", "APPROVED"],
  REJECTED: ["PENDING"],
  // Also from pending and rejected, since a contract is deleted only once it is revoked (inferred).
  REVOKED: ["APPROVED", "PENDING", "REJECTED", "REVOKED"],
};

/** Approves, rejects or revokes. Throws a 400 when the contract is not in a status that allows it. */
export function setStatus(context: Context, contract: Contract, status: Exclude<ContractStatus, "PENDING">): void {
  if (!STATUS_FROM[status].includes(contract.status)) {
    throw refusal("apimanager", 400, `Contract ${contract.id} is ${contract.status} and can't become ${status}`);
  }
  if (contract.status === status) return;
  contract.status = status;
  if (status === "APPROVED") {
    contract.approvedDate = isoNow(context);
    contract.tierId = contract.requestedTierId ?? contract.tierId;
    contract.requestedTierId = null;
  } else if (status === "REJECTED") contract.rejectedDate = isoNow(context);
  else contract.revokedDate = isoNow(context);
  touch(context, "contract", contract.id);
}

/** Asks for another tier: taken at once when it approves automatically, else the contract is pending again. */
export function requestTier(
  context: Context,
  area: Area,
  contract: Contract,
  instance: ApiInstance,
  tierId: number,
): void {
  const tier = tierOf(context, area, instance, tierId);
  if (tier.autoApprove) {
    contract.tierId = tier.id;
    contract.requestedTierId = null;
    if (contract.status === "PENDING") setStatus(context, contract, "APPROVED");
  } else {
    contract.requestedTierId = tier.id;
    if (contract.status === "APPROVED") contract.status = "PENDING";
  }
  touch(context, "contract", contract.id);
}
