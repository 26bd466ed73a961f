/** Other ways to configure a stack, and changes of one, by the real engine. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { exportPKCS8, generateKeyPair } from "jose";
import { UNUSED_REDIRECT_URI } from "../../config/schema.ts";
import { API_SCOPE } from "../../sandbox/stack-config.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** Error text of an operation that must fail. */
async function failure(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the operation succeeded");
}

/** An `up` in another process with a configuration that makes the program throw. */
async function failingUp(changes: object): Promise<{ text: string; told: string; calls: unknown[] }> {
  const script = new URL("failing-up.ts", import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(script), JSON.stringify(changes)]);
  return JSON.parse(stdout) as { text: string; told: string; calls: unknown[] };
}

const APIS = (gateway: string, changes: object = {}) => [
  {
    name: "orders",
    environment: "Sandbox",
    asset: { assetId: "orders-api", version: "1.0.0", label: "legacy", adopt: true },
    policy: { scopes: [API_SCOPE] },
    url: `${gateway}/sandbox/orders-api/legacy/orders`,
    ...changes,
  },
];

describe("a wrong configuration", () => {
  test("is told in one list, without a stack trace, before anybody is called", async () => {
    // In a process of its own: the SDK also rejects a promise nobody waits for, which Jest would count.
    const { text, told, calls } = await failingUp({
      "okta-anypoint:orgUrl": "https://acme.okta.com/oauth2/default",
      "okta-anypoint:consumers": [{ name: "c", api: "orders", grantTypes: ["client_credentials"] }],
    });
    expect(text).toContain('The configuration of stack "sandbox" has 2 errors; nothing was changed anywhere.');
    expect(text).toContain("okta-anypoint:orgUrl: ");
    expect(text).toContain("okta-anypoint:consumers[0].grantTypes: authorization_code must be among them");
    expect(text).not.toContain("settings.ts");
    expect(told.match(/has 2 errors/g)).toHaveLength(1);
    expect(told).not.toMatch(/--client=|Updating|creating/);
    expect(calls).toEqual([]);
  });

  test("a configuration key that the policy's template lacks is refused, and no policy is made", async () => {
    bench = await startBench();
    await bench.configure({
      "okta-anypoint:apis": APIS(bench.lab.gateway.url, {
        policy: { scopes: [API_SCOPE], configuration: { skipClientId: true } },
      }),
    });
    expect(await failure(bench.stack.up(recorded(bench)))).toMatch(/skipClientId\b/);
    expect(Object.keys(bench.lab.anypoint.state.policies)).toEqual([]);
  });

  test("what a check finds out from Anypoint is said once", async () => {
    bench = await startBench({ "okta-anypoint:verification": { probe: false }, "okta-anypoint:consumers": [] });
    const { lab, stack, events } = bench;
    const said = (text: string) =>
      events.filter(({ diagnosticEvent: told }) => String(told?.severity) !== "debug" && told?.message.includes(text));
    await bench.configure({ "okta-anypoint:apis": [{ name: "orders", environment: "Sandbox", instanceId: 123 }] });
    await failure(stack.preview(recorded(bench)));
    expect(said("Could not find API instance 123")).toHaveLength(1);
    await bench.configure({ "okta-anypoint:apis": APIS(lab.gateway.url, { policy: { version: "9.9.9" } }) });
    await failure(stack.up(recorded(bench)));
    expect(said("Anypoint serves no version 9.9.9 of openidconnect-access-token-enforcement")).toHaveLength(1);
  });
});

