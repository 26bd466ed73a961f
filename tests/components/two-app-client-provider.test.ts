import { beforeAll, describe, expect, test } from "@jest/globals";
import type * as pulumi from "@pulumi/pulumi";
import { TwoAppClientProvider, type TwoAppClientProviderArgs } from "../../components/two-app-client-provider.ts";
import { register, useMocks, value } from "./mocks.ts";

beforeAll(() => useMocks("dev"));

const ARGS: TwoAppClientProviderArgs = {
  orgUrl: "https://acme.okta.com",
  authorizationServer: { create: { audience: "api://orders" }, scopes: [{ name: "read" }] },
  clientProvider: { environments: [{ environment: "Sandbox" }] },
  apis: { orders: { environment: "Sandbox", instanceId: "19000001", policy: { scopes: ["read"] } } },
  consumers: { mobile: { api: "orders" } },
  probe: { scope: "probe" },
};

async function build(changes: Partial<TwoAppClientProviderArgs> = {}) {
  let pattern: TwoAppClientProvider | undefined;
  const resources = await register(() => (pattern = new TwoAppClientProvider("x", { ...ARGS, ...changes })));
  if (pattern === undefined) throw new Error("the component was not made");
  return { pattern, resources };
}

describe("TwoAppClientProvider", () => {
  test("is made of exactly these resources", async () => {
    const { resources } = await build();
    expect([...resources.values()].map(({ name, type }) => `${name} ${type}`).sort()).toEqual(
      [
        "x okta-anypoint:index:TwoAppClientProvider",
        "x-manager okta-anypoint:index:ManagerApp",
        "x-manager-key pulumi-nodejs:dynamic/okta-anypoint:SigningKey",
        "x-manager-app okta:app/oAuth:OAuth",
        "x-manager-scopes okta:index/appOauthApiScope:AppOauthApiScope",
        "x-manager-role okta-anypoint:index:ClientAdminRole",
        "x-manager-role-assignment okta:app/oauthRoleAssignment:OauthRoleAssignment",
        "x-inspector okta-anypoint:index:InspectorApp",
        "x-inspector-app okta:app/oAuth:OAuth",
        "x-tokens okta-anypoint:index:ApiAuthorizationServer",
        "x-tokens-server okta:auth/server:Server",
        "x-tokens-scope-read okta:auth/serverScope:ServerScope",
        "x-tokens-scope-probe okta:auth/serverScope:ServerScope",
        "x-tokens-policy okta:auth/serverPolicy:ServerPolicy",
        "x-tokens-rule okta:auth/serverPolicyRule:ServerPolicyRule",
        "x-client-provider okta-anypoint:index:AnypointClientProvider",
        "x-client-provider-provider pulumi-nodejs:dynamic/anypoint:ClientProvider",
        "x-client-provider-Sandbox pulumi-nodejs:dynamic/anypoint:EnvironmentAssignment",
        "x-api-orders okta-anypoint:index:ProtectedApi",
        "x-api-orders-instance pulumi-nodejs:dynamic/anypoint:ApiInstance",
        "x-api-orders-policy pulumi-nodejs:dynamic/anypoint:ApiPolicy",
        "x-consumer-mobile okta-anypoint:index:ApiConsumer",
        "x-consumer-mobile-application pulumi-nodejs:dynamic/anypoint:ClientApplication",
        "x-consumer-mobile-contract pulumi-nodejs:dynamic/anypoint:Contract",
        "x-probe okta-anypoint:index:ApiConsumer",
        "x-probe-application pulumi-nodejs:dynamic/anypoint:ClientApplication",
      ].sort(),
    );
  });

  test.each([
    ["made here", {}, ["x-client-provider-provider", "x-inspector-app", "x-manager-app", "x-tokens-server"]],
    [
      "taken over",
      {
        manager: { clientId: "manager", adopt: { appId: "0oa1" } },
        inspector: { adoptAppId: "0oa2" },
        authorizationServer: { serverId: "default", scopes: [{ name: "read" }] },
        clientProvider: { mode: "manual", providerId: "p1", environments: [{ environment: "Sandbox" }] },
      } satisfies Partial<TwoAppClientProviderArgs>,
      ["x-client-provider-provider", "x-inspector-app", "x-manager-app"],
    ],
  ])("protects what all consumers depend on, %s, and nothing unless asked", async (_what, changes, expected) => {
    const guarded = async (protect?: boolean) => {
      const names: string[] = [];
      const note: pulumi.ResourceTransformation = ({ name, opts }) => {
        if (opts.protect) names.push(name);
        return undefined;
      };
      const args = { ...ARGS, ...changes, protect };
      await register(() => new TwoAppClientProvider("x", args, { transformations: [note] }));
      return names.sort();
    };
    expect(await guarded(true)).toEqual(expected);
    expect(await guarded()).toEqual([]);
  });

  test("the client provider gets org URLs, but introspects where the consumers' tokens are issued", async () => {
    const { resources } = await build();
    expect(resources.get("x-client-provider-provider")?.inputs).toEqual({
      name: "okta-dev",
      issuer: "https://acme.okta.com",
      registrationUrl: "https://acme.okta.com/oauth2/v1/clients",
      authorizeUrl: "https://acme.okta.com/oauth2/v1/authorize",
      tokenUrl: "https://acme.okta.com/oauth2/v1/token",
      introspectionUrl: "https://acme.okta.com/oauth2/id-of-x-tokens-server/v1/introspect",
      managerClientId: "mulesoft-client-manager-dev-1",
      managerPrivateKey: "-----BEGIN PRIVATE KEY-----",
      managerScopes: ["okta.clients.read", "okta.clients.register"],
      inspectorClientId: "mulesoft-token-introspection-dev-1",
      inspectorClientSecret: "secret-of-x-inspector-app",
      allowLocalClientDeletion: true,
      allowExternalClientModification: false,
      timeoutSeconds: 5,
      allowUntrustedCertificates: false,
    });
  });

  test("a second generation has names of its own, and the provider gets the active one", async () => {
    const { resources, pattern } = await build({
      manager: { label: "Manager", clientId: "manager-dev-1", generations: [1, 2], active: 2 },
      inspector: { label: "Inspector", clientSecret: "brought", generations: [1, 2], active: 2 },
    });
    const of = (name: string) => resources.get(name)?.inputs;
    expect([of("x-manager-app"), of("x-manager-2-app")]).toMatchObject([
      { label: "Manager", clientId: "manager-dev-1" },
      { label: "Manager 2", clientId: "manager-dev-2" },
    ]);
    expect([of("x-inspector-app"), of("x-inspector-2-app")]).toMatchObject([
      { label: "Inspector", clientBasicSecret: "brought" },
      { label: "Inspector 2" },
    ]);
    expect(of("x-inspector-2-app")).not.toHaveProperty("clientBasicSecret");
    expect(of("x-manager-2-role-assignment")).toMatchObject({ clientId: "manager-dev-2", type: "APP_ADMIN" });
    expect(of("x-client-provider-provider")).toMatchObject({
      managerClientId: "manager-dev-2",
      inspectorClientId: "mulesoft-token-introspection-dev-2",
      inspectorClientSecret: "secret-of-x-inspector-2-app",
    });
    expect(await value(pattern.manager.clientId)).toBe("manager-dev-2");
  });

  test("a generation alone, later than the first, keeps its names; an adopted app and its role are of the first", async () => {
    const { resources } = await build({
      manager: { generations: [2], adopt: { appId: "0oa1" } },
      adminRole: { importId: "manager/role" },
    });
    expect([...resources.keys()].filter((name) => name.startsWith("x-manager")).sort()).toEqual(
      ["", "-app", "-key", "-role", "-role-assignment", "-scopes"].map((part) => `x-manager-2${part}`),
    );
    expect(resources.get("x-manager-2-app")?.importId).toBeUndefined();
    expect(resources.get("x-manager-2-role-assignment")?.importId).toBeUndefined();
  });

  test.each([{ generations: [1, 2] }, { generations: [2], active: 1 }])(
    "no active one among %j is refused",
    async (manager) => {
      await expect(build({ manager })).rejects.toThrow(/name one of the generations/);
    },
  );

  test("introspectAt: org takes the org's endpoint, as does a pattern without a server", async () => {
    const org = "https://acme.okta.com/oauth2/v1/introspect";
    const environments = [{ environment: "Sandbox" }];
    const asked = await build({ clientProvider: { environments, introspectAt: "org" } });
    const without = await build({ authorizationServer: undefined, probe: undefined });
    expect(asked.resources.get("x-client-provider-provider")?.inputs.introspectionUrl).toBe(org);
    expect(without.resources.get("x-client-provider-provider")?.inputs.introspectionUrl).toBe(org);
    expect(await value(without.pattern.consumerTokenUrl)).toBe("https://acme.okta.com/oauth2/v1/token");
  });

  test.each([
    ["keep", ["okta.clients.read", "okta.clients.register"], false, false, "keep"],
    ["anypoint", ["okta.clients.read", "okta.clients.register"], true, false, "remove"],
    ["everywhere", ["okta.clients.manage", "okta.clients.read", "okta.clients.register"], true, true, "remove"],
  ] as const)(
    "clientDeletion %s sets scopes, switches and the applications' deletion together",
    async (clientDeletion, scopes, local, external, deletion) => {
      const { resources } = await build({ clientDeletion });
      expect(resources.get("x-manager-scopes")?.inputs.scopes).toEqual(scopes);
      expect(resources.get("x-client-provider-provider")?.inputs).toMatchObject({
        managerScopes: scopes,
        allowLocalClientDeletion: local,
        allowExternalClientModification: external,
      });
      expect(resources.get("x-consumer-mobile-application")?.inputs.deletion).toBe(deletion);
    },
  );

  test("declared clients, the probe's too, are the policy's, although they are made after the server", async () => {
    const { resources } = await build({
      authorizationServer: { serverId: "default", existingScopes: ["read"], scopes: [] },
    });
    expect(resources.get("x-tokens-policy")?.inputs).toMatchObject({
      authServerId: "default",
      clientWhitelists: ["client-of-x-consumer-mobile-application", "client-of-x-probe-application"],
    });
    expect(resources.get("x-tokens-rule")?.inputs.scopeWhitelists).toEqual(["probe", "read"]);
  });

  test("declared without any client makes no policy", async () => {
    const { resources } = await build({
      authorizationServer: { serverId: "default", existingScopes: ["read"] },
      consumers: {},
      probe: undefined,
    });
    expect([...resources.keys()].filter((name) => name.startsWith("x-tokens"))).toEqual(["x-tokens"]);
  });

  test("a consumer of an API that is not there is refused by name", async () => {
    await expect(build({ consumers: { mobile: { api: "nope" } } })).rejects.toThrow(
      /"nope" is none of the apis \(orders\)/,
    );
  });
});

