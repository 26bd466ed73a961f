/** The one error of this package's Anypoint side. Its message stands alone: it is all that `pulumi up` shows. */
import { printable } from "../vendor-text.ts";
import { OPERATIONS, type Operation, type OperationName } from "./operations.ts";

/**
 * - `unauthorized` 401, `forbidden` 403, `not-found` 404, `conflict` 409, `rate-limited` 429, `server-error` 5xx,
 *   `invalid` any other 4xx;
 * - `unreachable`: no answer; `timeout`: none in time;
 * - `unexpected-answer`: an answer that is not what the vendor describes;
 * - `refused`: Anypoint was not even asked, or not further, because the object is not ours or cannot be changed so;
 * - `misconfigured`: the connection's settings.
 */
export type AnypointErrorCode =
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "rate-limited"
  | "server-error"
  | "invalid"
  | "unreachable"
  | "timeout"
  | "unexpected-answer"
  | "refused"
  | "misconfigured";

export interface AnypointErrorFields {
  readonly code: AnypointErrorCode;
  readonly operation?: OperationName;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** The vendor's id of the request, for its support. */
  readonly requestId?: string;
  /** What the vendor said, without secrets. */
  readonly reason?: string;
}

/** Characters. */
const LONGEST_REASON = 2000;

export class AnypointError extends Error {
  override readonly name = "AnypointError";
  readonly code: AnypointErrorCode;
  readonly operation?: OperationName;
  readonly status?: number;
  readonly requestId?: string;
  readonly reason?: string;

  constructor(message: string, fields: AnypointErrorFields, cause?: unknown) {
    super(printable(message), cause === undefined ? undefined : { cause });
    this.code = fields.code;
    this.operation = fields.operation;
    this.status = fields.status;
    this.requestId = fields.requestId;
    this.reason = fields.reason === undefined ? undefined : printable(fields.reason, LONGEST_REASON);
  }
}

/** A refusal of our own: what was asked for, why not, and what to do. */
export function refusal(operation: OperationName, message: string): AnypointError {
  return new AnypointError(message, { code: "refused", operation });
}

export const isNotFound = (error: unknown): boolean => error instanceof AnypointError && error.code === "not-found";

/** What was attempted, in the words of an error: `operation` on `subject`. */
export interface Attempt {
  readonly operation: OperationName;
  /** The object, named so that a person finds it: `client provider "okta-dev" of organization Acme`. */
  readonly subject: string;
  /** What to do about a refusal, where the attempt knows better than its status tells. */
  readonly advice?: (answer: RefusedAnswer) => string | undefined;
}

/** How we are logged in, as far as an error's advice depends on it. */
export interface LoginFacts {
  /** Base URL of the control plane. */
  readonly baseUrl: string;
  readonly kind: "connected app" | "access token";
}

export interface RefusedAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly requestId?: string;
  /** Whether the request could have taken effect although the answer is an error: true for a POST. */
  readonly mayHaveWorked: boolean;
}

/** The error for an answer of 400 or more. */
export function answerError(attempt: Attempt, login: LoginFacts, answer: RefusedAnswer): AnypointError {
  const { status, reason, requestId } = answer;
  const said = reason === undefined ? "without a reason" : `saying: ${quoted(reason)}`;
  const id = requestId === undefined ? "" : ` (request id ${printable(requestId, 100)})`;
  const todo = attempt.advice?.(answer) ?? advice(attempt.operation, login, answer);
  const message = `${couldNot(attempt)}: Anypoint answered ${status} ${said}${id}. ${todo}`;
  return new AnypointError(message, { code: codeOf(status), operation: attempt.operation, status, reason, requestId });
}

