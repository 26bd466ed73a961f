/** Requests to an Okta org: login, retries, errors. */
import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import { AccessTokenSource } from "./access-token.ts";
import { OktaApiError } from "./api-error.ts";
import type { OktaConfiguration } from "./configuration.ts";

export const VERSION = "7.0.0";
const USER_AGENT = `pulumi-resource-okta/${VERSION}`;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** An answer that asks for another try later. */
class TryLater extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super(`status ${response.status}`);
    this.response = response;
  }
}

export class OktaClient {
  readonly orgUrl: string;
  /** Whether it logs in with a key or a token in place of an API token; some internal endpoints are left out then. */
  readonly usesOAuth: boolean;
  readonly #configuration: OktaConfiguration;
  readonly #authorization: () => Promise<string>;
  #classic: Promise<boolean> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(configuration: OktaConfiguration) {
    this.#configuration = configuration;
    this.orgUrl = configuration.orgUrl;
    const { login } = configuration;
    this.usesOAuth = login.kind !== "apiToken";
    if (login.kind === "privateKey") {
      const source = new AccessTokenSource(login, this.orgUrl, (path, form) => this.#send("POST", path, {}, form));
      this.#authorization = async () => `Bearer ${await source.get()}`;
    } else {
      const scheme = login.kind === "apiToken" ? "SSWS" : "Bearer";
      this.#authorization = async () => `${scheme} ${login.token}`;
    }
  }

  /** Sends a request and gives the JSON of the answer. Throws {@link OktaApiError} on any status from 400. */
  async request<T = unknown>(method: Method, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { authorization: await this.#authorization() };
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await this.#send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
    const text = await response.text();
    const answer = parse(text);
    if (!response.ok) throw new OktaApiError(response.status, answer);
    return answer as T;
  }

  /** Whether the org runs the Classic engine, without access policies; asked once per process. */
  isClassic(): Promise<boolean> {
    this.#classic ??= this.#pipeline().then((pipeline) => pipeline === "v1");
    return this.#classic;
  }

  /** Runs steps one after the other, as the real plugin does for policy rules. */
  exclusively<T>(steps: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(steps);
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async #pipeline(): Promise<string | undefined> {
    const response = await this.#send("GET", "/.well-known/okta-organization", {});
    const answer = parse(await response.text());
    if (!response.ok) throw new OktaApiError(response.status, answer);
    return (answer as { pipeline?: string } | undefined)?.pipeline;
  }

  /** One request; with backoff off, a 429 that names its reset is waited out. */
  async #send(
    method: Method,
    path: string,
    headers: Record<string, string>,
    body?: string | URLSearchParams,
  ): Promise<Response> {
    const { atReset, maxWaitMs } = this.#configuration.retries;
    for (let tries = 0; ; tries += 1) {
      const response = await this.#sendWithBackoff(method, path, headers, body);
      const wait = response.status === 429 && tries < atReset ? untilReset(response) : undefined;
      if (wait === undefined) return response;
      await sleep(Math.min(wait, maxWaitMs));
    }
  }

  /** One request with as many tries as are configured, of any method: after a passing refusal and after faults of the network. */
  async #sendWithBackoff(
    method: Method,
    path: string,
    headers: Record<string, string>,
    body?: string | URLSearchParams,
  ): Promise<Response> {
    const { retries, requestTimeoutMs } = this.#configuration;
    const once = async (): Promise<Response> => {
      const response = await fetch(this.orgUrl + path, {
        method,
        headers: { accept: "application/json", "user-agent": USER_AGENT, ...headers },
        body,
        redirect: "manual",
        ...(requestTimeoutMs > 0 && { signal: AbortSignal.timeout(requestTimeoutMs) }),
      });
      if (isPassing(response.status)) throw new TryLater(response);
      return response;
    };
    let tries = 0;
    try {
      return await pRetry(once, {
        retries: retries.limit,
        minTimeout: 0,
        onFailedAttempt: async ({ error, retriesLeft }) => {
          if (retriesLeft > 0) await sleep(waitBefore(error, tries, retries));
          tries += 1;
        },
      });
    } catch (error) {
      if (error instanceof TryLater) return error.response;
      const cause = (error as Error).cause ?? error;
      throw new Error(
        `${method} ${this.orgUrl}${path} got no answer in ${retries.limit + 1} attempt(s): ${(cause as Error).message}`,
        { cause: error },
      );
    }
  }
}

/** Whether the plugin's client tries again: 429 and what a server in between answers, but neither 500 nor 501 (confirmed: provider code). */
const isPassing = (status: number): boolean => status === 429 || status > 501;

/** The wait that a 429 or a 503 asks for; else one that doubles, up to the longest (confirmed: go-retryablehttp's DefaultBackoff). */
function waitBefore(error: Error, tries: number, { minWaitMs, maxWaitMs }: OktaConfiguration["retries"]): number {
  if (error instanceof TryLater && [429, 503].includes(error.response.status)) {
    const asked = error.response.headers.get("retry-after") ?? "";
    const wait = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
    if (!Number.isNaN(wait)) return Math.max(0, wait);
  }
  return Math.min(minWaitMs * 2 ** tries, maxWaitMs);
}

/** Milliseconds from the answer's date to a second past the reset (confirmed: plugin's SDK); undefined where a header is missing. */
function untilReset({ headers }: Response): number | undefined {
  const reset = Number(headers.get("x-rate-limit-reset") ?? Number.NaN) * 1000;
  const wait = reset - Date.parse(headers.get("date") ?? "") + 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
