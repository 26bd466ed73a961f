/** Whose object it is, the same questions to every kind: what we make goes, what was there is given back, what is another's is left alone. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { createApiInstance, deleteApiInstance } from "../../../providers/anypoint/api-instance.ts";
import type { ApiInstanceState } from "../../../providers/anypoint/api-instance-inputs.ts";
import { createApiPolicy, deleteApiPolicy, updateApiPolicy } from "../../../providers/anypoint/api-policy.ts";
import {
  type ApiPolicyInputs,
  type ApiPolicyState,
  ENFORCEMENT_POLICY,
  MULESOFT_GROUP,
} from "../../../providers/anypoint/api-policy-inputs.ts";
import { createClientApplication, deleteClientApplication } from "../../../providers/anypoint/client-application.ts";
import type { ClientApplicationState } from "../../../providers/anypoint/client-application-wire.ts";
import {
  type ClientProviderState,
  createClientProvider,
  deleteClientProvider,
} from "../../../providers/anypoint/client-provider.ts";
import { type ContractState, createContract, deleteContract } from "../../../providers/anypoint/contract.ts";
import type { Ownership } from "../../../providers/anypoint/creation.ts";
import {
  type EnvironmentAssignmentState,
  createEnvironmentAssignment,
  deleteEnvironmentAssignment,
  updateEnvironmentAssignment,
} from "../../../providers/anypoint/environment-assignment.ts";
import { quickPauses } from "../quick-pauses.ts";
import { CONNECTED_APP, type World, startWorld } from "./world.ts";

let world: World;
let clientProviderId: string;
let apiId: string;

beforeEach(async () => {
  quickPauses();
  world = await startWorld();
  clientProviderId = (await createClientProvider(world.client(), world.providerInputs())).id;
  apiId = (await createApiInstance(world.client(), instanceInputs("okta"))).id;
  const { clientProviders } = world.anypoint.state;
  const ours = clientProviders[clientProviderId];
  if (ours === undefined) throw new Error("no provider");
  for (const id of OTHERS) clientProviders[id] = { ...structuredClone(ours), providerId: id, name: id };
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

/** Providers of other people. */
const THEIRS = "5f0b1f4e-0000-4000-8000-000000000001";
const ANOTHER = "5f0b1f4e-0000-4000-8000-000000000002";
const OTHERS = [THEIRS, ANOTHER, "5f0b1f4e-0000-4000-8000-000000000003"];

const instanceInputs = (label: string, adopt = false) => ({
  ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label, adopt, clientProviderId },
});
const policyInputs = (changes: Partial<ApiPolicyInputs> = {}): ApiPolicyInputs => ({
  ...{ organizationId: world.organizationId, environmentId: world.environmentId, apiId },
  ...{ groupId: MULESOFT_GROUP, assetId: ENFORCEMENT_POLICY, disabled: false },
  configuration: { scopes: "orders.read", skipClientIdValidation: false },
  ...changes,
});
const applicationInputs = (changes: { redirectUris?: string[] } = {}) => ({
  ...{ name: "orders-mobile", apiId, clientProviderId, deletion: "remove" as const },
  ...{ grantTypes: ["authorization_code" as const], redirectUris: ["https://orders.acme.com/cb"] },
  ...changes,
});
const contractInputs = (applicationId: string, changes: { approval?: "approve" } = {}) => ({
  ...{ applicationId, apiId, organizationId: world.organizationId, environmentId: world.environmentId },
  ...{ groupId: world.organizationId, assetId: "orders-api", assetVersion: "1.0.0", productVersion: "v1" },
  ...{ approval: "leave-pending" as const, waitSeconds: 1 },
  ...changes,
});
const assignmentInputs = (makeDefault = false) => ({ environment: "Sandbox", clientProviderId, makeDefault });
const offered = () => {
  const environment = world.anypoint.state.environments[world.environmentId];
  if (environment === undefined) throw new Error("no environment");
  return environment;
};

/** A policy of the same template on our instance, made by somebody else; gives its number. */
function addPolicy(changes: Partial<World["anypoint"]["state"]["policies"][string]> = {}): string {
  world.anypoint.state.policies[777_001] = {
    ...{ id: 777_001, apiId: Number(apiId), groupId: MULESOFT_GROUP, assetId: ENFORCEMENT_POLICY },
    ...{ assetVersion: "1.6.0", pointcutData: null, order: 1, disabled: false, createdAt: "" },
    configurationData: { scopes: "theirs", exposeHeaders: true, skipClientIdValidation: true },
    ...changes,
  };
  return "777001";
}

