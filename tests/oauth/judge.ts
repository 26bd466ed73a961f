/** The independent judge: oidc-provider as two issuers on 127.0.0.1, with the clients of the comparison. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { errors } from "oidc-provider";
import {
  API_AUDIENCE,
  API_SCOPE,
  type Cast,
  type CastClient,
  ORG_SCOPES,
  UNGRANTED_API_SCOPE,
  UNGRANTED_ORG_SCOPE,
} from "./cast.ts";
import type { Endpoints, Side } from "./side.ts";

const REGISTRAR = "an-initial-access-token-of-the-judge";

type Stored = Record<string, unknown>;

/**
 * Storage of one issuer, with its clients in it. The judge's own storage is shared by all issuers of a process, so that each would know
 * the other's tokens; and clients of the configuration are copied by `structuredClone`, whose objects are of another realm under Jest.
 */
function memoryAdapter(clients: readonly Stored[]): new (model: string) => unknown {
  const stored = new Map(clients.map((client) => [`Client ${String(client.client_id)}`, client]));
  return class Memory {
    readonly #model: string;
    constructor(model: string) {
      this.#model = model;
    }
    #key(id: string): string {
      return `${this.#model} ${id}`;
    }
    async upsert(id: string, payload: Stored): Promise<void> {
      stored.set(this.#key(id), payload);
    }
    async find(id: string): Promise<Stored | undefined> {
      return stored.get(this.#key(id));
    }
    async destroy(id: string): Promise<void> {
      stored.delete(this.#key(id));
    }
  };
}

const metadataOf = (client: CastClient, scopes: readonly string[]): Stored => ({
  client_id: client.id,
  ...(client.secret !== "" && { client_secret: client.secret }),
  token_endpoint_auth_method: client.method,
  grant_types: client.grantTypes,
  response_types: client.grantTypes.includes("authorization_code") ? ["code"] : [],
  redirect_uris: client.grantTypes.includes("authorization_code") ? ["https://consumer.example/callback"] : [],
  ...(client.keys.length > 0 && { jwks: { keys: client.keys.map(({ jwk }) => jwk) } }),
  dpop_bound_access_tokens: client.dpop,
  scope: scopes.join(" "),
});

interface Owned {
  readonly clientId: string;
}

/** The judge's own rule (RFC 7009, 2.1), which it says aloud that one should write down. */
function ownTokensOnly(_context: unknown, client: Owned, token: Owned): boolean {
  if (token.clientId !== client.clientId) throw new errors.InvalidRequest("the token is another client's");
  return true;
}

interface IssuerOptions {
  /** Scopes that the issuer has. */
  readonly scopes: readonly string[];
  /** Scopes that its clients are granted. */
  readonly granted: readonly string[];
  /** Whom its tokens are for, if for an API. */
  readonly audience?: string;
  /** Tokens are opaque unless this is set: the judge introspects no JWTs. */
  readonly jwtTokens?: boolean;
}

async function configuration(cast: Cast, options: IssuerOptions): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const resource = {
    scope: options.scopes.join(" "),
    audience: options.audience,
    accessTokenFormat: options.jwtTokens ? "jwt" : "opaque",
    jwt: { sign: { alg: "RS256" } },
  };
  return {
    adapter: memoryAdapter((Object.values(cast) as CastClient[]).map((client) => metadataOf(client, options.granted))),
    scopes: options.scopes,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "judge-1", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["not used: nobody logs in"] },
    ttl: { ClientCredentials: 3600 },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"],
    responseTypes: ["code", "id_token", "code id_token"],
    enabledJWA: {
      clientAuthSigningAlgValues: [
        ...["HS256", "HS384", "HS512", "RS256", "RS384", "RS512"],
        ...["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
      ],
    },
    features: {
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: ownTokensOnly },
      registration: { enabled: true, initialAccessToken: REGISTRAR },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => options.audience,
        getResourceServerInfo: () => resource,
      },
    },
  };
}

interface Issuer extends Endpoints {
  readonly registration: string;
  close(): Promise<void>;
}

/** An issuer of the judge on a free port. */
export async function startIssuer(cast: Cast, options: IssuerOptions): Promise<Issuer> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, await configuration(cast, options));
  http.on("request", provider.callback());
  return {
    issuer,
    token: `${issuer}/token`,
    introspect: `${issuer}/token/introspection`,
    revoke: `${issuer}/token/revocation`,
    registration: `${issuer}/reg`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

export async function startJudge(cast: Cast): Promise<Side> {
  const org = await startIssuer(cast, { scopes: [...ORG_SCOPES, UNGRANTED_ORG_SCOPE], granted: ORG_SCOPES });
  const server = await startIssuer(cast, {
    scopes: [API_SCOPE, UNGRANTED_API_SCOPE],
    granted: [API_SCOPE],
    audience: API_AUDIENCE,
  });
  return {
    org,
    server,
    registration: org.registration,
    registrar: REGISTRAR,
    management: (registered) => ({
      url: String(registered.registration_client_uri),
      token: String(registered.registration_access_token),
    }),
    cast,
    close: async () => {
      await org.close();
      await server.close();
    },
  };
}
