/**
 * The contract of an application with an API instance. There is one at most per pair, so the one of our pair is ours; it
 * is deleted when it was made here.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { text } from "./input-schemas.ts";
import {
  type ContractRow,
  type InstancePlace,
  apiPath,
  describeApi,
  findContract,
  listContracts,
  numericId,
} from "./api-manager.ts";
import { type AnypointClient, path } from "./client.ts";
import {
  NOT_FOUND,
  type Ownership,
  afterCreation,
  afterWrites,
  createOnce,
  notShownYet,
  untilShown,
} from "./creation.ts";
import { AnypointError, couldNot, refusal } from "./errors.ts";
import { rootOrganization } from "./organizations.ts";
import { type Tell, tellUser } from "./remains.ts";

export const contractShape = {
  applicationId: text("the application's number").regex(/^\d+$/, { error: "give the number of the application" }),
  apiId: text("the API instance's number").regex(/^\d+$/, { error: "give the number of the API instance" }),
  organizationId: text("the business group's id"),
  environmentId: text("the environment's id"),
  groupId: text("the group of the asset"),
  assetId: text("the Exchange asset id"),
  assetVersion: text("the asset's version"),
  productVersion: text("the asset's version group, for example v1"),
  tier: text("the name of an SLA tier").optional(),
  approval: z
    .enum(["leave-pending", "wait", "approve"], { error: "give leave-pending, wait or approve" })
    .default("leave-pending"),
  waitSeconds: z
    .number({ error: "give seconds from 1 to 3600" })
    .min(1, { error: "give at least 1 second" })
    .max(3600, { error: "give at most 3600 seconds" })
    .default(300),
} as const;

export type ContractInputs = z.output<z.ZodObject<typeof contractShape>>;

export interface ContractState extends ContractInputs, Ownership {
  readonly contractId: string;
  /** `APPROVED`, `PENDING`, `REJECTED` or `REVOKED`. */
  readonly status: string;
}

export interface ContractTimes {
  /** Pause between two looks at a contract that waits for approval, in ms. Default 5,000. */
  readonly pollMs?: number;
}

/** Requests the contract, or takes on the one that is there, and sees to its approval as asked. */
export async function createContract(
  client: AnypointClient,
  inputs: ContractInputs,
  times: ContractTimes = {},
): Promise<{ id: string; state: ContractState }> {
  const tierId = await tierIdOf(client, inputs);
  const find = async () =>
    (await listContracts(client, inputs)).find(({ applicationId }) => applicationId === inputs.applicationId);
  const there = await find();
  const contractId =
    there?.contractId ??
    (await createOnce(
      client,
      () => post(client, inputs, tierId),
      async () => (await find())?.contractId,
    ));
  const state: ContractState = {
    ...inputs,
    contractId,
    status: there?.status ?? "PENDING",
    origin: there === undefined ? "created" : "adopted",
  };
  return afterCreation(contractId, state, async () => {
    const row = await untilShown(client, () => findContract(client, state, contractId));
    if (row === undefined) {
      throw refusal("contracts.create", notShownYet(`${subjectOf(state)} (${contractId})`));
    }
    const retier = tierId !== undefined && row.tierId !== tierId;
    const before = there === undefined ? undefined : formerOf(row, inputs, retier);
    const whole: ContractState = { ...state, ...(before && { before }) };
    // A write that took effect is not seen as a difference the next time, so its former values are kept from here on.
    return afterCreation(contractId, whole, async () => {
      if (retier) await setTier(client, whole, tierId);
      return { id: contractId, state: { ...whole, status: await settle(client, whole, times) } };
    });
  });
}

/** The contract as it is now, or undefined when it, or its instance, is gone. */
export async function readContract(
  client: AnypointClient,
  _id: string,
  state: ContractState,
): Promise<ContractState | undefined> {
  const row = await findContract(client, state, state.contractId);
  if (row === undefined) return undefined;
  if (state.tier === undefined) return { ...state, status: row.status };
  const name = (await tiersOf(client, state)).find(({ id }) => id === row.tierId)?.name;
  const { tier: _, ...rest } = state;
  return { ...rest, status: row.status, ...(name !== undefined && { tier: name }) };
}

