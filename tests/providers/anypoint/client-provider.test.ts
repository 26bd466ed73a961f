import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  type ClientProviderState,
  createClientProvider,
  deleteClientProvider,
  readClientProvider,
  updateClientProvider,
} from "../../../providers/anypoint/client-provider.ts";
import { getProvider } from "../../../providers/anypoint/client-provider-calls.ts";
import { HalfCreated } from "../../../providers/anypoint/creation.ts";
import { AnypointClient } from "../../../providers/anypoint/client.ts";
import { startServer } from "../../../sandbox/core/server.ts";
import type { Env } from "../../../sandbox/core/service.ts";
import { Hono } from "hono";
import { type World, startWorld } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const stored = () => Object.values(world.anypoint.state.clientProviders);

describe("create", () => {
  test("looks first, posts once, and finds the new provider by its name, since the 201 has no body", async () => {
    const inputs = world.providerInputs();
    const { id, state } = await createClientProvider(world.client(), inputs);
    expect(world.calls()).toEqual([
      "GET clientProviders 200",
      "POST clientProviders 201",
      "GET clientProviders 200",
      "GET clientProviders/* 200",
      "GET clientProviders/*/grantTypes 200",
    ]);
    expect(stored()).toHaveLength(1);
    expect(stored()[0]).toMatchObject({
      providerId: id,
      name: "okta-test",
      privateKey: {
        clientId: inputs.managerClientId,
        privateKey: inputs.managerPrivateKey,
        scopes: ["okta.clients.register", "okta.clients.read"],
      },
      oidc: {
        primary_client: { id: inputs.inspectorClientId, secret: inputs.inspectorClientSecret },
        client_request_timeout: 5000,
        allow_local_client_deletion: true,
        allow_external_client_modification: false,
      },
    });
    expect(state).toMatchObject({ ...inputs, providerId: id, organizationId: world.organizationId, origin: "created" });
    expect(state.supportedGrantTypes).toContain("client_credentials");
  });

  test("refuses a name that another Inspector's provider has, and leaves that one alone", async () => {
    await createClientProvider(world.client(), world.providerInputs({ inspectorClientId: "0oasomebodyelses0001" }));
    const before = world.snapshot();
    await expect(createClientProvider(world.client(), world.providerInputs())).rejects.toMatchObject({
      code: "refused",
      message: expect.stringMatching(
        /client provider "okta-test".*name is taken.*introspects with client 0oasomebodyelses0001, not with our Inspector 0oainspector00000001.*Choose another name/s,
      ),
    });
    expect(world.snapshot()).toEqual(before);
  });

  test("a name that only begins like ours is not ours", async () => {
    await createClientProvider(world.client(), world.providerInputs({ name: "okta-test-2" }));
    await createClientProvider(world.client(), world.providerInputs());
    expect(stored().map(({ name }) => name)).toEqual(["okta-test-2", "okta-test"]);
  });

  test.each(["lose", "cut"] as const)(
    "takes the provider whose 201 was lost (%s) as created, without a second POST",
    async (kind) => {
      world.faults.add({ service: "anypoint", method: "POST", path: "/clientProviders$", kind, status: 502 });
      const { state } = await createClientProvider(world.client(), world.providerInputs());
      expect(state.origin).toBe("created");
      expect(stored()).toHaveLength(1);
      expect(world.calls().filter((call) => call.startsWith("POST"))).toHaveLength(1);
    },
  );

  test("one that can't be read after its creation is kept with its id", async () => {
    world.faults.add({
      service: "anypoint",
      method: "GET",
      path: "/clientProviders/[^/]+$",
      kind: "refuse",
      status: 403,
    });
    const error = await createClientProvider(world.client(), world.providerInputs()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HalfCreated);
    expect((error as HalfCreated).id).toBe(stored()[0]?.providerId);
  });

  test("takes on what an earlier run made before it was cut off, as created", async () => {
    const first = await createClientProvider(world.client(), world.providerInputs());
    const again = await createClientProvider(world.client(), world.providerInputs());
    expect(again.id).toBe(first.id);
    expect(again.state.origin).toBe("created");
  });

  test("one that is to be adopted is adopted though nothing differs, and stays as it was on delete", async () => {
    await createClientProvider(world.client(), world.providerInputs());
    const before = world.snapshot();
    const { id, state } = await createClientProvider(world.client(), world.providerInputs({ adopt: true }));
    expect(state.origin).toBe("adopted");
    await deleteClientProvider(world.client(), id, state);
    expect(world.snapshot()).toEqual(before);
  });

  test("one that is to be adopted and is not there is not made", async () => {
    const creation = createClientProvider(world.client(), world.providerInputs({ adopt: true }));
    await expect(creation).rejects.toThrow(/Could not adopt client provider "okta-test".*Nothing was made/s);
    expect(stored()).toEqual([]);
  });

  test("adopts one of ours with other settings, and gives those back on delete", async () => {
    const inputs = world.providerInputs();
    const { id } = await createClientProvider(
      world.client(),
      world.providerInputs({ timeoutSeconds: 9, issuer: `${world.oktaUrl}/oauth2/default` }),
    );
    const before = world.snapshot();
    const { state } = await createClientProvider(world.client(), inputs);
    expect(state).toMatchObject({
      providerId: id,
      origin: "adopted",
      before: { timeoutSeconds: 9, issuer: `${world.oktaUrl}/oauth2/default` },
    });
    expect(stored()[0]?.oidc).toMatchObject({ issuer: world.oktaUrl, client_request_timeout: 5000 });
    await deleteClientProvider(world.client(), id, state);
    expect(world.snapshot()).toEqual(before);
  });

  test.each([
    ["the read after the write fails", { method: "GET", path: "/clientProviders/[^/]+$", skip: 1 }],
    ["the write itself fails", { method: "PATCH", path: "/clientProviders/[^/]+$" }],
  ])("of one that is adopted keeps the former values when %s", async (_what, fault) => {
    const inputs = world.providerInputs();
    await createClientProvider(
      world.client(),
      world.providerInputs({ timeoutSeconds: 9, inspectorClientSecret: "old" }),
    );
    world.faults.add({ service: "anypoint", kind: "refuse", status: 403, times: 9, ...fault });
    const failure: unknown = await createClientProvider(world.client(), inputs).catch((error: unknown) => error);
    world.faults.clear();
    expect(failure).toBeInstanceOf(HalfCreated);
    const { id, state } = failure as { id: string; state: ClientProviderState };
    expect(state).toMatchObject({ origin: "adopted", before: { timeoutSeconds: 9 } });
    const updated = await updateClientProvider(world.client(), id, state, inputs);
    expect(updated).toMatchObject({ origin: "adopted", before: { timeoutSeconds: 9 } });
    expect(updated).not.toHaveProperty("secretsUnsettled");
    expect(stored()[0]?.oidc).toMatchObject({
      primary_client: { secret: inputs.inspectorClientSecret },
      client_request_timeout: 5000,
    });
    await deleteClientProvider(world.client(), id, updated);
    expect(stored()[0]?.oidc.client_request_timeout).toBe(9000);
  });

  test("an unknown member of the block is refused with the way to set its name", async () => {
    world.anypoint.switches.privateKeyBlock = {
      ...world.anypoint.switches.privateKeyBlock,
      privateKeyPath: "client.registration.token_client.key",
    };
    const failure = createClientProvider(world.client(), world.providerInputs());
    await expect(failure).rejects.toThrow(/answered 400 .*private_key_jwt.*clientProvider\.privateKeyBlock/s);
    await expect(failure).rejects.not.toThrow(/PRIVATE KEY|inspector-secret-value/);
    expect(stored()).toEqual([]);
  });

  test("overridden names reach the wire and are found again", async () => {
    const names = {
      methodPath: "client.registration.method",
      methodValue: "jwt",
      privateKeyPath: "client.registration.token_client.key",
      clientIdPath: "client.registration.token_client.id",
      scopesPath: "client.registration.token_client.scope",
      scopesFormat: "string" as const,
    };
    world.anypoint.switches.privateKeyBlock = names;
    const { id, state } = await createClientProvider(world.client(), world.providerInputs({ privateKeyBlock: names }));
    expect(stored()[0]?.privateKey?.scopes).toEqual(["okta.clients.register", "okta.clients.read"]);
    expect(await readClientProvider(world.client(), id, state)).toEqual(state);
  });
});

