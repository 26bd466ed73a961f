/** One HTTP request to Okta: deadline, proxy, JSON. */
import fetch from "node-fetch";
import { MAX_BODY_BYTES } from "../body-limit.ts";
import { parseJson } from "../vendor-text.ts";
import { proxyAgent } from "../proxy.ts";
import { OktaError } from "./errors.ts";

export interface OktaRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OktaAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; an empty object when it is no JSON object. */
  readonly json: object;
}

export type Send = (request: OktaRequest) => Promise<OktaAnswer>;

/** For one request, in ms. */
export const DEADLINE_MS = 20_000;
const USER_AGENT = "okta-anypoint";

/** Sends one request. Throws {@link OktaError} `unreachable` when there is no answer; an answer of any status is an answer. */
export const sendToOkta = async (
  { url, method, headers, body }: OktaRequest,
  deadlineMs = DEADLINE_MS,
): Promise<OktaAnswer> => {
  try {
    const response = await fetch(url, {
      method,
      headers: { "user-agent": USER_AGENT, ...headers },
      body,
      redirect: "manual",
      size: MAX_BODY_BYTES,
      agent: proxyAgent(new URL(url), process.env),
      signal: AbortSignal.timeout(deadlineMs),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      json: parsed(await response.text()),
    };
  } catch (error) {
    throw unreachable(url, error);
  }
};

function parsed(text: string): object {
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** The bare cause: messages of libraries repeat URLs and headers. */
export function unreachable(url: string, error: unknown): OktaError {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const late = name === "AbortError" || name === "TimeoutError";
  const why = late
    ? `no answer within ${DEADLINE_MS / 1000} s`
    : typeof code === "string"
      ? code
      : "the connection failed";
  return new OktaError(
    `${new URL(url).origin} could not be reached (${why}). Check okta-anypoint:orgUrl, the network and the proxy (HTTPS_PROXY, NO_PROXY).`,
    { code: "unreachable", reason: why },
    error,
  );
}
