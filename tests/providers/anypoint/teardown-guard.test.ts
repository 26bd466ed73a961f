/** What a teardown is refused for, over HTTP. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { createApiInstance } from "../../../providers/anypoint/api-instance.ts";
import { createApiPolicy } from "../../../providers/anypoint/api-policy.ts";
import { ENFORCEMENT_POLICY, MULESOFT_GROUP } from "../../../providers/anypoint/api-policy-inputs.ts";
import { createClientApplication } from "../../../providers/anypoint/client-application.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { createContract } from "../../../providers/anypoint/contract.ts";
import { type TeardownGuardInputs, guardTeardown } from "../../../providers/anypoint/teardown-guard.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
let guarded: TeardownGuardInputs;
const told: string[] = [];

beforeEach(async () => {
  world = await startWorld();
  told.length = 0;
  const client = world.client();
  const provider = await createClientProvider(client, world.providerInputs());
  const named = { environment: "Sandbox", clientProviderId: provider.id };
  const instance = await createApiInstance(client, {
    ...named,
    ...{ assetId: "orders-api", assetVersion: "1.0.0", label: "okta" },
  });
  const place = { organizationId: world.organizationId, environmentId: world.environmentId, apiId: instance.id };
  const policy = await createApiPolicy(client, {
    ...place,
    ...{ groupId: MULESOFT_GROUP, assetId: ENFORCEMENT_POLICY, disabled: false },
    configuration: { scopes: "orders.read", skipClientIdValidation: false },
  });
  const application = await createClientApplication(client, {
    ...{ name: "orders-mobile", redirectUris: ["https://orders.acme.com/cb"], grantTypes: ["authorization_code"] },
    ...{ apiId: instance.id, clientProviderId: provider.id, deletion: "remove" },
  });
  await createContract(client, {
    ...place,
    ...{ groupId: world.organizationId, assetId: "orders-api", assetVersion: "1.0.0", productVersion: "v1" },
    ...{ applicationId: application.id, approval: "leave-pending", waitSeconds: 1 },
  });
  guarded = {
    clientProviderId: provider.id,
    clientProviderName: "okta-test",
    clientProviderOrigin: "created",
    deleteWhileUsed: false,
    instances: [{ ...place, origin: "created" }],
    applications: [{ applicationId: application.id, origin: "created" }],
    policies: [policy.id],
  };
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

const guard = (changes: Partial<TeardownGuardInputs> = {}) =>
  guardTeardown(world.client(), "teardown-guard", { ...guarded, ...changes }, (line) => told.push(line));

/** The lines of the list that the guard refuses with. */
async function listed(changes: Partial<TeardownGuardInputs> = {}): Promise<string[]> {
  const refused = await guard(changes).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(refused).toContain('Could not tear down client provider "okta-test"');
  return refused.split("\n").flatMap((line) => (line.startsWith("  - ") ? [line.slice(4)] : []));
}

const state = () => world.anypoint.state;
const mine = () => state().apiInstances[guarded.instances[0]!.apiId]!;

/** An instance of others in the environment Sandbox of the business group Payments. */
function othersInstance(): void {
  const { organizations, environments, apiInstances } = state();
  const payments = Object.values(organizations).find(({ name }) => name === "Payments")!;
  const environment = Object.values(environments).find(({ organizationId }) => organizationId === payments.id)!;
  apiInstances[7_000_001] = {
    ...structuredClone(mine()),
    ...{ id: 7_000_001, organizationId: payments.id, environmentId: environment.id, assetId: "inventory-api" },
  };
}

/** An application of the provider, of the login of this name; contracts with these instances. */
function application(id: number, name: string, owner: string, ...apiIds: number[]): void {
  const { applications, contracts, connectedApps } = state();
  if (owner !== "infrastructure") {
    connectedApps[owner] = { clientId: owner, clientSecret: `secret of ${owner}`, name: owner, scopes: [] };
  }
  const [template] = Object.values(applications);
  const createdBy = Object.values(connectedApps).find((app) => app.name === owner)!.clientId;
  applications[id] = { ...template!, id, name, createdBy };
  for (const apiId of apiIds) {
    const [contract] = Object.values(contracts);
    contracts[id + apiId] = { ...contract!, id: id + apiId, applicationId: id, apiId };
  }
}

test("nothing but our own: it lets go, by reading alone, and says nothing", async () => {
  const position = world.journal.position;
  await guard();
  expect(told).toEqual([]);
  expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual([]);
});

test("instances, applications and contracts of others are one list: what, where, whose", async () => {
  othersInstance();
  application(7_000_002, "partner-app", "partner-team", mine().id, 7_000_001);
  application(7_000_003, "of another stack", "infrastructure", 7_000_001);
  application(7_000_004, "waiting", "partner-team");
  application(7_000_005, "left by keep", "infrastructure");
  const contract = (id: number, apiId: number) => `contract ${id + apiId} (approved) with API instance ${apiId}`;
  expect(await listed()).toEqual([
    'API instance 7000001 (inventory-api, environment "Sandbox" of "Payments"), bound to it',
    `application "partner-app" (7000002) of partner-team, a client of it with ${contract(7_000_002, 7_000_001)}, ${contract(7_000_002, mine().id)}`,
    `application "of another stack" (7000003) of infrastructure (this stack's own login), a client of it with ${contract(7_000_003, 7_000_001)}`,
    'application "waiting" (7000004) of partner-team, a client of it without a contract',
  ]);
  await guard({ deleteWhileUsed: true });
});

