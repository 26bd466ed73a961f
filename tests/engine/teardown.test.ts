/** What a destroy deletes and in which order, what it gets over, and what it refuses before it deletes anything. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Application, Contract } from "../../sandbox/anypoint/state.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

const PROVIDER = { environments: ["Sandbox"], clientDeletion: "everywhere" };

/** What each deletion is of, by its path. */
const KINDS: Readonly<Record<string, RegExp>> = {
  contract: /\/contracts\/\d+$/,
  application: /\/applications\/\d+$/,
  policy: /\/apis\/\d+\/policies\/\d+$/,
  instance: /\/apis\/\d+$/,
  assignment: /\/clientManagementProviders$/,
  provider: /\/clientProviders\/[^/]+$/,
  app: /^\/api\/v1\/apps\/[^/]+$/,
  server: /^\/api\/v1\/authorizationServers\/[^/]+$/,
  // Of a client by Anypoint, while its application is deleted.
  client: /^\/oauth2\/v1\/clients\/[^/]+$/,
};

describe("teardown", () => {
  let bench: Bench;
  let empty: unknown;
  let good: { okta: unknown; anypoint: unknown; deployment: Awaited<ReturnType<Bench["stack"]["exportStack"]>> };

  beforeAll(async () => {
    bench = await startBench({ "okta-anypoint:verifyAfterUp": "true" });
    empty = bench.lab.snapshot();
    await bench.stack.up(recorded(bench));
    const { okta, anypoint } = bench.lab;
    good = structuredClone({ okta: okta.state, anypoint: anypoint.state, deployment: await bench.stack.exportStack() });
  });
  afterAll(() => bench.close());

  beforeEach(async () => {
    const { okta, anypoint } = structuredClone(good);
    Object.assign(bench.lab.okta.state, okta);
    Object.assign(bench.lab.anypoint.state, anypoint);
    await bench.stack.importStack(good.deployment);
    await bench.configure({});
    bench.output.length = 0;
  });

  const destroy = (options: { continueOnError?: boolean } = {}) =>
    bench.stack.destroy({ ...recorded(bench), ...options, runProgram: true });

  const said = () => bench.output.splice(0).join("");

  /** Sorted: a destroy that runs the program registers all of it anew. */
  async function urns(): Promise<string[]> {
    const { deployment } = (await bench.stack.exportStack()) as { deployment: { resources?: { urn: string }[] } };
    return (deployment.resources ?? []).map(({ urn }) => urn).sort();
  }

  /** Deletions since a position of the journal, by kind; the assignment is a write of the environment's list. */
  const deletions = (position: number) =>
    bench.lab.journal
      .entries({ after: position })
      .filter(({ method, path }) => method === "DELETE" || (method === "PUT" && KINDS.assignment!.test(path)))
      .map(({ path, status }) => ({
        kind: Object.keys(KINDS).find((kind) => KINDS[kind]!.test(path)) ?? path,
        status,
      }));

  /** Calls since a position that do more than ask. */
  const writes = (position: number) =>
    bench.lab.journal
      .entries({ after: position })
      .filter(({ method, path }) => method !== "GET" && !/\/oauth2\/(v1\/)?token$/.test(path));

  const theOne = <T>(records: Readonly<Record<string, T>>): T => {
    const [one, more] = Object.values(records);
    if (one === undefined || more !== undefined) throw new Error("there is not exactly one");
    return one;
  };

  /** The instance of this stack, and its client provider. */
  function ours() {
    const { apiInstances, clientProviders } = bench.lab.anypoint.state;
    const { providerId } = theOne(clientProviders);
    const instance = Object.values(apiInstances).find((one) => one.providerId === providerId);
    if (instance === undefined) throw new Error("another lab");
    return { providerId, instance };
  }

  /** An instance of others in the environment Production, bound to our provider. */
  function othersInstance(): void {
    const { apiInstances, environments } = bench.lab.anypoint.state;
    const { providerId, instance } = ours();
    const production = Object.values(environments).find(({ name }) => name === "Production");
    apiInstances[7_000_001] = {
      ...structuredClone(instance),
      ...{ id: 7_000_001, environmentId: production!.id, assetId: "inventory-api", instanceLabel: null, providerId },
    };
  }

  /** An application of others with our provider; with a contract with our instance, or with none. */
  function othersApplication(contract = true): void {
    const { applications, contracts, connectedApps } = bench.lab.anypoint.state;
    const { instance } = ours();
    const [application] = Object.values(applications) as [Application];
    const [contracted] = Object.values(contracts) as [Contract];
    connectedApps.partner = { clientId: "partner", clientSecret: "of-the-partner", name: "partner-team", scopes: [] };
    applications[7_000_002] = { ...application, id: 7_000_002, name: "partner-app", createdBy: "partner" };
    if (contract) contracts[7_000_003] = { ...contracted, id: 7_000_003, applicationId: 7_000_002, apiId: instance.id };
  }

  test("contract, application, policy, instance, assignment, provider, apps, server; the guard before all of them", async () => {
    const position = bench.lab.journal.position;
    await destroy();
    const order = deletions(position);
    expect(order.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
    // Scopes, policy and rule of the server go before it, at any time.
    const kinds = order.map(({ kind }) => kind).filter((kind) => kind !== "client" && !kind.startsWith("/"));
    expect(kinds).toEqual([
      ...["contract", "application", "application", "policy", "instance", "assignment", "provider"],
      // Role and grants go with their app.
      ...["app", "app", "server"],
    ]);
    const entries = bench.lab.journal.entries({ after: position });
    const firstWrite = entries.findIndex(({ seq }) => seq === writes(position)[0]?.seq);
    expect(entries.slice(0, firstWrite).some(({ path }) => path.includes("/applications?"))).toBe(true);
    expect(bench.lab.snapshot()).toEqual(empty);
    expect(await urns()).toEqual([]);
  });

  test("is refused with one list before anything is deleted, while others use the provider or our instance; done when told so", async () => {
    othersInstance();
    othersApplication();
    const before = { lab: bench.lab.snapshot(), urns: await urns() };
    for (const continueOnError of [false, true]) {
      const position = bench.lab.journal.position;
      await expect(destroy({ continueOnError })).rejects.toThrow();
      expect(writes(position)).toEqual([]);
      expect({ lab: bench.lab.snapshot(), urns: await urns() }).toEqual(before);
      const text = said();
      expect(text).toContain("others use it. Nothing was deleted.");
      expect(text).toContain('- API instance 7000001 (inventory-api, environment "Production" of "Acme"), bound to it');
      expect(text).toContain(
        `- application "partner-app" (7000002) of partner-team, a client of it with contract 7000003 (approved) with API instance ${ours().instance.id}`,
      );
      expect(text).toContain("deleteWhileUsed");
    }

    // Of a consumer that is taken out of the configuration nobody else is asked.
    await bench.configure({
      "okta-anypoint:clientProvider": { ...PROVIDER, deleteWhileUsed: true },
      "okta-anypoint:consumers": [],
      "okta-anypoint:verifyAfterUp": "false",
    });
    const { summary } = await bench.stack.up(recorded(bench));
    expect(summary.resourceChanges).toMatchObject({ update: expect.any(Number) });
    expect(summary.resourceChanges).not.toHaveProperty("replace");
    await destroy();
    const { apiInstances, applications, clientProviders } = bench.lab.anypoint.state;
    expect(clientProviders).toEqual({});
    expect(apiInstances[7_000_001]?.providerId).toBeNull();
    expect(Object.keys(applications)).toEqual(["7000002"]);
  });

  /** Takes a record's objects away by hand. */
  function gone<T>(records: Record<string, T>, which: (one: T) => boolean = () => true): void {
    for (const [key, one] of Object.entries(records)) if (which(one)) delete records[key];
  }

  test.each([
    [
      "the contract, an application, the policy, the offer, a scope",
      () => {
        const { anypoint, okta } = bench.lab;
        const { instance } = ours();
        gone(anypoint.state.contracts);
        const probe = Object.values(anypoint.state.applications).find(({ name }) => name.includes("probe"));
        gone(anypoint.state.applications, ({ id }) => id === probe?.id);
        gone(okta.state.apps, ({ id }) => id === probe?.clientId);
        gone(anypoint.state.policies, ({ apiId }) => apiId === instance.id);
        for (const environment of Object.values(anypoint.state.environments)) environment.clientProviderIds = [];
        gone(okta.state.scopes, ({ name }) => name === "custom_scope");
      },
    ],
    [
      "the instance with all that is on it, the applications, grants and role",
      () => {
        const { anypoint, okta } = bench.lab;
        const { instance } = ours();
        gone(anypoint.state.contracts);
        gone(anypoint.state.policies, ({ apiId }) => apiId === instance.id);
        gone(anypoint.state.apiInstances, ({ id }) => id === instance.id);
        const clients = Object.values(anypoint.state.applications).map(({ clientId }) => clientId);
        gone(okta.state.apps, ({ id }) => clients.includes(id));
        gone(anypoint.state.applications);
        const manager = Object.values(okta.state.apps).find(({ label }) => label.includes("Client-Manager"));
        gone(okta.state.grants, ({ appId }) => appId === manager?.id);
        for (const key of Object.keys(okta.state.roles))
          if (key.startsWith("mulesoft-client-manager")) delete okta.state.roles[key];
      },
    ],
  ])("gone by hand before: %s; the rest goes", async (_what, byHand) => {
    byHand();
    await destroy();
    expect(bench.lab.snapshot()).toEqual(empty);
    expect(await urns()).toEqual([]);
  });

  test("a provider that is gone is nothing to guard; clients that nobody can delete any more are told", async () => {
    const { anypoint, okta } = bench.lab;
    othersApplication();
    const clients = Object.values(anypoint.state.applications)
      .filter(({ createdBy }) => createdBy !== "partner")
      .map(({ clientId }) => clientId);
    gone(anypoint.state.clientProviders);
    for (const user of [...Object.values(anypoint.state.apiInstances), ...Object.values(anypoint.state.applications)])
      user.providerId = null;
    for (const environment of Object.values(anypoint.state.environments)) environment.clientProviderIds = [];
    await destroy();
    const text = said();
    for (const clientId of clients) expect(text).toContain(`its client ${clientId} may stay in Okta`);
    expect(await urns()).toEqual([]);
    expect(Object.values(anypoint.state.applications).map(({ name }) => name)).toEqual(["partner-app"]);
    gone(anypoint.state.applications);
    gone(anypoint.state.contracts);
    delete anypoint.state.connectedApps.partner;
    gone(okta.state.apps, ({ id }) => clients.includes(id));
    expect(bench.lab.snapshot()).toEqual(empty);
  });

  test("an access policy that is gone stops the Okta plugin; after a refresh nothing is left", async () => {
    const { okta } = bench.lab;
    gone(okta.state.policyRules);
    gone(okta.state.serverPolicies);
    await expect(destroy()).rejects.toThrow();
    expect(said()).toContain("failed to delete auth server policy");
    await bench.stack.refresh({ ...recorded(bench), runProgram: true });
    await destroy();
    expect(bench.lab.snapshot()).toEqual(empty);
    expect(await urns()).toEqual([]);
  });

  test("an app that is gone stops the Okta plugin; taken out of the state, nothing is left", async () => {
    gone(bench.lab.okta.state.apps, ({ label }) => label.includes("Introspection"));
    await expect(destroy()).rejects.toThrow();
    expect(said()).toContain("failed to delete OAuth application");
    const { workDir, envVars } = bench.stack.workspace;
    const [inspector] = (await urns()).filter((urn) => urn.endsWith("::okta-anypoint-inspector-app"));
    const args = ["state", "delete", inspector!, "--yes", "--stack", "sandbox"];
    await promisify(execFile)("pulumi", args, { cwd: workDir, env: { ...process.env, ...envVars } });
    await destroy();
    expect(bench.lab.snapshot()).toEqual(empty);
    expect(await urns()).toEqual([]);
  });

  test("a provider that a person keeps up stays, and others with it", async () => {
    othersInstance();
    const { providerId } = ours();
    await bench.configure({
      "okta-anypoint:clientProvider": { ...PROVIDER, mode: "manual", id: providerId },
    });
    await bench.stack.up(recorded(bench));
    await destroy();
    const { apiInstances, clientProviders } = bench.lab.anypoint.state;
    expect(Object.keys(clientProviders)).toEqual([providerId]);
    expect(apiInstances[7_000_001]?.providerId).toBe(providerId);
    expect(await urns()).toEqual([]);
  });

  test("a stack of an earlier release: the provider's own guard stops a destroy; an up adds the guard and asks Anypoint nothing", async () => {
    const { deployment } = structuredClone(good.deployment) as { deployment: { resources: { urn: string }[] } };
    deployment.resources = deployment.resources.filter(({ urn }) => !urn.includes(":TeardownGuard::"));
    const earlier = { ...good.deployment, deployment };
    await bench.stack.importStack(earlier);
    const position = bench.lab.journal.position;
    const { summary } = await bench.stack.up(recorded(bench));
    expect(summary.resourceChanges).toEqual({ create: 1, same: expect.any(Number) });
    expect(Object.keys((await bench.stack.preview(recorded(bench))).changeSummary)).toEqual(["same"]);
    expect(bench.calls("anypoint", position)).toEqual([]);

    await bench.stack.importStack(earlier);
    othersInstance();
    await expect(destroy()).rejects.toThrow();
    expect(said()).toContain("API instances that this stack does not delete with it are bound to it: 7000001");
    expect(Object.keys(bench.lab.anypoint.state.clientProviders)).toEqual([ours().providerId]);
  });
});
