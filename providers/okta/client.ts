/**
 * The vendor's Okta SDK over our login, for what operations and checks read and repair at Okta. `pulumi up` itself goes
 * through the Okta plugin.
 */
import { type Readable, addAbortSignal } from "node:stream";
import okta from "@okta/okta-sdk-nodejs";
import { z } from "zod";
import { type OrgToken, orgToken } from "./access-token.ts";
import { redact } from "../anypoint/redaction.ts";
import { MAX_BODY_BYTES } from "../body-limit.ts";
import { TooDeep, parseJson } from "../vendor-text.ts";
import { OktaError } from "./errors.ts";
import { proxyAgent } from "../proxy.ts";
import { DEADLINE_MS, sendToOkta, textOf, unreachable, withoutSent } from "./http.ts";
import type { OktaConnection } from "./login.ts";

export type OktaClient = okta.Client;

type SdkExecutor = okta.DefaultRequestExecutor;
type SdkRequest = Parameters<SdkExecutor["fetch"]>[0];
type SdkResponse = Awaited<ReturnType<SdkExecutor["fetch"]>>;

/**
 * A client of the org. `scopes` are asked for when a service app logs in, at the first call; other logins have theirs. `deadlineMs` is for
 * the head of an answer, and again for its body.
 */
export function oktaClient(
  { orgUrl, login }: OktaConnection,
  scopes: readonly string[],
  deadlineMs = DEADLINE_MS,
): OktaClient {
  const { origin } = new URL(orgUrl);
  let token: Promise<OrgToken> | undefined;
  const authorization = async (): Promise<string> => {
    switch (login.kind) {
      case "API token":
        return `SSWS ${login.apiToken}`;
      case "access token":
        return `Bearer ${login.accessToken}`;
      case "service app":
        token ??= orgToken(orgUrl, login, scopes, (request) => sendToOkta(request, deadlineMs));
        return `Bearer ${(await token).accessToken}`;
    }
  };

  class Executor extends okta.DefaultRequestExecutor {
    override async fetch(request: SdkRequest): Promise<SdkResponse> {
      const headers = request.headers as Record<string, string>;
      const asked = new URL(String(request.url));
      // Lists say themselves where their next page is.
      if (asked.origin !== origin) throw elsewhere(origin, asked);
      const authorized = await authorization();
      const response = await super.fetch({
        ...request,
        // A redirect would carry the token elsewhere: the SDK's own fetch sends it to another port of the same host.
        redirect: "manual",
        // The SDK's own choice knows no NO_PROXY.
        agent: proxyAgent(asked, process.env),
        headers: {
          ...headers,
          Authorization: authorized,
          "User-Agent": `okta-anypoint ${headers["User-Agent"] ?? ""}`.trim(),
        },
      });
      return readBounded(response, authorized.slice(authorized.indexOf(" ") + 1), deadlineMs);
    }
  }
  return new okta.Client({
    orgUrl,
    authorizationMode: "SSWS",
    // The executor brings the real one; the SDK demands that there is some text.
    token: "by-executor",
    requestExecutor: new Executor({ requestTimeout: deadlineMs, maxRetries: 2 }),
    cacheMiddleware: null,
  });
}

/** The answer with its body read, within the limit and the deadline; a refusal's has no secret that the server quotes. */
async function readBounded(response: SdkResponse, secret: string, deadlineMs: number): Promise<SdkResponse> {
  const body = response.body as unknown as Readable;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(AbortSignal.timeout(deadlineMs), body) as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, hence the connection.
    if (size > MAX_BODY_BYTES) throw unusable("too long an answer");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (response.ok && text !== "") requireJson(text);
  const told = withoutSent(text, [secret]);
  const clean = response.ok ? told : redact(told, [secret]);
  const Answer = response.constructor as new (body: string | null, init: object) => SdkResponse;
  const { status, statusText, url } = response;
  // The SDK's errors carry them.
  const headers = [...response.headers].map(([name, value]) => [name, withoutSent(value, [secret])]);
  return new Answer(clean, {
    status,
    statusText,
    headers,
    url,
  });
}

