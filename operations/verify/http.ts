/** HTTP requests with a deadline each, and network failures by kind. */
import nodeFetch, { type RequestInit, type Response } from "node-fetch";
import { proxyAgent } from "../../providers/proxy.ts";

/** The fetch of node-fetch, or a stand-in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: Record<string, string>;
  /** Empty when it was too long or broke off. */
  readonly body: string;
}

export type NetworkFailureKind = "dns" | "refused" | "tls" | "timeout" | "broken";

/** No answer came. */
export interface Unreachable {
  readonly kind: "unreachable";
  readonly failure: NetworkFailureKind;
  /** The system's error code, for example `ECONNREFUSED`. */
  readonly code: string;
}

export interface HttpClient {
  send(request: HttpRequest): Promise<HttpAnswer | Unreachable>;
}

const USER_AGENT = "okta-anypoint-verify";
const MAX_BODY_BYTES = 256 * 1024;

/** Sends requests, each ended after `timeoutSeconds`; never throws, follows no redirect, repeats nothing. */
export function createHttpClient(options: { fetch?: Fetch; timeoutSeconds?: number } = {}): HttpClient {
  const { fetch = nodeFetch, timeoutSeconds = 20 } = options;
  return {
    async send({ url, method, headers, body }) {
      let response: Response;
      try {
        response = await fetch(url, {
          method,
          headers: { ...headers, "user-agent": USER_AGENT },
          body,
          redirect: "manual",
          size: MAX_BODY_BYTES,
          signal: AbortSignal.timeout(timeoutSeconds * 1000),
          agent: proxyAgent(new URL(url), process.env),
        });
      } catch (error) {
        return { kind: "unreachable", ...networkFailure(error) };
      }
      return {
        kind: "answer",
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text().catch(() => ""),
      };
    },
  };
}

const TLS = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH)/;

/** What kind of failure an error of fetch is. Only its code is kept: messages repeat URLs and headers. */
function networkFailure(error: unknown): { failure: NetworkFailureKind; code: string } {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === "AbortError" || name === "TimeoutError") return { failure: "timeout", code: "timeout" };
  if (typeof code !== "string") return { failure: "broken", code: "no error code" };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return { failure: "dns", code };
  if (code === "ECONNREFUSED") return { failure: "refused", code };
  if (code === "ETIMEDOUT") return { failure: "timeout", code };
  return { failure: TLS.test(code) ? "tls" : "broken", code };
}

/** Seconds that a `Retry-After` header asks for; undefined without a number. */
export function retryAfterSeconds(answer: HttpAnswer): number | undefined {
  const value = answer.headers["retry-after"];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
