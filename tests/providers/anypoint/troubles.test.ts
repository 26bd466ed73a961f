/** The vendor's own troubles, by the local Anypoint's switches, and that our calls cope with them or say what to do. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { createApiInstance } from "../../../providers/anypoint/api-instance.ts";
import { createApiPolicy, readApiPolicy } from "../../../providers/anypoint/api-policy.ts";
import { ENFORCEMENT_POLICY, MULESOFT_GROUP } from "../../../providers/anypoint/api-policy-inputs.ts";
import type { ClientApplicationState } from "../../../providers/anypoint/client-application-wire.ts";
import { createClientApplication, readClientApplication } from "../../../providers/anypoint/client-application.ts";
import { createClientProvider, readClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { type ContractInputs, createContract, readContract } from "../../../providers/anypoint/contract.ts";
import { HalfCreated } from "../../../providers/anypoint/creation.ts";
import type { AnypointSwitches } from "../../../sandbox/anypoint/index.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
afterEach(() => world.close());

const start = async (switches: Partial<AnypointSwitches> = {}) => (world = await startWorld(switches));

const makeProvider = () => createClientProvider(world.client(), world.providerInputs());
const makeInstance = (clientProviderId: string) =>
  createApiInstance(world.client(), {
    ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "okta", clientProviderId },
  });
const makePolicy = (apiId: string) =>
  createApiPolicy(world.client(), {
    ...{ organizationId: world.organizationId, environmentId: world.environmentId, apiId },
    ...{ groupId: MULESOFT_GROUP, assetId: ENFORCEMENT_POLICY, disabled: false },
    configuration: { scopes: "orders.read", skipClientIdValidation: false },
  });
const makeApplication = (apiId: string, clientProviderId: string) =>
  createClientApplication(world.client(), {
    name: "orders-mobile",
    redirectUris: ["https://orders.acme.com/callback"],
    grantTypes: ["authorization_code", "client_credentials"],
    ...{ apiId, clientProviderId, deletion: "remove" },
  });
const makeContract = (applicationId: string, apiId: string) =>
  createContract(world.client(), contractInputs(applicationId, apiId), { pollMs: 1 });
const contractInputs = (applicationId: string, apiId: string): ContractInputs => ({
  ...{ applicationId, apiId, organizationId: world.organizationId, environmentId: world.environmentId },
  ...{ groupId: world.organizationId, assetId: "orders-api", assetVersion: "1.0.0", productVersion: "v1" },
  ...{ approval: "leave-pending", waitSeconds: 300 },
});

/** The whole chain, read again at once, and how many there are of each. */
async function makeAll() {
  const provider = await makeProvider();
  const instance = await makeInstance(provider.id);
  const policy = await makePolicy(instance.id);
  const application = await makeApplication(instance.id, provider.id);
  const contract = await makeContract(application.id, instance.id);
  const client = world.client();
  const read = [
    await readClientProvider(client, provider.id, provider.state),
    await readApiPolicy(client, policy.id, policy.state),
    await readClientApplication(client, application.id, application.state),
    await readContract(client, contract.id, contract.state),
  ];
  expect(read).toEqual([provider.state, policy.state, application.state, contract.state]);
  return { provider, instance, policy, application, contract };
}

const counts = () => {
  const { clientProviders, apiInstances, policies, applications, contracts } = world.anypoint.state;
  const count = (record: object) => Object.keys(record).length;
  const inOkta = Object.values(world.okta.state.apps).filter(({ label }) => label === "orders-mobile").length;
  const stores = [clientProviders, apiInstances, policies, applications, contracts];
  return [...stores.map(count), inOkta];
};
/** One of each, the instance beside the two that the organization begins with. */
const ONE_OF_EACH = () => [1, 1 + seededInstances, 1, 1, 1, 1];
let seededInstances = 0;
const startCounted = async (switches: Partial<AnypointSwitches> = {}) => {
  await start(switches);
  seededInstances = Object.keys(world.anypoint.state.apiInstances).length;
};

