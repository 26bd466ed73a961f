/**
 * The vendor's Okta SDK over our login, for what operations and checks read and repair at Okta. `pulumi up` itself goes
 * through the Okta plugin.
 */
import { type Readable, addAbortSignal } from "node:stream";
import okta from "@okta/okta-sdk-nodejs";
import { type OrgToken, orgToken } from "./access-token.ts";
import { redact } from "../anypoint/redaction.ts";
import { MAX_BODY_BYTES } from "../body-limit.ts";
import { OktaError } from "./errors.ts";
import { proxyAgent } from "../proxy.ts";
import { unreachable } from "./http.ts";
import type { OktaConnection } from "./login.ts";

export type OktaClient = okta.Client;

type SdkExecutor = okta.DefaultRequestExecutor;
type SdkRequest = Parameters<SdkExecutor["fetch"]>[0];
type SdkResponse = Awaited<ReturnType<SdkExecutor["fetch"]>>;

const DEADLINE_MS = 20_000;

/** A client of the org. `scopes` are asked for when a service app logs in, at the first call; other logins have theirs. */
export function oktaClient({ orgUrl, login }: OktaConnection, scopes: readonly string[]): OktaClient {
  let token: Promise<OrgToken> | undefined;
  const authorization = async (): Promise<string> => {
    switch (login.kind) {
      case "API token":
        return `SSWS ${login.apiToken}`;
      case "access token":
        return `Bearer ${login.accessToken}`;
      case "service app":
        token ??= orgToken(orgUrl, login, scopes);
        return `Bearer ${(await token).accessToken}`;
    }
  };

  class Executor extends okta.DefaultRequestExecutor {
    override async fetch(request: SdkRequest): Promise<SdkResponse> {
      const headers = request.headers as Record<string, string>;
      const authorized = await authorization();
      const response = await super.fetch({
        ...request,
        // A redirect would carry the token elsewhere: the SDK's own fetch sends it to another port of the same host.
        redirect: "manual",
        // The SDK's own choice knows no NO_PROXY.
        agent: proxyAgent(new URL(String(request.url)), process.env),
        headers: {
          ...headers,
          Authorization: authorized,
          "User-Agent": `okta-anypoint ${headers["User-Agent"] ?? ""}`.trim(),
        },
      });
      return readBounded(response, authorized.slice(authorized.indexOf(" ") + 1));
    }
  }
  return new okta.Client({
    orgUrl,
    authorizationMode: "SSWS",
    // The executor brings the real one; the SDK demands that there is some text.
    token: "by-executor",
    requestExecutor: new Executor({ requestTimeout: DEADLINE_MS, maxRetries: 2 }),
    cacheMiddleware: null,
  });
}

/** The answer with its body read, within the limit and the deadline; a refusal's has no secret that the server quotes. */
async function readBounded(response: SdkResponse, secret: string): Promise<SdkResponse> {
  const body = response.body as unknown as Readable;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(AbortSignal.timeout(DEADLINE_MS), body) as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, hence the connection.
    if (size > MAX_BODY_BYTES) throw Object.assign(new Error("the answer is too long"), { code: "too long an answer" });
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  const Answer = response.constructor as new (body: string | null, init: object) => SdkResponse;
  const { status, statusText, headers, url } = response;
  return new Answer(response.ok ? text : redact(text, [secret]), { status, statusText, headers, url });
}

/** Runs a call of the SDK and turns what it throws into {@link OktaError}: what was attempted, and what came back. */
export async function askOkta<T>(orgUrl: string, attempt: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof OktaError) throw error;
    const { status, errorCode, errorSummary } = error as { status?: number; errorCode?: string; errorSummary?: string };
    if (typeof status !== "number") throw unreachable(orgUrl, error);
    const said = [errorCode, errorSummary].filter(Boolean).join(": ") || "no reason given";
    throw new OktaError(
      `Could not ${attempt}: Okta answered ${status}, ${said}.`,
      { code: "refused", status, error: errorCode, reason: errorSummary },
      error,
    );
  }
}

/** The same, with undefined where the object is not there. */
export async function findAtOkta<T>(orgUrl: string, attempt: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await askOkta(orgUrl, attempt, call);
  } catch (error) {
    if (error instanceof OktaError && error.status === 404) return undefined;
    throw error;
  }
}

/** All items of one of the SDK's collections. */
export async function all<T>(collection: AsyncIterable<T | null> | Promise<AsyncIterable<T | null>>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of await collection) if (item !== null) items.push(item);
  return items;
}
