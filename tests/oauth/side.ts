/** One of the two servers that are compared, as the cases see it, and its answers. */
import type { Cast } from "./cast.ts";

/** Endpoints of one issuer. */
export interface Endpoints {
  readonly issuer: string;
  readonly token: string;
  readonly introspect: string;
  readonly revoke: string;
}

export interface Side {
  /** Where clients with keys get tokens for administration. */
  readonly org: Endpoints;
  /** Where clients get tokens for an API. */
  readonly server: Endpoints;
  /** Where clients are registered. */
  readonly registration: string;
  /** A token that may register clients. */
  readonly registrar: string;
  /** Where a registered client is read, changed and deleted, and the token for that; from the answer to its registration. */
  management(registered: Record<string, unknown>): { readonly url: string; readonly token: string };
  readonly cast: Cast;
  close(): Promise<void>;
}

export type Verdict = "accepted" | "inactive" | "refused";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON object of the answer; an empty one where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

export function verdictOf({ status, body }: Reply): Verdict {
  if (status >= 400) return "refused";
  return body.active === false ? "inactive" : "accepted";
}

/** Members whose values follow from the request and the standards, and not from a server's own choice. */
const SHARED = [
  ...["active", "token_type", "expires_in", "scope", "client_id"],
  ...["client_name", "redirect_uris", "grant_types", "response_types", "token_endpoint_auth_method"],
  ...["application_type", "client_secret_expires_at", "jwks_uri"],
];

/** What an answer says that the other server must say too; lists are sets. A registered client's id is the server's own. */
export function saidBy({ status, body }: Reply): Record<string, unknown> {
  const said = SHARED.filter((name) => body[name] != null && (name !== "client_id" || body.client_name === undefined));
  const value = (given: unknown): unknown => (Array.isArray(given) ? [...(given as unknown[])].sort() : given);
  return { status, ...Object.fromEntries(said.map((name) => [name, value(body[name])])) };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The error's code and text, in OAuth's form or in that of Okta's management API. */
export const errorOf = ({ body }: Reply): { error: string; text: string } => ({
  error: text(body.error ?? body.errorCode),
  text: text(body.error_description ?? body.errorSummary),
});
