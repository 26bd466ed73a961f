import { beforeAll, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { AnypointClientProvider } from "../../components/anypoint-client-provider.ts";
import { ApiConsumer } from "../../components/api-consumer.ts";
import { ProtectedApi } from "../../components/protected-api.ts";
import { register, useMocks } from "./mocks.ts";

beforeAll(() => useMocks("dev"));

const API = {
  apiId: "19000002",
  organizationId: "org-1",
  environmentId: "env-1",
  groupId: "group-1",
  assetId: "orders-api",
  assetVersion: "1.0.0",
  productVersion: "v1",
};

describe("AnypointClientProvider", () => {
  test("one assignment per environment, named by business group and environment", async () => {
    const resources = await register(
      () =>
        new AnypointClientProvider("p", {
          orgUrl: "https://acme.okta.com",
          managerClientId: "m",
          managerPrivateKey: "k",
          managerScopes: ["s"],
          inspectorClientId: "i",
          inspectorClientSecret: "s",
          validateCertificates: false,
          environments: [
            { environment: "Sandbox" },
            { environment: "Sandbox", businessGroup: "Payments", makeDefault: true },
          ],
        }),
    );
    expect(resources.get("p-provider")?.inputs).toMatchObject({ allowUntrustedCertificates: true, timeoutSeconds: 5 });
    expect(resources.get("p-Sandbox")?.inputs).toEqual({
      environment: "Sandbox",
      clientProviderId: "provider-1",
      makeDefault: false,
    });
    expect(resources.get("p-Payments-Sandbox")?.inputs).toEqual({
      environment: "Sandbox",
      businessGroup: "Payments",
      clientProviderId: "provider-1",
      makeDefault: true,
    });
  });
});

describe("ProtectedApi", () => {
  test("a created instance and its policy, which never skips the client id", async () => {
    const resources = await register(
      () =>
        new ProtectedApi("a", {
          environment: "Sandbox",
          asset: { assetId: "orders-api", version: "1.0.0", label: "okta" },
          clientProviderId: "provider-1",
          policy: {
            scopes: ["read", "write"],
            scopeCriteria: "OR",
            version: "1.6.0",
            configuration: { maxCacheSize: 10 },
          },
        }),
    );
    expect(resources.get("a-instance")?.inputs).toEqual({
      environment: "Sandbox",
      assetId: "orders-api",
      assetVersion: "1.0.0",
      label: "okta",
      adopt: false,
      deploymentType: "CH2",
      clientProviderId: "provider-1",
    });
    expect(resources.get("a-policy")?.inputs).toEqual({
      organizationId: "org-1",
      environmentId: "env-1",
      apiId: "19000002",
      assetVersion: "1.6.0",
      configuration: {
        skipClientIdValidation: false,
        maxCacheSize: 10,
        scopes: "read write",
        scopeValidationCriteria: "OR",
        exposeHeaders: false,
      },
    });
  });

  test("an existing instance by its number", async () => {
    const resources = await register(
      () => new ProtectedApi("a", { environment: "Sandbox", instanceId: "7", clientProviderId: "provider-1" }),
    );
    expect(resources.get("a-instance")?.inputs).toEqual({
      environment: "Sandbox",
      apiId: "7",
      clientProviderId: "provider-1",
    });
  });

  test("neither number nor asset is refused", async () => {
    await expect(
      register(() => new ProtectedApi("a", { environment: "Sandbox", clientProviderId: "p" })),
    ).rejects.toThrow(/give either instanceId/);
  });
});

describe("ApiConsumer", () => {
  test("an application with the grant types and redirect URI that Okta demands, and a contract", async () => {
    let consumer: ApiConsumer | undefined;
    const resources = await register(
      () =>
        (consumer = new ApiConsumer("mobile", {
          api: API,
          clientProviderId: "provider-1",
          contract: { tier: "gold", approval: "approve" },
        })),
    );
    expect(resources.get("mobile-application")?.inputs).toEqual({
      name: "mobile",
      grantTypes: ["authorization_code", "client_credentials"],
      redirectUris: ["https://redirect-not-used.invalid/callback"],
      apiId: "19000002",
      clientProviderId: "provider-1",
      deletion: "remove",
      stack: "dev",
    });
    expect(resources.get("mobile-contract")?.inputs).toEqual({
      applicationId: "2500001",
      ...API,
      tier: "gold",
      approval: "approve",
    });
    expect(await pulumi.isSecret(consumer?.clientSecret ?? pulumi.output(""))).toBe(true);
  });

  test("contract: false makes the application alone", async () => {
    const resources = await register(
      () => new ApiConsumer("mobile", { api: API, clientProviderId: "provider-1", contract: false }),
    );
    expect([...resources.keys()].sort()).toEqual(["mobile", "mobile-application"]);
  });
});
