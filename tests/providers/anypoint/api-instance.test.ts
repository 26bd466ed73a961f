import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  bindingProblem,
  createApiInstance,
  deleteApiInstance,
  readApiInstance,
  updateApiInstance,
} from "../../../providers/anypoint/api-instance.ts";
import type { ApiInstanceInputs, ApiInstanceState } from "../../../providers/anypoint/api-instance-inputs.ts";
import { createApiPolicy, deleteApiPolicy } from "../../../providers/anypoint/api-policy.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { HalfCreated, HalfUpdated } from "../../../providers/anypoint/creation.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
let provider: string;
let otherProvider: string;

beforeEach(async () => {
  world = await startWorld();
  provider = (await createClientProvider(world.client(), world.providerInputs())).id;
  otherProvider = (await createClientProvider(world.client(), world.providerInputs({ name: "other" }))).id;
});
afterEach(() => world.close());

const byAsset = (changes: Partial<ApiInstanceInputs> = {}): ApiInstanceInputs => ({
  environment: "Sandbox",
  assetId: "orders-api",
  assetVersion: "1.0.0",
  label: "okta",
  clientProviderId: provider,
  ...changes,
});
const byId = (changes: Partial<ApiInstanceInputs> = {}): ApiInstanceInputs => ({
  environment: "Sandbox",
  apiId: world.legacyApiId,
  clientProviderId: provider,
  ...changes,
});
const stored = (id: string) => world.anypoint.state.apiInstances[id];

/** Another version of the asset in Exchange. */
function publish(version: string, versionGroup: string): void {
  const { assets } = world.anypoint.state;
  const [asset] = Object.values(assets).filter(({ assetId }) => assetId === "orders-api");
  if (asset === undefined) throw new Error("no asset");
  assets[`${asset.groupId}/orders-api/${version}`] = { ...asset, id: asset.id + 500, version, versionGroup };
}

/** A contract on the legacy instance, made by somebody else. */
function addContract(apiId = world.legacyApiId): void {
  const base = { tierId: null, requestedTierId: null, approvedDate: null, rejectedDate: null, revokedDate: null };
  world.anypoint.state.applications[777_001] = {
    ...{ id: 777_001, name: "old-consumer", description: null, url: null, redirectUri: [], grantTypes: [] },
    ...{ clientId: "abc", clientSecret: "old-consumer-secret", providerId: null, createdBy: "somebody", createdAt: "" },
  };
  world.anypoint.state.contracts[888_001] = {
    ...base,
    ...{ id: 888_001, applicationId: 777_001, apiId: Number(apiId), status: "APPROVED", createdAt: "" },
  };
}

/** An API group with the legacy instance in it. */
function addApiGroup(): void {
  const { organizationId, legacyApiId } = world;
  world.anypoint.state.apiGroupInstances[266_126] = {
    ...{ id: 266_126, organizationId, groupId: organizationId, assetId: "social-media", version: "1.0.0" },
    apiIds: [Number(legacyApiId)],
  };
}

const policyOn = (apiId: string) => ({
  ...{ organizationId: world.organizationId, environmentId: world.environmentId, apiId, disabled: false },
  groupId: "68ef9520-24e9-4cf2-b2f5-620025690913",
  assetId: "openidconnect-access-token-enforcement",
  configuration: { scopes: "orders.read" },
});

