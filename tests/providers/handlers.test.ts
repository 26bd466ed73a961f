/** What the host is told: checks, diffs, reads and half-failed creations, as plain property bags. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { type Handler, handler } from "../../providers/index.ts";
import { UNKNOWN } from "../../providers/handlers/unknowns.ts";
import { HANDLER_NAMES, type HandlerName, PROVIDER_KEY, storedCode } from "../../providers/stored-code.ts";
import { CONNECTED_APP, type World, startWorld } from "./anypoint/world.ts";
import { quickPauses } from "./quick-pauses.ts";

type Properties = Record<string, unknown>;

let world: World;
beforeEach(async () => {
  quickPauses();
  // What is told to people is not what is looked at here.
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  world = await startWorld();
  for (const name of HANDLER_NAMES) await configure(name);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

async function configure(name: HandlerName, changes: Record<string, string | undefined> = {}): Promise<Handler> {
  const config: Record<string, string | undefined> = {
    "anypoint:host": world.url,
    "anypoint:clientId": CONNECTED_APP.clientId,
    "anypoint:clientSecret": CONNECTED_APP.clientSecret,
    ...changes,
  };
  const read = (key: string): string | undefined => config[key];
  await handler(name).configure({
    config: {
      get: read,
      require: (key) => read(key) ?? "",
    },
  });
  return handler(name);
}

/** Checks as on a first `up`, and creates; inputs as the host passes them. */
async function up(name: HandlerName, inputs: object): Promise<{ id: string; inputs: Properties; outs: Properties }> {
  const bag = { ...inputs, [PROVIDER_KEY]: storedCode(name) };
  const checked = await handler(name).check({}, bag);
  expect(checked.failures).toEqual([]);
  const full = { ...checked.inputs, [PROVIDER_KEY]: bag[PROVIDER_KEY] };
  const { id, outs } = await handler(name).create(full);
  return { id, inputs: full, outs: { ...outs, [PROVIDER_KEY]: bag[PROVIDER_KEY] } };
}

const instanceInputs = (clientProviderId: string) => ({
  ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "okta", clientProviderId },
});

/** One of each Anypoint resource. */
async function wholeStack() {
  const provider = await up("ClientProvider", world.providerInputs());
  const assignment = await up("EnvironmentAssignment", { environment: "Sandbox", clientProviderId: provider.id });
  const instance = await up("ApiInstance", instanceInputs(provider.id));
  const { organizationId, environmentId, groupId, assetId, assetVersion, productVersion } = instance.outs;
  const place = { organizationId, environmentId, apiId: instance.id };
  const policy = await up("ApiPolicy", { ...place, configuration: { scopes: "orders.read" } });
  const application = await up("ClientApplication", {
    ...{ name: "orders-mobile", redirectUris: ["https://orders.acme.com/cb"], grantTypes: ["authorization_code"] },
    ...{ apiId: instance.id, clientProviderId: provider.id },
  });
  const contract = await up("Contract", {
    ...{ ...place, groupId, assetId, assetVersion, productVersion, applicationId: application.id },
  });
  return {
    ClientProvider: provider,
    EnvironmentAssignment: assignment,
    ApiInstance: instance,
    ApiPolicy: policy,
    ClientApplication: application,
    Contract: contract,
  };
}

describe("handler", () => {
  test("is the same object for each call, and refuses names it never had", () => {
    for (const name of HANDLER_NAMES) expect(handler(name)).toBe(handler(name));
    expect(() => handler("Nothing")).toThrow(/no handler "Nothing".*update the package/s);
    expect(() => handler("__proto__")).toThrow(/no handler/);
  });

  test("configure is done when it returns: the host lets other calls in before an await", () => {
    let read = false;
    void handler("ClientProvider").configure({
      config: {
        get: () => {
          read = true;
          return undefined;
        },
        require: () => "",
      },
    });
    // Nothing is read before it is needed, so nothing can be half-read.
    expect(read).toBe(false);
  });

  test("all handlers of one connection share one login", async () => {
    await wholeStack();
    expect(world.entries().filter(({ path }) => path.endsWith("/oauth2/token"))).toHaveLength(1);
  });

  test("without credentials says which keys to set", async () => {
    await configure("ClientProvider", { "anypoint:clientId": undefined, "anypoint:clientSecret": undefined });
    const previous = process.env;
    process.env = {};
    await expect(handler("ClientProvider").create(world.providerInputs() as never)).rejects.toThrow(
      /There are no Anypoint credentials/,
    );
    process.env = previous;
  });
});