/** An application; its maker is not shown where `createdBy` is nobody's. */
function addApplication(createdBy: string, changes: object = {}): string {
  world.anypoint.state.applications[777_002] = {
    ...{ id: 777_002, name: "orders-mobile", description: null, url: null, grantTypes: ["authorization_code"] },
    ...{ redirectUri: ["https://orders.acme.com/cb"], clientId: "0oatheirs", clientSecret: "their-client-secret" },
    ...{ providerId: clientProviderId, createdBy, createdAt: "" },
    ...changes,
  };
  return "777002";
}

function addContract(status: ContractStatus): string {
  const applicationId = addApplication(CONNECTED_APP.clientId);
  world.anypoint.state.contracts[777_003] = {
    ...{ id: 777_003, applicationId: Number(applicationId), apiId: Number(apiId), status, createdAt: "" },
    ...{ tierId: null, requestedTierId: null, approvedDate: null, rejectedDate: null, revokedDate: null },
  };
  return applicationId;
}
type ContractStatus = World["anypoint"]["state"]["contracts"][string]["status"];

interface Made {
  readonly id: string;
  readonly state: Ownership;
}

interface Kind {
  /** What a program asks for, with nothing there. */
  readonly create: () => Promise<Made>;
  readonly remove: (made: Made, tell: (line: string) => void) => Promise<void>;
  /** Puts one of ours there, and asks for it with other settings. */
  readonly adopt?: { readonly there: () => unknown; readonly create: () => Promise<Made>; readonly before: unknown };
  /** Puts another's there, and what the refusal says of it. */
  readonly foreign?: { readonly there: () => unknown; readonly says: RegExp };
}

const KINDS: Record<string, Kind> = {
  "client provider": {
    create: () => createClientProvider(world.client(), world.providerInputs({ name: "new" })),
    remove: ({ id, state }, tell) => deleteClientProvider(world.client(), id, state as ClientProviderState, tell),
    adopt: {
      there: () => createClientProvider(world.client(), world.providerInputs({ name: "new", timeoutSeconds: 20 })),
      create: () => createClientProvider(world.client(), world.providerInputs({ name: "new" })),
      before: { timeoutSeconds: 20 },
    },
    foreign: {
      there: () =>
        createClientProvider(world.client(), world.providerInputs({ name: "new", inspectorClientId: "0oatheirs" })),
      says: /the name is taken by another one, [0-9a-f-]{36}, which introspects with client 0oatheirs.*It is left alone\. Choose another name/,
    },
  },
  "environment assignment": {
    create: () => {
      offered().clientProviderIds = [THEIRS];
      return createEnvironmentAssignment(world.client(), assignmentInputs(true));
    },
    remove: ({ id, state }) => deleteEnvironmentAssignment(world.client(), id, state as EnvironmentAssignmentState),
    adopt: {
      there: () => (offered().clientProviderIds = [THEIRS, clientProviderId, ANOTHER]),
      create: () => createEnvironmentAssignment(world.client(), assignmentInputs(true)),
      before: { index: 1 },
    },
  },
  "API instance": {
    create: () => createApiInstance(world.client(), instanceInputs("new")),
    remove: ({ id, state }) => deleteApiInstance(world.client(), id, state as ApiInstanceState),
    adopt: {
      there: () => undefined,
      create: () =>
        createApiInstance(world.client(), { ...instanceInputs("legacy", true), endpointUri: "https://new.acme.com" }),
      before: { clientProviderId: null, endpointUri: null },
    },
    foreign: {
      there: () => createApiInstance(world.client(), instanceInputs("new")),
      says: /there is one already, \d+\. It is left alone\. To take it over, set adopt: true .*otherwise choose another label/,
    },
  },
  "API policy": {
    create: () => createApiPolicy(world.client(), policyInputs()),
    remove: ({ id, state }) => deleteApiPolicy(world.client(), id, state as ApiPolicyState),
    adopt: {
      there: () => addPolicy(),
      create: () => createApiPolicy(world.client(), policyInputs({ policyId: "777001" })),
      before: { configurationData: { scopes: "theirs", exposeHeaders: true, skipClientIdValidation: true } },
    },
    foreign: {
      there: () => addPolicy(),
      says: /there is one already, 777001 .*It is left alone\. Take it over by setting policyId to "777001", or remove it/,
    },
  },
  application: {
    create: () => createClientApplication(world.client(), applicationInputs()),
    remove: ({ id, state }, tell) => deleteClientApplication(world.client(), id, state as ClientApplicationState, tell),
    adopt: {
      // Made by ours, or by nobody that is shown: with an owner that is ours it would be the work of a run that was cut off.
      there: () => addApplication("nobody that is shown"),
      create: () => createClientApplication(world.client(), applicationInputs()),
      before: undefined,
    },
    foreign: {
      there: () => {
        world.anypoint.addConnectedApp({ clientId: "theirs", clientSecret: "their-app-secret", name: "their-team" });
        addApplication("theirs");
      },
      says: /there is one of this name already, 777002, with owner "their-team"\. It is left alone\. Choose another name, or delete/,
    },
  },
  contract: {
    create: () => createContract(world.client(), contractInputs(addApplication(CONNECTED_APP.clientId))),
    remove: ({ id, state }, tell) => deleteContract(world.client(), id, state as ContractState, tell),
    adopt: {
      there: () => addContract("REVOKED"),
      create: () => createContract(world.client(), contractInputs("777002", { approval: "approve" })),
      before: { status: "REVOKED" },
    },
  },
};

