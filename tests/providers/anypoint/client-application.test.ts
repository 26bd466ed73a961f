import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  createClientApplication,
  deleteClientApplication,
  readClientApplication,
  updateClientApplication,
} from "../../../providers/anypoint/client-application.ts";
import type { ClientApplicationInputs } from "../../../providers/anypoint/client-application-wire.ts";
import { createApiInstance } from "../../../providers/anypoint/api-instance.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { HalfCreated } from "../../../providers/anypoint/creation.ts";
import { ALL_SCOPES } from "../../../sandbox/anypoint/index.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
let apiId: string;
let clientProviderId: string;

beforeEach(async () => {
  world = await startWorld();
  clientProviderId = (await createClientProvider(world.client(), world.providerInputs())).id;
  apiId = (
    await createApiInstance(world.client(), {
      ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "okta", clientProviderId },
    })
  ).id;
});
afterEach(() => world.close());

const inputs = (changes: Partial<ClientApplicationInputs> = {}): ClientApplicationInputs => ({
  name: "orders-mobile",
  redirectUris: ["https://orders.acme.com/callback"],
  grantTypes: ["authorization_code", "client_credentials"],
  apiId,
  clientProviderId,
  deletion: "remove",
  ...changes,
});
const create = (changes: Partial<ClientApplicationInputs> = {}) =>
  createClientApplication(world.client(), inputs(changes));
const stored = () => Object.values(world.anypoint.state.applications);
/** Clients in Okta by their names. */
const oktaClients = () => Object.values(world.okta.state.apps).map(({ label }) => label);

/** An app that may make applications but not see their secrets again. */
function withoutSecrets(): { clientId: string; clientSecret: string } {
  const app = { clientId: "narrow-app", clientSecret: "narrow-app-secret-value", name: "infrastructure" };
  world.anypoint.addConnectedApp({ ...app, scopes: ALL_SCOPES.filter((scope) => scope !== "manage:clients") });
  return app;
}

