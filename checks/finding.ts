/** What a check finds: the one shape that the doctor shows and the preflight fails by. */

/** `unknown`: it could not be found out; why stands in `seen`. */
export type FindingStatus = "ok" | "warn" | "fail" | "unknown";

export interface Finding {
  /** What was looked at, in the words of the table's first column. */
  readonly side: "Okta" | "Anypoint" | "stack" | "gateway";
  /** Stable name of the check, kebab-case, for example `okta-login`. */
  readonly check: string;
  /** The check in a few words: `login of the app that runs the stack`. */
  readonly title: string;
  readonly status: FindingStatus;
  /** Stable name of the cause, kebab-case, for example `okta-key-unknown`. Always there with `fail` and `warn`. */
  readonly code?: string;
  /** What was seen. No secret. */
  readonly seen: string;
  /** What to do; with everything but `ok`. */
  readonly whatToDo?: string;
}