describe("a server that drops what it does not know", () => {
  test("leaves the provider in the state, with the block's paths and what to do about them", async () => {
    const server = await startServer();
    server.serve(lenientAnypoint());
    const client = new AnypointClient({
      connection: { baseUrl: server.url, credentials: { kind: "access token", accessToken: "given-token" } },
    });
    const failure: unknown = await createClientProvider(client, world.providerInputs()).catch(
      (error: unknown) => error,
    );
    await server.close();
    expect(failure).toBeInstanceOf(HalfCreated);
    expect(failure).toMatchObject({
      id: "provider-1",
      state: { providerId: "provider-1", name: "okta-test", origin: "created" },
      message: expect.stringMatching(
        /no private-key block.*client\.registration\.private_key_jwt\.private_key.*clientProvider\.privateKeyBlock/s,
      ),
    });
  });
});

/** Keeps of a client provider what is published alone. */
function lenientAnypoint(): Hono<Env> {
  const app = new Hono<Env>();
  const kept: Record<string, unknown>[] = [];
  app.get("/accounts/api/me", (c) => c.json({ user: { organization: { id: "root" } } }));
  app.get("/accounts/api/organizations/root/hierarchy", (c) => c.json({ id: "root", name: "Acme" }));
  app.get("/accounts/api/organizations/root/clientProviders", (c) => c.json({ data: kept, total: kept.length }));
  app.post("/accounts/api/organizations/root/clientProviders", async (c) => {
    const body: { oidc_dynamic_client_provider: { client: Record<string, unknown> } } = await c.req.json();
    delete body.oidc_dynamic_client_provider.client.registration;
    kept.push({ ...body, providerId: "provider-1" });
    return c.body(null, 201);
  });
  app.get("/accounts/api/organizations/root/clientProviders/:id", (c) => c.json(kept[0]));
  return app;
}

