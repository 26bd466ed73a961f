/**
 * What local services were asked and what they answered, for those who watch in the same process: a channel of Node's
 * `diagnostics_channel`. It has bodies, and so secrets; the journal has neither. Without a subscriber nothing is copied.
 */
import { channel } from "node:diagnostics_channel";
import type { ServiceName } from "./journal.ts";

/** One request and the service's own answer to it. Texts only, so that it can cross from a test's realm into another. */
export interface Exchange {
  readonly service: ServiceName;
  /** First product of the User-Agent header, `unknown` without one. */
  readonly caller: string;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly request: Message;
  /** Missing when a fault refused the request before the service saw it. What a fault answered in the service's place is never here. */
  readonly answer?: Message & { readonly status: number };
}

export interface Message {
  /** The Content-Type header; undefined without one. */
  readonly type: string | undefined;
  /** Empty without a body. */
  readonly body: string;
}

/** Has {@link Exchange} messages; subscribers are called in the midst of the request, so they take note and work later. */
export const exchanges = channel("okta-anypoint:exchange");
