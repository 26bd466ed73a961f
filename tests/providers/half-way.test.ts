/**
 * Every call of a first `up` and of a destroy fails in every way: before it takes effect, after it (the answer lost or cut), and
 * for too many requests. The same operation again ends where an undisturbed one does: nothing doubled, nothing orphaned, nothing lost.
 * The cases come from the journal of an undisturbed run.
 */
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { takeInventory } from "../faults/inventory.ts";
import { waysOf } from "../faults/ways.ts";
import { type World, startWorld } from "./anypoint/world.ts";
import { quickPauses } from "./quick-pauses.ts";
import { type Planned, SmallEngine } from "./small-engine.ts";

const NAMES = [
  "ClientProvider",
  "EnvironmentAssignment",
  "ApiInstance",
  "ApiPolicy",
  "ClientApplication",
  "Contract",
] as const;

const plan = (world: World): Planned[] => [
  {
    name: "ClientProvider",
    inputs: () =>
      world.providerInputs({
        managerScopes: ["okta.clients.manage", "okta.clients.read", "okta.clients.register"],
        allowExternalClientModification: true,
      }),
  },
  {
    name: "EnvironmentAssignment",
    inputs: (outs) => ({ environment: "Sandbox", clientProviderId: outs("ClientProvider").providerId }),
  },
  {
    name: "ApiInstance",
    inputs: (outs) => ({
      ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "okta" },
      clientProviderId: outs("ClientProvider").providerId,
    }),
  },
  {
    name: "ApiPolicy",
    inputs: (outs) => ({ ...place(outs("ApiInstance")), configuration: { scopes: "orders.read" } }),
  },
  {
    name: "ClientApplication",
    inputs: (outs) => ({
      ...{ name: "orders-mobile", redirectUris: ["https://orders.acme.com/cb"], grantTypes: ["authorization_code"] },
      ...{ apiId: outs("ApiInstance").apiId, clientProviderId: outs("ClientProvider").providerId },
    }),
  },
  {
    name: "Contract",
    inputs: (outs) => {
      const { groupId, assetId, assetVersion, productVersion } = outs("ApiInstance");
      const { applicationId } = outs("ClientApplication");
      return { ...place(outs("ApiInstance")), groupId, assetId, assetVersion, productVersion, applicationId };
    },
  },
];

const place = ({ organizationId, environmentId, apiId }: Record<string, unknown>) => ({
  ...{ organizationId, environmentId, apiId },
});

/** What is there on both sides, in a form that does not depend on the run. */
const inventory = ({ anypoint, okta }: World) => takeInventory({ anypoint, okta });

interface Run {
  readonly world: World;
  readonly engine: SmallEngine;
  readonly planned: Planned[];
}

const worlds: World[] = [];
beforeEach(() => {
  quickPauses();
  // What a delete tells is not what is looked at here.
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

async function begin(): Promise<Run> {
  const world = await startWorld();
  worlds.push(world);
  const engine = new SmallEngine();
  await engine.configure(world, NAMES);
  return { world, engine, planned: plan(world) };
}

/** Calls to Anypoint that an undisturbed operation makes, in order. */
async function undisturbed(operation: "up" | "destroy") {
  const { world, engine, planned } = await begin();
  const empty = inventory(world);
  if (operation === "destroy") expect(await engine.up(planned)).toBeUndefined();
  const position = world.journal.position;
  expect(await engine[operation](planned)).toBeUndefined();
  return {
    calls: world.journal.entries({ service: "anypoint", after: position }),
    end: inventory(world),
    empty,
  };
}

/** The ways in which the calls of an operation can fail, each with the number of calls before it. */
async function cases(operation: "up" | "destroy") {
  const { calls, end, empty } = await undisturbed(operation);
  expect(calls.length).toBeGreaterThan(5);
  return {
    end,
    empty,
    cases: calls.flatMap(({ method, path }, skip) =>
      waysOf(method, path.split("?")[0]!).map((way) => ({
        what: `${method} ${path.split("?")[0]?.split("/").slice(-2).join("/")} (call ${skip + 1}) ${way.kind} ${way.status ?? ""}`,
        fault: { ...way, service: "anypoint" as const, path: "", skip },
      })),
    ),
  };
}

test("a first up, whichever call fails in whichever way: the next one ends where an undisturbed one does", async () => {
  const { cases: all, end, empty } = await cases("up");
  for (const { what, fault } of all) {
    const { world, engine, planned } = await begin();
    world.faults.add(fault);
    await engine.up(planned);
    expect([what, world.faults.pending]).toEqual([what, []]);
    expect([what, await engine.up(planned)]).toEqual([what, undefined]);
    expect([what, inventory(world)]).toEqual([what, end]);
    const position = world.journal.position;
    expect([what, await engine.up(planned)]).toEqual([what, undefined]);
    expect([what, world.entries(position)]).toEqual([what, []]);
    expect([what, await engine.destroy(planned)]).toEqual([what, undefined]);
    expect([what, inventory(world)]).toEqual([what, empty]);
    await worlds.pop()?.close();
  }
}, 600_000);

test("a destroy, whichever call fails in whichever way: the next one leaves nothing", async () => {
  const { cases: all, empty } = await cases("destroy");
  expect(inventory((await begin()).world)).toEqual(empty);
  for (const { what, fault } of all) {
    const { world, engine, planned } = await begin();
    expect([what, await engine.up(planned)]).toEqual([what, undefined]);
    world.faults.add(fault);
    await engine.destroy(planned);
    expect([what, world.faults.pending]).toEqual([what, []]);
    expect([what, await engine.destroy(planned)]).toEqual([what, undefined]);
    expect([what, inventory(world)]).toEqual([what, empty]);
    await worlds.pop()?.close();
  }
}, 600_000);
