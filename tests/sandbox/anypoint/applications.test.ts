import { createPublicKey } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { calculateJwkThumbprint, exportJWK } from "jose";
import { type FakeIdentityProvider, startFakeIdentityProvider } from "./fake-identity-provider.ts";
import {
  CONNECTED_APP,
  type LocalAnypoint,
  PEM,
  addInstance,
  addProvider,
  applicationBody,
  applicationsPath,
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
  idp.answers = { register: 201, token: 200, delete: 204, introspect: 200 };
  idp.hold = undefined;
  for (const log of [idp.assertions, idp.registrations, idp.deletions]) log.length = 0;
});

async function boundInstance(settings: Record<string, unknown> = {}, provider = privateKeyProvider): Promise<number> {
  return addInstance(anypoint, await addProvider(anypoint, provider(idp.url, settings)));
}
const create = (apiId: number | undefined, body: Record<string, unknown> = applicationBody("orders"), token?: string) =>
  anypoint.call(
    "POST",
    `${applicationsPath(anypoint)}${apiId === undefined ? "" : `?apiInstanceId=${apiId}`}`,
    body,
    token,
  );

describe("registration", () => {
  test("swaps an assertion for a token and registers with it", async () => {
    const { status, body } = await create(await boundInstance());
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(Number),
      name: "orders",
      clientId: "client-1",
      clientSecret: "made-by-the-provider",
      masterOrganizationId: anypoint.root,
      clientProvider: { providerId: expect.any(String) },
    });
    expect(idp.registrations).toEqual([
      {
        authorization: "Bearer registration-token",
        userAgent: "AnypointPlatform/1.0",
        body: {
          client_name: "orders",
          redirect_uris: ["https://orders.acme.example/callback"],
          grant_types: ["authorization_code", "client_credentials"],
          response_types: ["code"],
          token_endpoint_auth_method: "client_secret_basic",
        },
      },
    ]);
  });

  test("the assertion is RS256, from and about the Manager, for the token URL, five minutes long, never the same", async () => {
    const apiId = await boundInstance();
    await create(apiId);
    await create(apiId, applicationBody("second"));
    const [first, second] = idp.assertions;
    expect(first?.header).toEqual({ alg: "RS256" });
    expect(first?.claims).toMatchObject({ iss: "manager", sub: "manager", aud: `${idp.url}/token` });
    expect(first!.claims.exp! - first!.claims.iat!).toBe(300);
    expect(first?.scope).toBe("okta.clients.register okta.clients.read");
    expect(first?.claims.jti).not.toBe(second?.claims.jti);
  });

  test("carries the key's thumbprint when so switched", async () => {
    anypoint.service.switches.assertionKid = "thumbprint";
    await create(await boundInstance());
    expect(idp.assertions[0]?.header.kid).toBe(await calculateJwkThumbprint(await exportJWK(createPublicKey(PEM))));
  });

  test("sends a static header as it is, without a token request", async () => {
    await create(await boundInstance({}, staticHeaderProvider));
    expect(idp.registrations).toMatchObject([{ authorization: "SSWS static-token" }]);
    expect(idp.assertions).toEqual([]);
  });

  test("implicit asks for token and id_token", async () => {
    await create(await boundInstance(), { ...applicationBody("spa"), grantTypes: ["implicit"] });
    expect(idp.registrations[0]?.body).toMatchObject({ response_types: ["token", "id_token"] });
  });

  test.each([
    ["registration", () => (idp.answers.register = 400), 400],
    ["the token", () => (idp.answers.token = 401), 401],
  ])("a refusal of %s is a 400 with the provider's status, and nothing is kept", async (_, refuse, code) => {
    const apiId = await boundInstance();
    refuse();
    const { status, body } = await create(apiId);
    expect(status).toBe(400);
    expect(body.message).toBe(
      `Client: Invalid OpenID Connect client creation request. OpenID provider responded with status code ${code}`,
    );
    expect(anypoint.service.state.applications).toEqual({});
  });

  test("is bounded by client_request_timeout", async () => {
    let release = (): void => {};
    idp.hold = new Promise((resolve) => (release = resolve));
    const apiId = await boundInstance();
    // Short from now on: it bounds the look at the metadata too, which came with the provider.
    for (const { oidc } of Object.values(anypoint.service.state.clientProviders)) oidc.client_request_timeout = 20;
    const { status, body } = await create(apiId);
    release();
    expect(status).toBe(400);
    expect(body.message).toContain("timed out");
  });

  test("an unreachable provider is a 400", async () => {
    const urls = {
      authorize: "http://127.0.0.1:1/a",
      token: "http://127.0.0.1:1/t",
      introspect: "http://127.0.0.1:1/i",
    };
    const { status, body } = await create(await boundInstance({ urls }));
    expect(status).toBe(400);
    expect(body.message).toContain("not reachable");
  });
});

