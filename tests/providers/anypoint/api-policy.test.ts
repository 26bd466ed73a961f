import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createApiInstance } from "../../../providers/anypoint/api-instance.ts";
import {
  createApiPolicy,
  deleteApiPolicy,
  policyProblems,
  readApiPolicy,
  updateApiPolicy,
} from "../../../providers/anypoint/api-policy.ts";
import {
  type ApiPolicyInputs,
  type ApiPolicyState,
  ENFORCEMENT_POLICY,
  MULESOFT_GROUP,
  effectiveConfiguration,
} from "../../../providers/anypoint/api-policy-inputs.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { HalfCreated, HalfUpdated } from "../../../providers/anypoint/creation.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
let apiId: string;

beforeEach(async () => {
  world = await startWorld();
  const { id: clientProviderId } = await createClientProvider(world.client(), world.providerInputs());
  apiId = (
    await createApiInstance(world.client(), {
      ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "okta", clientProviderId },
    })
  ).id;
});
afterEach(() => world.close());

const configuration = {
  scopes: "orders.read",
  scopeValidationCriteria: "AND",
  exposeHeaders: false,
  skipClientIdValidation: false,
};
const inputs = (changes: Partial<ApiPolicyInputs> = {}): ApiPolicyInputs => ({
  organizationId: world.organizationId,
  environmentId: world.environmentId,
  apiId,
  groupId: MULESOFT_GROUP,
  assetId: ENFORCEMENT_POLICY,
  configuration,
  disabled: false,
  ...changes,
});
const stored = () => Object.values(world.anypoint.state.policies);
const create = (changes: Partial<ApiPolicyInputs> = {}) => createApiPolicy(world.client(), inputs(changes));
const writes = (after?: number) => world.calls(after).filter((call) => !call.startsWith("GET"));

describe("create", () => {
  test("resolves the newest template, applies the policy once, and reads it back", async () => {
    const position = world.journal.position;
    const { id, state } = await create({ order: 1, pointcut: [{ methodRegex: "GET", uriTemplateRegex: "/orders.*" }] });
    expect(stored()).toHaveLength(1);
    expect(stored()[0]).toMatchObject({
      assetVersion: "1.6.0",
      configurationData: configuration,
      pointcutData: [{ methodRegex: "GET", uriTemplateRegex: "/orders.*" }],
      order: 1,
      disabled: false,
    });
    expect(state).toMatchObject({ policyId: id, resolvedVersion: "1.6.0", origin: "created" });
    expect(state.assetVersion).toBeUndefined();
    expect(world.calls(position)).toEqual([
      "GET exchange-policy-templates 200",
      "GET apis/*/policies 200",
      "POST apis/*/policies 201",
      "GET apis/*/policies 200",
    ]);
  });

  test("takes a pinned version and checks the configuration by it", async () => {
    const { state } = await create({ assetVersion: "1.5.0" });
    expect(state).toMatchObject({ assetVersion: "1.5.0", resolvedVersion: "1.5.0" });
  });

  test("says everything that is wrong with a configuration in one go, by either form of template", async () => {
    const wrong = { scope: "orders.read", skipClientIdValidation: "no", scopeValidationCriteria: "XOR" };
    for (const assetVersion of ["1.6.0", "1.5.0"]) {
      const failure = create({ assetVersion, configuration: wrong });
      await expect(failure).rejects.toThrow(/nothing was changed/);
      await expect(failure).rejects.toThrow(/- scope is no key of this policy; it has scopes, /);
      await expect(failure).rejects.toThrow(/- skipClientIdValidation must be (boolean|true or false)/);
      await expect(failure).rejects.toThrow(/- scopeValidationCriteria must be (one of AND, OR|equal to constant)/);
    }
    expect(stored()).toEqual([]);
    await expect(policyProblems(world.client(), inputs({ configuration: wrong }))).resolves.not.toEqual([]);
    await expect(policyProblems(world.client(), inputs())).resolves.toEqual([]);
  });

  test("lists the versions there are when the pinned one is not", async () => {
    await expect(create({ assetVersion: "9.9.9" })).rejects.toThrow(
      /serves these versions.*1\.6\.0, 1\.5\.0, 1\.4\.0/s,
    );
  });

  test("refuses an instance on another kind of provider before anything is applied", async () => {
    await expect(create({ apiId: world.legacyApiId })).rejects.toThrow(
      /not applicable to this instance.*bound to an OpenID Connect client provider/s,
    );
    expect(writes().filter((call) => call.includes("policies"))).toEqual([]);
  });

  test("refuses to touch a policy of the same template, naming it", async () => {
    const { id } = await create();
    await expect(create()).rejects.toThrow(
      new RegExp(`there is one already, ${id} .*setting policyId to "${id}"`, "s"),
    );
    expect(stored()).toHaveLength(1);
  });

  test("names the policy of a 409 that the first look did not show", async () => {
    world.faults.add({
      ...{ service: "anypoint", method: "POST", path: "/policies$", kind: "lose", status: 409 },
      body: { error: "Conflict", message: "already applied" },
    });
    await expect(create()).rejects.toThrow(/there is one already, \d+/);
  });

  test("does not apply it twice when the answer is lost", async () => {
    world.faults.add({ service: "anypoint", method: "POST", path: "/policies$", kind: "cut" });
    const { state } = await create();
    expect(state.origin).toBe("created");
    expect(stored()).toHaveLength(1);
  });

  test.each(["object", "compact"] as const)("reads the list in its shape %s", async (policyListShape) => {
    world.anypoint.switches.policyListShape = policyListShape;
    const { id, state } = await create({ disabled: true });
    expect(await readApiPolicy(world.client(), id, state)).toEqual(state);
  });
});

