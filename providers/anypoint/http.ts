/** One HTTP request and its answer: proxy, deadline, JSON. What to repeat and what an answer means is for `client.ts`. */
import fetch, { type Response } from "node-fetch";
import { MAX_BODY_BYTES } from "../body-limit.ts";
import { proxyAgent } from "../proxy.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: unknown;
  /** Ends the request when it fires. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A request that got no answer. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly timedOut: boolean;

  constructor(message: string, timedOut: boolean) {
    super(message);
    this.timedOut = timedOut;
  }
}

/** Sends one request. Throws {@link NoAnswer} when there is none; an answer of any status is an answer. */
export async function send(request: HttpRequest, environment = process.env): Promise<HttpAnswer> {
  try {
    const response: Response = await fetch(request.url, {
      method: request.method,
      headers: {
        accept: "application/json",
        ...(request.body !== undefined && { "content-type": "application/json" }),
        ...request.headers,
      },
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      // A redirect would carry the token elsewhere, and none of these calls has one.
      redirect: "manual",
      size: MAX_BODY_BYTES,
      agent: proxyAgent(new URL(request.url), environment),
      signal: request.signal,
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  } catch (error) {
    throw new NoAnswer(connectionFault(error), request.signal.aborted);
  }
}

/** The bare cause: node-fetch's own message holds the whole URL, which can name more than a person should paste. */
function connectionFault(error: unknown): string {
  const { code, erroredSysCall, message } = error as { code?: string; erroredSysCall?: string; message?: string };
  if (code !== undefined) return erroredSysCall === undefined ? code : `${erroredSysCall} ${code}`;
  return message?.replace(/^request to \S+ failed, reason: /, "") ?? "no reason given";
}
