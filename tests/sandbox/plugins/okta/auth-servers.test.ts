import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Props } from "../../../../sandbox/plugins/grpc/values.ts";
import { oktaPlugin } from "../../../../sandbox/plugins/okta/provider.ts";
import { type FakeOkta, startFakeOkta } from "../fake-okta.ts";
import { type RunningPlugin, incompleteOf, startPlugin } from "../plugin-client.ts";
import { configurationOf } from "./logins.ts";

let okta: FakeOkta;
let plugin: RunningPlugin;

beforeEach(async () => {
  okta = await startFakeOkta();
  plugin = await startPlugin(oktaPlugin);
  await plugin.configure(configurationOf("apiToken", okta.url));
  okta.lines();
});

afterEach(async () => {
  plugin.close();
  await okta.close();
});

const SERVERS = "/api/v1/authorizationServers";

interface Kind {
  readonly token: string;
  readonly inputs: Props;
  readonly collection: string;
  /** The body of the first request, as recorded from the real plugin. */
  readonly body: unknown;
}

const KINDS: Record<string, Kind> = {
  Server: {
    token: "okta:auth/server:Server",
    inputs: { name: "mulesoft", description: "consumer tokens", audiences: ["api://mule"] },
    collection: SERVERS,
    body: {
      name: "mulesoft",
      description: "consumer tokens",
      audiences: ["api://mule"],
      issuerMode: "ORG_URL",
      credentials: { signing: { rotationMode: "AUTO" } },
    },
  },
  ServerScope: {
    token: "okta:auth/serverScope:ServerScope",
    inputs: { authServerId: "ausX", name: "orders.read" },
    collection: `${SERVERS}/ausX/scopes`,
    body: {
      name: "orders.read",
      displayName: "",
      description: "",
      consent: "IMPLICIT",
      metadataPublish: "ALL_CLIENTS",
      default: false,
      optional: false,
    },
  },
  ServerPolicy: {
    token: "okta:auth/serverPolicy:ServerPolicy",
    inputs: {
      authServerId: "ausX",
      name: "consumers",
      description: "x",
      priority: 1,
      clientWhitelists: ["ALL_CLIENTS"],
    },
    collection: `${SERVERS}/ausX/policies`,
    body: {
      type: "OAUTH_AUTHORIZATION_POLICY",
      name: "consumers",
      description: "x",
      status: "ACTIVE",
      priority: 1,
      conditions: { clients: { include: ["ALL_CLIENTS"] } },
    },
  },
  ServerPolicyRule: {
    token: "okta:auth/serverPolicyRule:ServerPolicyRule",
    inputs: {
      authServerId: "ausX",
      policyId: "00pX",
      name: "cc",
      priority: 1,
      grantTypeWhitelists: ["client_credentials"],
      scopeWhitelists: ["orders.read"],
    },
    collection: `${SERVERS}/ausX/policies/00pX/rules`,
    body: {
      type: "RESOURCE_ACCESS",
      name: "cc",
      status: "ACTIVE",
      priority: 1,
      conditions: {
        grantTypes: { include: ["client_credentials"] },
        scopes: { include: ["orders.read"] },
        people: { groups: {}, users: {} },
      },
      actions: {
        token: {
          accessTokenLifetimeMinutes: 60,
          refreshTokenLifetimeMinutes: 0,
          refreshTokenWindowMinutes: 10080,
        },
      },
    },
  },
};

describe.each(Object.keys(KINDS))("%s", (name) => {
  const { token, inputs: program, collection, body } = KINDS[name]!;
  const id = name === "Server" ? "aus1" : "obj1";

  async function create() {
    const resource = plugin.resource(token);
    const { inputs, failures } = await resource.check(program);
    expect(failures).toEqual([]);
    const created = await resource.create(inputs);
    return { resource, inputs, created };
  }

  test("create, refresh, update, delete: the body, and nothing left", async () => {
    const { resource, inputs, created } = await create();
    expect(okta.requests.find(({ line }) => line.startsWith("POST"))?.body).toEqual(body);

    const read = await resource.read(created.id, created.outputs, inputs);
    expect(read.inputs).toEqual(inputs);
    expect(await resource.diff(read.outputs, inputs)).toEqual({});

    const updated = await resource.update(created.id, created.outputs, { ...inputs, name: "renamed" });
    expect(updated["name"]).toBe("renamed");

    await resource.delete(created.id, updated);
    expect([...okta.objects]).toEqual([]);
  });

  test("what is gone is gone, without an error", async () => {
    const { resource, inputs, created } = await create();
    okta.objects.clear();
    expect(await resource.read(created.id, created.outputs, inputs)).toMatchObject({ id: "", outputs: {} });
  });

  test("deleting what is gone: an error for policies and rules alone", async () => {
    const { resource, created } = await create();
    okta.objects.clear();
    const deleting = resource.delete(created.id, created.outputs);
    if (name === "ServerPolicy" || name === "ServerPolicyRule") {
      await expect(deleting).rejects.toThrow("failed to delete auth server policy");
    } else {
      await expect(deleting).resolves.toBeUndefined();
    }
  });

  test("no property replaces", async () => {
    const { resource, inputs, created } = await create();
    const changed = { ...inputs, name: "other", ...(inputs["authServerId"] !== undefined && { authServerId: "ausY" }) };
    const diff = await resource.diff(created.outputs, changed);
    expect(Object.keys(diff)).toContain("name");
    expect(Object.values(diff).some(({ replaces }) => replaces)).toBe(false);
  });

  test("without a name it gets one from the resource's, and keeps it", async () => {
    const { name: _, ...unnamed } = program;
    const resource = plugin.resource(token, "orders");
    const first = (await resource.check(unnamed)).inputs;
    expect(first["name"]).toMatch(/^orders-[0-9a-f]{7}$/);
    expect((await resource.check(unnamed, first)).inputs["name"]).toBe(first["name"]);
  });

  test("a read that fails after the creation hands the resource over", async () => {
    okta.next(`GET ${collection}/`, 500, { errorSummary: "Internal Server Error" });
    const failure = await create().catch((error: unknown) => error);
    expect(incompleteOf(failure)).toMatchObject({ id, outputs: { name: program["name"] } });
  });
});

