/** Verifies that the whole pattern works: the right token gets in, and nothing else does. */
import { setTimeout as delay } from "node:timers/promises";
import { diagnoseCall, isExpected } from "./diagnosis.ts";
import { type CallContext, missingScopes } from "./gateway-diagnosis.ts";
import {
  type Fetch,
  type HttpAnswer,
  type HttpClient,
  type Unreachable,
  createHttpClient,
  retryAfterSeconds,
} from "./http.ts";
import {
  type ApiToVerify,
  type Client,
  type CompleteVerifyInput,
  type VerifyInput,
  parseVerifyInput,
} from "./input.ts";
import { type Token, type TokenResult, requestToken } from "./oauth.ts";
import { type Attempt, type Clock, poll } from "./polling.ts";
import { type Probes, createProbes, garbageToken } from "./probes.ts";
import { Redactor } from "./redactor.ts";
import { CHECKS, type CheckId, type Diagnosis, type VerifyReport, type VerifyRow } from "./report.ts";
import { diagnoseToken } from "./token-diagnosis.ts";

export interface VerifyOptions {
  /** Gets a line whenever something is waited for. Never holds a secret. */
  readonly onProgress?: (line: string) => void;
  /** Milliseconds since some fixed moment. Default: the system's monotonic clock. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Default: node-fetch, by HTTPS_PROXY and NO_PROXY. */
  readonly fetch?: Fetch;
  /** End of each single request, in seconds. Default 20. */
  readonly requestTimeoutSeconds?: number;
}

/** A check's outcome; the row without the parts that follow from API and check. */
type Outcome = Pick<VerifyRow, "observed" | "status" | "code" | "cause" | "whatToDo">;

/** A token that is kept while it serves. */
interface TokenSource {
  /** The token, or why there is none. Asks for a new one when there is none, it is old, or `fresh`. */
  get(fresh?: boolean): Promise<{ token: Token } | { failed: Outcome }>;
}

const ok = (observed: string): Outcome => ({ observed, status: "ok" });
const notRun = (cause: string): Outcome => ({ observed: "-", status: "not-run", cause });
const failed = (observed: string, { code, cause, whatToDo }: Diagnosis): Outcome => ({
  observed,
  status: "failed",
  code,
  cause,
  whatToDo,
});

/**
 * Runs the checks of every API, the APIs beside each other. Answers that waiting can change (policies take about a minute
 * to a gateway, contracts about 15 s) are waited for until `deadlineSeconds` after the start; others fail at once.
 * Throws `CannotVerify` when the input is not right; everything else is in the report, which holds no secret.
 */
export async function verify(input: VerifyInput, options: VerifyOptions = {}): Promise<VerifyReport> {
  const complete = parseVerifyInput(input);
  const clock: Clock = {
    now: options.now ?? (() => performance.now()),
    sleep: options.sleep ?? ((milliseconds) => delay(milliseconds)),
  };
  const redactor = new Redactor();
  redactor.addClient(complete.inspector);
  for (const { consumer } of complete.apis) redactor.addClient(consumer);
  if (complete.probe !== undefined) redactor.addClient(complete.probe.consumer);

  const start = clock.now();
  const run: Run = {
    input: complete,
    http: createHttpClient({ fetch: options.fetch, timeoutSeconds: options.requestTimeoutSeconds }),
    clock,
    deadline: start + complete.deadlineSeconds * 1000,
    redactor,
    progress: (line) => options.onProgress?.(redactor.text(line)),
  };
  const rows = (await Promise.all(complete.apis.map((api) => new ApiVerification(run, api).rows()))).flat();
  return {
    rows: rows.map((row) => redacted(row, redactor)),
    ok: rows.every((row) => row.status !== "failed"),
    durationMs: Math.round(clock.now() - start),
  };
}

function redacted(row: VerifyRow, redactor: Redactor): VerifyRow {
  const texts = { api: row.api, observed: row.observed, cause: row.cause, whatToDo: row.whatToDo };
  const clean = Object.entries(texts).flatMap(([key, text]) =>
    text === undefined ? [] : [[key, redactor.text(text).trim()]],
  );
  return { ...row, ...(Object.fromEntries(clean) as Partial<VerifyRow>) };
}

/** What all checks of one verification share. */
interface Run {
  readonly input: CompleteVerifyInput;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly deadline: number;
  readonly redactor: Redactor;
  readonly progress: (line: string) => void;
}

/** The checks of one API. */
class ApiVerification {
  readonly #run: Run;
  readonly #api: ApiToVerify;
  readonly #probes: Probes;

  constructor(run: Run, api: ApiToVerify) {
    this.#run = run;
    this.#api = api;
    this.#probes = createProbes(run.http, run.input);
  }

