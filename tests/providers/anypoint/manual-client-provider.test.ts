/** A client provider that a person made: read, compared, and never written. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createClientProvider, updateClientProvider } from "../../../providers/anypoint/client-provider.ts";
import {
  type ManualClientProviderInputs,
  createManualClientProvider,
  readManualClientProvider,
  updateManualClientProvider,
} from "../../../providers/anypoint/manual-client-provider.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
let providerId: string;
beforeEach(async () => {
  world = await startWorld();
  providerId = (await createClientProvider(world.client(), world.providerInputs())).id;
});
afterEach(() => world.close());

function inputs(changes: Partial<ManualClientProviderInputs> = {}): ManualClientProviderInputs {
  const { registrationHeader: _, inspectorClientSecret: __, ...published } = world.headerInputs();
  return { ...published, providerId, ...changes };
}
const stored = () => {
  const provider = world.anypoint.state.clientProviders[providerId];
  if (provider === undefined) throw new Error("no provider");
  return provider;
};
const writes = (after: number) => world.calls(after).filter((call) => !call.startsWith("GET"));

describe("create and update", () => {
  test("of one that is as the stack says take it on by its id, without a write", async () => {
    const [position, before] = [world.journal.position, world.snapshot()];
    const { id, state } = await createManualClientProvider(world.client(), inputs());
    expect(id).toBe(providerId);
    expect(state).toMatchObject({ ...inputs(), organizationId: world.organizationId, origin: "adopted" });
    expect(state.supportedGrantTypes).toContain("client_credentials");
    expect(await updateManualClientProvider(world.client(), id, state, inputs())).toEqual(state);
    expect(writes(position)).toEqual([]);
    expect(world.snapshot()).toEqual(before);
  });

  test("list every field that differs, in the form's words, and write nothing", async () => {
    const { oidc } = stored();
    stored().allow_untrusted_certificates = true;
    Object.assign(oidc, { issuer: undefined, client_request_timeout: 8000, allow_external_client_modification: true });
    Object.assign(oidc.urls, { introspect: "https://elsewhere.example/introspect" });
    oidc.primary_client.id = "0oasomebodyelses0001";
    const position = world.journal.position;
    await expect(createManualClientProvider(world.client(), inputs())).rejects.toMatchObject({
      code: "refused",
      message: expect.stringMatching(
        new RegExp(
          [
            `client provider ${providerId} .* is not as this stack says, and in mode manual nothing is written there`,
            "Issuer: it is empty, and must be ",
            'Token Introspection URL: it is "https://elsewhere.example/introspect", and must be ',
            'Client ID: it is "0oasomebodyelses0001", and must be "0oainspector00000001"',
            "Enable client deletion and updates in IdP: it is on, and must be off",
            "Client request timeout \\(seconds\\): it is 8, and must be 5",
            "Disable server certificate validation: it is on, and must be off",
          ].join("[\\s\\S]*"),
        ),
      ),
    });
    expect(writes(position)).toEqual([]);
  });

  test.each([
    [
      "no provider of this id",
      { providerId: "5f0b1f4e-0000-4000-8000-000000000000" },
      /there is no client provider 5f0b1f4e/,
    ],
    ["another name", { name: "okta-prod" }, /Name: it is "okta-test", and must be "okta-prod"/],
  ])("refuse %s", async (_, changes, message) => {
    await expect(createManualClientProvider(world.client(), inputs(changes))).rejects.toThrow(message);
  });

  test("without an id wait, and ask nobody", async () => {
    const position = world.journal.position;
    const { id, state } = await createManualClientProvider(world.client(), inputs({ providerId: undefined }));
    expect([id, state.providerId, state.organizationId]).toEqual(["waiting", undefined, undefined]);
    expect(await readManualClientProvider(world.client(), id, state)).toEqual(state);
    expect(world.entries(position)).toEqual([]);
  });
});

describe("read", () => {
  test("right after create shows the created state, drift by field, and undefined when it is gone", async () => {
    const { id, state } = await createManualClientProvider(world.client(), inputs());
    expect(await readManualClientProvider(world.client(), id, state)).toEqual(state);
    stored().oidc.client_request_timeout = 7000;
    expect(await readManualClientProvider(world.client(), id, state)).toEqual({ ...state, timeoutSeconds: 7 });
    delete world.anypoint.state.clientProviders[id];
    expect(await readManualClientProvider(world.client(), id, state)).toBeUndefined();
  });
});

test("back to managed, a provider of another name or Inspector is refused and left alone", async () => {
  const { state } = await createManualClientProvider(world.client(), inputs());
  const before = world.snapshot();
  for (const changes of [{ name: "other" }, { inspectorClientId: "0oaother" }]) {
    await expect(
      updateClientProvider(world.client(), providerId, state as never, world.providerInputs(changes)),
    ).rejects.toThrow(/Only one with our name and our Inspector .* is taken over. It is left alone/s);
  }
  expect(world.snapshot()).toEqual(before);
});