describe("after an up", () => {
  test("a second check and diff change nothing and make no call; a read finds nothing; a delete leaves nothing", async () => {
    const before = world.snapshot();
    const all = await wholeStack();
    const position = world.journal.position;
    for (const [name, { id, inputs, outs }] of Object.entries(all)) {
      const { inputs: checked, failures } = await handler(name).check(inputs, inputs);
      expect(failures).toEqual([]);
      expect({ ...checked, [PROVIDER_KEY]: inputs[PROVIDER_KEY] }).toEqual(inputs);
      expect(await handler(name).diff(id, outs, inputs)).toEqual({
        ...{ changes: false, replaces: [], deleteBeforeReplace: false },
      });
    }
    expect(world.entries(position)).toEqual([]);

    for (const [name, { id, inputs, outs }] of Object.entries(all)) {
      const read = await handler(name).read(id, outs);
      expect(read.id).toBe(id);
      const provider = { [PROVIDER_KEY]: outs[PROVIDER_KEY] };
      expect({ ...read.props, ...provider }).toEqual(outs);
      expect({ ...read.inputs, ...provider }).toEqual(inputs);
    }

    for (const [name, { id, outs }] of Object.entries(all).reverse()) {
      await handler(name).delete(id, outs);
      expect(await handler(name).read(id, outs)).toEqual({});
      await handler(name).delete(id, outs);
    }
    expect(world.snapshot()).toEqual(before);
  });

  test("drift shows by property, and the next diff wants it back", async () => {
    const { ClientProvider: provider } = await wholeStack();
    const stored = world.anypoint.state.clientProviders[provider.id];
    if (stored === undefined) throw new Error("no provider");
    stored.oidc.client_request_timeout = 20_000;
    const read = await handler("ClientProvider").read(provider.id, provider.outs);
    expect(read.inputs).toMatchObject({ timeoutSeconds: 20 });
    const { changes, replaces } = await handler("ClientProvider").diff(provider.id, read.props ?? {}, provider.inputs);
    expect([changes, replaces]).toEqual([true, []]);
    const { outs } = await handler("ClientProvider").update(provider.id, read.props ?? {}, provider.inputs);
    expect(stored.oidc.client_request_timeout).toBe(20_000);
    expect(world.anypoint.state.clientProviders[provider.id]?.oidc.client_request_timeout).toBe(5000);
    expect((await handler("ClientProvider").diff(provider.id, outs ?? {}, provider.inputs)).changes).toBe(false);
  });
});

