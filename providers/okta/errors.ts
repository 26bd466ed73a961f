/** The one error of this package's Okta side. Its message stands alone and holds no secret. */
import { printable } from "../vendor-text.ts";

/**
 * - `refused`: an answer of 400 or more; `unreachable`: no answer, or none in time;
 * - `misconfigured`: the connection's settings.
 */
export type OktaErrorCode = "refused" | "unreachable" | "misconfigured";

export interface OktaErrorFields {
  readonly code: OktaErrorCode;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** `error` of OAuth, or `errorCode` of the management API, for example `invalid_client`, `E0000015`. */
  readonly error?: string;
  /** What Okta said. */
  readonly reason?: string;
  /** Where a login was refused and our clock is far from Okta's, which may be why: a sentence without its full stop. */
  readonly clock?: string;
}

export class OktaError extends Error {
  override readonly name = "OktaError";
  readonly code: OktaErrorCode;
  readonly status?: number;
  readonly error?: string;
  readonly reason?: string;
  readonly clock?: string;

  constructor(message: string, fields: OktaErrorFields, cause?: unknown) {
    super(printable(message), cause === undefined ? undefined : { cause });
    this.code = fields.code;
    this.status = fields.status;
    this.error = fields.error === undefined ? undefined : printable(fields.error, 200);
    this.reason = fields.reason === undefined ? undefined : printable(fields.reason, 2000);
    this.clock = fields.clock;
  }
}