/** The stores without what a contract notes of its own history. */
function stores(): unknown {
  const text = JSON.stringify(world.snapshot(), (key, value: unknown) =>
    ["approvedDate", "revokedDate", "rejectedDate"].includes(key) ? undefined : value,
  );
  return JSON.parse(text);
}

describe.each(Object.entries(KINDS))("%s", (_name, { create, remove, adopt, foreign }) => {
  test("that was created is deleted, and nothing else; a second delete is a success", async () => {
    // What the kind itself puts there first stays.
    await remove(await create(), () => undefined);
    const before = stores();
    const made = await create();
    expect(made.state).toMatchObject({ origin: "created" });
    expect(made.state).not.toHaveProperty("before");
    expect(stores()).not.toEqual(before);
    const told: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      await remove(made, (line) => told.push(line));
      expect(stores()).toEqual(before);
    }
  });

  if (adopt !== undefined) {
    test("that is ours is adopted, and given back exactly as it was", async () => {
      await adopt.there();
      const before = stores();
      const made = await adopt.create();
      expect(made.state.origin).toBe("adopted");
      expect(made.state.before).toEqual(adopt.before);
      if (adopt.before !== undefined) expect(stores()).not.toEqual(before);
      await remove(made, () => undefined);
      expect(stores()).toEqual(before);
    });
  }

  if (foreign !== undefined) {
    test("that is another's is refused by name, with the way out, and nothing is written", async () => {
      await foreign.there();
      const before = stores();
      const position = world.journal.position;
      await expect(create()).rejects.toThrow(foreign.says);
      expect(stores()).toEqual(before);
      expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual([]);
    });
  }
});

describe("what is no name's is never another's", () => {
  test("an assignment adds its own entry, whatever others are there", async () => {
    offered().clientProviderIds = [THEIRS, ANOTHER];
    await createEnvironmentAssignment(world.client(), assignmentInputs());
    expect(offered().clientProviderIds).toEqual([THEIRS, ANOTHER, clientProviderId]);
  });

  test("a contract of another application with the same instance is left alone", async () => {
    addContract("APPROVED");
    const theirs = structuredClone(world.anypoint.state.contracts);
    const { id: applicationId } = await createClientApplication(world.client(), {
      ...applicationInputs(),
      name: "another-mobile",
    });
    const { id, state } = await createContract(world.client(), contractInputs(applicationId));
    await deleteContract(world.client(), id, state);
    expect(world.anypoint.state.contracts).toEqual(theirs);
  });
});