test("a contract with our instance counts also where its application is not shown", async () => {
  application(7_000_002, "partner-app", "partner-team", mine().id);
  const [app] = Object.values(state().connectedApps);
  const scopes = app!.scopes.filter((scope) => !["view:clients", "manage:clients"].includes(scope));
  app!.scopes.splice(0, app!.scopes.length, ...scopes);
  expect(await listed()).toEqual([
    expect.stringMatching(
      new RegExp(
        `^contract ${7_000_002 + mine().id} \\(approved\\) of application.* with API instance ${mine().id}, which this stack made and would delete$`,
      ),
    ),
  ]);
});

describe("a provider that stays", () => {
  test("others may go on with it; contracts with an instance that goes count", async () => {
    othersInstance();
    application(7_000_002, "partner-app", "partner-team", 7_000_001);
    await guard({ clientProviderOrigin: "adopted" });
    application(7_000_003, "other-app", "partner-team", mine().id);
    expect(await listed({ clientProviderOrigin: "adopted" })).toEqual([
      `contract ${7_000_003 + mine().id} (approved) of application "other-app" (7000003) with API instance ${mine().id}, which this stack made and would delete`,
    ]);
    await guard({ clientProviderOrigin: "adopted", deleteWhileUsed: true });
  });

  test("contracts with an instance that is given back as it is are no matter", async () => {
    application(7_000_002, "partner-app", "partner-team", mine().id);
    const instances = guarded.instances.map((one) => ({ ...one, origin: "adopted" as const }));
    await guard({ clientProviderOrigin: "adopted", instances });
  });
});

describe("an instance that gets its former provider back", () => {
  const adopted = () => guarded.instances.map((one) => ({ ...one, origin: "adopted" as const, formerProviderId: "" }));

  test("our own policy, contract and application hold it to nothing", async () => {
    await guard({ instances: adopted() });
  });

  test("what others have on it does, be the deletion asked for or not", async () => {
    application(7_000_002, "partner-app", "partner-team", mine().id);
    for (const deleteWhileUsed of [false, true]) {
      expect((await listed({ instances: adopted(), deleteWhileUsed })).at(-1)).toMatch(
        /^contract \d+ of application .* \(approved\) on API instance \d+, which is to be given back to Anypoint's own provider$/,
      );
    }
  });

  test("one that keeps the provider which goes is listed", async () => {
    const instances = guarded.instances.map((one) => ({ ...one, origin: "adopted" as const }));
    expect(await listed({ instances })).toEqual([
      expect.stringContaining("bound to it; it was there before this stack, and stays"),
    ]);
  });
});

describe("nothing to guard", () => {
  test("a provider that is gone, or was never made", async () => {
    application(7_000_002, "partner-app", "partner-team", mine().id);
    await guard({ clientProviderId: undefined });
    delete state().clientProviders[guarded.clientProviderId!];
    await guard();
  });
});

describe("what may not be seen", () => {
  test.each([
    [
      "by a refusal",
      "/environments/[^/]+/apis$",
      403,
      /environment "Sandbox" of "Payments" \(read:api_configuration\)/,
    ],
    ["of an organization", "/environments$", 403, /the environments of "Payments" \(view:environment\)/],
    ["of Exchange", "/applications$", 403, /the applications in Exchange \(read:client_applications, read:exchange\)/],
    ["of contracts", "/contracts$", 403, /the contracts of API instance \d+ \(read:api_contracts\)/],
  ])("%s is told, and refuses nothing", async (_what, path, status, said) => {
    world.faults.add({ service: "anypoint", method: "GET", path, kind: "refuse", status, times: 9 });
    await guard();
    expect(told).toEqual([expect.stringMatching(said)]);
  });

  test("behind an empty list, as Anypoint answers where a scope is missing, too", async () => {
    const [app] = Object.values(state().connectedApps);
    const hidden = ["read:api_configuration", "manage:api_configuration", "manage:apis", "admin:api_manager"];
    app!.scopes.splice(0, app!.scopes.length, ...app!.scopes.filter((scope) => !hidden.includes(scope)));
    othersInstance();
    await guard();
    expect(told).toEqual([expect.stringContaining('environment "Sandbox" of "Payments" (read:api_configuration)')]);
  });

  test("is said with a refusal as well", async () => {
    application(7_000_002, "partner-app", "partner-team", mine().id);
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/environments/[^/]+/apis$", kind: "refuse" },
      ...{ status: 403, times: 9 },
    });
    await expect(guard()).rejects.toThrow(
      /partner-app[^]*Not looked at, for want of permission: environment "Sandbox"/,
    );
  });

  test("a service that fails is no permission that lacks: the teardown waits", async () => {
    world.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/applications$", kind: "refuse" },
      ...{ status: 503, times: 9 },
    });
    await expect(guard()).rejects.toThrow("Anypoint answered 503");
  });
});
