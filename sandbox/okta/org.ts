/** What every route of the local Okta is given, and the shapes that all of them share. */
import type { Context } from "hono";
import type { Env } from "../core/service.ts";
import { OktaError, invalidClient, malformedBody, wrongMediaType } from "./errors.ts";
import type { OktaState } from "./state.ts";
import type { OktaSwitches } from "./switches.ts";

export interface Org {
  /** Org URL without a trailing slash. */
  readonly baseUrl: string;
  readonly state: OktaState;
  readonly switches: OktaSwitches;
  /** The super admin's API token, if there is one. */
  apiToken: string | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
}

export type RequestContext = Context<Env>;

export type Json = Record<string, unknown>;

/** Present time as Okta writes it. */
export const timestamp = (org: Org): string => new Date(org.now()).toISOString();

export const seconds = (org: Org): number => Math.floor(org.now() / 1000);

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value as an object; an empty one in place of anything else. */
export const objectOr = (value: unknown): Json => (isObject(value) ? value : {});

/** The request's JSON object; an absent body is an empty one. One of another type is refused (confirmed: error codes). */
export async function readJson(c: RequestContext): Promise<Json> {
  const text = await c.req.text();
  if (text.trim() === "") return {};
  if (!isJson(c.req.header("content-type"))) throw wrongMediaType();
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Falls through to the same refusal.
  }
  throw malformedBody();
}

const isJson = (type = ""): boolean => /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type.trim());

/** A link with the methods that it takes. */
export const link = (href: string, ...allow: string[]): Json =>
  allow.length === 0 ? { href } : { href, hints: { allow } };

/** A JWK or JWT segment that cannot be read is the client's fault, not ours. */
export async function orInvalidClient<T>(work: () => T | Promise<T>, description: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OktaError) throw error;
    throw invalidClient(description);
  }
}