describe("new objects that are not shown at once", () => {
  test.each([
    ["lists", false],
    ["lists and reads by id", true],
  ])("by %s: each is made once, and is shown when its creation ends", async (_what, newObjectsHiddenById) => {
    await startCounted({ newObjectsHiddenReads: 3, newObjectsHiddenById });
    await makeAll();
    expect(counts()).toEqual(ONE_OF_EACH());
  });

  test.each([false, true])("nor when every answer to a POST is lost too (by id: %s)", async (newObjectsHiddenById) => {
    await startCounted({ newObjectsHiddenReads: 2, newObjectsHiddenById });
    for (const path of ["/clientProviders$", "/apis$", "/policies$", "/applications$", "/contracts$"]) {
      world.faults.add({ service: "anypoint", method: "POST", path, kind: "cut" });
    }
    await makeAll();
    expect([counts(), world.faults.pending]).toEqual([ONE_OF_EACH(), []]);
  });

  test("a provider that is never shown is told to be made, and what to do; later it is found", async () => {
    await startCounted({ newObjectsHiddenReads: 1000 });
    await expect(makeProvider()).rejects.toMatchObject({
      code: "unexpected-answer",
      message: expect.stringMatching(
        /answered 201, but .* does not show it.*It was made.*Access Management, Client Providers.*run the command again/,
      ),
    });
    expect(counts()[0]).toBe(1);
    world.anypoint.switches.newObjectsHiddenReads = 0;
    expect((await makeProvider()).state).toMatchObject({ origin: "created" });
    expect(counts()[0]).toBe(1);
  });

  test("a provider whose creation lost its answer, and that is not shown in time, may be there: the error says so", async () => {
    await startCounted({ newObjectsHiddenReads: 1000 });
    world.faults.add({ service: "anypoint", method: "POST", path: "/clientProviders$", kind: "cut" });
    await expect(makeProvider()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(
        /Before that, wait a minute and look for it in Anypoint: it is not shown now, but may have been made/,
      ),
    });
    expect(counts()[0]).toBe(1);
  });

  test("a provider whose creation lost its answer, and that can't be looked for, may be there too", async () => {
    await startCounted();
    const path = "/accounts/api/organizations/[^/]+/clientProviders$";
    world.faults.add({ service: "anypoint", method: "POST", path, kind: "cut" });
    world.faults.add({ service: "anypoint", method: "GET", path, kind: "refuse", status: 403, skip: 1 });
    await expect(makeProvider()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/may have been made, and could not be looked for now/),
    });
  });

  test("a login that fails in place of a creation has made nothing, and says nothing of that kind", async () => {
    await startCounted();
    const { id: clientProviderId } = await makeProvider();
    world.faults.add({ service: "anypoint", method: "POST", path: "/apis$", kind: "refuse", status: 401 });
    world.faults.add({ service: "anypoint", path: "/oauth2/token$", kind: "refuse", status: 503, skip: 1, times: 9 });
    await expect(makeInstance(clientProviderId)).rejects.toMatchObject({
      operation: "token.request",
      message: expect.not.stringMatching(/may have been made/),
    });
  });

  test("a look that fails after a creation is not the last", async () => {
    await startCounted();
    const path = "/accounts/api/organizations/[^/]+/clientProviders$";
    world.faults.add({ service: "anypoint", method: "GET", path, kind: "refuse", status: 503, skip: 1, times: 6 });
    expect((await makeProvider()).state).toMatchObject({ origin: "created" });
    expect([counts()[0], world.faults.pending]).toEqual([1, []]);
  });

  test("a provider that can't be looked for after its creation is told to be made", async () => {
    await startCounted();
    const providers = "/accounts/api/organizations/[^/]+/clientProviders$";
    world.faults.add({ service: "anypoint", method: "GET", path: providers, kind: "refuse", status: 403, skip: 1 });
    await expect(makeProvider()).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringMatching(
        /^client provider .* was made, but its id was not learnt\. .*403.*none is made twice/,
      ),
    });
    expect(counts()[0]).toBe(1);
  });

  test("what has an id is kept in the state when it is never shown, and the error names it", async () => {
    await startCounted();
    const { id: clientProviderId } = await makeProvider();
    Object.assign(world.anypoint.switches, { newObjectsHiddenReads: 1000, newObjectsHiddenById: true });
    const left = await makeInstance(clientProviderId).catch((error: unknown) => error);
    expect(left).toBeInstanceOf(HalfCreated);
    const { id, message } = left as HalfCreated;
    expect(world.anypoint.state.apiInstances[id]).toBeDefined();
    expect(message).toContain(id);
    expect(message).toMatch(/was made, but Anypoint does not show it yet.*pulumi up.*No `pulumi refresh` before/);
  });

  test("an application, whose creation tells all, does not depend on it", async () => {
    await startCounted();
    const { id: clientProviderId } = await makeProvider();
    const { id: apiId } = await makeInstance(clientProviderId);
    Object.assign(world.anypoint.switches, { newObjectsHiddenReads: 1000, newObjectsHiddenById: true });
    const { state } = await makeApplication(apiId, clientProviderId);
    expect(state).toMatchObject({ origin: "created", clientSecret: expect.stringMatching(/./) });
  });
});

