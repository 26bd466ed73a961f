import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type FakeIdentityProvider, startFakeIdentityProvider } from "./fake-identity-provider.ts";
import {
  type Body,
  type LocalAnypoint,
  PEM,
  addProvider,
  localAnypoint,
  privateKeyProvider,
} from "./local-anypoint.ts";

let idp: FakeIdentityProvider;
let anypoint: LocalAnypoint;
beforeAll(async () => {
  idp = await startFakeIdentityProvider();
});
afterAll(() => idp.close());
beforeEach(async () => {
  anypoint = await localAnypoint();
});

const base = (): string => `/accounts/api/organizations/${anypoint.root}/clientProviders`;
const read = async (id: string, secrets = false): Promise<Body> =>
  (await anypoint.call("GET", `${base()}/${id}?includeSecrets=${secrets}`)).body;

test("another wire naming of the private-key block can be simulated", async () => {
  anypoint = await localAnypoint({
    privateKeyBlock: {
      methodPath: "client.auth",
      methodValue: "jwt",
      clientIdPath: "client.token_client.id",
      privateKeyPath: "client.token_client.key",
      scopesPath: "client.token_client.scope",
      scopesFormat: "string",
    },
  });
  const client = {
    urls: { register: `${idp.url}/clients` },
    auth: "jwt",
    token_client: { id: "manager", key: PEM, scope: "okta.clients.register okta.clients.read" },
  };
  const id = await addProvider(anypoint, privateKeyProvider(idp.url, { client }));
  expect((await read(id, true)).oidc_dynamic_client_provider.client).toEqual(client);
  const refused = await anypoint.call("POST", base(), privateKeyProvider(idp.url));
  expect(refused.status).toBe(400);
});

test.each([
  ["a switch that is on", { methodPath: "client.use_jwt", methodValue: true }, { use_jwt: true }],
  ["the members alone", { methodPath: "" }, {}],
])("the method may be named by %s", async (_, names, method) => {
  const { privateKeyBlock } = anypoint.service.switches;
  anypoint = await localAnypoint({ privateKeyBlock: { ...privateKeyBlock, ...names } });
  const client = {
    urls: { register: `${idp.url}/clients` },
    registration: { private_key_jwt: { client_id: "manager", private_key: PEM, scopes: ["okta.clients.read"] } },
    ...method,
  };
  const id = await addProvider(anypoint, privateKeyProvider(idp.url, { client }));
  expect((await read(id, true)).oidc_dynamic_client_provider.client).toEqual(client);
});

test("an organization that drops unknown keys loses a private-key block of another naming in silence", async () => {
  const { privateKeyBlock, unknownProviderKeys } = anypoint.service.switches;
  expect(unknownProviderKeys).toBe("refuse");
  anypoint = await localAnypoint({
    unknownProviderKeys: "drop",
    privateKeyBlock: {
      ...privateKeyBlock,
      methodPath: "client.a",
      clientIdPath: "client.b",
      privateKeyPath: "client.c",
      scopesPath: "client.d",
    },
  });
  const id = await addProvider(anypoint, privateKeyProvider(idp.url));
  expect((await read(id)).oidc_dynamic_client_provider.client).toEqual({ urls: { register: `${idp.url}/clients` } });
});
