/**
 * Calls to Anypoint Platform: login, deadlines, retries of what may be repeated, one kind of error. It knows no entity of
 * the platform.
 */
import { createRequire } from "node:module";
import { z } from "zod";
import { MAX_BODY_BYTES } from "../body-limit.ts";
import { TooDeep, parseJson } from "../vendor-text.ts";
import type { Connection } from "./connection.ts";
import {
  AnypointError,
  type Attempt,
  type LoginFacts,
  answerError,
  isNotFound,
  noAnswerError,
  unexpectedAnswer,
} from "./errors.ts";
import { type HttpAnswer, type HttpRequest, NoAnswer, send } from "./http.ts";
import { SHORTEST_SECRET, redact, withoutValues } from "./redaction.ts";
import { type RetryTimes, sendWithRetries } from "./retries.ts";
import { type IssuedToken, TokenSource } from "./token.ts";
import { vendorReason } from "./vendor-errors.ts";

export interface Call extends Attempt {
  readonly method: HttpRequest["method"];
  /** Path below the base URL, with its segments escaped: see {@link path}. */
  readonly path: string;
  /** Left out where undefined. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /**
   * Whether a repeat of the request has the same effect as one. GET, PUT and DELETE are; a POST never is; a PATCH is when it
   * carries whole values, and says so here.
   */
  readonly repeatable?: boolean;
  /** Secrets in the body, which no error may show. */
  readonly secrets?: readonly (string | undefined)[];
}

export interface ClientOptions extends Pick<RetryTimes, "retries" | "pauseMs"> {
  readonly connection: Connection;
  /** For one request, in ms; default 30,000. */
  readonly timeoutMs?: number;
  /** For a call with all its repeats, in ms; default 150,000. */
  readonly overallTimeoutMs?: number;
  /** Default `okta-anypoint/<version>`. */
  readonly userAgent?: string;
}

/**
 * A path whose values are escaped: path`/organizations/${id}`. Throws for `.` and `..`, by which each URL parser leaves the segment, escaped
 * or not, for an empty or blank value, whose path would be that of the list above it, and for text that is no Unicode.
 */
export const path = (parts: TemplateStringsArray, ...values: (string | number)[]): string =>
  parts.reduce((text, part, index) => `${text}${segment(String(values[index - 1]))}${part}`);

function segment(value: string): string {
  if (!value.isWellFormed() || /^(?:\.{1,2}|\s*)$/.test(value)) {
    throw new AnypointError(
      `${JSON.stringify(value)} can't be a part of a URL, so Anypoint was not asked. Correct the name or id in the configuration.`,
      { code: "refused" },
    );
  }
  return encodeURIComponent(value);
}

/** What a list may have in all its pages, in bytes. */
const LIST_BYTES = 10 * MAX_BODY_BYTES;
/** How long a list may take with all its pages, in deadlines of one call. */
const LIST_TIMES = 4;

/** Version of this package, read by its own name so that it is found wherever the compiled file lies. */
const { version } = createRequire(import.meta.url)("okta-anypoint/package.json") as { version: string };

/** A token is visible ASCII (RFC 6749, appendix A.12); anything else can't be sent. */
const accessToken = z.string().regex(/^[\x21-\x7e]+$/, { error: "is no token" });
const tokenAnswer = z.object({ access_token: accessToken, expires_in: z.number().positive().optional() });

export class AnypointClient {
  readonly connection: Connection;
  readonly #options: Required<Omit<ClientOptions, "connection">>;
  readonly #tokens: TokenSource;
  /** Secrets that were sent: an answer that repeats them tells them to nobody. */
  readonly #sent = new Set<string>();
  readonly #memo = new Map<string, Promise<unknown>>();

