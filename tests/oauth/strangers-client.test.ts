/**
 * openid-client, a certified client that knows nothing of Okta, against both issuers of the local Okta, and against oidc-provider as a
 * control. Nothing is special but plain HTTP and, at Okta, the audience of assertions.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import * as openid from "openid-client";
import { API_AUDIENCE, API_SCOPE, type CastClient, ORG_SCOPES, UNGRANTED_API_SCOPE, makeCast } from "./cast.ts";
import { startIssuer, startJudge } from "./judge.ts";
import { startOktaSide } from "./okta.ts";

interface Target {
  readonly issuer: string;
  /** An issuer whose tokens are JWTs; the judge introspects opaque ones only, and signs only others. */
  readonly signing: string;
  readonly scope: string;
  readonly audience: string;
  /** A token that may register clients. */
  readonly registrar: string | undefined;
  /** The audience of assertions for an endpoint; the client's own choice where it is undefined: the issuer. */
  readonly addressed?: (endpoint: string) => string;
  /** Whom a token names as its client. */
  readonly client: (claims: Record<string, unknown>) => unknown;
}

const PLAIN_HTTP = { execute: [openid.allowInsecureRequests] };

let cast: Awaited<ReturnType<typeof makeCast>>;
let targets: Record<string, Target> = {};
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  cast = await makeCast();
  const okta = await startOktaSide(cast);
  const judge = await startJudge(cast);
  const api = { scopes: [API_SCOPE, UNGRANTED_API_SCOPE], granted: [API_SCOPE], audience: API_AUDIENCE };
  const signing = await startIssuer(cast, { ...api, jwtTokens: true });
  closing.push(...[okta, judge, signing].map((one) => () => one.close()));
  const atOkta = {
    registrar: okta.registrar,
    addressed: (endpoint: string) => endpoint,
    client: ({ cid }: Record<string, unknown>) => cid,
  };
  const { org, server } = okta;
  targets = {
    "the org": {
      ...atOkta,
      issuer: org.issuer,
      signing: org.issuer,
      scope: ORG_SCOPES.join(" "),
      audience: org.issuer,
    },
    "a custom server": {
      ...{ ...atOkta, issuer: server.issuer, signing: server.issuer },
      ...{ scope: API_SCOPE, audience: API_AUDIENCE },
    },
    "oidc-provider": {
      ...{ issuer: judge.server.issuer, signing: signing.issuer, scope: API_SCOPE, audience: API_AUDIENCE },
      registrar: judge.registrar,
      client: ({ client_id }) => client_id,
    },
  };
});

afterAll(async () => {
  for (const close of closing) await close();
});

const targetOf = (name: string): Target => {
  const target = targets[name];
  if (target === undefined) throw new Error(`No such target: ${name}`);
  return target;
};

/** private_key_jwt with the first key, named, addressed as the target wants it. */
function byKey({ keys: [key] }: CastClient, audience?: string): openid.ClientAuth {
  if (key === undefined) throw new Error("The client has no key.");
  return openid.PrivateKeyJwt(
    { key: key.privateKey, kid: key.jwk.kid },
    {
      [openid.modifyAssertion]: (_header, payload) => {
        if (audience !== undefined) payload.aud = audience;
      },
    },
  );
}

/** Discovers the issuer; assertions are for its token endpoint, or for another endpoint of the metadata. */
async function discover(
  issuer: string,
  { addressed }: Target,
  client: CastClient = cast.oneKey,
  endpoint: "token_endpoint" | "introspection_endpoint" = "token_endpoint",
): Promise<openid.Configuration> {
  const found = await openid.discovery(new URL(issuer), client.id, undefined, openid.None(), PLAIN_HTTP);
  const metadata = found.serverMetadata();
  const config = new openid.Configuration(
    metadata,
    client.id,
    {},
    byKey(client, addressed?.(String(metadata[endpoint]))),
  );
  openid.allowInsecureRequests(config);
  return config;
}

