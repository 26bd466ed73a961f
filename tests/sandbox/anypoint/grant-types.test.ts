import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type FakeIdentityProvider, startFakeIdentityProvider } from "./fake-identity-provider.ts";
import { type LocalAnypoint, addProvider, localAnypoint, privateKeyProvider } from "./local-anypoint.ts";

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

describe("grant types", () => {
  const names = async (id: string): Promise<string[]> =>
    (await anypoint.call("GET", `${base()}/${id}/grantTypes`)).body.grant_types.map(({ name }) => name);

  test("are learnt from both metadata documents when the provider is saved, and only then", async () => {
    idp.grantTypes = { openid: ["authorization_code", "urn:other"], oauth: ["client_credentials"] };
    const id = await addProvider(anypoint, privateKeyProvider(idp.url));
    expect(await names(id)).toEqual(["client_credentials", "authorization_code"]);
    idp.grantTypes = { openid: ["authorization_code", "implicit"], oauth: undefined };
    expect(await names(id)).toEqual(["client_credentials", "authorization_code"]);
    await anypoint.call("PATCH", `${base()}/${id}?recreateTokenValidationClient=false`, {});
    expect(await names(id)).toEqual(["implicit", "authorization_code"]);
  });

  test("without an issuer are implicit, authorization code and refresh token", async () => {
    const id = await addProvider(anypoint, privateKeyProvider(idp.url, { issuer: undefined }));
    expect((await names(id)).toSorted()).toEqual(["authorization_code", "implicit", "refresh_token"]);
  });

  test("are the ones given, if any", async () => {
    const given = { name: "client_credentials", label: "Machine", required: true, exclude: [], depends: [] };
    const id = await addProvider(anypoint, privateKeyProvider(idp.url, { supported_grant_types: [given] }));
    const { body } = await anypoint.call("GET", `${base()}/${id}/grantTypes`);
    expect(body).toMatchObject({ type: { name: "openid-dynamic-client" }, grant_types: [given] });
    const mirror = `/exchange/api/v2/organizations/${anypoint.root}/clientProviders/${id}/grantTypes`;
    expect((await anypoint.call("GET", mirror)).body).toEqual(body);
  });
});