/** The error for a request without an answer. */
export function noAnswerError(
  attempt: Attempt,
  login: LoginFacts,
  failure: { readonly timedOutAfterMs?: number; readonly reason?: string; readonly mayHaveWorked: boolean },
): AnypointError {
  const what =
    failure.timedOutAfterMs === undefined
      ? `${login.baseUrl} could not be reached (${failure.reason ?? "no reason given"})`
      : `${login.baseUrl} gave no answer within ${failure.timedOutAfterMs / 1000} s`;
  const unknown = failure.mayHaveWorked ? `${UNKNOWN_EFFECT} ` : "";
  return new AnypointError(
    `${couldNot(attempt)}: ${what}. ${unknown}Check the network, the proxy (HTTPS_PROXY, NO_PROXY) and anypoint:host, then run the command again.`,
    {
      code: failure.timedOutAfterMs === undefined ? "unreachable" : "timeout",
      operation: attempt.operation,
      reason: failure.reason,
    },
  );
}

/** The error for an answer of 2xx whose content is not what the vendor describes. */
export function unexpectedAnswer(attempt: Attempt, what: string, todo: string): AnypointError {
  return new AnypointError(`${couldNot(attempt)}: ${what}. ${todo}`, {
    code: "unexpected-answer",
    operation: attempt.operation,
  });
}

export const couldNot = ({ operation, subject }: Attempt): string =>
  `Could not ${OPERATIONS[operation].verb} ${subject}`;

/** A reason as a quotation: no line breaks, at most 600 characters. */
function quoted(reason: string): string {
  const line = reason.replace(/\s+/g, " ").trim();
  return `"${line.length > 600 ? `${line.slice(0, 600)}…` : line}"`;
}

const UNKNOWN_EFFECT = "Whether it took effect is not known; the next run looks before it creates anything.";

const OLD_CONFIG =
  "`pulumi refresh` and `pulumi destroy` run with the configuration of the last `up`, unless --run-program is given: " +
  "if credentials have changed since, run them with it.";

function advice(operation: OperationName, login: LoginFacts, { status, mayHaveWorked }: RefusedAnswer): string {
  const { scopes, at }: Operation = OPERATIONS[operation];
  const app = login.kind === "connected app" ? "the connected app" : "the owner of the access token";
  if (operation === "token.request" && status < 500 && status !== 429) {
    return `Check anypoint:clientId and anypoint:clientSecret, and that the connected app belongs to the control plane ${login.baseUrl}. ${OLD_CONFIG}`;
  }
  if (status === 401) {
    return login.kind === "connected app"
      ? `A token fresh from the login is not accepted: check that the connected app is enabled and belongs to ${login.baseUrl}. ${OLD_CONFIG}`
      : `The access token has expired, was revoked, or is of another control plane than ${login.baseUrl}: set a new anypoint:accessToken. ${OLD_CONFIG}`;
  }
  if (status === 403) {
    return scopes.length > 0
      ? `Login is fine, a permission is missing: grant ${app} ${list(scopes)} in the ${at}.`
      : `Login is fine, a permission is missing: check the scopes and roles of ${app}.`;
  }
  if (status === 404) {
    return `It does not exist, or ${app} may not see it${scopes.length > 0 ? ` (${list(scopes)} in the ${at})` : ""}.`;
  }
  if (status === 405) {
    return "Client providers belong to the root organization alone: set anypoint:organizationId to its id, or leave it out.";
  }
  if (status === 407) {
    return "The answer is that of the proxy, which wants a login: HTTPS_PROXY may carry one (http://user:password@host:port).";
  }
  if (status === 409)
    return "Something of this kind is there already: remove or rename it, or let this stack adopt it.";
  if (status === 429) return "Too many requests: wait a minute and run the command again.";
  if (status >= 500) {
    return mayHaveWorked
      ? `${UNKNOWN_EFFECT} Run the command again.`
      : "Anypoint has a fault of its own: run the command again, or see status.mulesoft.com.";
  }
  return "Correct what it names and run the command again.";
}

const list = (scopes: readonly string[]): string => `the scope${scopes.length > 1 ? "s" : ""} ${scopes.join(", ")}`;

function codeOf(status: number): AnypointErrorCode {
  const known: Record<number, AnypointErrorCode> = {
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    429: "rate-limited",
  };
  return known[status] ?? (status >= 500 ? "server-error" : "invalid");
}