describe("what can't be given back is told", () => {
  test.each(["PENDING", "REJECTED"] as const)("a contract that was %s stays approved", async (status) => {
    addContract(status);
    const { id, state } = await createContract(world.client(), contractInputs("777002", { approval: "approve" }));
    expect(state.before).toEqual({ status });
    const told: string[] = [];
    await deleteContract(world.client(), id, state, (line) => told.push(line));
    expect(told).toEqual([
      expect.stringMatching(
        new RegExp(`^the contract of application 777002 .* stays approved: it was ${status.toLowerCase()} before`),
      ),
    ]);
    expect(world.anypoint.state.contracts[777_003]?.status).toBe("APPROVED");
  });

  test("a client provider's private key and secret", async () => {
    const { adopt, remove } = KINDS["client provider"] as Required<Kind>;
    await adopt.there();
    const told: string[] = [];
    await remove(await adopt.create(), (line) => told.push(line));
    expect(told).toEqual([
      expect.stringMatching(/has its former settings again, but for the private key .*Enter the former ones/),
    ]);
    expect(told.join("")).not.toMatch(/PRIVATE KEY|inspector-secret-value/);
  });

  test("a client provider's private key and secret, where nothing else of it was changed", async () => {
    const inputs = world.providerInputs({ adopt: true });
    await createClientProvider(world.client(), world.providerInputs());
    const { id, state } = await createClientProvider(world.client(), inputs);
    expect(state).toMatchObject({ origin: "adopted", before: {} });
    const told: string[] = [];
    await deleteClientProvider(world.client(), id, state, (line) => told.push(line));
    expect(told).toEqual([expect.stringMatching(/the private key and the introspection client's secret/)]);
  });

  test("a client provider's header, where that is how it registers", async () => {
    await createClientProvider(world.client(), world.headerInputs());
    const { id, state } = await createClientProvider(world.client(), world.headerInputs({ adopt: true }));
    const told: string[] = [];
    await deleteClientProvider(world.client(), id, state, (line) => told.push(line));
    expect(told).toEqual([expect.stringMatching(/the registration header and the introspection client's secret/)]);
    expect(told.join("")).not.toMatch(/SSWS|inspector-secret-value/);
  });

  test("a former provider that is gone: the instance goes to Anypoint's own, as those of a deleted provider do", async () => {
    const { id: former } = await createClientProvider(world.client(), world.providerInputs({ name: "former" }));
    Object.assign(world.anypoint.state.apiInstances[world.legacyApiId] ?? {}, { providerId: former });
    const { id, state } = await createApiInstance(world.client(), instanceInputs("legacy", true));
    expect(state.before).toEqual({ clientProviderId: former });
    delete world.anypoint.state.clientProviders[former];
    await deleteApiInstance(world.client(), id, state);
    expect(world.anypoint.state.apiInstances[id]?.providerId).toBeNull();
  });
});

describe("whatever was there and whatever is asked for in between", () => {
  test("an environment's list is given back as it was", async () => {
    const others = fc.uniqueArray(fc.constantFrom(...OTHERS), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        ...([others, fc.option(fc.nat(3)), fc.boolean(), fc.array(fc.boolean(), { maxLength: 3 })] as const),
        async (list, place, first, changes) => {
          offered().clientProviderIds = place === null ? list : list.toSpliced(place, 0, clientProviderId);
          const before = [...offered().clientProviderIds];
          const client = world.client();
          const made = await createEnvironmentAssignment(client, assignmentInputs(first));
          let { state } = made;
          for (const makeDefault of changes) {
            state = await updateEnvironmentAssignment(client, made.id, state, assignmentInputs(makeDefault));
            if (makeDefault) expect(offered().clientProviderIds[0]).toBe(clientProviderId);
          }
          await deleteEnvironmentAssignment(client, made.id, state);
          expect(offered().clientProviderIds).toEqual(before);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("an adopted policy is given back as it was", async () => {
    const configuration = fc.record(
      { scopes: fc.constantFrom("orders.read", "theirs"), exposeHeaders: fc.boolean() },
      { requiredKeys: ["scopes"] },
    );
    const some: ApiPolicyInputs["pointcut"] = [{ methodRegex: "GET", uriTemplateRegex: "/orders.*" }];
    const pointcut = fc.boolean().map((has) => (has ? some : undefined));
    const wish = fc.record({ configuration, pointcut, disabled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(wish, fc.array(wish, { minLength: 1, maxLength: 3 }), async (there, wishes) => {
        const policyId = addPolicy({
          ...{ configurationData: there.configuration, pointcutData: there.pointcut ?? null, disabled: there.disabled },
        });
        const before = structuredClone(world.anypoint.state.policies);
        const [first, ...later] = wishes.map((one) => policyInputs({ ...one, policyId }));
        if (first === undefined) return;
        const client = world.client();
        const made = await createApiPolicy(client, first);
        let { state } = made;
        for (const next of later) state = await updateApiPolicy(client, made.id, state, next);
        await deleteApiPolicy(client, made.id, state);
        expect(world.anypoint.state.policies).toEqual(before);
      }),
      {
        numRuns: 40,
        // A key that is not asked for goes with the whole configuration, when something else is written.
        examples: [
          [
            { configuration: { scopes: "theirs", exposeHeaders: true }, pointcut: undefined, disabled: false },
            [{ configuration: { scopes: "theirs" }, pointcut: some, disabled: false }],
          ],
        ],
      },
    );
  });
});