/** Changes the tier and sees to the approval as asked now. */
export async function updateContract(
  client: AnypointClient,
  _id: string,
  state: ContractState,
  inputs: ContractInputs,
  times: ContractTimes = {},
): Promise<ContractState> {
  const row = await requireContract(client, state);
  const tierId = await tierIdOf(client, inputs);
  const retier = tierId !== undefined && tierId !== row.tierId;
  const former = state.origin === "adopted" ? { ...formerOf(row, inputs, retier), ...state.before } : {};
  const before = Object.keys(former).length > 0 ? former : undefined;
  const next: ContractState = { ...state, ...inputs, status: row.status, ...(before && { before }) };
  return afterWrites(next, async (wrote) => {
    if (retier) {
      await setTier(client, state, tierId);
      wrote();
    }
    return { ...next, status: await settle(client, next, times) };
  });
}

/** Whether the status asks for something to be done, given how approval is to be seen to. */
export const needsSettling = ({ approval, status }: Pick<ContractState, "approval" | "status">): boolean =>
  (approval === "approve" && status !== "APPROVED") || (approval === "wait" && status === "PENDING");

/** Former tier and status of an adopted contract, as far as they are changed. */
interface Former {
  readonly tierId: number;
  readonly status: string;
}

function formerOf(row: ContractRow, inputs: ContractInputs, retier: boolean): Partial<Former> | undefined {
  const approves = inputs.approval === "approve" && row.status !== "APPROVED";
  const former = {
    ...(retier && row.tierId !== undefined && { tierId: row.tierId }),
    ...(approves && { status: row.status }),
  };
  return Object.keys(former).length > 0 ? former : undefined;
}

/**
 * Revokes and deletes a contract that was made here; one that was adopted gets its former tier back, and is revoked again
 * when it was. There is no way back to pending or rejected, so that is told.
 */
export async function deleteContract(
  client: AnypointClient,
  _id: string,
  state: ContractState,
  tell: Tell = tellUser,
): Promise<void> {
  const row = await findContract(client, state, state.contractId);
  if (row === undefined) return;
  if (state.origin === "adopted") {
    const { tierId, status } = (state.before ?? {}) as Partial<Former>;
    if (tierId !== undefined && tierId !== row.tierId) await setTier(client, state, tierId);
    if (status === undefined || status === row.status) return;
    if (status === "REVOKED") await setStatus(client, state, status);
    else
      tell(
        `${subjectOf(state)} stays ${row.status.toLowerCase()}: it was ${status.toLowerCase()} before this stack, and Anypoint has no way back to that.`,
      );
    return;
  }
  // A contract is deleted only once it is revoked (confirmed: DX-APIM).
  if (row.status !== "REVOKED") {
    try {
      await setStatus(client, state, "REVOKED");
    } catch (error) {
      if (error instanceof AnypointError && error.code === "not-found") return;
      throw error;
    }
  }
  await client.delete({ operation: "contracts.delete", subject: subjectOf(state), path: contractPath(state) });
}

/** Brings a contract to the approval asked for; returns its status. */
async function settle(
  client: AnypointClient,
  state: ContractState,
  { pollMs = 5_000 }: ContractTimes,
): Promise<string> {
  let { status } = await requireContract(client, state);
  if (state.approval === "approve" && status !== "APPROVED") {
    await setStatus(client, state, "APPROVED");
    ({ status } = await requireContract(client, state));
  }
  if (state.approval !== "wait") return status;
  const deadline = Date.now() + state.waitSeconds * 1000;
  while (status === "PENDING" && Date.now() < deadline) {
    await sleep(Math.min(pollMs, Math.max(0, deadline - Date.now())));
    ({ status } = await requireContract(client, state));
  }
  if (status === "APPROVED") return status;
  const what =
    status === "PENDING"
      ? `it is still pending after ${state.waitSeconds} s. Ask an owner of the API to approve it (API Manager, the instance, Contracts), then run \`pulumi up\` again; or set approval: approve, or leave-pending`
      : `it is ${status.toLowerCase()}. Ask an owner of the API to approve it or to restore it, then run \`pulumi up\` again`;
  throw refusal("contracts.read", `${subjectOf(state)} was requested, but ${what}.`);
}

