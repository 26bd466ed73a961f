/** One HTTP request to Okta: deadline, proxy, JSON. */
import fetch from "node-fetch";
import { SHORTEST_SECRET, withoutValues } from "../anypoint/redaction.ts";
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
      json: parsed(withoutSent(await response.text(), secretsOf(headers, body))),
    };
  } catch (error) {
    throw unreachable(url, error);
  }
};

/** Secrets that this process has sent to Okta: an answer that repeats one, be it another request's, tells it to nobody. */
const sent = new Set<string>();
/** The text of an answer without what was sent, by this request or by those before. */
export function withoutSent(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) if (secret.length >= SHORTEST_SECRET) sent.add(secret);
  return withoutValues(text, [...sent], SHORTEST_SECRET);
}

/** Secrets of a request. */
function secretsOf(headers: Readonly<Record<string, string>>, body = ""): string[] {
  const form = new URLSearchParams(body);
  const { authorization = "" } = headers;
  return [
    authorization.slice(authorization.indexOf(" ") + 1),
    ...["client_secret", "client_assertion"].flatMap((name) => form.getAll(name)),
  ];
}

function parsed(text: string): object {
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What an answer says is wrong, in OAuth's words or in those of the management API. */
export function saidBy(json: object): { readonly error?: string; readonly reason?: string } {
  const said = json as Record<string, unknown>;
  return {
    error: textOf(said.error) ?? textOf(said.errorCode),
    reason: textOf(said.error_description) ?? textOf(said.errorSummary),
  };
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

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