describe("skipClientIdValidation", () => {
  const asset = { groupId: MULESOFT_GROUP, assetId: ENFORCEMENT_POLICY };
  test("is false unless set, for the enforcement policy alone", () => {
    expect(effectiveConfiguration(asset, { scopes: "a" })).toEqual({ skipClientIdValidation: false, scopes: "a" });
    expect(effectiveConfiguration(asset, { skipClientIdValidation: true })).toEqual({ skipClientIdValidation: true });
    expect(effectiveConfiguration({ ...asset, assetId: "rate-limiting" }, {})).toEqual({});
  });
});

describe("read", () => {
  test("right after create shows exactly the created state", async () => {
    const { id, state } = await create();
    expect(await readApiPolicy(world.client(), id, state)).toEqual(state);
  });

  test("keys that Anypoint fills in are no drift; changed ones and somebody's additions are", async () => {
    const { id, state } = await create({ configuration: { scopes: "a" } });
    const policy = stored()[0];
    if (policy === undefined) throw new Error("no policy");
    // As if the platform had added its defaults by the read back.
    const filled = { ...state, filledIn: { exposeHeaders: false } };
    policy.configurationData = { scopes: "a", exposeHeaders: false };
    expect((await readApiPolicy(world.client(), id, filled))?.configuration).toEqual({ scopes: "a" });
    policy.configurationData = { scopes: "b", exposeHeaders: true, maxCacheSize: 5 };
    expect((await readApiPolicy(world.client(), id, filled))?.configuration).toEqual({
      scopes: "b",
      exposeHeaders: true,
      maxCacheSize: 5,
    });
  });

  test("shows a disabled policy and another version", async () => {
    const { id, state } = await create();
    Object.assign(stored()[0] ?? {}, { disabled: true, assetVersion: "1.4.0" });
    expect(await readApiPolicy(world.client(), id, state)).toEqual({
      ...state,
      disabled: true,
      resolvedVersion: "1.4.0",
    });
  });

  test("is undefined when the policy or its instance is gone", async () => {
    const { id, state } = await create();
    world.anypoint.state.policies = {};
    expect(await readApiPolicy(world.client(), id, state)).toBeUndefined();
    delete world.anypoint.state.apiInstances[apiId];
    expect(await readApiPolicy(world.client(), id, state)).toBeUndefined();
  });
});