describe("import ids", () => {
  test("of a rule carry the server and the policy", async () => {
    const { token, inputs } = KINDS["ServerPolicyRule"]!;
    const rule = plugin.resource(token);
    await rule.create((await rule.check(inputs)).inputs);
    const imported = await rule.read("ausX/00pX/obj1");
    expect(imported).toMatchObject({ id: "obj1", inputs });
    await expect(rule.read("obj1")).rejects.toThrow("expected authServerId/policyId/id");
  });
});

describe("Server", () => {
  test("getServer finds by the exact name", async () => {
    const server = plugin.resource(KINDS["Server"]!.token);
    const created = await server.create((await server.check(KINDS["Server"]!.inputs)).inputs);
    const found = await plugin.invoke("okta:auth/getServer:getServer", { name: "mulesoft" });
    expect(found).toMatchObject({ id: "aus1", issuer: created.outputs["issuer"], audiences: ["api://mule"] });
    await expect(plugin.invoke("okta:auth/getServer:getServer", { name: "mule" })).rejects.toThrow(
      "authorization server with name 'mule' does not exist",
    );
    await expect(plugin.invoke("okta:auth/getServer:getServer", {})).rejects.toThrow("name: Missing required argument");
    await expect(plugin.invoke("okta:auth/getServer:getServer", { name: "m", id: "aus1" })).rejects.toThrow(
      "id: An argument",
    );
  });
});

describe("ServerPolicy", () => {
  test("cannot be created inactive, but be made so", async () => {
    const policy = plugin.resource(KINDS["ServerPolicy"]!.token);
    const { inputs } = await policy.check(KINDS["ServerPolicy"]!.inputs);
    await expect(policy.create({ ...inputs, status: "INACTIVE" })).rejects.toThrow("can not create an inactive");
    expect(okta.lines()).toEqual([]);
    const created = await policy.create(inputs);
    await policy.update(created.id, created.outputs, { ...inputs, status: "INACTIVE" });
    expect(okta.objects.get(`${SERVERS}/ausX/policies/obj1`)).toMatchObject({ status: "INACTIVE" });
  });
});

describe("ServerPolicyRule", () => {
  const { token, inputs: program } = KINDS["ServerPolicyRule"]!;

  test.each([
    ["implicit without people", { grantTypeWhitelists: ["implicit"] }, `"user_whitelist" or "group_whitelist"`],
    [
      "a refresh token shorter than the access token",
      { refreshTokenLifetimeMinutes: 30 },
      "'refresh_token_lifetime_minutes' must be greater",
    ],
    [
      "a window longer than the refresh token",
      { refreshTokenLifetimeMinutes: 100, refreshTokenWindowMinutes: 200 },
      "'refresh_token_window_minutes' must be between",
    ],
  ])("refuses %s when it is applied", async (_, change, message) => {
    const rule = plugin.resource(token);
    const { inputs, failures } = await rule.check({ ...program, ...change });
    expect(failures).toEqual([]);
    await expect(rule.create(inputs)).rejects.toThrow(message);
    expect(okta.lines()).toEqual([]);
  });

  test("rules are made one after the other", async () => {
    const rule = plugin.resource(token);
    const { inputs } = await rule.check(program);
    await Promise.all([rule.create(inputs), rule.create({ ...inputs, name: "second" })]);
    const rules = `${SERVERS}/ausX/policies/00pX/rules`;
    expect(okta.lines()).toEqual([`POST ${rules}`, `GET ${rules}/obj1`, `POST ${rules}`, `GET ${rules}/obj2`]);
  });
});
