/** What the cases of registration share. */
import { type Expected, type More, type OAuthCase, type Refusal, invalidMetadata } from "../case.ts";
import { sendJson } from "../requests.ts";
import type { Reply, Side } from "../side.ts";

export type Metadata = Record<string, unknown>;

/** A confidential web client of the code flow that may ask for itself as well. */
export const request = (over: Metadata = {}): Metadata => ({
  client_name: "orders consumer",
  redirect_uris: ["https://consumer.example/callback"],
  response_types: ["code"],
  grant_types: ["authorization_code", "client_credentials"],
  token_endpoint_auth_method: "client_secret_basic",
  ...over,
});

export const one = (name: string, okta: Expected, send: OAuthCase["send"], more: More = {}): OAuthCase => ({
  ...{ theme: "registration", name, okta, send },
  ...more,
});

export const register = (side: Side, body: unknown): Promise<Reply> =>
  sendJson("POST", side.registration, body, side.registrar);

/** In the form of the management API. */
export const management = (status: number, error: string, text: string): Refusal => ({ status, error, text });

export const NO_NAME = invalidMetadata("`client_name`: The field can't be left blank.");
export const NO_REDIRECT = invalidMetadata("'redirect_uris' must have at least one URI for the given 'grant_types'.");