describe("read", () => {
  test("right after create shows exactly the created state", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    expect(await readClientProvider(world.client(), id, state)).toEqual(state);
  });

  test("shows drift by property and keeps secrets, which a read masks", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    const provider = world.anypoint.state.clientProviders[id];
    if (provider === undefined) throw new Error("no provider");
    provider.oidc.client_request_timeout = 20_000;
    provider.oidc.urls.introspect = "https://elsewhere.example/introspect";
    expect(await readClientProvider(world.client(), id, state)).toEqual({
      ...state,
      timeoutSeconds: 20,
      introspectionUrl: "https://elsewhere.example/introspect",
    });
  });

  test("a provider that is gone is undefined", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    delete world.anypoint.state.clientProviders[id];
    expect(await readClientProvider(world.client(), id, state)).toBeUndefined();
  });
});

test("an empty id, which stands for Anypoint's own provider, is not asked for", async () => {
  const client = world.client();
  expect(await getProvider(client, world.organizationId, "", "Anypoint")).toBeUndefined();
  expect(world.journal.entries({ service: "anypoint" }).filter(({ path }) => path.includes("clientProviders"))).toEqual(
    [],
  );
});

describe("update", () => {
  test("sends the changed member whole and nothing else, and never a masked secret", async () => {
    const inputs = world.providerInputs();
    const { id, state } = await createClientProvider(world.client(), inputs);
    const next = { ...inputs, inspectorClientSecret: "inspector-secret-rotated", timeoutSeconds: 7 };
    const updated = await updateClientProvider(world.client(), id, state, next);
    expect(stored()[0]?.oidc).toMatchObject({
      primary_client: { id: inputs.inspectorClientId, secret: "inspector-secret-rotated" },
      client_request_timeout: 7000,
    });
    expect(stored()[0]?.privateKey?.privateKey).toBe(inputs.managerPrivateKey);
    expect(updated).toMatchObject({ ...next, providerId: id, origin: "created" });
  });

  test("moves to another Manager and key in one PATCH", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    const position = world.journal.position;
    const next = world.providerInputs({ managerClientId: "mulesoft-client-manager-2" });
    await updateClientProvider(world.client(), id, state, next);
    expect(stored()[0]?.privateKey?.clientId).toBe("mulesoft-client-manager-2");
    expect(world.calls(position).filter((call) => call.startsWith("PATCH"))).toHaveLength(1);
  });

  test("writes the block again where a read does not show it", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    delete world.anypoint.state.clientProviders[id]?.privateKey;
    const drifted = await readClientProvider(world.client(), id, state);
    expect(drifted?.managerClientId).toBeUndefined();
    await updateClientProvider(world.client(), id, drifted ?? state, world.providerInputs());
    expect(stored()[0]?.privateKey?.clientId).toBe("mulesoft-client-manager");
  });

  test("says what to do when the provider is gone", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    delete world.anypoint.state.clientProviders[id];
    await expect(
      updateClientProvider(world.client(), id, state, world.providerInputs({ timeoutSeconds: 6 })),
    ).rejects.toThrow(/it is not there.*pulumi refresh --run-program/s);
  });
});