describe("create", () => {
  test("makes a Mule 4 instance bound to the provider, and reads it back", async () => {
    const { id, state } = await createApiInstance(
      world.client(),
      byAsset({ endpointUri: "https://api.acme.com/orders" }),
    );
    expect(stored(id)).toMatchObject({
      providerId: provider,
      instanceLabel: "okta",
      technology: "mule4",
      endpointUri: "https://api.acme.com/orders",
      endpoint: { deploymentType: "CH2", muleVersion4OrAbove: true },
    });
    expect(state).toMatchObject({
      apiId: id,
      organizationId: world.organizationId,
      environmentId: world.environmentId,
      environmentName: "Sandbox",
      groupId: world.organizationId,
      assetId: "orders-api",
      assetVersion: "1.0.0",
      productVersion: "v1",
      label: "okta",
      origin: "created",
    });
    expect(world.calls().slice(-3)).toEqual(["GET apis 200", "POST apis 201", "GET apis/* 200"]);
  });

  test("refuses a label that is taken unless it may adopt, naming the instance", async () => {
    await expect(createApiInstance(world.client(), byAsset({ label: "legacy" }))).rejects.toThrow(
      new RegExp(`labelled "legacy".*${world.legacyApiId}.*adopt: true`, "s"),
    );
    expect(stored(world.legacyApiId)?.providerId).toBeNull();
  });

  test("does not post twice when the answer is lost", async () => {
    world.faults.add({ service: "anypoint", method: "POST", path: "/apis$", kind: "cut" });
    const { state } = await createApiInstance(world.client(), byAsset());
    expect(state.origin).toBe("created");
    expect(Object.values(world.anypoint.state.apiInstances)).toHaveLength(2);
  });

  test.each([
    ["asset", { assetId: "no-such-api" }, /no asset no-such-api in version 1\.0\.0 in group /],
    ["version", { assetVersion: "9.9.9" }, /no asset orders-api in version 9\.9\.9 in group /],
    ["group", { groupId: "77777777-7777-4777-8777-777777777777" }, /in group 77777777-7777-4777-8777-777777777777/],
  ])("names the %s that is missing in Exchange, and what to do", async (_what, changes, missing) => {
    const { message } = (await createApiInstance(world.client(), byAsset(changes)).catch((e: unknown) => e)) as Error;
    expect(message).toMatch(/Could not create an API instance of .*404.*not found in Exchange/s);
    expect(message).toMatch(missing);
    expect(message).toMatch(/publish it.*assetId, version and groupId.*read:exchange/s);
    expect(Object.keys(world.anypoint.state.apiInstances)).toEqual([world.legacyApiId]);
  });
});

describe("adopt", () => {
  test.each([
    ["by number", () => byId({ endpointUri: "https://new.acme.com" })],
    ["by asset and label", () => byAsset({ label: "legacy", adopt: true, endpointUri: "https://new.acme.com" })],
  ])("%s: binds it, and gives back provider and endpoint on delete", async (_how, inputs) => {
    const before = world.snapshot();
    const { id, state } = await createApiInstance(world.client(), inputs());
    expect(id).toBe(world.legacyApiId);
    expect(stored(id)).toMatchObject({ providerId: provider, endpointUri: "https://new.acme.com" });
    expect(state).toMatchObject({
      origin: "adopted",
      before: { clientProviderId: null, endpointUri: null },
      label: "legacy",
    });
    await deleteApiInstance(world.client(), id, state);
    expect(world.snapshot()).toEqual(before);
  });

  test("creates it with adopt: true where there is none", async () => {
    const { state } = await createApiInstance(world.client(), byAsset({ adopt: true }));
    expect(state.origin).toBe("created");
  });

  test("one that is bound already is not written, and stays so on delete", async () => {
    const legacy = stored(world.legacyApiId);
    if (legacy !== undefined) legacy.providerId = provider;
    const { id, state } = await createApiInstance(world.client(), byId());
    expect(world.calls().filter((call) => call.startsWith("PATCH"))).toEqual([]);
    await deleteApiInstance(world.client(), id, state);
    expect(stored(id)?.providerId).toBe(provider);
  });

  test("keeps the former values when the read after the write fails", async () => {
    const before = world.snapshot();
    const inputs = byId({ endpointUri: "https://new.acme.com" });
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/apis/\\d+$", kind: "refuse" },
      ...{ status: 403, skip: 1, times: 9 },
    });
    const failure: unknown = await createApiInstance(world.client(), inputs).catch((error: unknown) => error);
    world.faults.clear();
    expect(stored(world.legacyApiId)?.providerId).toBe(provider);
    expect(failure).toBeInstanceOf(HalfCreated);
    const { id, state } = failure as { id: string; state: ApiInstanceState };
    expect(id).toBe(world.legacyApiId);
    expect(state).toMatchObject({ origin: "adopted", before: { clientProviderId: null, endpointUri: null } });
    const updated = await updateApiInstance(world.client(), id, state, inputs);
    await deleteApiInstance(world.client(), id, updated);
    expect(world.snapshot()).toEqual(before);
  });

  test("a number that is not there is an error that says where to look", async () => {
    await expect(createApiInstance(world.client(), byId({ apiId: "12345" }))).rejects.toThrow(
      /Could not find API instance 12345.*Check the number in API Manager/s,
    );
  });

  test("another version under the same label is refused", async () => {
    await expect(
      createApiInstance(world.client(), byAsset({ label: "legacy", adopt: true, assetVersion: "2.0.0" })),
    ).rejects.toThrow(new RegExp(`${world.legacyApiId} has version 1.0.0, not 2.0.0`));
  });
});

