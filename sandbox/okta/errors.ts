/** Okta's refusals: the management API's error object, and OAuth's. Thrown by routes, turned into answers in one place. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { oktaId } from "../core/ids.ts";

/** A refusal with its whole answer. */
export class OktaError extends Error {
  readonly status: ContentfulStatusCode;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: ContentfulStatusCode, message: string, body: unknown, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The management API's error: code, summary, causes (confirmed: Okta error codes). */
export function managementError(
  status: ContentfulStatusCode,
  code: string,
  summary: string,
  causes: string[] = [],
  headers: Record<string, string> = {},
): OktaError {
  const body = {
    errorCode: code,
    errorSummary: summary,
    errorLink: code,
    errorId: oktaId("oae"),
    errorCauses: causes.map((errorSummary) => ({ errorSummary })),
  };
  return new OktaError(status, `${code}: ${summary} ${causes.join(" ")}`, body, headers);
}

/** 400 E0000001; `field` is what failed: a field's or an object's name. */
export const validationFailed = (field: string, ...causes: string[]): OktaError =>
  managementError(400, "E0000001", `Api validation failed: ${field}`, causes);

export const malformedBody = (): OktaError => managementError(400, "E0000003", "The request body was not well-formed.");

export const wrongMediaType = (): OktaError =>
  managementError(
    400,
    "E0000021",
    "Bad request.  Accept and/or Content-Type headers likely do not match supported values.",
  );

/** No credential, or one of the wrong kind (confirmed: error codes, provider reports). */
export const invalidSession = (): OktaError => managementError(403, "E0000005", "Invalid session");

export const invalidToken = (): OktaError =>
  managementError(401, "E0000011", "Invalid token provided", [], {
    "www-authenticate": 'Bearer error="invalid_token", error_description="The access token is invalid."',
  });

export const permissionDenied = (
  summary = "You do not have permission to perform the requested action",
  headers: Record<string, string> = {},
): OktaError => managementError(403, "E0000006", summary, [], headers);

/** 404 E0000007; `type` is Okta's own name of the kind of object, such as `AuthorizationServer`. */
export const notFound = (id: string, type: string): OktaError =>
  managementError(404, "E0000007", `Not found: Resource not found: ${id} (${type})`);

/** 405 E0000022 (confirmed: error codes, recorded answers). */
export const methodNotSupported = (): OktaError =>
  managementError(405, "E0000022", "The endpoint does not support the provided HTTP method");

export const tooManyRequests = (): OktaError =>
  managementError(429, "E0000047", "API call exceeded rate limit due to too many requests.");

export const readOnlyMode = (): OktaError => managementError(503, "E0000010", "Service is in read only mode");

export const featureNotEnabled = (): OktaError =>
  managementError(401, "E0000015", "You do not have permission to access the feature you are requesting");

/** OAuth's error object (RFC 6749). */
export const oauthError = (status: ContentfulStatusCode, error: string, description: string): OktaError =>
  new OktaError(status, `${error}: ${description}`, { error, error_description: description });

export const invalidClient = (description: string): OktaError => oauthError(401, "invalid_client", description);

/** An unknown client id is refused in the management API's shape (confirmed: public traces). */
export const unknownClient = (): OktaError =>
  managementError(401, "invalid_client", "Invalid value for 'client_id' parameter.");

export const invalidClientMetadata = (description: string): OktaError =>
  oauthError(400, "invalid_client_metadata", description);
