/** What a program registers for each resource. That outputs are stored encrypted is for the engine's tests. */
import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import {
  ApiInstance,
  ApiPolicy,
  ClientApplication,
  ClientProvider,
  Contract,
  EnvironmentAssignment,
  ManualClientProvider,
  SigningKey,
} from "../../providers/resources.ts";
import { PROVIDER_KEY, storedCode } from "../../providers/stored-code.ts";

interface Registered {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

let registered: Registered[] = [];

beforeAll(() => {
  void pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, inputs: inputs as Record<string, unknown> });
      return { id: `${name}-id`, state: inputs as object };
    },
    call: () => ({}),
  });
});
beforeEach(() => {
  registered = [];
});

const settled = async (resource: pulumi.CustomResource) => {
  await new Promise<void>((resolve) => resource.urn.apply(() => resolve()));
  return registered[0];
};

const place = { organizationId: "o", environmentId: "e", apiId: "1" };
const published = {
  ...{ name: "okta-dev", issuer: "i", registrationUrl: "r", authorizeUrl: "a", tokenUrl: "t", introspectionUrl: "n" },
  ...{ inspectorClientId: "x", allowLocalClientDeletion: true, allowExternalClientModification: false },
};
const provider = {
  ...published,
  ...{ managerClientId: "m", managerPrivateKey: "clear-pem", managerScopes: [], inspectorClientSecret: "clear-secret" },
};

test.each([
  ["anypoint:ClientProvider", () => new ClientProvider("x", provider)],
  ["anypoint:ManualClientProvider", () => new ManualClientProvider("x", published)],
  ["anypoint:EnvironmentAssignment", () => new EnvironmentAssignment("x", { environment: "e", clientProviderId: "p" })],
  ["anypoint:ApiInstance", () => new ApiInstance("x", { environment: "e", apiId: "1", clientProviderId: "p" })],
  ["anypoint:ApiPolicy", () => new ApiPolicy("x", { ...place, configuration: {} })],
  [
    "anypoint:ClientApplication",
    () =>
      new ClientApplication("x", { name: "n", redirectUris: [], grantTypes: [], apiId: "1", clientProviderId: "p" }),
  ],
  [
    "anypoint:Contract",
    () =>
      new Contract("x", {
        ...{ ...place, applicationId: "2", groupId: "g", assetId: "a", assetVersion: "1", productVersion: "v1" },
      }),
  ],
  ["okta-anypoint:SigningKey", () => new SigningKey("x")],
] as const)("%s has its public type and the one line of code", async (type, create) => {
  const args = await settled(create());
  expect(args?.type).toBe(`pulumi-nodejs:dynamic/${type}`);
  expect(args?.inputs[PROVIDER_KEY]).toBe(storedCode(type.split(":")[1] as "SigningKey"));
});

describe("secrets", () => {
  test("given in clear are secret from the resource on", async () => {
    const resource = new ClientProvider("x", { ...provider, registrationHeader: "SSWS 00clear" });
    await settled(resource);
    const outputs = resource as unknown as Record<string, pulumi.Output<unknown>>;
    for (const key of ["managerPrivateKey", "registrationHeader", "inspectorClientSecret"]) {
      expect([key, await pulumi.isSecret(outputs[key] as pulumi.Output<unknown>)]).toEqual([key, true]);
    }
    expect(await pulumi.isSecret(resource.name)).toBe(false);
  });

  test("that are not given are not registered", async () => {
    const args = await settled(new SigningKey("x", { modulusLength: 2048 }));
    expect(Object.keys(args?.inputs ?? {}).sort()).toEqual([PROVIDER_KEY, "modulusLength"].sort());
  });
});

test("what is put out is an Output even where it was no input", () => {
  const instance = new ApiInstance("x", { environment: "e", apiId: "1", clientProviderId: "p" });
  for (const key of [
    "apiId",
    "organizationId",
    "environmentId",
    "label",
    "assetId",
    "productVersion",
    "origin",
  ] as const) {
    expect([key, pulumi.Output.isInstance(instance[key])]).toEqual([key, true]);
  }
});
