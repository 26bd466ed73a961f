/** What a verification needs to know: the Okta URLs, the Inspector, the APIs and clients, and whether a probe client exists. */
import { z } from "zod";
import { isLoopback } from "../../config/loopback.ts";
import { CannotRun } from "../command-line.ts";

const text = (what: string) => z.string({ error: `give ${what}` }).min(1, { error: `is empty; give ${what}` });

/** Why a text is no usable URL; undefined when it is one. The text itself is never repeated: it may carry credentials. */
function urlProblem(value: string, clearText: "on loopback" | "anywhere"): string | undefined {
  if (!URL.canParse(value)) return "is not a URL";
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") return "must not carry credentials";
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return "must start with https://";
  return clearText === "anywhere" || isLoopback(url.hostname)
    ? undefined
    : "must start with https:// (http:// is taken only for a server on this machine)";
}

const url = (what: string, clearText: "on loopback" | "anywhere" = "on loopback") =>
  text(what).superRefine((value, context) => {
    const message = urlProblem(value, clearText);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/** A client as the stack's output names it, without its secret. */
const client = z.object(
  { name: text("the client's name"), clientId: text("its client id") },
  { error: "give a client: name and clientId" },
);
const clientWithSecret = client.extend({ clientSecret: text("its client secret") });
const inspector = z.object({ clientId: text("the Inspector's client id") }, { error: "give the Inspector's clientId" });

const okta = z.object(
  {
    /** The org, for messages. */
    orgUrl: url("the Okta org URL"),
    /** Issuer of the consumers' tokens. */
    issuer: url("the issuer of the consumers' tokens"),
    /** Token endpoint of that issuer. */
    tokenUrl: url("the token URL of the consumers"),
    /** What the Anypoint client provider holds as its introspection URL. */
    introspectionUrl: url("the introspection URL of the client provider"),
  },
  { error: "give orgUrl, issuer, tokenUrl and introspectionUrl" },
);

const api = z.object({
  name: text("the API's name"),
  /** A URL of the API that answers 2xx to a request that the policy lets through. Plain http is taken: it is the API owner's choice. */
  url: url("the API's URL", "anywhere"),
  method: z
    .string()
    .regex(/^[A-Z]+$/, { error: "give an HTTP method in capitals" })
    .default("GET"),
  /** Scopes that the policy asks for; none when it asks for none. */
  scopes: z.array(text("a scope")).default([]),
  /** AND: a token needs all of them; OR: one is enough. */
  scopeCriteria: z.enum(["AND", "OR"], { error: "give AND or OR" }).default("AND"),
});

/** A scope that the server knows and no API asks for, for the call whose token lacks the scope. */
const probe = z.object({ scope: text("the probe scope") });

const deadlineSeconds = z
  .int({ error: "give a whole number of seconds" })
  .min(1, { error: "give at least 1 second" })
  .max(1800, { error: "give at most 1800 seconds" })
  .default(180);

const oneApi = { error: "has no API; there is nothing to verify" };

/** Everything, secrets included. */
export const verifyInputSchema = z.object({
  okta,
  inspector: inspector.extend({ clientSecret: text("the Inspector's client secret") }),
  /** `consumer` has a contract with the API. */
  apis: z.array(api.extend({ consumer: clientWithSecret }), { error: "give a list of APIs" }).min(1, oneApi),
  /** `consumer` has no contract with any of the APIs. Without a probe the two rows that need it are not run. */
  probe: probe.extend({ consumer: clientWithSecret }).optional(),
  /** How long answers that waiting can change are waited for, in seconds from the start. Default 180. */
  deadlineSeconds,
});

/** The stack output `verification`: the same without secrets. */
export const verificationOutputSchema = z.object({
  okta,
  inspector,
  apis: z.array(api.extend({ consumer: client }), { error: "give a list of APIs" }).min(1, oneApi),
  probe: probe.extend({ consumer: client }).optional(),
  deadlineSeconds,
});

/** What `verify` takes, before defaults. */
export type VerifyInput = z.input<typeof verifyInputSchema>;
/** The same with defaults filled in. */
export type CompleteVerifyInput = z.output<typeof verifyInputSchema>;
export type ApiToVerify = CompleteVerifyInput["apis"][number];
export type Client = z.output<typeof clientWithSecret>;
/** The stack output `verification`. */
export type VerificationOutput = z.input<typeof verificationOutputSchema>;
export type CompleteVerificationOutput = z.output<typeof verificationOutputSchema>;

/** Something keeps the verification from running at all; the message says what was tried and what to do. */
export class CannotVerify extends CannotRun {
  override readonly name = "CannotVerify";
}

/** The stack is there, and has no API that can be called as one of its consumers. */
export class NothingToVerify extends CannotVerify {}

/** One line per problem: where it is and what is wrong, never the value. */
export function problems(error: z.ZodError): string {
  return error.issues.map((issue) => `  - ${issue.path.join(".") || "(whole)"}: ${issue.message}`).join("\n");
}

/** Checks and completes an input. Throws `CannotVerify` that lists every problem. */
export function parseVerifyInput(value: unknown): CompleteVerifyInput {
  const parsed = verifyInputSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CannotVerify(`The input of the verification is not right:\n${problems(parsed.error)}`);
}