describe("check", () => {
  const check = async (name: HandlerName, news: object, olds: object = {}) =>
    handler(name).check(olds as Properties, news as Properties);
  const reasons = async (name: HandlerName, news: object) =>
    Object.fromEntries(
      (await check(name, news)).failures?.map(({ property, reason }) => {
        // Of a named property the engine prints the value, a secret's too.
        expect(property).toBe("");
        return [reason.slice(0, reason.indexOf(": ")), reason.slice(reason.indexOf(": ") + 2)];
      }) ?? [],
    );

  test("fills in the defaults", async () => {
    const { timeoutSeconds: _, allowUntrustedCertificates: __, ...rest } = world.providerInputs();
    expect((await check("ClientProvider", rest)).inputs).toMatchObject({
      ...{ timeoutSeconds: 5, allowUntrustedCertificates: false },
    });
    expect((await check("SigningKey", {})).inputs).toEqual({ modulusLength: 2048 });
    const place = { organizationId: UNKNOWN, environmentId: UNKNOWN, apiId: UNKNOWN };
    expect((await check("ApiPolicy", { ...place, configuration: { scopes: "a" } })).inputs).toEqual({
      ...place,
      groupId: "68ef9520-24e9-4cf2-b2f5-620025690913",
      assetId: "openidconnect-access-token-enforcement",
      configuration: { scopes: "a", skipClientIdValidation: false },
      disabled: false,
    });
  });

  test("gives one failure per bad field, all at once, and no word of a secret", async () => {
    const found = await reasons("ClientProvider", {
      ...world.providerInputs(),
      issuer: "not a url",
      timeoutSeconds: 60,
      managerScopes: [],
      managerPrivateKey: "not-a-pem-but-secret",
      privateKeyBlock: { methodPath: "a..b", other: 1, clientIdPath: "constructor.x" },
      inspectorClientId: null,
      surprise: true,
    });
    expect(Object.keys(found).sort()).toEqual([
      "inspectorClientId",
      "issuer",
      "managerPrivateKey",
      "managerScopes",
      "privateKeyBlock",
      "surprise",
      "timeoutSeconds",
    ]);
    expect(found.inspectorClientId).toMatch(/^is missing; give the Inspector app's client id/);
    expect(found.surprise).toMatch(/is not an input; the inputs are name, issuer/);
    expect(found.privateKeyBlock).toMatch(/methodPath: give a dotted path.*clientIdPath: is not a possible path/);
    expect(JSON.stringify(found)).not.toContain("not-a-pem-but-secret");
  });

  test("does not judge what is not known yet, alone or deep inside", async () => {
    const inputs = {
      ...world.providerInputs(),
      managerClientId: UNKNOWN,
      managerPrivateKey: UNKNOWN,
      managerScopes: ["okta.clients.read", UNKNOWN],
    };
    const { inputs: checked, failures } = await check("ClientProvider", inputs);
    expect(failures).toEqual([]);
    expect(checked).toEqual(inputs);
    expect(world.entries()).toEqual([]);
  });

  test("an instance is named in one of two ways", async () => {
    const base = { environment: "Sandbox", clientProviderId: UNKNOWN };
    expect(Object.keys(await reasons("ApiInstance", base))).toEqual(["assetId", "assetVersion", "label"]);
    expect(Object.keys(await reasons("ApiInstance", { ...base, assetId: "a", label: UNKNOWN }))).toEqual([
      "assetVersion",
    ]);
    expect(Object.keys(await reasons("ApiInstance", { ...base, apiId: "1", label: "x", adopt: true }))).toEqual([
      "label",
      "adopt",
    ]);
    expect(await reasons("ApiInstance", { ...instanceInputs("p"), technology: "flexGateway" })).toHaveProperty(
      "technology",
    );
  });

  test("a held instance is refused before anything is done, also for a provider not made yet", async () => {
    const apiId = Number(world.legacyApiId);
    world.anypoint.state.contracts[888_001] = {
      ...{ id: 888_001, applicationId: 777_001, apiId, status: "APPROVED", tierId: null, requestedTierId: null },
      ...{ approvedDate: null, rejectedDate: null, revokedDate: null, createdAt: "" },
    };
    for (const clientProviderId of [UNKNOWN, "44444444-4444-4444-8444-444444444444"]) {
      const found = await reasons("ApiInstance", {
        environment: "Sandbox",
        apiId: world.legacyApiId,
        clientProviderId,
      });
      expect(found.clientProviderId).toMatch(/held there by contract 888001.*Way out/s);
    }
  });

  test("an instance of ours is not refused while its provider is gone or not known yet", async () => {
    const { ClientProvider: provider, ApiInstance: instance } = await wholeStack();
    const other = await up("ClientProvider", world.providerInputs({ name: "other" }));
    const bare = { ...instance.inputs, adopt: true };
    const refused = async (clientProviderId: string) =>
      (await check("ApiInstance", { ...bare, clientProviderId }, bare)).failures;
    expect(await refused(UNKNOWN)).toEqual([]);
    expect(await refused(other.id)).toEqual([{ property: "", reason: expect.stringMatching(/held there by/) }]);
    delete world.anypoint.state.clientProviders[provider.id];
    for (const bound of [provider.id, null]) {
      Object.assign(world.anypoint.state.apiInstances[instance.id] ?? {}, { providerId: bound });
      expect(await refused(UNKNOWN)).toEqual([]);
      expect(await refused(other.id)).toEqual([]);
    }
  });

  test("another major version of the asset is refused unless the instance becomes another one", async () => {
    const { ApiInstance: instance } = await wholeStack();
    const { inputs } = instance;
    const other = await up("ClientProvider", world.providerInputs({ name: "other" }));
    const found = async (news: object) => (await check("ApiInstance", { ...inputs, ...news }, inputs)).failures;
    expect(await found({ assetVersion: "2.0.0" })).toEqual([
      { property: "", reason: expect.stringMatching(/^assetVersion: .*from 1\.0\.0 to 2\.0\.0.*another label/s) },
    ]);
    expect(await found({ assetVersion: "2.0.0", label: "v2" })).toEqual([]);
    expect(await found({ assetVersion: "1.1.0" })).toEqual([]);
    // What holds the instance is that of the instance as it is.
    const adopt = { adopt: true, assetVersion: "1.1.0", clientProviderId: other.id };
    expect(await found(adopt)).toEqual([{ property: "", reason: expect.stringMatching(/held there by/) }]);
  });

  test("a policy's configuration is checked against its template as soon as the instance is known", async () => {
    const { id } = await up("ClientProvider", world.providerInputs());
    const instance = await up("ApiInstance", instanceInputs(id));
    const { organizationId, environmentId } = instance.outs;
    const found = await reasons("ApiPolicy", {
      ...{ organizationId, environmentId, apiId: instance.id, configuration: { scope: "a", exposeHeaders: 1 } },
    });
    expect(found.configuration).toMatch(/scope is no key.*exposeHeaders must be boolean/s);
  });

  test("what Anypoint answers to a check is one failure, not an error, which the host and the engine would each print", async () => {
    const { id } = await up("ClientProvider", world.providerInputs());
    const instance = await up("ApiInstance", instanceInputs(id));
    const { organizationId, environmentId } = instance.outs;
    const policy = { organizationId, environmentId, apiId: instance.id, configuration: {}, assetVersion: "9.9.9" };
    expect((await check("ApiPolicy", policy)).failures).toEqual([
      { property: "", reason: expect.stringMatching(/^Could not use policy .* 9\.9\.9 on API instance/) },
    ]);
    expect(
      (await check("ApiInstance", { environment: "Sandbox", apiId: "123", clientProviderId: id })).failures,
    ).toEqual([{ property: "", reason: expect.stringMatching(/^Could not find API instance 123/) }]);
  });

  test.each([
    [
      "an EC key",
      "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----",
      /can't be read|RSA/,
    ],
    ["an encrypted key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----END ENCRYPTED PRIVATE KEY-----", /encrypted/],
    ["no PEM", "hunter2-secret", /PEM/],
  ])("%s can't be brought as signing key", async (_what, privateKeyPem, message) => {
    const found = await reasons("SigningKey", { privateKeyPem });
    expect(found.privateKeyPem).toMatch(message);
    expect(found.privateKeyPem).not.toContain("hunter2");
  });

  test("never throws, whatever it is given", async () => {
    const log = jest.spyOn(console, "error").mockImplementation(() => undefined);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...HANDLER_NAMES),
        fc.dictionary(fc.string(), fc.jsonValue()),
        async (name, news) => {
          const { failures = [] } = await handler(name).check({}, news);
          expect(failures.every(({ property }) => property === "")).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
    log.mockRestore();
  });
});

describe("diff", () => {
  const REPLACING: Record<
    Exclude<HandlerName, "SigningKey" | "Preflight" | "ManualClientProvider" | "TeardownGuard">,
    Record<string, [unknown, boolean, boolean]>
  > = {
    // property: [new value, replaces, delete before replace]
    ClientProvider: {
      name: ["other", false, false],
      managerPrivateKey: ["other", false, false],
      inspectorClientSecret: ["other", false, false],
      managerScopes: [["okta.clients.manage"], false, false],
    },
    EnvironmentAssignment: {
      environment: ["Production", true, false],
      clientProviderId: ["other", true, false],
      makeDefault: [true, false, false],
    },
    ApiInstance: {
      label: ["other", true, false],
      assetVersion: ["1.1.0", false, false],
      deploymentType: ["HY", true, true],
      clientProviderId: ["other", false, false],
      endpointUri: ["https://other", false, false],
    },
    ApiPolicy: {
      apiId: ["1", true, false],
      groupId: ["other", true, true],
      assetVersion: ["1.5.0", false, false],
      configuration: [{ scopes: "other" }, false, false],
      disabled: [true, false, false],
      order: [2, false, false],
    },
    ClientApplication: {
      name: ["other", true, false],
      grantTypes: [["authorization_code", "implicit"], true, true],
      redirectUris: [["https://other.acme.com"], true, true],
      description: ["other", true, true],
      clientProviderId: ["other", true, true],
      apiId: ["1", false, false],
      deletion: ["keep", false, false],
    },
    Contract: {
      applicationId: ["1", true, false],
      apiId: ["1", true, false],
      assetVersion: ["1.1.0", false, false],
      productVersion: ["v1.1", false, false],
      tier: ["gold", false, false],
      approval: ["approve", false, false],
    },
  };

  test("says for each property whether it replaces, and never replaces for what is unknown", async () => {
    const all = await wholeStack();
    for (const [name, table] of Object.entries(REPLACING)) {
      const { id, inputs, outs } = all[name as keyof typeof REPLACING];
      for (const [property, [value, replaces, deleteBeforeReplace]] of Object.entries(table)) {
        const told = await handler(name).diff(id, outs, { ...inputs, [property]: value });
        expect([name, property, told]).toEqual([
          name,
          property,
          { changes: true, replaces: replaces ? [property] : [], deleteBeforeReplace },
        ]);
        const unknown = await handler(name).diff(id, outs, { ...inputs, [property]: UNKNOWN });
        expect([name, property, unknown]).toEqual([
          name,
          property,
          { changes: true, replaces: [], deleteBeforeReplace: false },
        ]);
      }
    }
  });

  test("order of scopes, grant types and redirect URIs, and name or id of an environment, are no change", async () => {
    const all = await wholeStack();
    const unchanged = async (name: keyof typeof all, news: object) => {
      const { id, outs, inputs } = all[name];
      expect(await handler(name).diff(id, outs, { ...inputs, ...news })).toMatchObject({ changes: false });
    };
    await unchanged("ClientProvider", { managerScopes: [...world.providerInputs().managerScopes].reverse() });
    await unchanged("EnvironmentAssignment", { environment: world.environmentId });
    await unchanged("ApiInstance", {
      environment: world.environmentId,
      businessGroup: world.organizationId,
      adopt: true,
    });
  });

  test.each(["ApiInstance", "EnvironmentAssignment"] as const)(
    "%s: a business group and an environment may be named by id or by name, before and after",
    async (name) => {
      const { id: clientProviderId } = await up("ClientProvider", world.providerInputs());
      const rest = name === "ApiInstance" ? instanceInputs(clientProviderId) : { clientProviderId };
      const byId = { ...rest, businessGroup: world.organizationId, environment: world.environmentId };
      const byName = { ...rest, businessGroup: "Acme", environment: "Sandbox" };
      const made = await up(name, byId);
      expect(await handler(name).diff(made.id, made.outs, { ...made.inputs, ...byName })).toMatchObject({
        changes: false,
      });
      const { outs } = await handler(name).update(made.id, made.outs, { ...made.inputs, ...byName });
      expect(await handler(name).diff(made.id, outs ?? {}, { ...made.inputs, ...byId })).toMatchObject({
        changes: false,
      });
      expect(
        (await handler(name).diff(made.id, outs ?? {}, { ...made.inputs, environment: "Production" })).replaces,
      ).toEqual(["environment"]);
    },
  );

  describe.each(["ApiInstance", "EnvironmentAssignment"] as const)("%s: the same place by another name", (name) => {
    const make = async (changes: object) => {
      const { id: clientProviderId } = await up("ClientProvider", world.providerInputs());
      return up(name, {
        ...(name === "ApiInstance" ? instanceInputs(clientProviderId) : { clientProviderId }),
        ...changes,
      });
    };
    /** A client that has looked up nothing yet, as each run of the engine has. */
    const nextRun = () => configure(name, { "anypoint:organizationId": world.organizationId });

    /** The resource stays, is updated without a write, and after that Anypoint is not asked again. */
    async function staysAs(
      news: Properties,
      made: { id: string; outs: Properties; inputs: Properties },
    ): Promise<void> {
      expect((await handler(name).check(made.inputs, news)).failures).toEqual([]);
      expect(await handler(name).diff(made.id, made.outs, news)).toEqual({
        ...{ changes: true, replaces: [], deleteBeforeReplace: false },
      });
      const before = world.snapshot();
      const { outs = {} } = await handler(name).update(made.id, made.outs, news);
      expect(world.snapshot()).toEqual(before);
      const position = world.journal.position;
      expect((await handler(name).check(news, news)).failures).toEqual([]);
      expect(await handler(name).diff(made.id, outs, news)).toMatchObject({ changes: false });
      expect(world.entries(position)).toEqual([]);
    }

    test("the root organization is not named any more", async () => {
      const made = await make({ businessGroup: "Acme", environment: "Sandbox" });
      const { businessGroup: _, ...news } = made.inputs;
      await nextRun();
      await staysAs(news, made);
    });

    test("the environment has a new name", async () => {
      const made = await make({ environment: "Sandbox" });
      Object.assign(world.anypoint.state.environments[world.environmentId] ?? {}, { name: "Test" });
      await nextRun();
      await staysAs({ ...made.inputs, environment: "Test" }, made);
    });

    test("another place still replaces, and one that is not there is a failure of the check", async () => {
      const made = await make({ environment: "Sandbox" });
      await nextRun();
      const told = (news: object) => handler(name).diff(made.id, made.outs, { ...made.inputs, ...news });
      expect((await told({ businessGroup: "Payments" })).replaces).toEqual(["businessGroup"]);
      expect((await told({ environment: "Production" })).replaces).toEqual(["environment"]);
      expect((await told({ environment: UNKNOWN, businessGroup: "Payments" })).replaces).toEqual([]);
      const nowhere = { ...made.inputs, environment: "Nowhere" };
      expect((await handler(name).check(made.inputs, nowhere)).failures).toEqual([
        { property: "", reason: expect.stringMatching(/Could not find environment "Nowhere"/) },
      ]);
    });
  });

  test("an assignment that is not the default keeps its place in an update that does not ask for another", async () => {
    const { id: clientProviderId } = await up("ClientProvider", world.providerInputs());
    const made = await up("EnvironmentAssignment", { businessGroup: "Acme", environment: "Sandbox", clientProviderId });
    const environment = world.anypoint.state.environments[world.environmentId];
    environment?.clientProviderIds.push("theirs");
    const { businessGroup: _, ...news } = made.inputs;
    await handler("EnvironmentAssignment").update(made.id, made.outs, news);
    expect(environment?.clientProviderIds).toEqual([clientProviderId, "theirs"]);
  });

  test("a rewritten loader line is no change", async () => {
    const { ClientProvider: provider } = await wholeStack();
    const news = { ...provider.inputs, [PROVIDER_KEY]: "exports.handler=()=>0" };
    expect(await handler("ClientProvider").diff(provider.id, provider.outs, news)).toMatchObject({ changes: false });
  });

  test("an instance named another way stays; one that is another is replaced", async () => {
    const { ApiInstance: instance } = await wholeStack();
    const { id, outs, inputs } = instance;
    const told = async (state: Properties, news: Properties) => handler("ApiInstance").diff(id, state, news);
    const byId = { environment: "Sandbox", apiId: id, clientProviderId: inputs.clientProviderId };
    const none = { changes: false, replaces: [] };
    expect(await told(outs, byId)).toMatchObject(none);
    const { outs: now = {} } = await handler("ApiInstance").update(id, outs, byId);
    expect(now).toMatchObject({ apiId: id, label: "okta", origin: "created", given: ["apiId"] });
    expect(await told(now, inputs)).toMatchObject(none);
    expect(await told(now, { ...inputs, groupId: outs.groupId, adopt: true })).toMatchObject(none);
    const withType = { ...outs, deploymentType: "CH2", technology: "mule4" };
    expect(await told(withType, byId)).toMatchObject(none);
    expect((await told(outs, { ...byId, apiId: world.legacyApiId })).replaces).toContain("apiId");
    expect((await told(now, { ...inputs, label: "other" })).replaces).toContain("label");
    expect((await told(now, { ...inputs, groupId: "other" })).replaces).toContain("groupId");
  });

  test("a label that was changed by hand is put back in place; one that the program changes is another instance", async () => {
    const { ApiInstance: instance } = await wholeStack();
    const { id, outs, inputs } = instance;
    const stored = world.anypoint.state.apiInstances[id];
    for (const label of ["by hand", null]) {
      Object.assign(stored ?? {}, { instanceLabel: label });
      const first = (await handler("ApiInstance").read(id, outs)).props ?? {};
      const { props: seen = {}, inputs: olds } = await handler("ApiInstance").read(id, first);
      expect(seen).toMatchObject({ label: label ?? "", askedLabel: "okta" });
      expect((await handler("ApiInstance").check(olds ?? {}, inputs)).failures).toEqual([]);
      const told = (news: Properties) => handler("ApiInstance").diff(id, seen, news);
      expect(await told(inputs)).toMatchObject({ changes: true, replaces: [] });
      expect((await told({ ...inputs, label: "other" })).replaces).toContain("label");
      const { outs: now } = await handler("ApiInstance").update(id, seen, inputs);
      expect(stored?.instanceLabel).toBe("okta");
      expect({ ...now, [PROVIDER_KEY]: outs[PROVIDER_KEY] }).toEqual(outs);
    }
  });

  test("a label is nobody's drift where the instance goes by its number", async () => {
    const { id: clientProviderId } = await up("ClientProvider", world.providerInputs());
    const byId = { environment: "Sandbox", apiId: world.legacyApiId, clientProviderId };
    const { id, outs } = await up("ApiInstance", byId);
    Object.assign(world.anypoint.state.apiInstances[id] ?? {}, { instanceLabel: "by hand" });
    const { props: seen = {} } = await handler("ApiInstance").read(id, outs);
    expect({ ...seen, [PROVIDER_KEY]: outs[PROVIDER_KEY] }).toEqual({ ...outs, label: "by hand" });
    expect(await handler("ApiInstance").diff(id, seen, byId)).toMatchObject({ changes: false });
  });

  test("a new version of the asset with another deployment makes the old instance go first, as they share the label", async () => {
    const { ApiInstance: instance } = await wholeStack();
    const { id, outs, inputs } = instance;
    expect(
      await handler("ApiInstance").diff(id, outs, { ...inputs, assetVersion: "1.1.0", deploymentType: "HY" }),
    ).toEqual({ changes: true, replaces: ["deploymentType"], deleteBeforeReplace: true });
    const byId = { environment: "Sandbox", apiId: id, clientProviderId: inputs.clientProviderId };
    const { outs: now = {} } = await handler("ApiInstance").update(id, outs, byId);
    expect(await handler("ApiInstance").diff(id, now, { ...inputs, assetVersion: "1.1.0" })).toMatchObject({
      ...{ changes: true, replaces: [] },
    });
  });

  test("a contract that was revoked is approved again if that was asked for", async () => {
    const { Contract: contract } = await wholeStack();
    const outs = { ...contract.outs, status: "REVOKED" };
    expect((await handler("Contract").diff(contract.id, outs, contract.inputs)).changes).toBe(false);
    const approve = { ...contract.inputs, approval: "approve" };
    expect((await handler("Contract").diff(contract.id, { ...outs, approval: "approve" }, approve)).changes).toBe(true);
  });
});

describe("failures on the way to the host", () => {
  test("a half-failed create carries id, inputs, the loader line and its reason", async () => {
    const { id } = await up("ClientProvider", world.providerInputs());
    const instance = await up("ApiInstance", instanceInputs(id));
    const inputs = {
      ...{ name: "orders-mobile", redirectUris: ["https://a.acme.com"], grantTypes: ["authorization_code"] },
      ...{
        apiId: instance.id,
        clientProviderId: id,
        deletion: "remove",
        [PROVIDER_KEY]: storedCode("ClientApplication"),
      },
    };
    // The read that follows the POST fails for good.
    world.faults.add({
      service: "anypoint",
      method: "GET",
      path: "/applications/\\d+$",
      kind: "refuse",
      status: 403,
      times: 9,
    });
    const failure: unknown = await handler("ClientApplication")
      .create(inputs)
      .catch((error: unknown) => error);
    const [stored] = Object.values(world.anypoint.state.applications);
    expect(failure).toMatchObject({
      id: String(stored?.id),
      properties: {
        ...inputs,
        applicationId: String(stored?.id),
        clientSecret: stored?.clientSecret,
        origin: "created",
      },
      reasons: [expect.stringMatching(/Could not read application "orders-mobile".*read:client_applications/s)],
    });
    expect((failure as Error).message).not.toContain(stored?.clientSecret);
  });

  test("a half-done update carries id, new inputs, the loader line and its reason; a refused one only its reason", async () => {
    const { ApiInstance: instance } = await wholeStack();
    const { id, inputs, outs } = instance;
    const news = { ...inputs, endpointUri: "https://new.acme.com" };
    const fault = { service: "anypoint", kind: "refuse", status: 403, path: "/apis/\\d+$" } as const;
    const failing = async () =>
      handler("ApiInstance")
        .update(id, outs, news)
        .catch((error: unknown) => error);
    world.faults.add({ ...fault, method: "PATCH" });
    expect(await failing()).not.toHaveProperty("id");
    world.faults.add({ ...fault, method: "GET", skip: 1, times: 9 });
    expect(await failing()).toMatchObject({
      id,
      properties: { ...outs, ...news, [PROVIDER_KEY]: storedCode("ApiInstance") },
      reasons: [expect.stringMatching(/Could not read API instance/)],
    });
  });

  test("an error that explains itself goes without a stack, which the host would print", async () => {
    world.faults.add({ service: "anypoint", path: "/clientProviders", kind: "refuse", status: 403, times: 9 });
    const failure: unknown = await handler("ClientProvider")
      .create(world.providerInputs() as never)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ stack: "", message: expect.stringMatching(/403/) });
  });
});

test("the stack's name, known to the state or not, is no change of an application", async () => {
  const { ClientApplication } = await wholeStack();
  const { id, inputs, outs } = ClientApplication;
  for (const state of [outs, { ...outs, stack: "dev" }]) {
    for (const news of [inputs, { ...inputs, stack: "dev" }, { ...inputs, stack: "prod" }]) {
      expect(await handler("ClientApplication").diff(id, state, news)).toMatchObject({ changes: false, replaces: [] });
    }
  }
});
