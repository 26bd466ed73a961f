import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { ApiAuthorizationServer } from "../../components/api-authorization-server.ts";
import { ClientAdminRole, roleWarning } from "../../components/client-admin-role.ts";
import { InspectorApp } from "../../components/inspector-app.ts";
import { ManagerApp } from "../../components/manager-app.ts";
import { register, useMocks, value } from "./mocks.ts";

beforeAll(() => useMocks("prod"));

describe("ManagerApp", () => {
  test("is a service app with private_key_jwt and one key of four members", async () => {
    const resources = await register(() => new ManagerApp("m", { orgUrl: "https://acme.okta.com" }));
    expect(resources.get("m-app")?.inputs).toEqual({
      label: "MuleSoft-Client-Manager (prod)",
      clientId: "mulesoft-client-manager-prod-1",
      type: "service",
      grantTypes: ["client_credentials"],
      responseTypes: ["token"],
      tokenEndpointAuthMethod: "private_key_jwt",
      jwks: [{ kid: "kid-1", kty: "RSA", e: "AQAB", n: "n" }],
      skipAuthenticationPolicy: true,
    });
    expect(resources.get("m-scopes")?.inputs).toEqual({
      appId: "id-of-m-app",
      issuer: "https://acme.okta.com",
      scopes: ["okta.clients.read", "okta.clients.register"],
    });
    expect(resources.get("m-key")?.inputs).toEqual({});
  });

  test("takes a key of one's own and its size", async () => {
    const resources = await register(
      () => new ManagerApp("m", { orgUrl: "https://acme.okta.com", privateKeyPem: "pem", modulusLength: 4096 }),
    );
    expect(resources.get("m-key")?.inputs).toEqual({ modulusLength: 4096, privateKeyPem: "pem" });
  });

  test("an app that is there is imported with its grants, and its key keeps the name it has there", async () => {
    const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
    const resources = await register(
      () =>
        new ManagerApp("m", {
          ...{ orgUrl: "https://acme.okta.com", label: "By hand", clientId: "0oa1" },
          ...{ privateKeyPem: pem.toString(), kid: "by-okta", adopt: { appId: "0oa1", grants: true } },
        }),
    );
    expect(resources.get("m-app")).toMatchObject({
      importId: "0oa1",
      // Known in a preview too, in which the key's own outputs are not.
      inputs: { label: "By hand", clientId: "0oa1", jwks: [{ kid: "by-okta", kty: "RSA", e: "AQAB" }] },
    });
    expect(resources.get("m-scopes")?.importId).toBe("0oa1");
    expect(resources.get("m-key")?.inputs).toMatchObject({ kid: "by-okta" });
  });

  test("the grants of an app that has none are made", async () => {
    const resources = await register(
      () => new ManagerApp("m", { orgUrl: "https://acme.okta.com", clientId: "0oa1", adopt: { appId: "0oa1" } }),
    );
    expect([resources.get("m-app")?.importId, resources.get("m-scopes")?.importId]).toEqual(["0oa1", undefined]);
  });

  test("its private key is a secret", async () => {
    let manager: ManagerApp | undefined;
    await register(() => (manager = new ManagerApp("m", { orgUrl: "https://acme.okta.com" })));
    expect(await pulumi.isSecret(manager?.privateKey ?? pulumi.output(""))).toBe(true);
  });
});

describe("ClientAdminRole", () => {
  test("assigns APP_ADMIN by default", async () => {
    const resources = await register(() => new ClientAdminRole("r", { clientId: "manager" }));
    expect(resources.get("r-assignment")?.inputs).toEqual({ clientId: "manager", type: "APP_ADMIN" });
  });

  test("an assignment that is there is imported", async () => {
    const resources = await register(() => new ClientAdminRole("r", { clientId: "0oa1", importId: "0oa1/ROLE" }));
    expect(resources.get("r-assignment")?.importId).toBe("0oa1/ROLE");
  });

  test.each([
    ["APP_ADMIN", undefined],
    ["SUPER_ADMIN", /far more than registering clients needs/],
    ["CUSTOM", /custom roles often fail .* E0000006/s],
  ])("%s warns as %s", (type, warning) => {
    const text = roleWarning(type);
    if (warning === undefined) expect(text).toBeUndefined();
    else expect(text).toMatch(warning);
  });
});

describe("InspectorApp", () => {
  test("is a web app that sends its secret in the body, with one redirect URI that is never used", async () => {
    let inspector: InspectorApp | undefined;
    const resources = await register(() => (inspector = new InspectorApp("i")));
    expect(resources.get("i-app")?.inputs).toEqual({
      label: "MuleSoft-Token-Introspection (prod)",
      clientId: "mulesoft-token-introspection-prod-1",
      type: "web",
      grantTypes: ["authorization_code"],
      responseTypes: ["code"],
      redirectUris: ["https://redirect-not-used.invalid/callback"],
      tokenEndpointAuthMethod: "client_secret_post",
      skipAuthenticationPolicy: true,
    });
    expect(await pulumi.isSecret(inspector?.clientSecret ?? pulumi.output(""))).toBe(true);
  });
});

