/** The two ways of login that the tests go through. */
import { generateKeyPairSync } from "node:crypto";

export const API_TOKEN = "ssws-token-of-the-test";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

export const PUBLIC_KEY = publicKey;
export const PRIVATE_KEY = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
export const PRIVATE_KEY_PKCS1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();

export type LoginName = "apiToken" | "privateKey";

/** Provider configuration for a fake org; waits of milliseconds in place of the real half minute. */
export function configurationOf(login: LoginName, url: string): Record<string, string> {
  const common = { httpProxy: url, minWaitSeconds: "0.001", maxRetries: "2" };
  if (login === "apiToken") return { ...common, apiToken: API_TOKEN };
  return {
    ...common,
    clientId: "0oaBootstrap",
    privateKey: PRIVATE_KEY,
    privateKeyId: "boot-1",
    scopes: '["okta.apps.manage","okta.appGrants.manage"]',
  };
}