describe("an organization that has things already", () => {
  test("adopted instance, existing server, own key, declared clients, verification after up; then given back", async () => {
    const { privateKey } = await generateKeyPair("RS256", { modulusLength: 3072, extractable: true });
    const pem = await exportPKCS8(privateKey);
    bench = await startBench({
      "okta-anypoint:authorizationServer": { id: "default", scopes: [API_SCOPE] },
      "okta-anypoint:clientProvider": { environments: ["Sandbox"], clientDeletion: "keep" },
      "okta-anypoint:verifyAfterUp": "true",
    });
    const { lab, stack } = bench;
    await bench.configure({ "okta-anypoint:apis": APIS(lab.gateway.url) });
    await stack.setConfig("okta-anypoint:managerPrivateKey", { value: pem, secret: true });
    const instance = () => Object.values(lab.anypoint.state.apiInstances)[0];
    expect(instance()?.providerId).toBeNull();

    const { outputs } = await stack.up(recorded(bench));
    expect(instance()?.providerId).toBe(outputs.clientProviderId?.value);
    expect(bench.output.join("")).not.toContain(pem.slice(40, 80));
    expect(lab.journal.entries({ service: "gateway" }).filter(({ status }) => status === 200).length).toBeGreaterThan(
      0,
    );
    const policy = Object.values(lab.okta.state.serverPolicies).find(({ name }) =>
      name.startsWith("MuleSoft consumers"),
    );
    expect(policy?.clients).toHaveLength(2);

    await stack.destroy({ ...recorded(bench), runProgram: true });
    expect(instance()?.providerId).toBeNull();
    // clientDeletion: keep leaves the two applications, and their clients in Okta, and nothing else.
    expect(
      Object.values(lab.anypoint.state.applications)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["okta-anypoint-probe-sandbox", "orders-mobile-sandbox"]);
    expect(Object.keys(lab.anypoint.state.clientProviders)).toEqual([]);
    expect(Object.keys(lab.anypoint.state.contracts)).toEqual([]);
    const labels = Object.values(lab.okta.state.apps).map(({ label }) => label);
    expect(labels.filter((label) => label.startsWith("MuleSoft-"))).toEqual([]);
    expect(labels).toEqual(expect.arrayContaining(["okta-anypoint-probe-sandbox", "orders-mobile-sandbox"]));
  });
});

describe("changes of a stack", () => {
  test("settings are updated in place, and nothing is replaced", async () => {
    bench = await startBench();
    const { lab, stack } = bench;
    await stack.up(recorded(bench));
    const application = Object.keys(lab.anypoint.state.applications);
    const contract = Object.keys(lab.anypoint.state.contracts);
    const { assets } = lab.anypoint.state;
    const [asset] = Object.values(assets).filter(({ assetId }) => assetId === "orders-api");
    if (asset === undefined) throw new Error("no asset");
    assets[`${asset.groupId}/orders-api/1.1.0`] = { ...asset, version: "1.1.0" };
    await bench.configure({
      "okta-anypoint:clientProvider": {
        environments: ["Sandbox", { environment: "Sandbox", businessGroup: "Payments" }],
        clientDeletion: "anypoint",
        timeoutSeconds: 12,
      },
      "okta-anypoint:authorizationServer": {
        create: { name: "mulesoft-apis", audience: "api://mulesoft" },
        scopes: [API_SCOPE, "orders.write"],
      },
      "okta-anypoint:apis": [
        {
          name: "orders",
          environment: "Sandbox",
          asset: { assetId: "orders-api", version: "1.1.0", label: "okta" },
          policy: { scopes: [API_SCOPE, "orders.write"], scopeCriteria: "OR", exposeHeaders: true },
          url: `${lab.gateway.url}/sandbox/orders-api/okta/orders`,
        },
      ],
    });
    const { summary } = await stack.up(recorded(bench));
    expect(Object.keys(summary.resourceChanges ?? {}).sort()).toEqual(["create", "same", "update"]);
    const [provider] = Object.values(lab.anypoint.state.clientProviders);
    expect(provider?.oidc).toMatchObject({ client_request_timeout: 12_000, allow_external_client_modification: false });
    const [policy] = Object.values(lab.anypoint.state.policies);
    expect(policy?.configurationData).toEqual({
      skipClientIdValidation: false,
      scopes: `${API_SCOPE} orders.write`,
      scopeValidationCriteria: "OR",
      exposeHeaders: true,
    });
    expect(Object.keys(lab.anypoint.state.applications)).toEqual(application);
    expect(Object.keys(lab.anypoint.state.contracts)).toEqual(contract);
    const versions = Object.values(lab.anypoint.state.apiInstances).map(({ assetVersion }) => assetVersion);
    expect(versions.sort()).toEqual(["1.0.0", "1.1.0"]);
    const manager = Object.values(lab.okta.state.apps).find(({ label }) => label.startsWith("MuleSoft-Client-Manager"));
    const grants = Object.values(lab.okta.state.grants).filter(({ appId }) => appId === manager?.id);
    expect(grants.map(({ scopeId }) => scopeId).sort()).toEqual(["okta.clients.read", "okta.clients.register"]);
  });

  test("a consumer's grant types are a new application, the old one going first", async () => {
    bench = await startBench();
    const { lab, stack } = bench;
    await stack.up(recorded(bench));
    const position = lab.journal.position;
    await bench.configure({
      "okta-anypoint:consumers": [
        {
          name: "orders-mobile",
          api: "orders",
          grantTypes: ["authorization_code", "client_credentials", "refresh_token"],
        },
      ],
    });
    const { outputs } = await stack.up(recorded(bench));
    const writes = bench
      .calls("okta", position)
      .filter(({ path, method }) => path.startsWith("/oauth2/v1/clients") && method !== "GET")
      .map(({ caller, method }) => `${caller} ${method}`);
    expect(writes).toEqual(["AnypointPlatform DELETE", "AnypointPlatform POST"]);
    const application = Object.values(lab.anypoint.state.applications).find(
      ({ name }) => name === "orders-mobile-sandbox",
    );
    expect(application?.grantTypes).toContain("refresh_token");
    expect(application?.redirectUri).toEqual([UNUSED_REDIRECT_URI]);
    expect((outputs.consumers?.value as Record<string, { clientId: string }>)["orders-mobile"]?.clientId).toBe(
      application?.clientId,
    );
  });

  test("up --replace of an application makes a new one that is there, with its contract", async () => {
    bench = await startBench({ "okta-anypoint:verification": { probe: false } });
    const { lab, stack } = bench;
    await stack.up(recorded(bench));
    const [former] = Object.keys(lab.anypoint.state.applications);
    const { deployment } = (await stack.exportStack()) as {
      deployment: { resources: { urn: string; type: string }[] };
    };
    const urns = deployment.resources
      .filter(({ type }) => /:(ClientApplication|Contract)$/.test(type))
      .map(({ urn }) => urn);
    const { outputs } = await stack.up({ ...recorded(bench), replace: urns });
    const [application, ...others] = Object.values(lab.anypoint.state.applications);
    expect(others).toEqual([]);
    expect(String(application?.id)).not.toBe(former);
    expect(Object.values(lab.anypoint.state.contracts).map(({ applicationId }) => applicationId)).toEqual([
      application?.id,
    ]);
    expect((outputs.consumers?.value as Record<string, { clientId: string }>)["orders-mobile"]?.clientId).toBe(
      application?.clientId,
    );
  });
});