describe("delete", () => {
  test("leaves the store as it was, and a second delete is a success", async () => {
    const before = world.snapshot();
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    await deleteClientProvider(world.client(), id, state);
    expect(world.snapshot()).toEqual(before);
    await deleteClientProvider(world.client(), id, state);
  });

  test("a lost answer is repeated, and the 404 of the repeat is a success", async () => {
    const { id, state } = await createClientProvider(world.client(), world.providerInputs());
    world.faults.add({ service: "anypoint", method: "DELETE", path: "/clientProviders/", kind: "cut" });
    await deleteClientProvider(world.client(), id, state);
    expect(world.calls().slice(-2)).toEqual(["DELETE clientProviders/* 0", "DELETE clientProviders/* 404"]);
    expect(stored()).toEqual([]);
  });
});

describe("a delete while others use it", () => {
  /** The legacy instance, and one of the business group Payments, bound to the provider. */
  async function usedByOthers() {
    const made = await createClientProvider(world.client(), world.providerInputs());
    const { apiInstances, environments, organizations } = world.anypoint.state;
    const legacy = apiInstances[world.legacyApiId];
    const payments = Object.values(organizations).find(({ name }) => name === "Payments");
    const environment = Object.values(environments).find(({ organizationId }) => organizationId === payments?.id);
    if (legacy === undefined || payments === undefined || environment === undefined) throw new Error("another world");
    legacy.providerId = made.id;
    apiInstances[19_999_999] = {
      ...structuredClone(legacy),
      ...{ id: 19_999_999, organizationId: payments.id, environmentId: environment.id, assetId: "inventory-api" },
    };
    return made;
  }

  test("is refused with the list and the ways out, and nothing is written", async () => {
    const { id, state } = await usedByOthers();
    const before = world.snapshot();
    const position = world.journal.position;
    await expect(deleteClientProvider(world.client(), id, state)).rejects.toThrow(
      new RegExp(
        `Could not delete client provider "okta-test".*bound to it: ${world.legacyApiId} \\(orders-api, environment "Sandbox" of "Acme"\\), ` +
          `19999999 \\(inventory-api, environment "Sandbox" of "Payments"\\)\\. Nothing of it was changed\\..*deleteWhileUsed`,
      ),
    );
    expect(world.snapshot()).toEqual(before);
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual([]);
  });

  test("goes on when told so, which an update notes without a write", async () => {
    const { id, state } = await usedByOthers();
    const position = world.journal.position;
    const told = await updateClientProvider(
      world.client(),
      ...([id, state, world.providerInputs({ deleteWhileUsed: true })] as const),
    );
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual([]);
    await deleteClientProvider(world.client(), id, told);
    expect(world.anypoint.state.clientProviders).toEqual({});
    expect(world.anypoint.state.apiInstances[world.legacyApiId]?.providerId).toBeNull();
  });

  test("an environment that we may not see keeps it from nothing, and is told once", async () => {
    const { id, state } = await usedByOthers();
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/environments/[^/]+/apis$", kind: "refuse" },
      ...{ status: 403, times: 9 },
    });
    const told: string[] = [];
    await deleteClientProvider(world.client(), id, state, (line) => told.push(line));
    expect(world.anypoint.state.clientProviders).toEqual({});
    expect(told).toEqual([
      expect.stringContaining(
        'not looked at everywhere, for want of permission: environment "Sandbox" of "Acme" (read:api_configuration); environment "Production" of "Acme"',
      ),
    ]);
  });
});