async function post(client: AnypointClient, inputs: ContractInputs, tierId: number | undefined): Promise<string> {
  const { id: rootId } = await rootOrganization(client);
  const made = await client.json(
    {
      operation: "contracts.create",
      subject: subjectOf(inputs),
      method: "POST",
      path: path`/exchange/api/v2/organizations/${rootId}/applications/${inputs.applicationId}/contracts`,
      body: {
        instanceType: "api",
        apiId: inputs.apiId,
        organizationId: inputs.organizationId,
        environmentId: inputs.environmentId,
        groupId: inputs.groupId,
        assetId: inputs.assetId,
        version: inputs.assetVersion,
        versionGroup: inputs.productVersion,
        acceptedTerms: true,
        ...(tierId !== undefined && { requestedTierId: tierId }),
      },
    },
    z.looseObject({ id: numericId }),
  );
  return made.id;
}

const setStatus = (client: AnypointClient, state: ContractState, status: "APPROVED" | "REVOKED"): Promise<void> =>
  change(client, state, { status });

const setTier = (client: AnypointClient, state: ContractState, tierId: number): Promise<void> =>
  change(client, state, { tierId });

const change = (client: AnypointClient, state: ContractState, body: Record<string, unknown>): Promise<void> =>
  client.run({
    operation: "contracts.update",
    subject: subjectOf(state),
    method: "PATCH",
    path: contractPath(state),
    body,
    repeatable: true,
  });

const tierPage = z.object({
  tiers: z.array(z.looseObject({ id: z.number(), name: z.string(), status: z.string().optional() })),
  total: z.number().optional(),
});

const tiersOf = (client: AnypointClient, place: InstancePlace) =>
  client.pages(
    { operation: "tiers.list", subject: `the SLA tiers of ${describeApi(place)}`, path: `${apiPath(place)}/tiers` },
    tierPage,
    ({ tiers, total }) => ({ rows: tiers, total }),
  );

async function tierIdOf(client: AnypointClient, inputs: ContractInputs): Promise<number | undefined> {
  if (inputs.tier === undefined) return undefined;
  const tiers = await tiersOf(client, inputs);
  const found = tiers.find(({ name }) => name === inputs.tier);
  if (found !== undefined) return found.id;
  const shown = tiers.map(({ name }) => `"${name}"`).join(", ");
  const make = "create it in API Manager, SLA tiers of the instance";
  const todo =
    shown === ""
      ? // Without the scope the list is empty (confirmed: KB 005385409 for contracts, inferred for tiers).
        `, nor any other. Leave the tier out, or ${make}; or, if it is there, grant the connected app read:api_configuration in the environment.`
      : `. It has: ${shown}. Give one of these, or ${make}.`;
  throw refusal(
    "tiers.list",
    `${couldNot({ operation: "contracts.create", subject: subjectOf(inputs) })}: the instance has no SLA tier "${inputs.tier}"${todo}`,
  );
}

async function requireContract(client: AnypointClient, state: ContractState): Promise<ContractRow> {
  const row = await findContract(client, state, state.contractId);
  if (row !== undefined) return row;
  throw new AnypointError(
    `Could not find ${subjectOf(state)}. It was deleted, or the connected app may not see it (read:api_contracts). ${NOT_FOUND}`,
    { code: "not-found", operation: "contracts.read" },
  );
}

const contractPath = (state: ContractState): string => apiPath(state) + path`/contracts/${state.contractId}`;

const subjectOf = (inputs: ContractInputs): string =>
  `the contract of application ${inputs.applicationId} with ${describeApi(inputs)}`;