describe("an update that took effect and then failed", () => {
  test("the next up completes it, and a destroy gives the adopted instance back as it was", async () => {
    bench = await startBench({ "okta-anypoint:verification": { probe: false } });
    const { lab, stack } = bench;
    const configure = (endpointUri?: string) => {
      const [api] = APIS(lab.gateway.url);
      return bench?.configure({ "okta-anypoint:apis": [{ ...api, asset: { ...api?.asset, endpointUri } }] });
    };
    const instance = () => Object.values(lab.anypoint.state.apiInstances)[0];
    await configure();
    await stack.up(recorded(bench));
    await configure("https://new.acme.com");
    lab.faults.add({
      ...{ service: "anypoint", method: "GET", path: "/apis/\\d+$", kind: "refuse" },
      ...{ status: 403, skip: 1, times: 9 },
    });
    expect(await failure(stack.up(recorded(bench)))).toMatch(/Could not read API instance/);
    lab.faults.clear();
    expect(instance()?.endpointUri).toBe("https://new.acme.com");
    const { summary } = await stack.up(recorded(bench));
    expect(summary.resourceChanges).toMatchObject({ update: 1 });
    await stack.destroy({ ...recorded(bench), runProgram: true });
    expect(instance()).toMatchObject({ endpointUri: null, providerId: null });
  });
});

describe("a first up that fails half-way", () => {
  test.each([
    [
      "the provider's POST is lost after it took effect",
      { service: "anypoint", method: "POST", path: "/clientProviders$", kind: "lose" },
    ],
    ["the application's answer is cut", { service: "anypoint", method: "POST", path: "/applications$", kind: "cut" }],
    [
      "the policy's POST is refused",
      { service: "anypoint", method: "POST", path: "/policies$", kind: "refuse", status: 500 },
    ],
  ] as const)("%s: the next up ends where an undisturbed one does", async (_what, fault) => {
    bench = await startBench({ "okta-anypoint:verification": { probe: false } });
    const { lab, stack } = bench;
    lab.faults.add(fault);
    await stack.up(recorded(bench)).catch(() => undefined);
    expect(lab.faults.pending).toEqual([]);
    await stack.up(recorded(bench));
    const { clientProviders, applications, policies, contracts, apiInstances } = lab.anypoint.state;
    expect(
      [clientProviders, applications, policies, contracts, apiInstances].map((one) => Object.keys(one).length),
    ).toEqual([1, 1, 1, 1, 2]);
    const preview = await stack.preview(recorded(bench));
    expect(Object.keys(preview.changeSummary)).toEqual(["same"]);
  });
});
