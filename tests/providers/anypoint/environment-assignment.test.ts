import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import {
  type EnvironmentAssignmentState,
  createEnvironmentAssignment,
  deleteEnvironmentAssignment,
  readEnvironmentAssignment,
  updateEnvironmentAssignment,
} from "../../../providers/anypoint/environment-assignment.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { HalfCreated, HalfUpdated } from "../../../providers/anypoint/creation.ts";
import { quickPauses } from "../quick-pauses.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
let ours: string;
let theirs: string;

beforeEach(async () => {
  quickPauses();
  world = await startWorld();
  const create = async (name: string) =>
    (await createClientProvider(world.client(), world.providerInputs({ name }))).id;
  ours = await create("ours");
  theirs = await create("theirs");
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

const list = () => world.anypoint.state.environments[world.environmentId]?.clientProviderIds;
const setList = (ids: string[]) => {
  const environment = world.anypoint.state.environments[world.environmentId];
  if (environment !== undefined) environment.clientProviderIds = ids;
};
const inputs = (changes: { makeDefault?: boolean; environment?: string; businessGroup?: string } = {}) => ({
  environment: "Sandbox",
  clientProviderId: ours,
  makeDefault: false,
  ...changes,
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

describe("create", () => {
  test("appends to what is there, and says where it is", async () => {
    setList([theirs]);
    const { id, state } = await createEnvironmentAssignment(world.client(), inputs());
    expect(list()).toEqual([theirs, ours]);
    expect(id).toBe(`${world.environmentId}/${ours}`);
    expect(state).toEqual({
      ...inputs(),
      organizationId: world.organizationId,
      environmentId: world.environmentId,
      organizationName: "Acme",
      environmentName: "Sandbox",
      origin: "created",
    });
  });

  test("goes first with makeDefault", async () => {
    setList([theirs]);
    await createEnvironmentAssignment(world.client(), inputs({ makeDefault: true }));
    expect(list()).toEqual([ours, theirs]);
  });

  test("finds an environment of a business group by name and by id", async () => {
    const group = Object.values(world.anypoint.state.organizations).find(({ name }) => name === "Payments");
    const byName = await createEnvironmentAssignment(world.client(), inputs({ businessGroup: "Payments" }));
    expect(byName.state.organizationId).toBe(group?.id);
    const byId = await createEnvironmentAssignment(
      world.client(),
      inputs({ businessGroup: group?.id, environment: byName.state.environmentId }),
    );
    expect(byId.id).toBe(byName.id);
    expect(list()).toEqual([]);
  });

  test("adopts an entry that is there, without a write", async () => {
    setList([theirs, ours]);
    const { state } = await createEnvironmentAssignment(world.client(), inputs());
    expect(state.origin).toBe("adopted");
    expect(list()).toEqual([theirs, ours]);
    expect(world.calls().filter((call) => call.startsWith("PUT"))).toEqual([]);
  });

  test.each([
    ["an entry that was there", () => [theirs, ours], { origin: "adopted", before: { index: 1 } }],
    ["an entry that was added", () => [theirs], { origin: "created" }],
  ])("knows whose %s is when the read after the write fails", async (_what, former, ownership) => {
    setList(former());
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/clientManagementProviders$", kind: "refuse" },
      ...{ status: 403, skip: 1, times: 9 },
    });
    const wanted = inputs({ makeDefault: true });
    const failure: unknown = await createEnvironmentAssignment(world.client(), wanted).catch((error: unknown) => error);
    world.faults.clear();
    expect(list()).toEqual([ours, theirs]);
    expect(failure).toBeInstanceOf(HalfCreated);
    const { id, state } = failure as { id: string; state: EnvironmentAssignmentState };
    expect(id).toBe(`${world.environmentId}/${ours}`);
    expect(state).toMatchObject(ownership);
    const updated = await updateEnvironmentAssignment(world.client(), id, state, wanted);
    await deleteEnvironmentAssignment(world.client(), id, updated);
    expect(list()).toEqual(former());
  });

  test("two at once: an entry that the slower one's list takes out after it was read back is put in again", async () => {
    // The slower one is let go within the pause, which is therefore the real one.
    jest.restoreAllMocks();
    setList([]);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.faults.add({
      ...{ service: "anypoint", method: "PUT", path: "/clientManagementProviders$", kind: "delay", until: held },
    });
    const create = (clientProviderId: string) =>
      createEnvironmentAssignment(world.client(), { ...inputs(), clientProviderId });
    const slow = create(theirs);
    await until(() => world.faults.pending.length === 0);
    const quick = create(ours);
    await until(() => world.calls().at(-2)?.startsWith("PUT clientManagementProviders") === true);
    expect(list()).toEqual([ours]);
    release();
    await Promise.all([slow, quick]);
    expect(new Set(list())).toEqual(new Set([theirs, ours]));
  });

  test("begins again when somebody else's list wins over ours", async () => {
    // Their PUT lands between our PUT and our read.
    let meddled = false;
    const environment = world.anypoint.state.environments[world.environmentId];
    if (environment === undefined) throw new Error("no environment");
    let ids: string[] = [];
    Object.defineProperty(environment, "clientProviderIds", {
      configurable: true,
      enumerable: true,
      get: () => ids,
      set: (value: string[]) => {
        ids = meddled ? value : [theirs];
        meddled = true;
      },
    });
    await createEnvironmentAssignment(world.client(), inputs());
    expect(ids).toEqual([theirs, ours]);
    expect(world.calls().filter((call) => call.startsWith("PUT"))).toHaveLength(2);
  });

  test("gives up, saying so, when somebody keeps writing", async () => {
    const environment = world.anypoint.state.environments[world.environmentId];
    if (environment === undefined) throw new Error("no environment");
    Object.defineProperty(environment, "clientProviderIds", {
      configurable: true,
      enumerable: true,
      get: () => [theirs],
      set: () => undefined,
    });
    await expect(createEnvironmentAssignment(world.client(), inputs())).rejects.toThrow(
      /environment "Sandbox".*somebody else keeps changing it \(5 tries\)/s,
    );
  });

  test.each([
    [
      "an unknown environment",
      { environment: "Nowhere" },
      /"Nowhere" in business group "Acme".*"Sandbox".*"Production"/s,
    ],
    ["an unknown business group", { businessGroup: "Sales" }, /business group "Sales".*"Acme".*"Payments"/s],
  ])("refuses %s, listing what there is", async (_what, change, message) => {
    await expect(createEnvironmentAssignment(world.client(), inputs(change))).rejects.toThrow(message);
  });
});

describe("read", () => {
  test("right after create shows exactly the created state", async () => {
    const { id, state } = await createEnvironmentAssignment(world.client(), inputs());
    expect(await readEnvironmentAssignment(world.client(), id, state)).toEqual(state);
  });

  test("is undefined when the entry was taken out, or the environment is gone", async () => {
    const { id, state } = await createEnvironmentAssignment(world.client(), inputs());
    setList([theirs]);
    expect(await readEnvironmentAssignment(world.client(), id, state)).toBeUndefined();
    delete world.anypoint.state.environments[world.environmentId];
    expect(await readEnvironmentAssignment(world.client(), id, state)).toBeUndefined();
  });

  test("shows that it is not the default any more", async () => {
    const { id, state } = await createEnvironmentAssignment(world.client(), inputs({ makeDefault: true }));
    setList([theirs, ours]);
    expect((await readEnvironmentAssignment(world.client(), id, state))?.makeDefault).toBe(false);
  });
});

test("update moves to the front and to the end, and leaves the others in their order", async () => {
  setList([theirs]);
  const { id, state } = await createEnvironmentAssignment(world.client(), inputs());
  const first = await updateEnvironmentAssignment(world.client(), id, state, inputs({ makeDefault: true }));
  expect(list()).toEqual([ours, theirs]);
  await updateEnvironmentAssignment(world.client(), id, first, inputs());
  expect(list()).toEqual([theirs, ours]);
});

test("an update that took effect keeps the former place when the read after it fails", async () => {
  setList([theirs, ours]);
  const { id, state } = await createEnvironmentAssignment(world.client(), inputs());
  const wanted = inputs({ makeDefault: true });
  world.faults.add({
    ...{ service: "anypoint", method: "GET", path: "/clientManagementProviders$", kind: "refuse" },
    ...{ status: 403, skip: 1, times: 9 },
  });
  const failure: unknown = await updateEnvironmentAssignment(world.client(), id, state, wanted).catch(
    (error: unknown) => error,
  );
  world.faults.clear();
  expect(list()).toEqual([ours, theirs]);
  expect(failure).toBeInstanceOf(HalfUpdated);
  const half = (failure as HalfUpdated).state as EnvironmentAssignmentState;
  const updated = await updateEnvironmentAssignment(world.client(), id, half, wanted);
  await deleteEnvironmentAssignment(world.client(), id, updated);
  expect(list()).toEqual([theirs, ours]);
});

describe("delete", () => {
  test("takes out ours alone, and a second one is a success", async () => {
    setList([theirs]);
    const { id, state } = await createEnvironmentAssignment(world.client(), inputs({ makeDefault: true }));
    await deleteEnvironmentAssignment(world.client(), id, state);
    await deleteEnvironmentAssignment(world.client(), id, state);
    expect(list()).toEqual([theirs]);
  });

  test("puts an adopted entry back where it was", async () => {
    setList([theirs, ours]);
    const { id, state } = await createEnvironmentAssignment(world.client(), inputs({ makeDefault: true }));
    expect(list()).toEqual([ours, theirs]);
    await deleteEnvironmentAssignment(world.client(), id, state);
    expect(list()).toEqual([theirs, ours]);
  });

  test("is a success when the environment is gone", async () => {
    const { id, state } = await createEnvironmentAssignment(world.client(), inputs());
    delete world.anypoint.state.environments[world.environmentId];
    await deleteEnvironmentAssignment(world.client(), id, state);
  });
});