  /** Rows in the order of the table. The call without a token comes first: a 200 means nothing before the policy is there. */
  async rows(): Promise<VerifyRow[]> {
    const good = this.#tokenSource("token", this.#api.consumer, this.#api.scopes);
    const token = await this.#token(good);
    const noToken = await this.#call("no-token", undefined);
    const call = token.status === "ok" ? await this.#call("call", good) : notRun("There is no token to call with.");
    const garbage = await this.#call("garbage-token", garbageToken());
    const outcomes: Record<CheckId, Outcome> = {
      token,
      call,
      "no-token": noToken,
      "garbage-token": garbage,
      ...(await this.#probeCalls(call)),
    };
    return (Object.keys(CHECKS) as CheckId[]).map((check) => ({
      api: this.#api.name,
      check,
      ...CHECKS[check],
      ...outcomes[check],
    }));
  }

  /** The calls that need the probe. */
  async #probeCalls(call: Outcome): Promise<Record<"missing-scope" | "no-contract", Outcome>> {
    const neither = (why: string) => ({ "missing-scope": notRun(why), "no-contract": notRun(why) });
    const { probe } = this.#run.input;
    if (probe === undefined) return neither("The stack has no probe (verification.probe).");
    if (call.status !== "ok") {
      return neither("The right token was not let in, so a refusal of another one would prove nothing.");
    }
    // A token without scopes is possible only where the server has default scopes, so the probe scope stands in for none.
    const scopes = this.#api.scopes.length > 0 ? this.#api.scopes : [probe.scope];
    return {
      "missing-scope": await this.#missingScope(probe.scope),
      "no-contract": await this.#call("no-contract", this.#tokenSource("no-contract", probe.consumer, scopes)),
    };
  }

  async #token(source: TokenSource): Promise<Outcome> {
    const got = await source.get();
    return "failed" in got ? got.failed : ok("200");
  }

  async #missingScope(probeScope: string): Promise<Outcome> {
    const { scopes, consumer } = this.#api;
    if (scopes.length === 0) return notRun("The API's policy asks for no scope.");
    if (missingScopes(this.#api, [probeScope]).length === 0) {
      return notRun(`The probe scope ${probeScope} is one that the API asks for.`);
    }
    return this.#call("missing-scope", this.#tokenSource("missing-scope", consumer, [probeScope]));
  }

  /** Calls the API, waiting while that can help. `credential`: a source of tokens, a fixed token, or none. */
  async #call(check: CallContext["check"], credential: TokenSource | string | undefined): Promise<Outcome> {
    let fresh = false;
    return this.#poll(check, async () => {
      let token: string | undefined;
      if (typeof credential === "object") {
        const got = await credential.get(fresh);
        if ("failed" in got) return { result: got.failed, patience: "never" };
        token = got.token.accessToken;
      } else {
        token = credential;
      }
      const answer = await this.#send(token);
      if (answer.kind === "answer" && isExpected(check, answer.status)) {
        return { result: ok(String(answer.status)), patience: "never" };
      }
      // A gateway may remember an earlier answer about a token, so one that was refused is not used again.
      fresh = answer.kind === "answer" && answer.status === 401;
      const { input, redactor } = this.#run;
      const diagnosis = await diagnoseCall(answer, {
        check,
        api: this.#api,
        token,
        issuer: input.okta.issuer,
        probes: this.#probes,
        quote: (text) => redactor.quote(text),
      });
      return attemptOf(answer, diagnosis);
    });
  }

  #send(token: string | undefined): Promise<HttpAnswer | Unreachable> {
    const { url, method } = this.#api;
    return this.#run.http.send({
      url,
      method,
      headers: {
        accept: "application/json, */*;q=0.5",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    });
  }

  #tokenSource(check: CheckId, client: Client, scopes: string[]): TokenSource {
    const { input, http, clock, redactor } = this.#run;
    let kept: { token: Token; until: number } | undefined;
    return {
      get: async (fresh = false) => {
        if (kept !== undefined && !fresh && clock.now() < kept.until) return { token: kept.token };
        let token: Token | undefined;
        const outcome = await this.#poll(check, async () => {
          const result = await requestToken(http, input.okta, client, scopes);
          if (result.kind === "token") redactor.add(result.accessToken);
          const diagnosis = diagnoseToken(result, {
            okta: input.okta,
            client,
            scopes,
            quote: (text) => redactor.quote(text),
          });
          if (diagnosis === undefined && result.kind === "token") {
            token = result;
            return { result: ok("200"), patience: "never" };
          }
          return attemptOf(result, diagnosis!);
        });
        if (token === undefined) return { failed: outcome };
        const seconds = (token.expiresInSeconds ?? 3600) - 30;
        kept = { token, until: clock.now() + seconds * 1000 };
        return { token };
      },
    };
  }

  #poll(check: CheckId, attempt: () => Promise<Attempt<Outcome>>): Promise<Outcome> {
    const { clock, deadline, progress } = this.#run;
    return poll(attempt, {
      clock,
      deadline,
      waiting: ({ result, waitingFor }, seconds) =>
        progress(
          `${this.#api.name}, ${CHECKS[check].title}: ${result.observed}; waiting for ${waitingFor ?? "another answer"} … ${seconds} s`,
        ),
    });
  }
}

/** What one try came to, when it is not what was expected. */
function attemptOf(answer: HttpAnswer | TokenResult, diagnosis: Diagnosis): Attempt<Outcome> {
  const observed =
    answer.kind === "unreachable" ? "no answer" : answer.kind === "token" ? "200" : String(answer.status);
  const http = answer.kind === "answer" ? answer : answer.kind === "refused" ? answer.answer : undefined;
  return {
    result: failed(observed, diagnosis),
    patience: diagnosis.patience,
    waitingFor: diagnosis.waitingFor,
    retryAfterSeconds: http === undefined ? undefined : retryAfterSeconds(http),
  };
}