describe("creation", () => {
  test("without a target instance is refused once there is an external provider", async () => {
    expect((await create(undefined)).status).toBe(201);
    await boundInstance();
    const { status, body } = await create(undefined, applicationBody("second"));
    expect(status).toBe(400);
    expect(body.message).toContain("instance id");
  });

  test("refuses grant types outside the provider's, own credentials, and a name that is taken", async () => {
    idp.grantTypes = { openid: ["authorization_code"], oauth: undefined };
    const apiId = await boundInstance();
    const missing = await create(apiId);
    idp.grantTypes = { openid: ["authorization_code"], oauth: ["client_credentials"] };
    expect([missing.status, missing.body.message]).toEqual([400, expect.stringContaining("client_credentials")]);
    const body = { ...applicationBody("orders"), grantTypes: ["authorization_code"] };
    expect((await create(apiId, { ...body, clientId: "mine" })).status).toBe(400);
    expect((await create(apiId, body)).status).toBe(201);
    expect((await create(apiId, body)).status).toBe(409);
    expect(idp.registrations).toHaveLength(1);
  });

  test("refuses an unknown grant type and a business group", async () => {
    const apiId = await boundInstance();
    expect((await create(apiId, { ...applicationBody("orders"), grantTypes: ["saml"] })).status).toBe(400);
    const path = applicationsPath(anypoint).replace(anypoint.root, anypoint.group);
    expect((await anypoint.call("POST", `${path}?apiInstanceId=${apiId}`, applicationBody("orders"))).status).toBe(404);
  });

  test("on the built-in provider asks nobody", async () => {
    const { body } = await create(await addInstance(anypoint, null));
    expect(body).toMatchObject({
      clientId: expect.stringMatching(/^[0-9a-f]{32}$/),
      clientProvider: { providerId: null },
    });
    expect(idp.registrations).toEqual([]);
  });
});

describe("reading", () => {
  test("later reads show no secret, unless administered", async () => {
    const { body: created } = await create(await boundInstance());
    const one = `${applicationsPath(anypoint)}/${created.id}`;
    const plain = await anypoint.call("GET", one);
    expect(plain.body).toMatchObject({ id: created.id, clientId: "client-1" });
    expect(plain.body).not.toHaveProperty("clientSecret");
    expect((await anypoint.call("GET", `${one}?targetAdminSite=true`)).body.clientSecret).toBe("made-by-the-provider");
  });

  test("finds by part of a name, or literally", async () => {
    const apiId = await boundInstance();
    await create(apiId, applicationBody("orders"));
    await create(apiId, applicationBody("orders-mobile"));
    const names = async (query: string): Promise<string[]> =>
      (await anypoint.call("GET", `${applicationsPath(anypoint)}?${query}`)).list.map(({ name }) => name);
    expect(await names("query=ORDERS")).toEqual(["orders", "orders-mobile"]);
    expect(await names("query=orders&literalMatch=true")).toEqual(["orders"]);
    expect(await names("limit=1&offset=1")).toEqual(["orders-mobile"]);
  });

  test("a connected app manages only what it made", async () => {
    const apiId = await boundInstance();
    const { body: mine } = await create(apiId);
    const token = await tokenWith(anypoint, "create:client_applications");
    const { body: theirs } = await create(apiId, applicationBody("theirs"), token);
    const list = await anypoint.call("GET", applicationsPath(anypoint), undefined, token);
    expect(list.list.map(({ id }) => id)).toEqual([theirs.id]);
    expect((await anypoint.call("DELETE", `${applicationsPath(anypoint)}/${mine.id}`, undefined, token)).status).toBe(
      404,
    );
    expect((await create(apiId, applicationBody("orders"), token)).status).toBe(409);
    expect(theirs.owner).toBe("narrow");
    expect(mine.owner).not.toBe("narrow");
    expect(anypoint.service.state.applications[mine.id]?.createdBy).toBe(CONNECTED_APP.clientId);
  });

  test("the client provider lists its clients", async () => {
    const { body: created } = await create(await boundInstance());
    const path = `/accounts/api/organizations/${anypoint.root}/clientProviders/${created.clientProvider.providerId}/clients`;
    expect((await anypoint.call("GET", path)).status).toBe(400);
    expect((await anypoint.call("GET", `${path}?ascending=true`)).body).toMatchObject({
      data: [{ client_id: "client-1", client_name: "orders" }],
      total: 1,
    });
    expect((await anypoint.call("GET", `${path}/client-1`)).status).toBe(200);
    expect((await anypoint.call("GET", `${path}/client-2`)).status).toBe(404);
  });
});

test("applications of an OpenID Connect provider can't be updated", async () => {
  const { body: created } = await create(await boundInstance());
  const one = `${applicationsPath(anypoint)}/${created.id}`;
  for (const { status, body } of [
    await anypoint.call("PATCH", one, { description: "new" }),
    await anypoint.call("POST", `${one}/secret/reset`),
  ]) {
    expect([status, body.message]).toEqual([400, "There was an error while talking to CoreServices"]);
  }
});

describe("deletion", () => {
  const remove = (id: number) => anypoint.call("DELETE", `${applicationsPath(anypoint)}/${id}`);

  test("is refused unless local deletion is allowed", async () => {
    const { body } = await create(await boundInstance({ allow_local_client_deletion: false }));
    expect((await remove(body.id)).status).toBe(400);
    expect(anypoint.service.state.applications[body.id]).toBeDefined();
  });

  test("with local deletion alone leaves the client at the provider", async () => {
    const { body } = await create(await boundInstance());
    expect((await remove(body.id)).status).toBe(204);
    expect(idp.deletions).toEqual([]);
    expect((await remove(body.id)).status).toBe(404);
  });

  test("with external modification deletes the client there, by a token for the provider's scopes", async () => {
    const { body } = await create(await boundInstance({ allow_external_client_modification: true }));
    expect((await remove(body.id)).status).toBe(204);
    expect(idp.deletions).toEqual(["client-1"]);
    expect(idp.assertions).toHaveLength(2);
  });

  test.each([
    [403, 400],
    [404, 204],
  ])("when the provider answers %i, answers %i", async (refused, expected) => {
    const { body } = await create(await boundInstance({ allow_external_client_modification: true }));
    idp.answers.delete = refused;
    expect((await remove(body.id)).status).toBe(expected);
    expect(body.id in anypoint.service.state.applications).toBe(expected === 400);
  });
});
