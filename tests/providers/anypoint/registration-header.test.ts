/** A client provider that registers by a static header, and its change to and from a private key. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  createClientProvider,
  deleteClientProvider,
  readClientProvider,
  updateClientProvider,
} from "../../../providers/anypoint/client-provider.ts";
import { HalfCreated } from "../../../providers/anypoint/creation.ts";
import { createApiInstance } from "../../../providers/anypoint/api-instance.ts";
import { createClientApplication } from "../../../providers/anypoint/client-application.ts";
import type { ClientProvider } from "../../../sandbox/anypoint/state.ts";
import { API_TOKEN, type World, startWorld } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const HEADER = `SSWS ${API_TOKEN}`;
const stored = () => Object.values(world.anypoint.state.clientProviders);
const registration = () => stored()[0]?.oidc.client.registration;

/** An application of an API that is bound to the provider, and so a client at Okta. */
async function requestAccess(clientProviderId: string): Promise<string> {
  const asset = { assetId: "orders-api", assetVersion: "1.0.0", label: "okta" };
  const { id: apiId } = await createApiInstance(world.client(), { environment: "Sandbox", ...asset, clientProviderId });
  const { state } = await createClientApplication(world.client(), {
    ...{ name: "orders-mobile", redirectUris: ["https://orders.acme.com/callback"], deletion: "remove" },
    ...{ grantTypes: ["authorization_code"], apiId, clientProviderId },
  });
  return state.clientId;
}

describe("create", () => {
  test("writes the published shape, and clients are registered with the header", async () => {
    const inputs = world.headerInputs();
    const { id, state } = await createClientProvider(world.client(), inputs);
    expect(registration()).toEqual({ authorization: HEADER });
    expect(stored()[0]?.privateKey).toBeUndefined();
    expect(state).toMatchObject({ ...inputs, providerId: id, origin: "created" });
    const clientId = await requestAccess(id);
    expect(Object.values(world.okta.state.apps).map(({ clientId: one }) => one)).toContain(clientId);
  });

  test("of a header that Okta refuses tells so when a client is registered", async () => {
    const { id } = await createClientProvider(
      world.client(),
      world.headerInputs({ registrationHeader: "SSWS 00other" }),
    );
    await expect(requestAccess(id)).rejects.toThrow(/400 .*status code 401/s);
  });

  test("fails loudly when a read shows no header, and keeps what was made", async () => {
    const made = await createClientProvider(world.client(), world.headerInputs());
    delete stored()[0]?.oidc.client.registration;
    // A PATCH that answers 200 and does nothing.
    world.faults.add({ service: "anypoint", method: "PATCH", path: "/clientProviders/", kind: "refuse", status: 200 });
    const failure: unknown = await createClientProvider(world.client(), world.headerInputs()).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(HalfCreated);
    expect(failure).toMatchObject({
      id: made.id,
      message: expect.stringMatching(/a read shows no registration header/),
    });
    expect((failure as Error).message).not.toContain(API_TOKEN);
  });

  test("a 400 that quotes the header does not show it, whole or without its scheme", async () => {
    for (const quoted of [HEADER, API_TOKEN]) {
      world.faults.add({
        ...{ service: "anypoint", method: "POST", path: "/clientProviders$", kind: "refuse", status: 400 },
        body: {
          errors: [{ type: "validation", keyword: "x", schemas: [], message: `authorization ${quoted} is wrong` }],
        },
      });
      const failure = createClientProvider(world.client(), world.headerInputs());
      await expect(failure).rejects.toThrow(/authorization .*\[secret\] is wrong/);
      await expect(failure).rejects.not.toThrow(API_TOKEN);
    }
  });

  test("takes on a provider of ours with a private key as adopted, and takes the key away", async () => {
    await createClientProvider(world.client(), world.providerInputs());
    const { state } = await createClientProvider(world.client(), world.headerInputs());
    expect(state.origin).toBe("adopted");
    expect(registration()).toEqual({ authorization: HEADER });
    expect(stored()[0]?.privateKey).toBeUndefined();
  });
});

describe("read", () => {
  test("right after create shows exactly the created state", async () => {
    const { id, state } = await createClientProvider(world.client(), world.headerInputs());
    expect(await readClientProvider(world.client(), id, state)).toEqual(state);
  });

  test("a header that was taken away, or a key put beside it, is drift that an update mends", async () => {
    const { id, state } = await createClientProvider(world.client(), world.headerInputs());
    const breakages = [
      (provider: ClientProvider) => delete provider.oidc.client.registration,
      (provider: ClientProvider) =>
        (provider.privateKey = { clientId: "other", privateKey: "pem", scopes: ["okta.clients.read"] }),
    ];
    for (const breakIt of breakages) {
      for (const provider of stored()) breakIt(provider);
      const drifted = await readClientProvider(world.client(), id, state);
      expect(drifted?.registrationHeader).toBeUndefined();
      await updateClientProvider(world.client(), id, drifted ?? state, world.headerInputs());
      expect(registration()).toEqual({ authorization: HEADER });
      expect(stored()[0]?.privateKey).toBeUndefined();
    }
  });
});

describe("update", () => {
  test("a new header goes in one PATCH of its member", async () => {
    const { id, state } = await createClientProvider(world.client(), world.headerInputs());
    const position = world.journal.position;
    await updateClientProvider(world.client(), id, state, world.headerInputs({ registrationHeader: "SSWS 00new" }));
    expect(registration()).toEqual({ authorization: "SSWS 00new" });
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual(["PATCH clientProviders/* 200"]);
  });

  test("from key to header and back: one PUT each, which leaves nothing of the other, and grant types as they were set", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    const offered = [{ name: "client_credentials", label: "C", required: false, exclude: [], depends: [] }];
    Object.assign(stored()[0]?.oidc ?? {}, { supported_grant_types: offered });
    let position = world.journal.position;
    const byHeader = await updateClientProvider(world.client(), id, state, world.headerInputs());
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual(["PUT clientProviders/* 200"]);
    expect(stored()[0]?.privateKey).toBeUndefined();
    expect(registration()).toEqual({ authorization: HEADER });
    expect(byHeader).not.toHaveProperty("managerPrivateKey");

    position = world.journal.position;
    const byKey = await updateClientProvider(world.client(), id, byHeader, world.providerInputs());
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual(["PUT clientProviders/* 200"]);
    expect(registration()).toBeUndefined();
    expect(stored()[0]?.privateKey?.clientId).toBe("mulesoft-client-manager");
    expect(stored()[0]?.oidc.supported_grant_types).toEqual(offered);
    expect(byKey).not.toHaveProperty("registrationHeader");
  });
});

test("delete leaves the store as it was", async () => {
  const before = world.snapshot();
  const { id, state } = await createClientProvider(world.client(), world.headerInputs());
  await deleteClientProvider(world.client(), id, state);
  expect(world.snapshot()).toEqual(before);
});
