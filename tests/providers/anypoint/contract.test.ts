import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createClientApplication } from "../../../providers/anypoint/client-application.ts";
import { createApiInstance } from "../../../providers/anypoint/api-instance.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import {
  type ContractInputs,
  createContract,
  deleteContract,
  needsSettling,
  readContract,
  updateContract,
} from "../../../providers/anypoint/contract.ts";
import { HalfCreated } from "../../../providers/anypoint/creation.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
let place: Omit<ContractInputs, "approval" | "waitSeconds">;

beforeEach(async () => {
  world = await startWorld();
  const { id: clientProviderId } = await createClientProvider(world.client(), world.providerInputs());
  const { id: apiId, state } = await createApiInstance(world.client(), {
    ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "okta", clientProviderId },
  });
  const { id: applicationId } = await createClientApplication(world.client(), {
    name: "orders-mobile",
    redirectUris: ["https://orders.acme.com/callback"],
    grantTypes: ["authorization_code"],
    ...{ apiId, clientProviderId, deletion: "remove" },
  });
  place = {
    ...{ applicationId, apiId, organizationId: state.organizationId, environmentId: state.environmentId },
    ...{ groupId: state.groupId ?? "", assetId: "orders-api", assetVersion: "1.0.0", productVersion: "v1" },
  };
});
afterEach(() => world.close());

const inputs = (changes: Partial<ContractInputs> = {}): ContractInputs => ({
  ...place,
  approval: "leave-pending",
  waitSeconds: 300,
  ...changes,
});
const create = (changes: Partial<ContractInputs> = {}, pollMs = 1) =>
  createContract(world.client(), inputs(changes), { pollMs });
const stored = () => Object.values(world.anypoint.state.contracts);
const manualApproval = () => {
  const instance = world.anypoint.state.apiInstances[place.apiId];
  if (instance !== undefined) instance.approvalMethod = "manual";
};
function addTier(id: number, name: string, autoApprove = true): void {
  world.anypoint.state.tiers[id] = {
    ...{
      id,
      apiId: Number(place.apiId),
      name,
      description: null,
      autoApprove,
      status: "ACTIVE",
      limits: [],
      createdAt: "",
    },
  };
}

describe("create", () => {
  test("requests it once through Exchange, and reads it back in API Manager", async () => {
    const position = world.journal.position;
    const { id, state } = await create();
    expect(stored()).toMatchObject([{ applicationId: Number(place.applicationId), status: "APPROVED" }]);
    expect(state).toEqual({ ...inputs(), contractId: id, status: "APPROVED", origin: "created" });
    expect(world.calls(position).filter((call) => call.startsWith("POST"))).toEqual([
      "POST applications/*/contracts 201",
    ]);
  });

  test("takes on the one there is, and leaves it on delete", async () => {
    const { id } = await create();
    const { state } = await create();
    expect(state).toMatchObject({ contractId: id, origin: "adopted" });
    await deleteContract(world.client(), id, state);
    expect(stored()).toHaveLength(1);
  });

  test("a lost answer makes no second one, and it is ours", async () => {
    world.faults.add({ service: "anypoint", method: "POST", path: "/contracts$", kind: "cut" });
    expect((await create()).state.origin).toBe("created");
    expect(stored()).toHaveLength(1);
  });

  test("says what to do where there are no tiers at all", async () => {
    await expect(create({ tier: "gold" })).rejects.toThrow(
      /no SLA tier "gold", nor any other.*Leave the tier out.*create it in API Manager, SLA tiers.*read:api_configuration/s,
    );
    expect(stored()).toEqual([]);
  });

  test("asks for a tier by its name, and lists the tiers when there is no such one", async () => {
    addTier(901, "silver");
    addTier(902, "gold");
    await expect(create({ tier: "platinum" })).rejects.toThrow(
      /no SLA tier "platinum".*"silver", "gold".*Give one of these, or create it in API Manager, SLA tiers/s,
    );
    await create({ tier: "gold" });
    expect(stored()[0]?.tierId).toBe(902);
  });
});