const registered = ({ issuer, registrar }: Target, over: Partial<openid.ClientMetadata> = {}) =>
  openid.dynamicClientRegistration(
    new URL(issuer),
    {
      client_name: "a stranger",
      redirect_uris: ["https://stranger.example/callback"],
      grant_types: ["authorization_code", "client_credentials"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
      ...over,
    },
    undefined,
    { ...PLAIN_HTTP, initialAccessToken: registrar },
  );

describe.each(["the org", "a custom server", "oidc-provider"])("at %s a stranger's client", (name) => {
  test.each(["oidc", "oauth2"] as const)("discovers the issuer by the rules of %s", async (algorithm) => {
    const { issuer } = targetOf(name);
    const config = await openid.discovery(new URL(issuer), "any", undefined, openid.None(), {
      ...PLAIN_HTTP,
      algorithm,
    });
    expect(config.serverMetadata()).toMatchObject({
      issuer,
      token_endpoint: expect.stringMatching(/^http:/),
      introspection_endpoint: expect.stringMatching(/^http:/),
      registration_endpoint: expect.stringMatching(/^http:/),
      token_endpoint_auth_methods_supported: expect.arrayContaining(["private_key_jwt"]),
    });
  });

  test.each(["oneKey", "elliptic"] as const)("gets a token by private_key_jwt (%s)", async (who) => {
    const target = targetOf(name);
    const config = await discover(target.issuer, target, cast[who]);
    const token = await openid.clientCredentialsGrant(config, { scope: target.scope });
    expect(token).toMatchObject({ token_type: "bearer", scope: target.scope });
    expect(token.expiresIn()).toBeGreaterThan(3000);
  });

  test("verifies a token by the issuer's keys, fetched where its metadata say", async () => {
    const target = targetOf(name);
    const config = await discover(target.signing, target);
    const { access_token: token } = await openid.clientCredentialsGrant(config, { scope: target.scope });
    const { jwks_uri: keys } = config.serverMetadata();
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(String(keys))), {
      issuer: target.signing,
      audience: target.audience,
      algorithms: ["RS256"],
    });
    expect(decodeProtectedHeader(token).kid).toEqual(expect.any(String));
    expect(target.client(payload)).toBe(cast.oneKey.id);
  });

  test("registers a client, which introspects another's token", async () => {
    const target = targetOf(name);
    const config = await registered(target);
    expect(config.clientMetadata()).toMatchObject({
      client_id: expect.any(String),
      client_secret: expect.any(String),
      token_endpoint_auth_method: "client_secret_post",
    });
    const owner = await discover(target.issuer, target);
    const { access_token: token } = await openid.clientCredentialsGrant(owner, { scope: target.scope });
    expect(await openid.tokenIntrospection(config, token)).toMatchObject({
      active: true,
      client_id: cast.oneKey.id,
      scope: target.scope,
      iss: target.issuer,
      aud: target.audience,
    });
    expect(await openid.tokenIntrospection(config, "nonsense")).toEqual({ active: false });
  });

  test("registers a client with a key, which introspects by assertion", async () => {
    const target = targetOf(name);
    const jwks = { keys: cast.elliptic.keys.map(({ jwk }) => ({ ...jwk }) as Record<string, string>) };
    const made = await registered(target, {
      token_endpoint_auth_method: "private_key_jwt",
      jwks,
    });
    const { client_id: id } = made.clientMetadata();
    expect(made.clientMetadata()).not.toHaveProperty("client_secret");
    const config = await discover(target.issuer, target, { ...cast.elliptic, id }, "introspection_endpoint");
    expect(await openid.tokenIntrospection(config, "nonsense")).toEqual({ active: false });
  });

  test("revokes a token", async () => {
    const target = targetOf(name);
    const owner = await discover(target.issuer, target);
    const { access_token: token } = await openid.clientCredentialsGrant(owner, { scope: target.scope });
    const { revocation_endpoint: endpoint } = owner.serverMetadata();
    const revoker = new openid.Configuration(
      owner.serverMetadata(),
      cast.oneKey.id,
      {},
      byKey(cast.oneKey, target.addressed?.(String(endpoint))),
    );
    openid.allowInsecureRequests(revoker);
    await openid.tokenRevocation(revoker, token);
    expect(await openid.tokenIntrospection(await registered(target), token)).toEqual({ active: false });
  });

  test("is told by OAuth's own error that its credential is wrong", async () => {
    const target = targetOf(name);
    const config = await discover(target.issuer, target, { ...cast.oneKey, keys: cast.elliptic.keys });
    await expect(openid.clientCredentialsGrant(config, { scope: target.scope })).rejects.toMatchObject({
      error: "invalid_client",
      status: 401,
    });
  });
});

describe("what is Okta's own", () => {
  test.each(["the org", "a custom server"])(
    "at %s the client's usual audience, the issuer, is refused",
    async (name) => {
      const target = { ...targetOf(name), addressed: undefined };
      const config = await discover(target.issuer, target);
      await expect(openid.clientCredentialsGrant(config, { scope: target.scope })).rejects.toMatchObject({
        error: "invalid_client",
        error_description: expect.stringContaining("audience claim"),
      });
    },
  );

  test("a custom server's registration is the org's, and its client gets a token there", async () => {
    const target = targetOf("a custom server");
    const config = await registered(target);
    expect(config.serverMetadata().registration_endpoint).toBe(`${targetOf("the org").issuer}/oauth2/v1/clients`);
    const token = await openid.clientCredentialsGrant(config, { scope: target.scope });
    expect(await openid.tokenIntrospection(config, token.access_token)).toMatchObject({ active: true });
  });

  test("a registration without a token is refused in the management API's form, one with a wrong token by a challenge", async () => {
    const org = targetOf("the org");
    await expect(registered({ ...org, registrar: undefined })).rejects.toMatchObject({
      code: "OAUTH_RESPONSE_IS_NOT_CONFORM",
      cause: { status: 403 },
    });
    await expect(registered({ ...org, registrar: "nonsense" })).rejects.toMatchObject({
      code: "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
      status: 401,
    });
  });
});
