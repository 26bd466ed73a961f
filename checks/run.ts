/** How checks are run: one that throws is a finding too, and what depends on it is not asked. */
import { AnypointError } from "../providers/anypoint/errors.ts";
import { OktaError } from "../providers/okta/errors.ts";
import { printable } from "../providers/vendor-text.ts";
import type { Finding } from "./finding.ts";

/** What a check looks at; its findings differ in status, code and words alone. */
export type Subject = Pick<Finding, "side" | "check" | "title">;

/** What was seen may be a vendor's words. */
export const ok = (subject: Subject, seen: string): Finding => ({ ...subject, status: "ok", seen: printable(seen) });

export const fail = (subject: Subject, code: string, seen: string, whatToDo: string): Finding => ({
  ...subject,
  status: "fail",
  code,
  seen: printable(seen),
  whatToDo: printable(whatToDo),
});

export const warn = (subject: Subject, code: string, seen: string, whatToDo: string): Finding => ({
  ...fail(subject, code, seen, whatToDo),
  status: "warn",
});

export const unknown = (subject: Subject, seen: string, whatToDo?: string): Finding => ({
  ...subject,
  status: "unknown",
  seen: printable(seen),
  ...(whatToDo !== undefined && { whatToDo: printable(whatToDo) }),
});

/** Runs a check; what it throws becomes its finding. Faults of our own are thrown on. */
export async function found(subject: Subject, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [failure(subject, error)];
  }
}

/** The finding for an error of one of our clients, whose message says what was attempted, what came back and what to do. */
export function failure(subject: Subject, error: unknown): Finding {
  if (error instanceof AnypointError) {
    return { ...subject, status: "fail", code: anypointCode(error), seen: error.message };
  }
  if (error instanceof OktaError) {
    return { ...subject, status: "fail", code: `okta-${error.code}`, seen: error.message };
  }
  throw error;
}

function anypointCode({ code, operation, status }: AnypointError): string {
  if (operation === "token.request" && (code === "unauthorized" || code === "invalid")) return "anypoint-login-refused";
  if (status === 405 || (operation === "organizations.read" && code === "misconfigured")) return "anypoint-not-root";
  return code === "forbidden" ? "anypoint-scope-missing" : `anypoint-${code}`;
}