describe("InspectorApp that is there", () => {
  test("is imported, and its secret is the one that is given", async () => {
    let inspector: InspectorApp | undefined;
    const resources = await register(
      () => (inspector = new InspectorApp("i", { label: "By hand", adoptAppId: "0oa2", clientSecret: "present" })),
    );
    expect(resources.get("i-app")).toMatchObject({ importId: "0oa2", inputs: { clientBasicSecret: "present" } });
    expect(resources.get("i-app")?.inputs).not.toHaveProperty("clientId");
    expect(await value(inspector?.clientSecret ?? pulumi.output(""))).toBe("present");
    expect(await pulumi.isSecret(inspector?.clientSecret ?? pulumi.output(""))).toBe(true);
  });
});

describe("ApiAuthorizationServer", () => {
  test("of an existing server, scopes, policy and rule are imported; unmanaged makes no policy", async () => {
    const server = { orgUrl: "https://acme.okta.com", serverId: "aus1", scopes: [{ name: "read" }] };
    const adopt = { scopes: { read: "aus1/scp1" }, policy: "aus1/00p1", rule: "aus1/00p1/0pr1" };
    const resources = await register(() => new ApiAuthorizationServer("t", { ...server, allowClients: "all", adopt }));
    const ids = ["t-scope-read", "t-policy", "t-rule"].map((name) => resources.get(name)?.importId);
    expect(ids).toEqual(["aus1/scp1", "aus1/00p1", "aus1/00p1/0pr1"]);
    const unmanaged = await register(() => new ApiAuthorizationServer("t", { ...server, allowClients: "unmanaged" }));
    expect([...unmanaged.keys()].sort()).toEqual(["t", "t-scope-read"]);
  });

  test("a new server: scopes without consent, one policy for all clients, one rule without *", async () => {
    let server: ApiAuthorizationServer | undefined;
    const resources = await register(
      () =>
        (server = new ApiAuthorizationServer("t", {
          orgUrl: "https://acme.okta.com",
          create: { audience: "api://orders" },
          scopes: [{ name: "read", description: "Reads" }],
          accessTokenLifetimeMinutes: 15,
        })),
    );
    expect(resources.get("t-server")?.inputs).toEqual({
      name: "mulesoft-prod",
      description: "",
      audiences: ["api://orders"],
      issuerMode: "ORG_URL",
    });
    expect(resources.get("t-scope-read")?.inputs).toEqual({
      authServerId: "id-of-t-server",
      name: "read",
      description: "Reads",
      consent: "IMPLICIT",
      metadataPublish: "ALL_CLIENTS",
    });
    expect(resources.get("t-policy")?.inputs).toEqual({
      authServerId: "id-of-t-server",
      name: "MuleSoft consumers (prod)",
      description: "Lets consumers of the APIs get tokens by client credentials",
      priority: 1,
      clientWhitelists: ["ALL_CLIENTS"],
    });
    expect(resources.get("t-rule")?.inputs).toEqual({
      authServerId: "id-of-t-server",
      policyId: "id-of-t-policy",
      name: "Client credentials",
      priority: 1,
      grantTypeWhitelists: ["client_credentials"],
      scopeWhitelists: ["read"],
      accessTokenLifetimeMinutes: 15,
    });
    expect(await value(server?.tokenUrl ?? pulumi.output(""))).toBe(
      "https://acme.okta.com/oauth2/id-of-t-server/v1/token",
    );
  });

  test.each([
    [["0oa1"], ["0oa2", "0oa1"], ["0oa1", "0oa2"]],
    [[], ["0oa2"], ["0oa2"]],
    [["0oa1"], [], ["0oa1"]],
  ])("of the clients %j and the further %j, each is let through once", async (clientIds, furtherClients, included) => {
    const server = { orgUrl: "https://acme.okta.com", serverId: "default", scopes: [{ name: "read" }] };
    const resources = await register(() => new ApiAuthorizationServer("t", { ...server, clientIds, furtherClients }));
    expect(resources.get("t-policy")?.inputs).toMatchObject({ clientWhitelists: included });
  });

  test("an existing server with no scope at all gets no rule that would match everything", async () => {
    const resources = await register(
      () =>
        new ApiAuthorizationServer("t", { orgUrl: "https://acme.okta.com", serverId: "default", allowClients: "all" }),
    );
    expect([...resources.keys()]).toEqual(["t"]);
  });

  test.each([{}, { serverId: "default", create: { audience: "a" } }])("%j is refused", async (server) => {
    await expect(
      register(() => new ApiAuthorizationServer("t", { orgUrl: "https://acme.okta.com", ...server })),
    ).rejects.toThrow(/give either serverId/);
  });
});
