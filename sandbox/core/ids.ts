/** Ids in the shapes of the vendors' own, and secrets, from the system's random source. */
import { randomBytes, randomInt, randomUUID } from "node:crypto";

const ALPHANUMERIC = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** An Okta id: a three-character prefix (`0oa`, `aus`, …) and 17 more, 20 in all. */
export function oktaId(prefix: string): string {
  let id = prefix;
  while (id.length < 20) id += ALPHANUMERIC[randomInt(ALPHANUMERIC.length)];
  return id;
}

/** A UUID, as Anypoint's organizations, environments and providers have. */
export const uuid = (): string => randomUUID();

/** A secret of 64 URL-safe characters, as Okta makes for clients. */
export const newSecret = (): string => randomBytes(48).toString("base64url");
