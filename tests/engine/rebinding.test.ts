/** An API instance that goes from one client provider to another with our own policy on it, by the real engine. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ApiInstance, ApiPolicy, ClientProvider, SigningKey } from "../../providers/resources.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

let bench: Bench;
let bound: "a" | "b";
let first: unknown;

/** Two providers, and the legacy instance, taken over and bound to one of them, with a policy. */
async function program() {
  const okta = bench.lab.okta.url;
  const key = new SigningKey("key");
  const provider = (name: string) =>
    new ClientProvider(name, {
      ...{
        name,
        issuer: okta,
        registrationUrl: `${okta}/oauth2/v1/clients`,
        authorizeUrl: `${okta}/oauth2/v1/authorize`,
      },
      ...{ tokenUrl: `${okta}/oauth2/v1/token`, introspectionUrl: `${okta}/oauth2/v1/introspect` },
      ...{ managerClientId: `manager-${name}`, managerPrivateKey: key.pem, managerScopes: ["okta.clients.register"] },
      ...{ inspectorClientId: "0oainspector", inspectorClientSecret: "inspector-secret-value" },
      ...{ allowLocalClientDeletion: true, allowExternalClientModification: false },
    });
  const providers = { a: provider("a"), b: provider("b") };
  const instance = new ApiInstance("orders", {
    ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "legacy", adopt: true },
    clientProviderId: providers[bound].providerId,
  });
  const policy = new ApiPolicy("orders-policy", {
    ...{ organizationId: instance.organizationId, environmentId: instance.environmentId, apiId: instance.apiId },
    configuration: { scopes: "orders.read" },
  });
  // All that may fail is put out: a failure of what nobody waits for would be Jest's.
  return { a: providers.a.providerId, b: providers.b.providerId, instance: instance.apiId, policy: policy.policyId };
}

beforeEach(async () => {
  bound = "a";
  bench = await startBench({}, program);
  first = bench.lab.snapshot();
});
afterEach(() => bench.close());

const instance = () => Object.values(bench.lab.anypoint.state.apiInstances)[0];
const policies = () => structuredClone(bench.lab.anypoint.state.policies);

/** Writes to API Manager since a position, by kind of object. */
const writes = (position: number) =>
  bench
    .calls("anypoint", position)
    .filter(({ method, path }) => method !== "GET" && path.startsWith("/apimanager/"))
    .map(
      ({ method, path, status }) => `${method} ${path.replace(/^.*\/apis/, "apis").replace(/\d{5,}/g, "*")} ${status}`,
    );

async function failure(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the operation succeeded");
}

describe("to another OpenID Connect provider", () => {
  test("is one PATCH, also after one that failed; the policy keeps its number, and destroy gives all back", async () => {
    const { outputs } = await bench.stack.up(recorded(bench));
    const before = policies();
    expect(Object.keys(before)).toHaveLength(1);
    expect(instance()?.providerId).toBe(outputs.a?.value);

    bound = "b";
    const position = bench.lab.journal.position;
    bench.lab.faults.add({ service: "anypoint", method: "PATCH", path: "/apis/\\d+$", kind: "refuse", status: 400 });
    await failure(bench.stack.up(recorded(bench)));
    expect(instance()?.providerId).toBe(outputs.a?.value);
    expect(policies()).toEqual(before);

    await bench.stack.up(recorded(bench));
    expect(instance()?.providerId).toBe(outputs.b?.value);
    expect(policies()).toEqual(before);
    expect(writes(position)).toEqual(["PATCH apis/* 400", "PATCH apis/* 200"]);
    const preview = await bench.stack.preview(recorded(bench));
    expect(Object.keys(preview.changeSummary)).toEqual(["same"]);

    const end = bench.lab.journal.position;
    await bench.stack.destroy({ ...recorded(bench), runProgram: true });
    expect(writes(end)).toEqual(["DELETE apis/*/policies/* 204", "PATCH apis/* 200"]);
    expect(bench.lab.snapshot()).toEqual(first);
  });

  test("is refused at preview while somebody else's contract and API group hold it, with the list", async () => {
    await bench.stack.up(recorded(bench));
    const { state } = bench.lab.anypoint;
    const apiId = instance()?.id ?? 0;
    state.contracts[888_001] = {
      ...{ id: 888_001, applicationId: 777_001, apiId, status: "APPROVED", createdAt: "" },
      ...{ tierId: null, requestedTierId: null, approvedDate: null, rejectedDate: null, revokedDate: null },
    };
    state.apiGroupInstances[266_126] = {
      ...{ id: 266_126, organizationId: instance()?.organizationId ?? "", groupId: instance()?.groupId ?? "" },
      ...{ assetId: "social-media", version: "1.0.0", apiIds: [apiId] },
    };
    bound = "b";
    const before = bench.lab.snapshot();
    const text = await failure(bench.stack.preview(recorded(bench)));
    expect(text).toMatch(
      /held there by contract 888001 of application 777001 \(approved\), API group instance 266126 \(social-media 1\.0\.0\)\. Nothing was changed\. Way out:/,
    );
    expect(text).not.toContain("openidconnect-access-token-enforcement)");
    expect(bench.lab.snapshot()).toEqual(before);
  });
});

test("a provider that others use is not deleted with the stack, and the refusal names them", async () => {
  await bench.stack.up(recorded(bench));
  const provider = instance()?.providerId ?? "";
  const { state } = bench.lab.anypoint;
  state.apiInstances[19_999_999] = { ...structuredClone(instance()!), id: 19_999_999, instanceLabel: "theirs" };
  const text = await failure(bench.stack.destroy({ ...recorded(bench), runProgram: true }));
  expect(text).toContain("bound to it: 19999999 (orders-api");
  expect(Object.keys(state.clientProviders)).toEqual([provider]);
  expect(state.apiInstances[19_999_999]?.providerId).toBe(provider);
  // The rest is done: the instance was given back, and a second run ends it once the other one is free.
  state.apiInstances[19_999_999].providerId = null;
  await bench.stack.destroy({ ...recorded(bench), runProgram: true });
  expect(state.clientProviders).toEqual({});
});