describe("what holds an instance to its provider", () => {
  test("contracts are listed with the way out, and nothing is changed", async () => {
    addContract();
    const before = world.snapshot();
    await expect(createApiInstance(world.client(), byId())).rejects.toThrow(
      /bound to Anypoint's own provider and held there by contract 888001 of application "old-consumer" \(approved\)\. Nothing was changed\. Way out:/,
    );
    expect(world.snapshot()).toEqual(before);
  });

  test("an OpenID Connect policy does not, where the new provider is of its type, and stays as it is", async () => {
    const { id, state } = await createApiInstance(world.client(), byAsset());
    const policy = await createApiPolicy(world.client(), policyOn(id));
    const before = structuredClone(world.anypoint.state.policies);
    const next = byAsset({ clientProviderId: otherProvider });
    expect(await bindingProblem(world.client(), { ...next, adopt: true }, provider)).toBeUndefined();
    const position = world.journal.position;
    await updateApiInstance(world.client(), id, state, next);
    expect(stored(id)?.providerId).toBe(otherProvider);
    expect(world.anypoint.state.policies).toEqual(before);
    expect(Object.keys(before)).toEqual([policy.id]);
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual(["PATCH apis/* 200"]);
  });

  test("an OpenID Connect policy is listed on the way back to a provider of another type", async () => {
    const { id, state } = await createApiInstance(world.client(), byId());
    const policy = await createApiPolicy(world.client(), policyOn(id));
    const before = world.snapshot();
    await expect(deleteApiInstance(world.client(), id, state)).rejects.toThrow(
      new RegExp(`held there by policy ${policy.id} \\(openidconnect-access-token-enforcement\\)`),
    );
    expect(world.snapshot()).toEqual(before);
    // Of a stack the policy goes first, since it depends on the instance.
    await deleteApiPolicy(world.client(), policy.id, policy.state);
    await deleteApiInstance(world.client(), id, state);
    expect(stored(id)?.providerId).toBeNull();
  });

  test("an API group is listed, by what Exchange shows of it, and nothing is changed", async () => {
    addApiGroup();
    const before = world.snapshot();
    const refused = /held there by API group instance 266126 \(social-media 1\.0\.0\)\. Nothing was changed\. Way out:/;
    for (const inputs of [byId(), byAsset({ label: "legacy", adopt: true })]) {
      await expect(createApiInstance(world.client(), inputs)).rejects.toThrow(refused);
      expect(await bindingProblem(world.client(), inputs)).toMatch(refused);
    }
    expect(world.snapshot()).toEqual(before);
  });

  test("a group that can't be seen shows in Anypoint's refusal, with the way out", async () => {
    addApiGroup();
    const before = world.snapshot();
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/relatedApiGroupInstances$", kind: "refuse" },
      ...{ status: 403, times: 9 },
    });
    expect(await bindingProblem(world.client(), byId())).toBeUndefined();
    await expect(createApiInstance(world.client(), byId())).rejects.toThrow(
      /Could not update API instance .*400.*it is in an API group.*Way out:.*or keep Anypoint's own provider\./s,
    );
    expect(world.snapshot()).toEqual(before);
  });

  test("every mix of holders is told completely, and none of them is touched", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.boolean(), fc.boolean(), async (contract, group, back) => {
        const { state } = world.anypoint;
        state.contracts = {};
        state.apiGroupInstances = {};
        state.policies = {};
        Object.assign(stored(world.legacyApiId) ?? {}, { providerId: null });
        const { id, state: adopted } = await createApiInstance(world.client(), byId());
        const policy = await createApiPolicy(world.client(), policyOn(id));
        if (contract) addContract();
        if (group) addApiGroup();
        const before = world.snapshot();
        const holders = [
          ...(contract ? ["contract 888001"] : []),
          ...(back ? [`policy ${policy.id}`] : []),
          ...(group ? ["API group instance 266126"] : []),
        ];
        const work = back
          ? deleteApiInstance(world.client(), id, adopted)
          : updateApiInstance(world.client(), id, adopted, byId({ clientProviderId: otherProvider }));
        const failure: unknown = await work.then(
          () => undefined,
          (error: unknown) => error,
        );
        if (holders.length === 0) {
          expect(failure).toBeUndefined();
          return;
        }
        for (const holder of holders) expect(String(failure)).toContain(holder);
        expect(String(failure).match(/contract \d+|policy \d+ |API group instance \d+/g)).toHaveLength(holders.length);
        expect(world.snapshot()).toEqual(before);
      }),
      { numRuns: 16 },
    );
  });

  test("is found before anything is done, for known and for unknown providers", async () => {
    addContract();
    await expect(bindingProblem(world.client(), byId())).resolves.toMatch(/contract 888001/);
    await expect(bindingProblem(world.client(), byId({ clientProviderId: undefined as never }))).resolves.toMatch(
      /to a new client provider/,
    );
    const legacy = stored(world.legacyApiId);
    if (legacy !== undefined) legacy.providerId = otherProvider;
    // It might be the one that is to be taken on.
    await expect(
      bindingProblem(world.client(), byId({ clientProviderId: undefined as never })),
    ).resolves.toBeUndefined();
    await expect(bindingProblem(world.client(), byAsset())).resolves.toBeUndefined();
  });

  test("the way out keeps the API in the configuration", async () => {
    addContract();
    const problem = await bindingProblem(world.client(), byId());
    expect(problem).toMatch(/Way out: take consumers .* remove the contracts .*or keep Anypoint's own provider\.$/);
    expect(problem).not.toMatch(/out of the configuration|another label/);
  });

  test("our own contract holds to no provider that is gone", async () => {
    const { id, state } = await createApiInstance(world.client(), byAsset());
    addContract(id);
    const next = byAsset({ clientProviderId: otherProvider, adopt: true });
    expect(await bindingProblem(world.client(), next, provider)).toMatch(/held there by contract/);
    delete world.anypoint.state.clientProviders[provider];
    for (const bound of [provider, null]) {
      Object.assign(stored(id) ?? {}, { providerId: bound });
      expect(await bindingProblem(world.client(), next, provider)).toBeUndefined();
    }
    // Whether it can be bound all the same is for Anypoint to say.
    const failure: unknown = await updateApiInstance(world.client(), id, state, next).catch((error: unknown) => error);
    expect(String(failure)).toMatch(
      /Anypoint answered 400 .*1 contract\(s\).*Way out: `pulumi destroy --run-program --target '\*\*-contract' --target-dependents`.*then `pulumi up`/s,
    );
    expect(world.calls().at(-1)).toBe("PATCH apis/* 400");
  });

  test("is found on the way back too", async () => {
    const { id, state } = await createApiInstance(world.client(), byId());
    addContract();
    await expect(deleteApiInstance(world.client(), id, state)).rejects.toThrow(
      /to Anypoint's own provider: it is bound to client provider .* held there by contract 888001/,
    );
  });
});

