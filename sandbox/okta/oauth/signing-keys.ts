/** Signing keys of the org and of custom servers: RS256, private JWKs in the state. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { Json } from "../org.ts";
import type { SigningKey } from "../state.ts";

export async function newSigningKey(created: string): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(privateJwk), status: "ACTIVE", created, privateJwk };
}

export function activeKey(keys: readonly SigningKey[]): SigningKey {
  const key = keys.find(({ status }) => status === "ACTIVE");
  if (key === undefined) throw new Error("No active signing key in the state.");
  return key;
}

/** The public half, as published in a JWKS. */
export const publicJwk = ({ kid, privateJwk: { e, n } }: SigningKey): Json => ({
  kty: "RSA",
  alg: "RS256",
  kid,
  use: "sig",
  e,
  n,
});

/** Puts a new key first; the old one stays published, so that its tokens can still be verified. */
export async function rotateKeys(keys: SigningKey[], created: string): Promise<void> {
  for (const key of keys) key.status = "EXPIRED";
  keys.unshift(await newSigningKey(created));
}
