/** Anypoint's own calls to the identity provider: discovery of grant types, registration and deletion of clients. */
import { createPrivateKey, createPublicKey, randomUUID } from "node:crypto";
import { SignJWT, calculateJwkThumbprint, exportJWK } from "jose";
import type { Context } from "./context.ts";
import { refusal } from "./errors.ts";
import type { ClientProvider, GrantType, OidcSettings } from "./state.ts";

const USER_AGENT = "AnypointPlatform/1.0";
const DEFAULT_TIMEOUT_MS = 5000;

export const GRANT_TYPES: readonly GrantType[] = [
  { name: "password", label: "Resource Owner Grant", required: false, exclude: [], depends: [] },
  { name: "implicit", label: "Implicit Grant", required: false, exclude: [], depends: [] },
  { name: "client_credentials", label: "Client Credentials Grant", required: false, exclude: [], depends: [] },
  { name: "authorization_code", label: "Authorization Code Grant", required: false, exclude: [], depends: [] },
  {
    name: "refresh_token",
    label: "Refresh Token",
    required: false,
    exclude: [],
    depends: ["authorization_code", "password"],
  },
];

/** The offer when there is no issuer to ask (confirmed: DOC-AM); also when it doesn't answer (inferred). */
const GRANT_TYPES_WITHOUT_METADATA = ["implicit", "authorization_code", "refresh_token"];

/** Grant types offered to applications of a provider. */
export const offeredGrantTypes = (provider: ClientProvider): GrantType[] =>
  provider.oidc.supported_grant_types ??
  GRANT_TYPES.filter(({ name }) => provider.grantTypes.includes(name)).map((grantType) => structuredClone(grantType));

/**
 * Names of the grant types in the issuer's OpenID metadata, merged with its authorization server metadata
 * (confirmed: DOC-OIDC26). Asked when a provider is made or changed, never later.
 */
export async function discoverGrantTypes(oidc: OidcSettings): Promise<string[]> {
  if (oidc.issuer === undefined) return GRANT_TYPES_WITHOUT_METADATA;
  const base = oidc.issuer.replace(/\/$/, "");
  const signal = AbortSignal.timeout(oidc.client_request_timeout ?? DEFAULT_TIMEOUT_MS);
  const read = async (document: string): Promise<string[]> => {
    try {
      const response = await fetch(`${base}/.well-known/${document}`, {
        headers: { "user-agent": USER_AGENT },
        signal,
      });
      if (!response.ok) return [];
      const metadata = (await response.json()) as { grant_types_supported?: unknown };
      return Array.isArray(metadata.grant_types_supported) ? metadata.grant_types_supported.map(String) : [];
    } catch {
      return [];
    }
  };
  const supported = new Set(
    (await Promise.all([read("openid-configuration"), read("oauth-authorization-server")])).flat(),
  );
  const known = GRANT_TYPES.map(({ name }) => name).filter((name) => supported.has(name));
  return known.length === 0 ? GRANT_TYPES_WITHOUT_METADATA : known;
}

export interface Registration {
  readonly name: string;
  readonly redirectUri: readonly string[];
  readonly grantTypes: readonly string[];
}

/**
 * Registers a client and gives its pair. Throws a 400 when the identity provider refuses or doesn't answer within the
 * provider's `client_request_timeout`, which bounds token and registration together.
 */
export async function registerClient(
  context: Context,
  provider: ClientProvider,
  registration: Registration,
): Promise<{ clientId: string; clientSecret: string }> {
  const response = await callRegistration(context, provider, "creation", (headers, signal) =>
    fetch(provider.oidc.client.urls.register, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", accept: "application/json" },
      // Exactly these members, no application_type (confirmed: KB 001123173).
      body: JSON.stringify({
        client_name: registration.name,
        redirect_uris: registration.redirectUri,
        grant_types: registration.grantTypes,
        response_types: responseTypes(registration.grantTypes),
        token_endpoint_auth_method: "client_secret_basic",
      }),
      signal,
    }),
  );
  const { client_id: clientId, client_secret: clientSecret } = (await response.json().catch(() => ({}))) as {
    client_id?: unknown;
    client_secret?: unknown;
  };
  if (typeof clientId !== "string") throw requestFailed("creation", "OpenID provider's answer has no client_id");
  return { clientId, clientSecret: typeof clientSecret === "string" ? clientSecret : "" };
}

