/** Requests to an Okta org: login, retries, errors. */
import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import { AccessTokenSource, type PostForm } from "./access-token.ts";
import { OktaApiError } from "./api-error.ts";
import type { Login, OktaConfiguration } from "./configuration.ts";

export const VERSION = "7.0.0";
const USER_AGENT = `pulumi-resource-okta/${VERSION}`;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/**
 * The SDKs inside the real plugin that its resources go through: its own v2, v3 (of module v4), v6. Each logs in by itself and has a token of its
 * own (confirmed: terraform-provider-okta, okta/api/idaas.go).
 */
export type SdkName = "v2" | "v3" | "v6";

export interface Sdk {
  /** Sends a request and gives the JSON of the answer. Throws {@link OktaApiError} on any status from 400. */
  request<T = unknown>(method: Method, path: string, body?: unknown): Promise<T>;
}

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
  readonly v2: Sdk;
  readonly v3: Sdk;
  readonly v6: Sdk;
  readonly #configuration: OktaConfiguration;
  #pipeline: Promise<string | undefined> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(configuration: OktaConfiguration) {
    this.#configuration = configuration;
    this.orgUrl = configuration.orgUrl;
    this.usesOAuth = configuration.login.kind !== "apiToken";
    this.v2 = this.#sdk("v2");
    this.v3 = this.#sdk("v3");
    this.v6 = this.#sdk("v6");
  }

  #sdk(name: SdkName): Sdk {
    const { login } = this.#configuration;
    const userAgent = `${USER_AGENT} sdk/${name}`;
    const authorization = authorizationBy(login, this.orgUrl, (path, form) =>
      this.#send("POST", path, { "user-agent": userAgent }, form),
    );
    return {
      request: async <T>(method: Method, path: string, body?: unknown): Promise<T> => {
        const headers: Record<string, string> = { "user-agent": userAgent, authorization: await authorization() };
        if (body !== undefined) headers["content-type"] = "application/json";
        const response = await this.#send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
        const answer = parse(await response.text());
        if (!response.ok) throw new OktaApiError(response.status, answer);
        return answer as T;
      },
    };
  }

  /**
   * Whether the org runs the Classic engine, without access policies; asked once per process. An org that does not say counts as one that
   * does not, and is asked again (confirmed: okta/config/config.go).
   */
  async isClassic(): Promise<boolean> {
    this.#pipeline ??= this.v3
      .request<{ pipeline?: string } | undefined>("GET", "/.well-known/okta-organization")
      .then((organization) => organization?.pipeline);
    try {
      return (await this.#pipeline) === "v1";
    } catch {
      this.#pipeline = undefined;
      return false;
    }
  }

  /** Runs steps one after the other, as the real plugin does for policy rules. */
  exclusively<T>(steps: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(steps);
    this.#queue = run.catch(() => undefined);
    return run;
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
        headers: { accept: "application/json", ...headers },
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

/** What goes into the Authorization header, now. */
function authorizationBy(login: Login, orgUrl: string, post: PostForm): () => Promise<string> {
  if (login.kind === "privateKey") {
    const source = new AccessTokenSource(login, orgUrl, post);
    return async () => `Bearer ${await source.get()}`;
  }
  const scheme = login.kind === "apiToken" ? "SSWS" : "Bearer";
  return async () => `${scheme} ${login.token}`;
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
