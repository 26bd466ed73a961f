/**
 * Hostile answers to each operation of each Anypoint resource: Anypoint's right answers, spoilt from some call on. What comes of it is a
 * state or an error of ours; neither shows a secret, nothing else is called, and nothing waits for ever.
 */
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { type AnyDefinition, type Operations, operations } from "../../providers/handlers/resource-handler.ts";
import type { HandlerName } from "../../providers/stored-code.ts";
import { quickPauses } from "../providers/quick-pauses.ts";
import { CONNECTED_APP, type World, startWorld } from "../providers/anypoint/world.ts";
import { type Attack, Hostile, attack, expectNoSecret, expectOurs, expectReadable, inTime } from "./hostile.ts";
import { OPERATION_RUNS } from "./runs.ts";

type Properties = Record<string, unknown>;
type Definition = AnyDefinition<AnypointClient>;

const MODULES = {
  ClientProvider: () => import("../../providers/handlers/client-provider.ts"),
  EnvironmentAssignment: () => import("../../providers/handlers/environment-assignment.ts"),
  ApiInstance: () => import("../../providers/handlers/api-instance.ts"),
  ApiPolicy: () => import("../../providers/handlers/api-policy.ts"),
  ClientApplication: () => import("../../providers/handlers/client-application.ts"),
  Contract: () => import("../../providers/handlers/contract.ts"),
  ManualClientProvider: () => import("../../providers/handlers/manual-client-provider.ts"),
  TeardownGuard: () => import("../../providers/handlers/teardown-guard.ts"),
} as const satisfies Partial<Record<HandlerName, () => Promise<{ definition: Definition }>>>;
type Name = keyof typeof MODULES;

/** What the engine keeps encrypted; anywhere else these values are leaks. */
const ENCRYPTED = ["managerPrivateKey", "registrationHeader", "inspectorClientSecret", "clientSecret"];

/** One operation, and what Anypoint has when it begins. */
interface Case {
  readonly title: string;
  readonly anypoint: object;
  readonly run: (operations: Operations) => Promise<unknown>;
}

let world: World;
let hostile: Hostile;
let token: string;
const definitions = {} as Record<Name, Definition>;
const cases = Object.fromEntries(Object.keys(MODULES).map((name) => [name, []])) as unknown as Record<Name, Case[]>;
/** What the operations tell people. */
let told = "";
/** What made the error that the host is thrown. */
let cause: unknown;

beforeAll(async () => {
  quickPauses();
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += String(text);
    return true;
  });
  world = await startWorld();
  hostile = new Hostile(async ({ method = "GET", url = "/", headers }, body) => {
    const given = {
      "content-type": "application/json",
      ...(headers.authorization && { authorization: headers.authorization }),
    };
    const answer = await world.anypoint.app.request(`${world.url}${url}`, {
      ...{ method, headers: { ...given, "user-agent": "Noise" } },
      ...(body !== "" && { body }),
    });
    return {
      ...{ status: answer.status, body: await answer.text() },
      headers: { "content-type": answer.headers.get("content-type") ?? "application/json" },
    };
  });
  await hostile.start();
  for (const name of Object.keys(MODULES) as Name[]) definitions[name] = (await MODULES[name]()).definition;
  token = await newToken();
  await makeCases();
});
afterAll(async () => {
  jest.restoreAllMocks();
  hostile.close();
  await world.close();
});