function requireJson(text: string): void {
  try {
    parseJson(text);
  } catch (error) {
    throw unusable(error instanceof TooDeep ? `an answer of which ${error.message}` : "an answer that is not JSON");
  }
}

/** What an error says in place of a network fault's code. */
const unusable = (code: string): Error => Object.assign(new Error(code), { code });

const elsewhere = (origin: string, { host }: URL): OktaError =>
  new OktaError(
    `An answer of ${origin} sends on to another host, ${host}, which was not asked: the login is for the org alone. Check okta-anypoint:orgUrl and the proxy.`,
    { code: "refused" },
  );

/** Runs a call of the SDK and turns what it throws into {@link OktaError}: what was attempted, and what came back. */
export async function askOkta<T>(orgUrl: string, attempt: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof OktaError) throw error;
    const { status, ...said } = error as { status?: number; errorCode?: unknown; errorSummary?: unknown };
    const [errorCode, errorSummary] = [textOf(said.errorCode), textOf(said.errorSummary)];
    if (typeof status !== "number") throw unreachable(orgUrl, error);
    const reason = [errorCode, errorSummary].filter((part) => part !== undefined).join(": ") || "no reason given";
    throw new OktaError(
      `Could not ${attempt}: Okta answered ${status}, ${reason.slice(0, LONGEST_REASON)}.`,
      { code: "refused", status, error: errorCode, reason: errorSummary },
      error,
    );
  }
}

/** Characters. */
const LONGEST_REASON = 1000;

/** What the SDK gave, in this shape; throws {@link OktaError} where it is not what the vendor describes: the SDK itself looks at nothing. */
export function asDescribed<T extends z.ZodType>(attempt: string, shape: T, value: unknown): z.output<T> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  throw new OktaError(
    `Could not ${attempt}: Okta's answer is not as described (${wrong.slice(0, 3).join("; ")}). Check that okta-anypoint:orgUrl is the org itself and not, say, a proxy.`,
    { code: "refused" },
  );
}

/** All rows of one of the SDK's lists. Throws {@link OktaError} where one is not of this shape. */
export async function listAtOkta<T>(
  orgUrl: string,
  attempt: string,
  row: z.ZodType,
  call: () => OktaList<T>,
): Promise<T[]> {
  const rows = await askOkta(orgUrl, attempt, () => all(call()));
  asDescribed(attempt, z.array(row), rows);
  return rows;
}

/** {@link askOkta}, with undefined where the object is not there. */
export async function findAtOkta<T>(orgUrl: string, attempt: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await askOkta(orgUrl, attempt, call);
  } catch (error) {
    if (error instanceof OktaError && error.status === 404) return undefined;
    throw error;
  }
}

/** As the SDK gives it. */
export type OktaList<T> = AsyncIterable<T | null> | Promise<AsyncIterable<T | null>>;

/** Pages of a list at most, and how long it may take with all of them, in ms. */
const MOST_PAGES = 500;
const LIST_DEADLINE_MS = 600_000;

/** All items of one of the SDK's collections. Throws for one that has no end. */
export async function all<T>(collection: OktaList<T>): Promise<T[]> {
  const items: T[] = [];
  const list = await collection;
  const pages = new Set<string>();
  const deadline = Date.now() + LIST_DEADLINE_MS;
  for await (const item of list) {
    if (item !== null) items.push(item);
    // As the SDK has it: the next look fetches this page.
    const { nextUri, currentItems = [] } = list as { nextUri?: string; currentItems?: unknown[] };
    if (nextUri === undefined || currentItems.length > 0) continue;
    if (pages.has(nextUri) || pages.size >= MOST_PAGES || Date.now() > deadline) throw endless(nextUri, items.length);
    pages.add(nextUri);
  }
  return items;
}

const endless = (nextUri: string, count: number): OktaError =>
  new OktaError(
    `Could not read ${new URL(nextUri).pathname}: the list has no end (${count} rows so far). Check that okta-anypoint:orgUrl is the org itself and not, say, a proxy.`,
    { code: "refused" },
  );
