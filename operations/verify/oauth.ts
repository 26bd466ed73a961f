/** The OAuth calls: client_credentials, introspection, discovery of the issuer's introspection endpoint. */
import * as openid from "openid-client";
import { isLoopback } from "../../config/loopback.ts";
import type { HttpAnswer, HttpClient, Unreachable } from "./http.ts";

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An authorization server said no, in OAuth's error shape or in the shape of Okta's management API. */
export interface Refused {
  readonly kind: "refused";
  readonly status: number;
  /** `error` or `errorCode`. */
  readonly error?: string;
  /** `error_description` or `errorSummary`. */
  readonly description?: string;
  readonly answer: HttpAnswer;
}

/** A 2xx that is not what the protocol asks for. */
export interface Unusable {
  readonly kind: "unusable";
  readonly status: number;
}

export interface Token {
  readonly kind: "token";
  readonly accessToken: string;
  /** Scopes that the server says it gave; undefined when it did not say. */
  readonly scopes?: string[];
  readonly expiresInSeconds?: number;
}

export interface Introspection {
  readonly kind: "introspection";
  readonly active: boolean;
  readonly scopes: string[];
  readonly clientId?: string;
}

export type TokenResult = Token | Refused | Unusable | Unreachable;
export type IntrospectionResult = Introspection | Refused | Unusable | Unreachable;

/**
 * client_secret_basic. The library's own encodes `-` and `_` as well, which Okta's secrets are full of, and a server that
 * takes Basic credentials literally would refuse them; in this form both kinds of servers read the same.
 */
const clientSecretBasic =
  ({ clientSecret }: Credentials): openid.ClientAuth =>
  (_server, client, _body, headers) => {
    const pair = `${encodeURIComponent(client.client_id)}:${encodeURIComponent(clientSecret)}`;
    headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  };

const isLocalHttp = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && isLoopback(hostname);
};

/** Runs one call of the library over our HTTP client, and remembers what came back, which its errors tell only in part. */
function transport(http: HttpClient) {
  let last: HttpAnswer | Unreachable | undefined;
  return {
    fetch: async (url: string, options: openid.CustomFetchOptions): Promise<Response> => {
      const { method, headers, body } = options;
      last = await http.send({
        url,
        method,
        headers,
        ...(body !== undefined && body !== null && { body: formText(body) }),
      });
      if (last.kind === "unreachable") throw new Error("no answer");
      const hasBody = ![101, 204, 205, 304].includes(last.status);
      return new Response(hasBody ? last.body : null, { status: last.status, headers: last.headers });
    },
    /** What went wrong with the last request, once the library has thrown. */
    failure(): Refused | Unusable | Unreachable {
      if (last === undefined) return { kind: "unreachable", failure: "broken", code: "request not sent" };
      if (last.kind === "unreachable") return last;
      return last.status < 300 ? { kind: "unusable", status: last.status } : refusal(last);
    },
  };
}

/** Bodies of the library are forms. */
function formText(body: NonNullable<openid.FetchBody>): string {
  if (typeof body === "string") return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError("unexpected request body");
}

function refusal(answer: HttpAnswer): Refused {
  let parsed: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(answer.body);
    if (typeof value === "object" && value !== null) parsed = value as Record<string, unknown>;
  } catch {
    // Not JSON: the status alone has to do.
  }
  const first = (...keys: string[]) => keys.map((key) => parsed[key]).find((value) => typeof value === "string");
  return {
    kind: "refused",
    status: answer.status,
    error: first("error", "errorCode"),
    description: first("error_description", "errorSummary"),
    answer,
  };
}

function configure(
  http: ReturnType<typeof transport>,
  server: openid.ServerMetadata,
  endpoint: string,
  clientId: string,
  auth: openid.ClientAuth,
) {
  const config = new openid.Configuration(server, clientId, {}, auth);
  config[openid.customFetch] = http.fetch;
  if (isLocalHttp(endpoint)) openid.allowInsecureRequests(config);
  return config;
}

/** A token by client_credentials with HTTP Basic. `scopes` empty: none is asked for. */
export async function requestToken(
  http: HttpClient,
  server: { issuer: string; tokenUrl: string },
  client: Credentials,
  scopes: string[],
): Promise<TokenResult> {
  const calls = transport(http);
  const metadata = { issuer: server.issuer, token_endpoint: server.tokenUrl };
  const config = configure(calls, metadata, server.tokenUrl, client.clientId, clientSecretBasic(client));
  try {
    const tokens = await openid.clientCredentialsGrant(
      config,
      scopes.length > 0 ? { scope: scopes.join(" ") } : undefined,
    );
    return {
      kind: "token",
      accessToken: tokens.access_token,
      scopes: tokens.scope?.split(" "),
      expiresInSeconds: tokens.expires_in,
    };
  } catch {
    return calls.failure();
  }
}

/** Introspects as the gateway does: credentials in the form body (confirmed: gateway documentation). */
export async function introspect(
  http: HttpClient,
  server: { issuer: string; introspectionUrl: string },
  inspector: Credentials,
  token: string,
): Promise<IntrospectionResult> {
  const calls = transport(http);
  const metadata = { issuer: server.issuer, introspection_endpoint: server.introspectionUrl };
  const auth = openid.ClientSecretPost(inspector.clientSecret);
  const config = configure(calls, metadata, server.introspectionUrl, inspector.clientId, auth);
  try {
    const answer = await openid.tokenIntrospection(config, token);
    return {
      kind: "introspection",
      active: answer.active,
      scopes: answer.scope?.split(" ") ?? [],
      clientId: answer.client_id,
    };
  } catch {
    return calls.failure();
  }
}

/**
 * The introspection endpoint that an issuer publishes; without an answer, the one beside its token endpoint, as Okta has
 * them. One on another origin is not taken: the Inspector's secret goes there.
 */
export async function introspectionEndpoint(
  http: HttpClient,
  server: { issuer: string; tokenUrl: string },
): Promise<string> {
  try {
    const config = await openid.discovery(new URL(server.issuer), "discovery", undefined, openid.None(), {
      [openid.customFetch]: transport(http).fetch,
      execute: isLocalHttp(server.issuer) ? [openid.allowInsecureRequests] : [],
    });
    const published = config.serverMetadata().introspection_endpoint;
    if (published !== undefined && new URL(published).origin === new URL(server.issuer).origin) return published;
  } catch {
    // Discovery is a convenience here: the URL beside the token endpoint is right at Okta.
  }
  return server.tokenUrl.replace(/\/token$/, "/introspect");
}