async function newToken(): Promise<string> {
  const answer = await fetch(`${world.url}/accounts/api/v2/oauth2/token`, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": "Noise" },
    body: JSON.stringify({
      ...{
        grant_type: "client_credentials",
        client_id: CONNECTED_APP.clientId,
        client_secret: CONNECTED_APP.clientSecret,
      },
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Operations of a resource over the hostile server, by a client that remembers nothing. */
function fresh(name: Name, byLogin = false): Operations {
  const client = new AnypointClient({
    connection: {
      baseUrl: hostile.url,
      credentials: byLogin
        ? { kind: "connected app", clientId: CONNECTED_APP.clientId, clientSecret: CONNECTED_APP.clientSecret }
        : { kind: "access token", accessToken: token },
    },
    ...{ retries: 1, pauseMs: 1, timeoutMs: 1500, overallTimeoutMs: 2000 },
  });
  const { create, read, update, remove } = definitions[name];
  return operations(
    {
      ...definitions[name],
      create: watched(create),
      read: watched(read),
      update: watched(update),
      remove: watched(remove),
    },
    () => client,
  );
}

/** Keeps what is thrown: of what is half made the host is told no cause. */
const watched =
  <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
  async (...given: A): Promise<R> => {
    try {
      return await work(...given);
    } catch (error) {
      cause = error;
      throw error;
    }
  };

const now = (): object => structuredClone(world.anypoint.state);
const goBack = (state: object): void => void Object.assign(world.anypoint.state, structuredClone(state));

/** One of each resource is made, and each of its operations becomes a case; then each is taken over with other settings. */
async function makeCases(): Promise<void> {
  hostile.play(undefined);
  const add = (name: Name, title: string, run: Case["run"], anypoint = now()) =>
    cases[name].push({ title, anypoint, run });

  async function made(
    name: Name,
    given: object,
    changes: object,
    adopted = "",
  ): Promise<{ id: string; outs: Properties }> {
    const before = now();
    const { inputs = {}, failures } = await fresh(name).check({}, given as Properties);
    expect(failures).toEqual([]);
    const { id, outs = {} } = await fresh(name).create(inputs);
    const { inputs: changed = {} } = await fresh(name).check(inputs, { ...given, ...changes });
    if (adopted === "") {
      add(name, "check", (it) => it.check({}, given as Properties), before);
      add(name, "check of a change", (it) => it.check(inputs, { ...given, ...changes }));
      add(name, "diff", (it) => it.diff(id, outs, changed));
      add(name, "read", (it) => it.read(id, outs));
    }
    add(name, `create${adopted}`, (it) => it.create(inputs), before);
    add(name, `update${adopted}`, (it) => it.update(id, outs, changed));
    add(name, `delete${adopted}`, (it) => it.delete(id, outs));
    return { id, outs };
  }

  const published = world.providerInputs();
  const provider = await made("ClientProvider", published, { timeoutSeconds: 10 });
  const clientProviderId = provider.id;
  await made("EnvironmentAssignment", { environment: "Sandbox", clientProviderId }, { makeDefault: true });
  const place = { environment: "Sandbox", clientProviderId };
  const asset = { assetId: "orders-api", assetVersion: "1.0.0", label: "okta" };
  const instance = await made("ApiInstance", { ...place, ...asset }, { endpointUri: "https://orders.acme.com" });
  const { organizationId, environmentId, groupId, assetId, assetVersion, productVersion } = instance.outs;
  const at = { organizationId, environmentId, apiId: instance.id };
  const scopes = { configuration: { scopes: "orders.read" } };
  const policy = await made(
    "ApiPolicy",
    { ...at, ...scopes },
    { configuration: { scopes: "orders.write" }, disabled: true },
  );
  const client = {
    ...{ name: "orders-mobile", redirectUris: ["https://orders.acme.com/cb"], grantTypes: ["authorization_code"] },
    ...{ apiId: instance.id, clientProviderId },
  };
  const application = await made("ClientApplication", client, { deletion: "keep" });
  // Without its secret, its update goes on with the creation.
  add("ClientApplication", "update of one half made", (it) =>
    it.update(application.id, { ...application.outs, clientSecret: "" }, client),
  );
  const contract = { ...at, groupId, assetId, assetVersion, productVersion, applicationId: application.id };
  await made("Contract", contract, { approval: "approve", tier: undefined });

  const whole = now();
  const adopted = " of one taken over";
  const { name: _, ...others } = published;
  await made("ClientProvider", { ...published, adopt: true, timeoutSeconds: 7 }, { timeoutSeconds: 9 }, adopted);
  await made("EnvironmentAssignment", { ...place, makeDefault: true }, { makeDefault: false }, adopted);
  const legacy = { environment: "Sandbox", apiId: world.legacyApiId, clientProviderId };
  await made(
    "ApiInstance",
    { ...legacy, endpointUri: "https://a.acme.com" },
    { endpointUri: "https://b.acme.com" },
    adopted,
  );
  const another = { ...at, policyId: policy.id, configuration: { scopes: "orders.all" } };
  await made("ApiPolicy", another, { configuration: { scopes: "orders.none" }, disabled: true }, adopted);
  await made("ClientApplication", { ...client, adopt: true }, { deletion: "keep" }, adopted);
  await made("Contract", { ...contract, approval: "approve" }, { approval: "leave-pending" }, adopted);
  goBack(whole);
  const {
    managerClientId: _a,
    managerPrivateKey: _b,
    managerScopes: _c,
    inspectorClientSecret: _d,
    ...shown
  } = {
    ...others,
    name: published.name,
  };
  await made("ManualClientProvider", { ...shown, providerId: clientProviderId }, { name: "another" }, " ");

  const guarded = {
    ...{ clientProviderId, clientProviderName: published.name, clientProviderOrigin: "created", policies: [] },
    instances: [
      { ...at, origin: "created" },
      { ...at, apiId: world.legacyApiId, origin: "adopted", formerProviderId: "" },
    ],
    applications: [{ applicationId: "1", origin: "created" }],
    deleteWhileUsed: false,
  };
  add("TeardownGuard", "delete", (it) => it.delete("teardown-guard", guarded));
}

const secrets = (): string[] => {
  const { managerPrivateKey, inspectorClientSecret } = world.providerInputs();
  return [token, CONNECTED_APP.clientSecret, managerPrivateKey.slice(60, 120), inspectorClientSecret];
};

/** What may be printed or stored in clear. */
const inClear = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (ENCRYPTED.includes(key) ? undefined : inner)) ?? "";

async function hold({ anypoint, run }: Case, name: Name, given: Attack, byLogin: boolean): Promise<void> {
  goBack(anypoint);
  [told, cause] = ["", undefined];
  hostile.play(given);
  try {
    const result = await inTime(run(fresh(name, byLogin)));
    expectNoSecret(inClear(result), secrets());
    const { failures = [] } = (result ?? {}) as { failures?: { reason: string }[] };
    for (const { reason } of failures) expectReadable(reason);
  } catch (error) {
    expectOurs(cause ?? error, secrets());
    const { message, properties, reasons } = error as Error & { properties?: object; reasons?: string[] };
    expectReadable(message);
    expectNoSecret(message + inClear({ properties, reasons }), secrets());
  }
  if (told !== "") expectReadable(told);
  expectNoSecret(told, secrets());
  expect(hostile.elsewhere).toBe(0);
  for (const path of hostile.paths) {
    // Each segment is the one that was meant, whatever id an answer gave.
    expect(new URL(path, hostile.url).pathname).toBe(path.split("?", 1)[0]);
    expect(path.split("?", 1)[0]!.slice(1).split("/").map(decodeURIComponent)).not.toContainEqual(
      expect.stringMatching(/^\s*$/),
    );
  }
}

describe.each(Object.keys(MODULES) as Name[])("%s", (name) => {
  test("answers of any kind", async () => {
    const all = cases[name];
    expect(all.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(fc.nat(all.length - 1), attack, fc.boolean(), async (which, given, byLogin) => {
        try {
          await hold(all[which]!, name, given, byLogin);
        } catch (error) {
          throw new Error(`${name}, ${all[which]!.title}: ${inspect(error, { depth: 4 })}`, { cause: error });
        }
      }),
      { numRuns: OPERATION_RUNS * all.length },
    );
  });
});
