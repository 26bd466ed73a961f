import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type FakeIdentityProvider, startFakeIdentityProvider } from "./fake-identity-provider.ts";
import {
  type Body,
  type LocalAnypoint,
  PEM,
  addInstance,
  addProvider,
  localAnypoint,
  privateKeyProvider,
  staticHeaderProvider,
  tokenWith,
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

describe("creation", () => {
  test("answers 201 without a body; the provider is found in the list", async () => {
    const created = await anypoint.call("POST", base(), privateKeyProvider(idp.url));
    expect([created.status, created.text]).toEqual([201, ""]);
    const { body } = await anypoint.call("GET", `${base()}?ascending=true&search=OKTA`);
    expect(body).toEqual({
      data: [
        {
          providerId: expect.any(String),
          organizationId: anypoint.root,
          name: "okta-dev",
          type: { name: "openid-dynamic-client", description: expect.any(String), version: "1" },
        },
      ],
      total: 1,
    });
  });

  test("does not check that names are unique", async () => {
    await addProvider(anypoint, privateKeyProvider(idp.url));
    await addProvider(anypoint, privateKeyProvider(idp.url));
    expect((await anypoint.call("GET", `${base()}?ascending=true`)).body.total).toBe(2);
  });

  test("is for the root organization, 405 elsewhere, 404 for an unknown one", async () => {
    const at = (organization: string): string => `/accounts/api/organizations/${organization}/clientProviders`;
    expect((await anypoint.call("POST", at(anypoint.group), privateKeyProvider(idp.url))).status).toBe(405);
    expect((await anypoint.call("POST", at("unknown"), privateKeyProvider(idp.url))).status).toBe(404);
  });

  test("stops at 25 providers", async () => {
    for (let made = 0; made < 25; made += 1) await addProvider(anypoint, staticHeaderProvider(idp.url));
    const { status, body } = await anypoint.call("POST", base(), staticHeaderProvider(idp.url));
    expect(status).toBe(400);
    expect(body.errors[0]?.message).toContain("25");
  });

  /** The body with one member set, or left out when the value is undefined. */
  function withKey(path: string, value: unknown): Record<string, unknown> {
    const body = structuredClone(privateKeyProvider(idp.url));
    const parts = path.split(".");
    const last = parts.pop() ?? "";
    const parent = parts.reduce((tree, part) => tree[part] as Record<string, unknown>, body);
    parent[last] = value;
    return body;
  }

  test.each([
    ["type", "required"],
    ["oidc_dynamic_client_provider", "required"],
    ["oidc_dynamic_client_provider.primary_client.secret", "required"],
    ["oidc_dynamic_client_provider.urls.introspect", "required"],
    ["oidc_dynamic_client_provider.client.urls.register", "required"],
  ])("refuses a body without %s", async (path, keyword) => {
    const { status, body } = await anypoint.call("POST", base(), withKey(path, undefined));
    expect(status).toBe(400);
    expect(body.errors).toContainEqual({ type: "validation", keyword, schemas: [], message: `${path} is required` });
  });

  test.each([
    ["color", "blue"],
    ["type.version", "1"],
    ["oidc_dynamic_client_provider.allow_client_import", true],
    ["oidc_dynamic_client_provider.client.registration.private_key_jwt.kid", "k1"],
  ])("refuses the unknown key %s", async (path, value) => {
    const { status, body } = await anypoint.call("POST", base(), withKey(path, value));
    expect(status).toBe(400);
    expect(body.errors.map(({ keyword }) => keyword)).toContain("additionalProperties");
    expect(anypoint.service.state.clientProviders).toEqual({});
  });

  const block = "oidc_dynamic_client_provider.client.registration.private_key_jwt";
  test.each([
    ["a public key", `${block}.private_key`, "-----BEGIN PUBLIC KEY-----"],
    ["no client id", `${block}.client_id`, undefined],
    ["no scopes", `${block}.scopes`, []],
    ["scopes in one string", `${block}.scopes`, "okta.clients.register"],
    ["another method", "oidc_dynamic_client_provider.client.registration.authentication_method", "header"],
    ["a URL that is none", "oidc_dynamic_client_provider.urls.token", "token"],
  ])("refuses %s", async (_, path, value) => {
    const { status, text } = await anypoint.call("POST", base(), withKey(path, value));
    expect(status).toBe(400);
    expect(text).not.toContain("BEGIN PRIVATE KEY");
  });

  test("without private key, a registration block needs its authorization", async () => {
    const client = { urls: { register: `${idp.url}/clients` }, registration: {} };
    const { status, body } = await anypoint.call("POST", base(), staticHeaderProvider(idp.url, { client }));
    expect(status).toBe(400);
    expect(body.errors[0]?.message).toContain("authorization is required");
  });
});

describe("reading", () => {
  test("masks secrets unless they are asked for", async () => {
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    const masked = await read(id);
    expect(masked).toMatchObject({ providerId: id, organizationId: anypoint.root, name: "okta-dev" });
    expect(masked.oidc_dynamic_client_provider.primary_client).toEqual({ id: "inspector", secret: "********" });
    expect(masked.oidc_dynamic_client_provider.client.registration).toEqual({
      authentication_method: "private_key_jwt",
      private_key_jwt: {
        client_id: "manager",
        private_key: "********",
        scopes: ["okta.clients.register", "okta.clients.read"],
      },
    });
    const clear = await read(id, true);
    expect(clear.oidc_dynamic_client_provider.primary_client.secret).toBe("inspector-secret");
    expect(clear.oidc_dynamic_client_provider.client.registration.private_key_jwt.private_key).toBe(PEM);
  });

  test("shows what was sent, and nothing else", async () => {
    const sent = privateKeyProvider(idp.url);
    const id = await addProvider(anypoint, sent);
    expect(await read(id, true)).toEqual({ ...sent, providerId: id, organizationId: anypoint.root });
  });

  test("masks a static header", async () => {
    const id = await addProvider(anypoint, staticHeaderProvider(idp.url));
    const { client } = (await read(id)).oidc_dynamic_client_provider;
    expect(client.registration).toEqual({ authorization: "********" });
  });

  test.each([
    ["the list without ascending", ""],
    ["one without includeSecrets", "/unknown-id"],
  ])("refuses %s", async (_, path) => {
    const id = await addProvider(anypoint, staticHeaderProvider(idp.url));
    const { status, body } = await anypoint.call("GET", `${base()}${path.replace("unknown-id", id)}`);
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ keyword: "required" });
  });

  test("a business group sees a summary", async () => {
    const id = await addProvider(anypoint, staticHeaderProvider(idp.url));
    const path = `/accounts/api/organizations/${anypoint.group}/clientProviders/${id}?includeSecrets=true`;
    const { body } = await anypoint.call("GET", path);
    expect(Object.keys(body).sort()).toEqual(["name", "organizationId", "providerId", "type"]);
  });

  test("a reader may not see secrets", async () => {
    const id = await addProvider(anypoint, staticHeaderProvider(idp.url));
    const token = await tokenWith(anypoint, "read:orgclientproviders");
    expect((await anypoint.call("GET", `${base()}/${id}?includeSecrets=false`, undefined, token)).status).toBe(200);
    expect((await anypoint.call("GET", `${base()}/${id}?includeSecrets=true`, undefined, token)).status).toBe(403);
  });
});