  constructor({ connection, ...options }: ClientOptions) {
    this.connection = connection;
    this.#options = {
      timeoutMs: options.timeoutMs ?? 30_000,
      overallTimeoutMs: options.overallTimeoutMs ?? 150_000,
      retries: options.retries ?? 4,
      pauseMs: options.pauseMs ?? 500,
      userAgent: options.userAgent ?? `okta-anypoint/${version}`,
    };
    this.#tokens = new TokenSource(connection.credentials, (id, secret) => this.#login(id, secret));
  }

  /** First pause between repeats, in ms. */
  get pauseMs(): number {
    return this.#options.pauseMs;
  }

  /** Makes a call and checks its JSON answer. Throws `AnypointError` for any other outcome. */
  async json<T extends z.ZodType>(call: Call, schema: T): Promise<z.output<T>> {
    return this.#parse(call, await this.#authorized(call), schema);
  }

  /** Makes a call whose answer's content does not matter. */
  async run(call: Call): Promise<void> {
    await this.#authorized(call);
  }

  /** A GET that gives undefined where there is nothing (404). */
  async find<T extends z.ZodType>(call: Omit<Call, "method">, schema: T): Promise<z.output<T> | undefined> {
    try {
      return await this.json({ ...call, method: "GET" }, schema);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** A DELETE for which "already gone" (404) is a success, be it by an earlier try whose answer was lost. */
  async delete(call: Omit<Call, "method">): Promise<void> {
    try {
      await this.run({ ...call, method: "DELETE" });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /**
   * All rows of a list that is paged by `offset` and `limit`. `rowsOf` takes the rows and, where the answer has one, the
   * total out of a page. Ends at the total, or at a page that is not full. Throws for a list that has no end: one that repeats a page, or
   * goes on for more than {@link LIST_BYTES}, or {@link LIST_TIMES} the deadline of a call.
   */
  async pages<T extends z.ZodType, Row>(
    call: Omit<Call, "method">,
    schema: T,
    rowsOf: (page: z.output<T>) => { readonly rows: readonly Row[]; readonly total?: number },
    limit = 100,
  ): Promise<Row[]> {
    const all: Row[] = [];
    const deadline = Date.now() + LIST_TIMES * this.#options.overallTimeoutMs;
    let former: string | undefined;
    for (let bytes = 0; ;) {
      const page: Call = { ...call, method: "GET", query: { ...call.query, offset: all.length, limit } };
      const answer = await this.#authorized(page);
      const { rows, total } = rowsOf(this.#parse(page, answer, schema));
      for (const row of rows) all.push(row);
      if (rows.length === 0 || (total === undefined ? rows.length < limit : all.length >= total)) return all;
      bytes += answer.text.length;
      const endless = bytes > LIST_BYTES || Date.now() > deadline;
      if (endless || answer.text === former) {
        const what = endless ? "the list has no end" : "the list gives the same page twice";
        throw unexpectedAnswer(page, `${what} (${all.length} rows so far)`, this.#noControlPlane);
      }
      former = answer.text;
    }
  }

  /** Does something once per process and keeps its result; a failure is not kept. */
  once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#memo.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const result = work();
    this.#memo.set(key, result);
    result.catch(() => this.#memo.delete(key));
    return result;
  }

  async #login(clientId: string, clientSecret: string): Promise<IssuedToken> {
    const call: Call = {
      operation: "token.request",
      subject: `to Anypoint at ${this.connection.baseUrl} as connected app ${clientId}`,
      method: "POST",
      path: "/accounts/api/v2/oauth2/token",
      body: { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret },
      // A second token does no harm, a run that fails for a busy minute does.
      repeatable: true,
      secrets: [clientSecret],
    };
    const answer = await this.#send(call, {});
    if (answer.status >= 400) throw this.#refused(call, answer);
    const { access_token, expires_in } = this.#parse(call, answer, tokenAnswer, true);
    this.#sent.add(access_token);
    return { accessToken: access_token, expiresIn: expires_in };
  }

  /** Sends with the token; once more with a new one where the first is not accepted: nothing was done with it. */
  async #authorized(call: Call): Promise<HttpAnswer> {
    let token = await this.#tokens.get();
    let answer = await this.#send(call, { authorization: `Bearer ${token}` });
    if (answer.status === 401 && (await this.#tokens.discard(token))) {
      token = await this.#tokens.get();
      answer = await this.#send(call, { authorization: `Bearer ${token}` });
    }
    if (answer.status >= 300) throw this.#refused(call, answer);
    return answer;
  }

  async #send(call: Call, headers: Record<string, string>): Promise<HttpAnswer> {
    const { timeoutMs, overallTimeoutMs, userAgent, retries, pauseMs } = this.#options;
    for (const secret of call.secrets ?? []) if (secret !== undefined) this.#sent.add(secret);
    const url = new URL(this.connection.baseUrl + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const overall = AbortSignal.timeout(overallTimeoutMs);
    const deadline = Date.now() + overallTimeoutMs;
    const repeatable = call.repeatable ?? (call.method !== "POST" && call.method !== "PATCH");
    try {
      return await sendWithRetries(
        () =>
          send({
            method: call.method,
            url: url.href,
            headers: { ...headers, "user-agent": userAgent },
            body: call.body,
            signal: AbortSignal.any([overall, AbortSignal.timeout(timeoutMs)]),
          }),
        overall,
        deadline,
        { retries, pauseMs, onlyWhenLimited: !repeatable },
      );
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw noAnswerError(call, this.#loginFacts, {
        timedOutAfterMs: error.timedOut ? (overall.aborted ? overallTimeoutMs : timeoutMs) : undefined,
        reason: redact(error.message, this.#secrets),
        mayHaveWorked: call.method === "POST" && call.operation !== "token.request",
      });
    }
  }

  #refused(call: Call, answer: HttpAnswer) {
    const reason = vendorReason(answer.text);
    const requestId = answer.headers["x-request-id"] ?? answer.headers["x-correlation-id"];
    return answerError(call, this.#loginFacts, {
      status: answer.status,
      reason: reason === undefined ? undefined : redact(reason, this.#secrets),
      requestId: requestId === undefined ? undefined : redact(requestId, this.#secrets),
      mayHaveWorked: call.method === "POST" && call.operation !== "token.request",
    });
  }

  /** `asItIs`: the answer gives a secret, which may be one that was sent before. */
  #parse<T extends z.ZodType>(call: Call, answer: HttpAnswer, schema: T, asItIs = false): z.output<T> {
    const todo = this.#noControlPlane;
    let body: unknown;
    try {
      body = parseJson(asItIs ? answer.text : withoutValues(answer.text, this.#secrets, SHORTEST_SECRET));
    } catch (error) {
      const how = error instanceof TooDeep ? `JSON of which ${error.message}` : "something that is not JSON";
      throw unexpectedAnswer(call, `Anypoint answered ${answer.status} with ${how}`, todo);
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
    throw unexpectedAnswer(call, `Anypoint's answer is not as described (${wrong.slice(0, 3).join("; ")})`, todo);
  }

  get #secrets(): string[] {
    const { credentials } = this.connection;
    const own = credentials.kind === "connected app" ? credentials.clientSecret : credentials.accessToken;
    return [own, ...this.#sent];
  }

  get #noControlPlane(): string {
    return `Check that anypoint:host (${this.connection.baseUrl}) is an Anypoint control plane and not, say, a proxy's page.`;
  }

  get #loginFacts(): LoginFacts {
    return { baseUrl: this.connection.baseUrl, kind: this.connection.credentials.kind };
  }
}
