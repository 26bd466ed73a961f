/** The result of a verification. */

/** The checks of one API, in the order of the table. */
export const CHECKS = {
  token: { title: "token from the issuing server", expected: "200" },
  call: { title: "call with the token", expected: "200" },
  "no-token": { title: "call without a token", expected: "401 (or 400)" },
  "garbage-token": { title: "call with a garbage token", expected: "401" },
  "missing-scope": { title: "token without the scope", expected: "403" },
  "no-contract": { title: "client without a contract", expected: "403" },
} as const;

export type CheckId = keyof typeof CHECKS;

/** How long an answer may be waited for: not at all, for the few seconds of a hiccup, or until the deadline. */
export type Patience = "never" | "briefly" | "long";

/** Why a check failed. */
export interface Diagnosis {
  /** Stable name of the cause, for programs. */
  readonly code: string;
  /** What was seen and what it means. */
  readonly cause: string;
  readonly whatToDo: string;
  readonly patience: Patience;
  /** What the progress lines say is waited for. */
  readonly waitingFor?: string;
}

export interface VerifyRow {
  /** The API's name. */
  readonly api: string;
  readonly check: CheckId;
  readonly title: string;
  readonly expected: string;
  /** The status answered, or a few words where there was none. */
  readonly observed: string;
  readonly status: "ok" | "failed" | "not-run";
  /** Stable name of the cause, on failed rows. */
  readonly code?: string;
  /** What was seen and what it means; on rows that were not run, why not. */
  readonly cause?: string;
  readonly whatToDo?: string;
}

export interface VerifyReport {
  readonly rows: VerifyRow[];
  /** No row failed. Rows that were not run do not count. */
  readonly ok: boolean;
  /** From start to end, in milliseconds. */
  readonly durationMs: number;
}