describe("the answer to a provider's creation", () => {
  test.each(["none", "provider", "other"] as const)("%s: the provider is found by its name", async (answer) => {
    await startCounted({ providerCreationAnswer: answer });
    const { id } = await makeProvider();
    expect(Object.keys(world.anypoint.state.clientProviders)).toEqual([id]);
  });

  test.each(["<html>created</html>", "[]", '{"providerId":7}'])("%s is not trusted either", async (body) => {
    await startCounted();
    world.faults.add({
      ...{ service: "anypoint", method: "POST", path: "/clientProviders$", kind: "lose", status: 201, body },
    });
    const { id } = await makeProvider();
    expect(Object.keys(world.anypoint.state.clientProviders)).toEqual([id]);
  });
});

describe("rate limits of Access Management", () => {
  test.each([0, 3600, -3600])(
    "are waited for, a POST included, with its clock %i s ahead",
    async (clockSkewSeconds) => {
      await startCounted({ enforceRateLimit: true, rateLimit: 4, rateLimitSeconds: 1, clockSkewSeconds });
      const { id } = await makeProvider();
      expect(Object.keys(world.anypoint.state.clientProviders)).toEqual([id]);
      const limited = world.entries().filter(({ status }) => status === 429);
      expect(limited.length).toBeGreaterThan(0);
    },
  );

  test("a POST that the limit refuses is repeated, and made once", async () => {
    await startCounted();
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.floor(Date.now() / 1000)) };
    world.faults.add({
      ...{ service: "anypoint", method: "POST", path: "/clientProviders$", kind: "refuse", status: 429, headers },
    });
    await makeProvider();
    expect(world.calls().filter((call) => call.startsWith("POST"))).toEqual([
      "POST clientProviders 429",
      "POST clientProviders 201",
    ]);
  });

  test("a POST that another 429 refuses is not repeated: nobody says that it had no effect", async () => {
    await startCounted();
    world.faults.add({ service: "anypoint", method: "POST", path: "/clientProviders$", kind: "refuse", status: 429 });
    await expect(makeProvider()).rejects.toMatchObject({ code: "rate-limited" });
    expect(world.calls().filter((call) => call.startsWith("POST"))).toHaveLength(1);
  });
});

describe("Exchange's balancer at its limit", () => {
  test.each([429, 500, 503] as const)("by %i: reads are repeated, a refused POST is told and left", async (status) => {
    await startCounted({ exchangeLimitStatus: status, rateLimitSeconds: 1 });
    const { id: clientProviderId } = await makeProvider();
    const { id: apiId } = await makeInstance(clientProviderId);
    world.anypoint.switches.exchangeRateLimit = 1;
    // Whichever call meets the limit: in the end there is one application and one client, at the first go or at the second,
    // and one that was made but not read back is kept with its id.
    const made = await makeApplication(apiId, clientProviderId).catch(async (error: unknown) => {
      const refusal = error instanceof HalfCreated ? error.cause : error;
      expect(refusal).toMatchObject({ code: status === 429 ? "rate-limited" : "server-error" });
      world.anypoint.switches.exchangeRateLimit = 0;
      if (!(error instanceof HalfCreated)) return makeApplication(apiId, clientProviderId);
      const state = await readClientApplication(world.client(), error.id, error.state as ClientApplicationState);
      return { id: error.id, state: state as ClientApplicationState };
    });
    expect(made.state.origin).toBe("created");
    expect([counts()[3], counts()[5]]).toEqual([1, 1]);
  });
});

describe("clocks that are apart", () => {
  test.each([-3600, -5, 5, 3600])("Anypoint %i s ahead: tokens live as long as it says", async (clockSkewSeconds) => {
    await startCounted({ clockSkewSeconds, accessTokenSeconds: 3600 });
    const client = world.client();
    await createClientProvider(client, world.providerInputs());
    const logins = world.entries().filter(({ path }) => path.endsWith("/oauth2/token"));
    expect(logins).toHaveLength(1);
  });

  test.each([
    [-240, true],
    [0, true],
    [4, true],
    [-301, false],
    [60, false],
  ])("Anypoint %i s ahead of Okta: a client is registered: %s", async (clockSkewSeconds, works) => {
    await startCounted({ clockSkewSeconds });
    const { id: clientProviderId } = await makeProvider();
    const { id: apiId } = await makeInstance(clientProviderId);
    const outcome = makeApplication(apiId, clientProviderId);
    if (works) expect((await outcome).state.origin).toBe("created");
    else await expect(outcome).rejects.toMatchObject({ message: expect.stringMatching(/Okta refused the login/) });
  });
});