describe("read and update", () => {
  test("read right after create shows exactly the created state", async () => {
    const created = await createApiInstance(world.client(), byAsset());
    expect(await readApiInstance(world.client(), created.id, created.state)).toEqual(created.state);
    const adopted = await createApiInstance(world.client(), byId());
    expect(await readApiInstance(world.client(), adopted.id, adopted.state)).toEqual(adopted.state);
  });

  test("shows another provider and another endpoint, and update brings them back", async () => {
    const inputs = byAsset({ endpointUri: "https://a.acme.com" });
    const { id, state } = await createApiInstance(world.client(), inputs);
    Object.assign(stored(id) ?? {}, { providerId: otherProvider, endpointUri: null });
    const drifted = await readApiInstance(world.client(), id, state);
    expect(drifted).toEqual({ ...state, clientProviderId: otherProvider, endpointUri: "" });
    await updateApiInstance(world.client(), id, drifted ?? state, inputs);
    expect(stored(id)).toMatchObject({ providerId: provider, endpointUri: "https://a.acme.com" });
  });

  test("an update of an adopted instance keeps the very first values to give back", async () => {
    const { id, state } = await createApiInstance(world.client(), byId());
    const updated = await updateApiInstance(world.client(), id, state, byId({ clientProviderId: otherProvider }));
    expect(updated.before).toEqual({ clientProviderId: null });
    await deleteApiInstance(world.client(), id, updated);
    expect(stored(id)?.providerId).toBeNull();
  });

  test("another version of the asset is an update in place, and an adopted instance gets its former one back", async () => {
    const legacy = stored(world.legacyApiId);
    publish("1.1.0", "v1.1");
    const inputs = byAsset({ label: "legacy", adopt: true });
    const before = world.snapshot();
    const { id, state } = await createApiInstance(world.client(), inputs);
    addContract();
    const position = world.journal.position;
    const updated = await updateApiInstance(world.client(), id, state, { ...inputs, assetVersion: "1.1.0" });
    expect(world.calls(position)).toEqual(["GET apis/* 200", "PATCH apis/* 200", "GET apis/* 200"]);
    expect(legacy).toMatchObject({ assetVersion: "1.1.0", providerId: provider });
    expect(updated).toMatchObject({ assetVersion: "1.1.0", productVersion: "v1.1", before: { assetVersion: "1.0.0" } });
    expect(await readApiInstance(world.client(), id, updated)).toEqual(updated);
    world.anypoint.state.contracts = {};
    world.anypoint.state.applications = {};
    await deleteApiInstance(world.client(), id, updated);
    expect(world.snapshot()).toEqual(before);
  });

  test("a version that Exchange lacks, and one of another major version, are refused and leave the state as it was", async () => {
    publish("2.0.0", "v2");
    const { id, state } = await createApiInstance(world.client(), byAsset());
    const to = (assetVersion: string) => updateApiInstance(world.client(), id, state, byAsset({ assetVersion }));
    await expect(to("1.9.9")).rejects.toThrow(/Exchange has no asset orders-api in version 1\.9\.9/);
    await expect(to("2.0.0")).rejects.toThrow(/within its major version.*another label/s);
    expect(stored(id)?.assetVersion).toBe("1.0.0");
  });

  test("an update that took effect keeps the former values when the read after it fails", async () => {
    const before = world.snapshot();
    const { id, state } = await createApiInstance(world.client(), byId());
    const next = byId({ endpointUri: "https://new.acme.com" });
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/apis/\\d+$", kind: "refuse" },
      ...{ status: 403, skip: 1, times: 9 },
    });
    const failure: unknown = await updateApiInstance(world.client(), id, state, next).catch((error: unknown) => error);
    world.faults.clear();
    expect(stored(id)?.endpointUri).toBe("https://new.acme.com");
    expect(failure).toBeInstanceOf(HalfUpdated);
    const half = (failure as HalfUpdated).state as ApiInstanceState;
    expect(half).toMatchObject({ ...next, origin: "adopted", before: { clientProviderId: null, endpointUri: null } });
    const updated = await updateApiInstance(world.client(), id, half, next);
    await deleteApiInstance(world.client(), id, updated);
    expect(world.snapshot()).toEqual(before);
  });

  test("an update that is refused leaves the state as it was", async () => {
    const { id, state } = await createApiInstance(world.client(), byId());
    world.faults.add({ service: "anypoint", method: "PATCH", path: "/apis/\\d+$", kind: "refuse", status: 403 });
    await expect(
      updateApiInstance(world.client(), id, state, byId({ endpointUri: "https://new.acme.com" })),
    ).rejects.toMatchObject({ name: "AnypointError", code: "forbidden" });
  });

  test("is undefined when it is gone", async () => {
    const { id, state } = await createApiInstance(world.client(), byAsset());
    delete world.anypoint.state.apiInstances[id];
    expect(await readApiInstance(world.client(), id, state)).toBeUndefined();
    await deleteApiInstance(world.client(), id, state);
  });
});