describe("clientProvider.mode", () => {
  const provider = (changes: object) => ({ environments: [{ environment: "Sandbox" }], ...changes });
  const kinds = (resources: Awaited<ReturnType<typeof build>>["resources"]) =>
    [...resources.values()].map(({ type }) => type.replace(/^.*:/, ""));

  test("manual without an id: the whole Okta side, a note, and nothing that needs the provider", async () => {
    const { pattern, resources } = await build({
      clientProvider: provider({ mode: "manual" }),
      authorizationServer: { serverId: "default", existingScopes: ["read"] },
    });
    expect(kinds(resources)).toEqual(
      expect.arrayContaining(["ManagerApp", "AppOauthApiScope", "OauthRoleAssignment", "InspectorApp", "SigningKey"]),
    );
    for (const kind of ["ClientProvider", "EnvironmentAssignment", "ApiInstance", "ApiPolicy", "ClientApplication"]) {
      expect(kinds(resources)).not.toContain(kind);
    }
    expect(resources.get("x-client-provider-provider")).toMatchObject({
      type: "pulumi-nodejs:dynamic/anypoint:ManualClientProvider",
      inputs: expect.not.objectContaining({ providerId: expect.anything() }),
    });
    // A policy without clients would let nobody in; it comes with them.
    expect(kinds(resources)).not.toContain("ServerPolicy");
    expect([pattern.clientProvider.waiting, pattern.apis, pattern.consumers, pattern.probe]).toEqual([
      true,
      {},
      {},
      undefined,
    ]);
    expect(() => pattern.clientProvider.providerId).toThrow(/mode is manual and the provider's id is not given yet/);
  });

  test("manual with an id: it feeds all that needs it, and no secret goes to the provider", async () => {
    const { pattern, resources } = await build({
      clientProvider: provider({ mode: "manual", providerId: "by-hand-1" }),
    });
    expect(resources.get("x-client-provider-provider")?.inputs).toEqual({
      providerId: "by-hand-1",
      name: "okta-dev",
      issuer: "https://acme.okta.com",
      registrationUrl: "https://acme.okta.com/oauth2/v1/clients",
      authorizeUrl: "https://acme.okta.com/oauth2/v1/authorize",
      tokenUrl: "https://acme.okta.com/oauth2/v1/token",
      introspectionUrl: "https://acme.okta.com/oauth2/id-of-x-tokens-server/v1/introspect",
      inspectorClientId: "mulesoft-token-introspection-dev-1",
      allowLocalClientDeletion: true,
      allowExternalClientModification: false,
      timeoutSeconds: 5,
      allowUntrustedCertificates: false,
    });
    for (const name of ["x-client-provider-Sandbox", "x-api-orders-instance", "x-consumer-mobile-application"]) {
      expect([name, resources.get(name)?.inputs.clientProviderId]).toEqual([name, "by-hand-1"]);
    }
    expect(await value(pattern.clientProvider.providerId)).toBe("by-hand-1");
  });

  test("header: the header in place of the Manager's key, and the Manager stays", async () => {
    const { resources } = await build({
      clientProvider: provider({ mode: "header", registrationHeader: "SSWS 00hidden" }),
    });
    const inputs = resources.get("x-client-provider-provider")?.inputs;
    expect(inputs).toMatchObject({
      registrationHeader: "SSWS 00hidden",
      inspectorClientId: "mulesoft-token-introspection-dev-1",
    });
    expect(Object.keys(inputs ?? {}).filter((key) => key.startsWith("manager"))).toEqual([]);
    expect(kinds(resources)).toEqual(expect.arrayContaining(["ManagerApp", "OauthRoleAssignment"]));
    await expect(build({ clientProvider: provider({ mode: "header" }) })).rejects.toThrow(/is needed in mode header/);
  });
});