describe("create", () => {
  test("makes one application, and with it one client in Okta, whose secret is kept", async () => {
    const position = world.journal.position;
    const { id, state } = await create({ description: "Orders", url: "https://orders.acme.com" });
    expect(stored()).toHaveLength(1);
    expect(oktaClients()).toContain("orders-mobile");
    expect(state).toEqual({
      ...inputs({ description: "Orders", url: "https://orders.acme.com" }),
      applicationId: id,
      organizationId: world.organizationId,
      clientId: stored()[0]?.clientId,
      clientSecret: stored()[0]?.clientSecret,
      owner: "infrastructure",
      origin: "created",
    });
    expect(state.clientSecret).not.toBe("");
    expect(world.calls(position)).toEqual(["GET applications 200", "POST applications 201", "GET applications/* 200"]);
    expect(
      world.entries().find(({ method, path }) => method === "POST" && path.includes("/applications"))?.path,
    ).toContain(`apiInstanceId=${apiId}`);
  });

  test("passes on what Okta refused", async () => {
    await expect(create({ grantTypes: ["client_credentials"] })).rejects.toThrow(
      /Could not create application "orders-mobile".*Invalid OpenID Connect client creation request/s,
    );
    expect(stored()).toEqual([]);
  });

  describe("says what to do when Okta refuses Anypoint", () => {
    const manager = () => {
      const app = Object.values(world.okta.state.apps).find(({ clientId }) => clientId === "mulesoft-client-manager");
      if (app === undefined) throw new Error("no Manager app");
      return app;
    };
    const withoutGrants = (...scopes: string[]) => {
      const { grants } = world.okta.state;
      for (const [id, { scopeId }] of Object.entries(grants)) if (scopes.includes(scopeId)) delete grants[id];
    };
    const DPOP_OR_GRANTS =
      /Manager app \(App A\) has DPoP on.*Or .*grant okta\.clients\.register and okta\.clients\.read/;
    const KEY = /exactly one active key.*Remove a key that was added by hand/;
    const ROLE = /lacks the admin role APP_ADMIN.*or the grant of okta\.clients\.register/;
    const METADATA = /grantTypes must have authorization_code, and redirectUris at least one/;

    test.each([
      ["DPoP is on", () => Object.assign(manager(), { dpopBound: true }), {}, 400, DPOP_OR_GRANTS],
      [
        "no scope is granted",
        () => withoutGrants("okta.clients.register", "okta.clients.read"),
        {},
        400,
        DPOP_OR_GRANTS,
      ],
      [
        "the scope to register is not granted",
        () => withoutGrants("okta.clients.register", "okta.clients.manage"),
        {},
        403,
        ROLE,
      ],
      ["the role is gone", () => (world.okta.state.roles = {}), {}, 403, ROLE],
      [
        "there are two keys",
        () => manager().keys.push({ ...structuredClone(manager().keys[0]!), kid: "by-hand" }),
        {},
        401,
        KEY,
      ],
      [
        "the key is another",
        () => Object.assign(manager().keys[0] ?? {}, { n: Buffer.alloc(256, 7).toString("base64url") }),
        {},
        401,
        KEY,
      ],
      ["the app is gone", () => delete world.okta.state.apps[manager().id], {}, 401, KEY],
      [
        "authorization_code is missing",
        () => undefined,
        { grantTypes: ["client_credentials" as const] },
        400,
        METADATA,
      ],
      ["there is no redirect URI", () => undefined, { redirectUris: [] }, 400, METADATA],
    ])("%s", async (_cause, meddle, changes, status, advice) => {
      meddle();
      const { message } = (await create(changes).catch((error: unknown) => error)) as Error;
      expect(message).toContain(`OpenID provider responded with status code ${status}`);
      expect(message).toMatch(advice);
      expect(message).not.toContain("Correct what it names");
      expect(stored()).toEqual([]);
    });

    test("that is late, or away", async () => {
      const provider = world.anypoint.state.clientProviders[clientProviderId];
      if (provider === undefined) throw new Error("no provider");
      provider.oidc.client_request_timeout = 50;
      world.faults.add({ service: "okta", path: "/oauth2/v1/clients", kind: "delay", delayMs: 200 });
      await expect(create()).rejects.toThrow(/timed out.*raise clientProvider\.timeoutSeconds/s);
      provider.oidc.client_request_timeout = 5000;
      provider.oidc.client.urls.register = "http://127.0.0.1:9/oauth2/v1/clients";
      await expect(create()).rejects.toThrow(/not reachable.*open to the internet/s);
    });

    test.each(["cut", "lose"] as const)(
      "whose answer is lost (%s): the client may be in Okta all the same",
      async (kind) => {
        const before = Object.keys(world.okta.state.apps).length;
        world.faults.add({ service: "okta", method: "POST", path: "/oauth2/v1/clients", kind });
        await expect(create({ stack: "dev" })).rejects.toThrow(/client may be in Okta.*orphans -- --stack dev/s);
        expect(Object.keys(world.okta.state.apps)).toHaveLength(before + 1);
        expect(stored()).toEqual([]);
      },
    );

    test("to delete a client", async () => {
      const provider = world.anypoint.state.clientProviders[clientProviderId];
      Object.assign(provider?.oidc ?? {}, { allow_external_client_modification: true });
      const { id, state } = await create();
      await expect(deleteClientApplication(world.client(), id, state)).rejects.toThrow(
        /status code 403.*grant of okta\.clients\.manage, which clientProvider\.clientDeletion: everywhere gives it/s,
      );
    });
  });

  test.each(["lose", "cut"] as const)("a lost answer (%s) makes no second application or client", async (kind) => {
    world.faults.add({ service: "anypoint", method: "POST", path: "/applications$", kind });
    const { state } = await create();
    expect(stored()).toHaveLength(1);
    expect(oktaClients().filter((name) => name === "orders-mobile")).toHaveLength(1);
    expect(state).toMatchObject({ origin: "created", clientSecret: stored()[0]?.clientSecret });
  });

  test("takes on what a run made before it was cut off, as created", async () => {
    const first = await create();
    const again = await create();
    expect(again).toEqual(first);
  });

  test("one that is to be adopted is adopted though made by us, and stays on delete", async () => {
    await create();
    const { id, state } = await create({ adopt: true });
    expect(state.origin).toBe("adopted");
    await deleteClientApplication(world.client(), id, state);
    expect(stored()).toHaveLength(1);
  });

  test("one that is to be adopted and is not there is not made", async () => {
    await expect(create({ adopt: true })).rejects.toThrow(
      /Could not adopt application "orders-mobile".*Nothing was made/s,
    );
    expect(stored()).toEqual([]);
  });

  test.each([
    ["other redirect URIs", { redirectUris: ["https://elsewhere.acme.com/cb"] }, /with other redirect URIs/],
    ["other grant types", { grantTypes: ["authorization_code" as const] }, /with other grant types/],
    ["another description", { description: "theirs" }, /with another description/],
  ])("refuses one of the name with %s, and leaves it alone", async (_what, theirs, message) => {
    const { id } = await create(theirs);
    const before = world.snapshot();
    await expect(create()).rejects.toThrow(message);
    await expect(create()).rejects.toThrow(new RegExp(`of this name already, ${id}.*Choose another name`, "s"));
    expect(world.snapshot()).toEqual(before);
  });

  test("refuses one of the name that another owner made", async () => {
    const other = { clientId: "their-app", clientSecret: "their-app-secret-value", name: "their-team" };
    world.anypoint.addConnectedApp(other);
    await createClientApplication(world.client({}, other), inputs());
    await expect(create()).rejects.toThrow(/with owner "their-team"/);
  });

  test("a name that others hold where we can't see it is a conflict", async () => {
    await create();
    const app = { clientId: "blind", clientSecret: "blind-secret-value", name: "blind" };
    const scopes = ALL_SCOPES.filter((scope) => scope !== "manage:clients" && scope !== "view:clients");
    world.anypoint.addConnectedApp({ ...app, scopes });
    await expect(createClientApplication(world.client({}, app), inputs())).rejects.toMatchObject({ code: "conflict" });
  });

  test("an instance on Anypoint's own provider makes a client there, which is refused by name", async () => {
    const instance = world.anypoint.state.apiInstances[apiId];
    if (instance !== undefined) instance.providerId = null;
    const failure: unknown = await create().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HalfCreated);
    expect(failure).toMatchObject({
      message: expect.stringContaining("Anypoint made it in its own one, the one that"),
    });
  });

  test("refuses a client made in another provider than was asked for", async () => {
    const failure: unknown = await create({ clientProviderId: "33333333-3333-4333-8333-333333333333" }).catch(
      (e: unknown) => e,
    );
    expect(failure).toBeInstanceOf(HalfCreated);
    expect(failure).toMatchObject({ message: expect.stringContaining(`Anypoint made it in ${clientProviderId}`) });
  });
});

