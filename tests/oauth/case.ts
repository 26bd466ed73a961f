/** One assertion about OAuth, sent to both servers. */
import type { Reply, Side } from "./side.ts";

/** A refusal of the local Okta: status, error code and text as its reference has them. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  /** The whole text, or a pattern where it holds what differs from run to run. */
  readonly text: string | RegExp;
}

export interface OAuthCase {
  readonly theme: Theme;
  readonly name: string;
  send(side: Side): Promise<Reply>;
  /** What the local Okta answers. */
  readonly okta: "accepted" | "inactive" | Refusal;
  /** The judge's error code where it refuses too, but not by Okta's code. */
  readonly judgeError?: string;
  /** What an accepted answer says ({@link saidBy}), where no judge says it. */
  readonly says?: Readonly<Record<string, unknown>>;
  /** Why the judge is not asked: what it has no counterpart for. */
  readonly oktaOnly?: string;
}

export type Expected = OAuthCase["okta"];
/** What a case may say beside its request and Okta's answer. */
export type More = Pick<OAuthCase, "judgeError" | "oktaOnly" | "says">;

export const THEMES = ["client assertions", "token requests", "introspection and revocation", "registration"] as const;
export type Theme = (typeof THEMES)[number];

export const invalidClient = (text: string | RegExp): Refusal => ({ status: 401, error: "invalid_client", text });
export const invalidRequest = (text: string): Refusal => ({ status: 400, error: "invalid_request", text });
export const invalidScope = (text: string): Refusal => ({ status: 400, error: "invalid_scope", text });
export const invalidMetadata = (text: string | RegExp): Refusal => ({
  status: 400,
  error: "invalid_client_metadata",
  text,
});

/** In the form of the management API. */
export const UNKNOWN_CLIENT = invalidClient("Invalid value for 'client_id' parameter.");
export const NO_CREDENTIALS = invalidClient("No client credentials found.");
export const WRONG_SECRET = invalidClient("The client secret supplied for a confidential client is invalid.");
export const TWO_CREDENTIALS = invalidRequest(
  "Can't supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.",
);
export const WRONG_CONTENT_TYPE = invalidRequest(
  "The request's content type must be 'application/x-www-form-urlencoded'.",
);
export const WRONG_METHOD: Refusal = {
  status: 405,
  error: "E0000022",
  text: "The endpoint does not support the provided HTTP method",
};
/** The vendor's wording is unknown. */
export const repeated = (parameter: string): Refusal =>
  invalidRequest(`The '${parameter}' parameter must not be repeated.`);