/** Deletes a client at the identity provider; a client that is gone already is fine. Throws a 400 when it is refused. */
export async function deleteRegisteredClient(
  context: Context,
  provider: ClientProvider,
  clientId: string,
): Promise<void> {
  const url = `${provider.oidc.client.urls.register.replace(/\/$/, "")}/${encodeURIComponent(clientId)}`;
  await callRegistration(
    context,
    provider,
    "deletion",
    (headers, signal) => fetch(url, { method: "DELETE", headers, signal }),
    [404],
  );
}

function responseTypes(grantTypes: readonly string[]): string[] {
  const types: string[] = [];
  if (grantTypes.includes("authorization_code")) types.push("code");
  if (grantTypes.includes("implicit")) types.push("token", "id_token");
  return types;
}

type Action = "creation" | "deletion";

const requestFailed = (action: Action, reason: string) =>
  refusal("exchange", 400, `Client: Invalid OpenID Connect client ${action} request. ${reason}`);

async function callRegistration(
  context: Context,
  provider: ClientProvider,
  action: Action,
  send: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>,
  alsoFine: readonly number[] = [],
): Promise<Response> {
  const signal = AbortSignal.timeout(provider.oidc.client_request_timeout ?? DEFAULT_TIMEOUT_MS);
  let response: Response;
  try {
    const authorization = await authorizationHeader(context, provider, signal);
    if (authorization instanceof Response) response = authorization;
    else response = await send({ "user-agent": USER_AGENT, ...(authorization && { authorization }) }, signal);
  } catch {
    throw requestFailed(action, signal.aborted ? "OpenID provider timed out" : "OpenID provider is not reachable");
  }
  if (!response.ok && !alsoFine.includes(response.status)) {
    throw requestFailed(action, `OpenID provider responded with status code ${response.status}`);
  }
  return response;
}

/** The static header, or a short-lived token for the private key; a refused token request is handed back as it is. */
async function authorizationHeader(
  context: Context,
  provider: ClientProvider,
  signal: AbortSignal,
): Promise<string | undefined | Response> {
  if (provider.privateKey === undefined) return provider.oidc.client.registration?.authorization;
  const { scopes } = provider.privateKey;
  const response = await fetch(provider.oidc.urls.token, {
    method: "POST",
    headers: { "user-agent": USER_AGENT, accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope: scopes.join(" "),
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: await assertion(context, provider),
    }),
    signal,
  });
  if (!response.ok) return response;
  const { access_token: token } = (await response.json()) as { access_token?: unknown };
  if (typeof token !== "string") throw new Error("the token endpoint's answer has no access_token");
  return `Bearer ${token}`;
}

/** The client assertion: RS256, five minutes, single use (inferred: the vendor describes none of it). */
async function assertion(context: Context, provider: ClientProvider): Promise<string> {
  if (provider.privateKey === undefined) throw new Error("the provider has no private key");
  const { clientId, privateKey } = provider.privateKey;
  const header: { alg: string; kid?: string } = { alg: "RS256" };
  if (context.switches.assertionKid === "thumbprint") {
    header.kid = await calculateJwkThumbprint(await exportJWK(createPublicKey(privateKey)));
  }
  const issuedAt = Math.floor(context.now() / 1000);
  return new SignJWT()
    .setProtectedHeader(header)
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(provider.oidc.urls.token)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 300)
    .setJti(randomUUID())
    .sign(createPrivateKey(privateKey));
}