describe("changing", () => {
  const flag = "?recreateTokenValidationClient=false";
  const change = (settings: object): object => ({ oidc_dynamic_client_provider: settings });

  test("PATCH needs its flag, keeps what is not named, and has no described body", async () => {
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    expect((await anypoint.call("PATCH", `${base()}/${id}`, { name: "new" })).status).toBe(400);
    const patched = await anypoint.call("PATCH", `${base()}/${id}${flag}`, {
      name: "new",
      ...change({ primary_client: { secret: "rotated" } }),
    });
    expect([patched.status, patched.text]).toEqual([200, ""]);
    const seen = await read(id, true);
    expect(seen.name).toBe("new");
    expect(seen.oidc_dynamic_client_provider.primary_client).toEqual({ id: "inspector", secret: "rotated" });
    expect(seen.oidc_dynamic_client_provider.client.registration.private_key_jwt.private_key).toBe(PEM);
  });

  test("PATCH changes single members of the private-key block", async () => {
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    const registration = { private_key_jwt: { client_id: "manager-2" } };
    await anypoint.call("PATCH", `${base()}/${id}${flag}`, change({ client: { registration } }));
    const { client } = (await read(id)).oidc_dynamic_client_provider;
    expect(client.registration.private_key_jwt).toMatchObject({ client_id: "manager-2", private_key: "********" });
  });

  test.each([
    ["the type's name", { type: { name: "openid-dynamic-client" } }],
    ["an unknown key", { oidc_dynamic_client_provider: { color: "blue" } }],
    ["a masked private key", change({ client: { registration: { private_key_jwt: { private_key: "********" } } } })],
  ])("PATCH refuses %s", async (_, body) => {
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    expect((await anypoint.call("PATCH", `${base()}/${id}${flag}`, body)).status).toBe(400);
  });

  test("PUT replaces everything", async () => {
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    expect((await anypoint.call("PUT", `${base()}/${id}`, staticHeaderProvider(idp.url))).status).toBe(200);
    const { client } = (await read(id, true)).oidc_dynamic_client_provider;
    expect(client.registration).toEqual({ authorization: "SSWS static-token" });
  });

  test("unknown ids are 404, business groups 405", async () => {
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    const group = base().replace(anypoint.root, anypoint.group);
    for (const [method, query] of [
      ["PUT", ""],
      ["PATCH", flag],
      ["DELETE", ""],
    ] as const) {
      expect((await anypoint.call(method, `${base()}/unknown${query}`, {})).status).toBe(404);
      expect((await anypoint.call(method, `${group}/${id}${query}`, {})).status).toBe(405);
    }
  });

  test("DELETE leaves APIs on the built-in provider and no trace in environments", async () => {
    const before = structuredClone(anypoint.service.state.environments);
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    const apiId = await addInstance(anypoint, id);
    await anypoint.call(
      "PUT",
      `/accounts/api/organizations/${anypoint.root}/environments/${anypoint.sandbox}/clientManagementProviders`,
      { suggestedClientManagementProviderIds: [id] },
    );
    const deleted = await anypoint.call("DELETE", `${base()}/${id}`);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    expect(anypoint.service.state.apiInstances[apiId]?.providerId).toBeNull();
    expect(anypoint.service.state.environments).toEqual(before);
  });
});
