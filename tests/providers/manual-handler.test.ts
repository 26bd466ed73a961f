/** A provider made by hand as the host calls for it, and the change from and to one that the stack writes. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { handler } from "../../providers/index.ts";
import { CONNECTED_APP, type World, startWorld } from "./anypoint/world.ts";

type Bag = Record<string, unknown>;

let world: World;
let providerId: string;
beforeEach(async () => {
  world = await startWorld();
  const config: Record<string, string> = {
    "anypoint:host": world.url,
    "anypoint:clientId": CONNECTED_APP.clientId,
    "anypoint:clientSecret": CONNECTED_APP.clientSecret,
  };
  for (const name of ["ClientProvider", "ManualClientProvider"]) {
    await handler(name).configure({ config: { get: (key) => config[key], require: (key) => config[key] ?? "" } });
  }
  providerId = (await managed.create(world.providerInputs())).id;
});
afterEach(() => world.close());

const manual = handler("ManualClientProvider");
const managed = handler("ClientProvider");

function bag(changes: Bag = {}): Bag {
  const { registrationHeader: _, inspectorClientSecret: __, ...published } = world.headerInputs();
  return JSON.parse(JSON.stringify({ ...published, providerId, ...changes })) as Bag;
}
const stored = () => {
  const provider = world.anypoint.state.clientProviders[providerId];
  if (provider === undefined) throw new Error("no provider");
  return provider;
};

describe("a provider made by hand", () => {
  test("a preview tells what must be corrected, and a delete deletes nothing", async () => {
    stored().oidc.client_request_timeout = 7000;
    const { failures } = await manual.check({}, bag());
    expect(failures).toEqual([
      { property: "", reason: expect.stringMatching(/^providerId: .*it is 7, and must be 5/s) },
    ]);
    const { outs } = await manual.create(bag({ timeoutSeconds: 7 }));
    await manual.delete(providerId, outs as Bag);
    expect(stored().name).toBe("okta-test");
  });

  test("drift that a refresh showed is refused by the next up until it is corrected in the console", async () => {
    const { outs } = await manual.create(bag());
    stored().oidc.client_request_timeout = 7000;
    const { props = {} } = await manual.read(providerId, outs);
    expect(await manual.diff(providerId, props, bag())).toMatchObject({ changes: true, replaces: [] });
    await expect(manual.update(providerId, props, bag())).rejects.toThrow(
      /Client request timeout.*it is 7, and must be 5/s,
    );
    stored().oidc.client_request_timeout = 5000;
    await manual.update(providerId, props, bag());
  });

  test("an id that comes, or another one, replaces the note", async () => {
    const { outs } = await manual.create(bag({ providerId: undefined }));
    const told = { changes: true, replaces: ["providerId"], deleteBeforeReplace: false };
    expect(await manual.diff("waiting", outs as Bag, bag())).toEqual(told);
  });

  test("a provider that the stack made is handed over by its own id alone, as an update", async () => {
    const { id, outs } = await managed.create(world.providerInputs());
    const state = outs as Bag;
    for (const wrong of [undefined, "other-id"]) {
      await expect(manual.diff(id, state, bag({ providerId: wrong }))).rejects.toThrow(
        /this stack itself made client provider "okta-test".*left as they are.*clientProvider\.id/s,
      );
    }
    expect(await manual.diff(id, state, bag())).toEqual({ changes: true, replaces: [], deleteBeforeReplace: false });
    const { outs: handedOver } = await manual.update(id, state, bag());
    expect(handedOver).not.toHaveProperty("managerPrivateKey");
    expect(handedOver).not.toHaveProperty("inspectorClientSecret");
    expect(await manual.diff(id, handedOver as Bag, bag())).toMatchObject({ changes: false });
  });

  test("back to managed is an update of the same provider, which counts as adopted from then on", async () => {
    const { outs } = await manual.create(bag());
    const news = world.providerInputs({ timeoutSeconds: 9 }) as unknown as Bag;
    expect(await managed.diff(providerId, outs as Bag, news)).toMatchObject({ changes: true, replaces: [] });
    const { outs: taken } = await managed.update(providerId, outs as Bag, news);
    expect(taken).toMatchObject({ providerId, origin: "adopted", before: { timeoutSeconds: 5 } });
    expect(taken).not.toHaveProperty("byHand");
    await managed.delete(providerId, taken as Bag);
    expect(stored().oidc.client_request_timeout).toBe(5000);
  });

  test("a note that waits gives way to a managed provider", async () => {
    const { outs } = await manual.create(bag({ providerId: undefined }));
    expect(await managed.diff("waiting", outs as Bag, world.providerInputs() as unknown as Bag)).toMatchObject({
      changes: true,
      replaces: ["name"],
    });
  });
});