describe("update", () => {
  test("changes configuration by PATCH and keeps the version that was found first", async () => {
    const { id, state } = await create();
    const position = world.journal.position;
    const next = inputs({ configuration: { ...configuration, scopes: "orders.read orders.write" } });
    const updated = await updateApiPolicy(world.client(), id, { ...state, resolvedVersion: "1.5.0" }, next);
    expect(stored()[0]).toMatchObject({ assetVersion: "1.5.0", configurationData: next.configuration });
    expect(updated.resolvedVersion).toBe("1.5.0");
    expect(writes(position)).toEqual(["PATCH apis/*/policies/* 200"]);
  });

  test("takes a key away that is not asked for any more", async () => {
    const { id, state } = await create({ configuration: { ...configuration, maxCacheSize: 5 } });
    await updateApiPolicy(world.client(), id, state, inputs());
    expect(stored()[0]?.configurationData).toEqual(configuration);
  });

  test("enables and disables by the calls for it", async () => {
    const { id, state } = await create();
    const position = world.journal.position;
    const disabled = await updateApiPolicy(world.client(), id, state, inputs({ disabled: true }));
    expect(stored()[0]?.disabled).toBe(true);
    await updateApiPolicy(world.client(), id, disabled, inputs());
    expect(stored()[0]?.disabled).toBe(false);
    expect(writes(position)).toEqual(["POST apis/*/policies/*/disable 201", "POST apis/*/policies/*/enable 201"]);
  });
});

describe("adopt by id, and delete", () => {
  test("gives the former settings back", async () => {
    const { id } = await create({
      assetVersion: "1.5.0",
      configuration: { scopes: "old", skipClientIdValidation: true },
      disabled: true,
    });
    const before = world.snapshot();
    const adopted = await create({ policyId: id });
    expect(stored()[0]).toMatchObject({ assetVersion: "1.5.0", configurationData: configuration, disabled: false });
    expect(adopted.state).toMatchObject({
      origin: "adopted",
      before: { configurationData: { scopes: "old", skipClientIdValidation: true }, disabled: true },
    });
    await deleteApiPolicy(world.client(), id, adopted.state);
    expect(world.snapshot()).toEqual(before);
  });

  test("keeps the former settings when the read after the write fails", async () => {
    const { id } = await create({ configuration: { scopes: "old", skipClientIdValidation: true }, disabled: true });
    const before = world.snapshot();
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/policies$", kind: "refuse" },
      ...{ status: 403, skip: 1, times: 9 },
    });
    const failure: unknown = await create({ policyId: id }).catch((error: unknown) => error);
    world.faults.clear();
    expect(stored()[0]).toMatchObject({ configurationData: configuration, disabled: false });
    expect(failure).toBeInstanceOf(HalfCreated);
    const { state, ...half } = failure as { id: string; state: ApiPolicyState };
    expect(half.id).toBe(id);
    expect(state).toMatchObject({
      origin: "adopted",
      before: { configurationData: { scopes: "old", skipClientIdValidation: true }, disabled: true },
    });
    const updated = await updateApiPolicy(world.client(), id, state, inputs({ policyId: id }));
    await deleteApiPolicy(world.client(), id, updated);
    expect(world.snapshot()).toEqual(before);
  });

  test.each([
    ["the read after it fails", { method: "GET", path: "/policies$", skip: 1 }],
    ["its second write fails", { method: "POST", path: "/enable$" }],
  ])("an update keeps what it changed when %s", async (_what, fault) => {
    const former = { scopes: "old", skipClientIdValidation: true };
    const { id } = await create({ configuration: former, disabled: true });
    const before = world.snapshot();
    const { state } = await create({ policyId: id, configuration: former, disabled: true });
    const next = inputs({ policyId: id });
    world.faults.add({ service: "anypoint", kind: "refuse", status: 403, times: 9, ...fault });
    const failure: unknown = await updateApiPolicy(world.client(), id, state, next).catch((error: unknown) => error);
    world.faults.clear();
    expect(stored()[0]).toMatchObject({ configurationData: configuration });
    expect(failure).toBeInstanceOf(HalfUpdated);
    const half = (failure as HalfUpdated).state as ApiPolicyState;
    expect(half).toMatchObject({ origin: "adopted", before: { configurationData: former, disabled: true } });
    const updated = await updateApiPolicy(world.client(), id, half, next);
    await deleteApiPolicy(world.client(), id, updated);
    expect(world.snapshot()).toEqual(before);
  });

  test("refuses an id of another template, and one that is not there", async () => {
    const { id } = await create();
    await expect(create({ policyId: id, assetId: "rate-limiting", configuration: {} })).rejects.toThrow(
      /it is of openidconnect-access-token-enforcement, not of rate-limiting/,
    );
    await expect(create({ policyId: "123456" })).rejects.toThrow(/Could not find policy .*\(123456\)/);
  });

  test("removes what was applied; a second time is a success", async () => {
    const { id, state } = await create();
    await deleteApiPolicy(world.client(), id, state);
    await deleteApiPolicy(world.client(), id, state);
    expect(stored()).toEqual([]);
  });
});
