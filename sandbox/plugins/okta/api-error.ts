/** An error answer of Okta, worded as the real plugin words it. */

interface ErrorBody {
  readonly error_description?: string;
  readonly errorCode?: string;
  readonly errorSummary?: string;
  readonly errorCauses?: readonly Record<string, unknown>[];
}

export class OktaApiError extends Error {
  readonly status: number;
  /** Okta's own code, `E0000007` for example. */
  readonly code: string | undefined;

  constructor(status: number, body: unknown) {
    const answer = (typeof body === "object" && body !== null ? body : {}) as ErrorBody;
    super(describe(answer));
    this.name = "OktaApiError";
    this.status = status;
    this.code = answer.errorCode;
  }
}

function describe(answer: ErrorBody): string {
  const summary = answer.error_description ?? answer.errorSummary;
  const text = summary === undefined ? "the API returned an unknown error" : `the API returned an error: ${summary}`;
  const causes = (answer.errorCauses ?? []).flatMap((cause) =>
    Object.entries(cause).map(([key, value]) => `${key}: ${String(value)}`),
  );
  return causes.length === 0 ? text : `${text}. Causes: ${causes.join(", ")}`;
}

/** Runs a step and puts what was attempted before its error. */
export async function attempt<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The answer, or undefined when Okta says 404. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof OktaApiError && error.status === 404) return undefined;
    throw error;
  }
}