describe("approval", () => {
  beforeEach(manualApproval);

  test("leave-pending leaves it pending", async () => {
    expect((await create()).state.status).toBe("PENDING");
  });

  test("approve approves it", async () => {
    expect((await create({ approval: "approve" })).state.status).toBe("APPROVED");
    expect(stored()[0]?.status).toBe("APPROVED");
  });

  test("wait waits until somebody approves", async () => {
    const waiting = create({ approval: "wait" });
    const approve = async (): Promise<void> => {
      const looks = world.calls().filter((call) => call.startsWith("GET apis/*/contracts/*")).length;
      const contract = stored()[0];
      if (looks >= 3 && contract !== undefined) contract.status = "APPROVED";
      else await new Promise((resolve) => setImmediate(resolve)).then(approve);
    };
    await approve();
    expect((await waiting).state.status).toBe("APPROVED");
  });

  test("wait that is over keeps the contract in the state and says whom to ask", async () => {
    const failure: unknown = await create({ approval: "wait", waitSeconds: 0.02 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HalfCreated);
    expect(failure).toMatchObject({
      id: String(stored()[0]?.id),
      state: { origin: "created", status: "PENDING" },
      message: expect.stringMatching(/still pending after 0\.02 s\. Ask an owner of the API/),
    });
  });

  test("wait for one that was rejected ends at once", async () => {
    const { state } = await create();
    Object.assign(stored()[0] ?? {}, { status: "REJECTED" });
    await expect(updateContract(world.client(), state.contractId, state, inputs({ approval: "wait" }))).rejects.toThrow(
      /it is rejected\. Ask an owner/,
    );
  });
});

test.each([
  ["approve", "PENDING", true],
  ["approve", "REVOKED", true],
  ["approve", "APPROVED", false],
  ["wait", "PENDING", true],
  ["wait", "REJECTED", false],
  ["leave-pending", "PENDING", false],
] as const)("%s with a contract that is %s: to be settled %s", (approval, status, expected) => {
  expect(needsSettling({ approval, status })).toBe(expected);
});

describe("read and update", () => {
  test("read right after create shows exactly the created state", async () => {
    addTier(901, "silver");
    const { id, state } = await create({ tier: "silver" });
    expect(await readContract(world.client(), id, state)).toEqual(state);
  });

  test("shows another status and another tier, and that it is gone", async () => {
    addTier(901, "silver");
    addTier(902, "gold");
    const { id, state } = await create({ tier: "silver" });
    Object.assign(stored()[0] ?? {}, { status: "REVOKED", tierId: 902 });
    expect(await readContract(world.client(), id, state)).toEqual({ ...state, status: "REVOKED", tier: "gold" });
    world.anypoint.state.contracts = {};
    expect(await readContract(world.client(), id, state)).toBeUndefined();
  });

  test("changes the tier in place", async () => {
    addTier(901, "silver");
    addTier(902, "gold");
    const { id, state } = await create({ tier: "silver" });
    const updated = await updateContract(world.client(), id, state, inputs({ tier: "gold" }));
    expect(updated).toMatchObject({ tier: "gold", status: "APPROVED" });
    expect(stored()[0]?.tierId).toBe(902);
  });

  test("an adopted contract's former tier is kept where the answer to the change of it is lost", async () => {
    addTier(901, "silver");
    addTier(902, "gold");
    await create({ tier: "silver" });
    world.faults.add({ service: "anypoint", method: "PATCH", path: "/contracts/", kind: "lose", times: 20 });
    const failure: unknown = await create({ tier: "gold" }).catch((error: unknown) => error);
    expect(stored()[0]?.tierId).toBe(902);
    expect(failure).toMatchObject({ state: { origin: "adopted", before: { tierId: 901 } } });
  });

  test("an adopted contract gets its tier back", async () => {
    addTier(901, "silver");
    addTier(902, "gold");
    await create({ tier: "silver" });
    const { id, state } = await create({ tier: "gold" });
    expect(state).toMatchObject({ origin: "adopted", before: { tierId: 901 } });
    await deleteContract(world.client(), id, state);
    expect(stored()[0]?.tierId).toBe(901);
  });
});

describe("delete", () => {
  test.each(["APPROVED", "PENDING", "REJECTED", "REVOKED"] as const)(
    "revokes and deletes one that is %s",
    async (status) => {
      const { id, state } = await create();
      Object.assign(stored()[0] ?? {}, { status });
      await deleteContract(world.client(), id, state);
      expect(stored()).toEqual([]);
    },
  );

  test("is a success when contract or instance are gone", async () => {
    const { id, state } = await create();
    await deleteContract(world.client(), id, state);
    await deleteContract(world.client(), id, state);
    delete world.anypoint.state.apiInstances[place.apiId];
    await deleteContract(world.client(), id, state);
  });
});