describe("a secret that can't be read again", () => {
  const lostAnswer = async () => {
    const app = withoutSecrets();
    world.faults.add({ service: "anypoint", method: "POST", path: "/applications$", kind: "cut" });
    const failure: unknown = await createClientApplication(world.client({}, app), inputs()).catch((e: unknown) => e);
    return { app, failure: failure as HalfCreated };
  };

  test("leaves the application in the state, and says how to go on", async () => {
    const { failure } = await lostAnswer();
    expect(failure).toBeInstanceOf(HalfCreated);
    expect(failure).toMatchObject({
      id: stored()[0]?.id.toString(),
      state: { clientSecret: "", clientId: stored()[0]?.clientId, origin: "created" },
      message: expect.stringMatching(/does not show its client secret.*manage:clients.*--replace/s),
    });
  });

  test("is completed by the next update, once it may be read", async () => {
    const { app, failure } = await lostAnswer();
    const state = failure.state as Parameters<typeof updateClientApplication>[2];
    await expect(updateClientApplication(world.client({}, app), failure.id, state, inputs())).rejects.toThrow(
      /does not show its client secret/,
    );
    world.anypoint.addConnectedApp({ ...app, name: "infrastructure" });
    const completed = await updateClientApplication(world.client({}, app), failure.id, state, inputs());
    expect(completed.clientSecret).toBe(stored()[0]?.clientSecret);
  });
});

describe("read", () => {
  test("right after create shows exactly the created state", async () => {
    const { id, state } = await create({ description: "Orders" });
    expect(await readClientApplication(world.client(), id, state)).toEqual(state);
    expect(await readClientApplication(world.client({}, withoutSecrets()), id, state)).toEqual(state);
  });

  test("another order of grant types or URIs is no drift, other members are", async () => {
    const { id, state } = await create();
    const application = stored()[0];
    if (application === undefined) throw new Error("no application");
    application.grantTypes.reverse();
    expect(await readClientApplication(world.client(), id, state)).toEqual(state);
    application.grantTypes = ["authorization_code"];
    application.description = "by hand";
    expect(await readClientApplication(world.client(), id, state)).toEqual({
      ...state,
      grantTypes: ["authorization_code"],
      description: "by hand",
    });
  });

  test("is undefined when it is gone", async () => {
    const { id, state } = await create();
    world.anypoint.state.applications = {};
    expect(await readClientApplication(world.client(), id, state)).toBeUndefined();
  });
});

test("an update of what is not stored in Anypoint makes no call", async () => {
  const { id, state } = await create();
  const position = world.journal.position;
  expect(await updateClientApplication(world.client(), id, state, inputs({ deletion: "keep" }))).toEqual({
    ...state,
    deletion: "keep",
  });
  expect(world.calls(position)).toEqual([]);
});

describe("delete", () => {
  test("removes the application; a second time is a success", async () => {
    const { id, state } = await create();
    await deleteClientApplication(world.client(), id, state);
    await deleteClientApplication(world.client(), id, state);
    expect(stored()).toEqual([]);
  });

  test.each([
    ["is to be kept", { deletion: "keep" as const }],
    ["was adopted", { origin: "adopted" as const }],
  ])("leaves one that %s", async (_what, change) => {
    const { id, state } = await create();
    await deleteClientApplication(world.client(), id, { ...state, ...change });
    expect(stored()).toHaveLength(1);
  });

  test("says what the client provider does not allow", async () => {
    const { id, state } = await create();
    const provider = world.anypoint.state.clientProviders[clientProviderId];
    if (provider !== undefined) provider.oidc.allow_local_client_deletion = false;
    await expect(deleteClientApplication(world.client(), id, state)).rejects.toThrow(
      /Could not delete application "orders-mobile".*doesn't allow client deletion/s,
    );
  });
});
