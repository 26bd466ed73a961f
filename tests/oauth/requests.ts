/** Requests as the cases send them, to either server alike. */
import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { ASSERTION_TYPE, type TestKey } from "../sandbox/okta/local-okta.ts";
import type { CastClient } from "./cast.ts";
import { now } from "./clock.ts";
import type { Reply } from "./side.ts";

export type Form = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

export async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { ...init, redirect: "manual" });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const { status, headers } = response;
  return { status, headers, body: isObject ? (body as Reply["body"]) : {} };
}

const FORM_TYPE = "application/x-www-form-urlencoded";

/** A form POST. */
export const postForm = (url: string, form: Form, headers: Record<string, string> = {}): Promise<Reply> =>
  send(url, {
    method: "POST",
    headers: { "content-type": FORM_TYPE, ...headers },
    body: new URLSearchParams(form as never).toString(),
  });

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** A call with a JSON body; without a token it has no Authorization header. A text is sent as it is. */
export const sendJson = (method: string, url: string, body: unknown, token?: string): Promise<Reply> =>
  send(url, {
    method,
    headers: { "content-type": "application/json", ...bearer(token) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

export const sendBare = (method: string, url: string, token?: string): Promise<Reply> =>
  send(url, { method, headers: bearer(token) });

const encoded = (part: string): string => new URLSearchParams({ v: part }).toString().slice(2);

/** Id and secret form-encoded in the header (RFC 6749, 2.3.1). */
export const basic = ({ id, secret }: Pick<CastClient, "id" | "secret">): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString("base64")}`,
});

export const inBody = ({ id, secret }: Pick<CastClient, "id" | "secret">): Record<string, string> => ({
  client_id: id,
  client_secret: secret,
});

export interface AssertionChange {
  /** Claims in place of the usual ones; undefined leaves one out. */
  readonly claims?: Record<string, unknown>;
  /** Members of the header beside `alg`; the default is the key's `kid`. */
  readonly header?: Record<string, unknown>;
  readonly alg?: string;
  /** What signs; the default is the client's first key. */
  readonly key?: TestKey["privateKey"] | Uint8Array;
}

/** Claims that every server takes: five minutes, an own `jti`, addressed to `audience`. */
export function claimsFor(client: Pick<CastClient, "id">, audience: string, change: AssertionChange["claims"] = {}) {
  const { id } = client;
  const usual = { iss: id, sub: id, aud: audience, iat: now(), exp: now() + 300, jti: randomUUID() };
  const all: Record<string, unknown> = { ...usual, ...change };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** A client assertion for the endpoint `audience`. */
export async function assertionFor(
  client: CastClient,
  audience: string,
  change: AssertionChange = {},
): Promise<string> {
  const [own] = client.keys;
  const key = change.key ?? own?.privateKey ?? Buffer.from(client.secret);
  const header = change.header ?? (own === undefined ? {} : { kid: own.jwk.kid });
  const alg = change.alg ?? (own === undefined ? "HS256" : own.jwk.kty === "EC" ? "ES256" : "RS256");
  const claims = claimsFor(client, audience, change.claims);
  // jose signs a critical header only when it is told of it.
  return new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(key, { crit: { "x-unknown": true } });
}

/** The parameters that carry an assertion. */
export const asserted = (clientAssertion: string): Record<string, string> => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion: clientAssertion,
});

/** A client_credentials request; without a scope it names none. */
export const grant = (scope?: string): Record<string, string> => ({
  grant_type: "client_credentials",
  ...(scope !== undefined && { scope }),
});

/** An access token of the answer. Throws, with the answer, where there is none. */
export function tokenOf({ status, body }: Reply): string {
  if (typeof body.access_token !== "string") throw new Error(`No token: ${status} ${JSON.stringify(body)}`);
  return body.access_token;
}
