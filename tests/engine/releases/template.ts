/**
 * Documents with placeholders, `{{name}}`, in place of secrets, keys and addresses. A placeholder may be a part of a text, and it is
 * also found in what Pulumi writes of a secret in clear, which is JSON in a text.
 */
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { newSecret } from "../../../sandbox/core/ids.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Names of placeholders and what they stand for. */
export type Values = ReadonlyMap<string, string>;

/** The member of a secret in clear, as exported: its value as JSON. */
const PLAINTEXT = "plaintext";
const PLACEHOLDER = /\{\{([\w.-]+)\}\}/g;

/** The same document with each text changed. */
function mapped(document: Json, change: (text: string) => string): Json {
  if (typeof document === "string") return change(document);
  if (typeof document !== "object" || document === null) return document;
  if (Array.isArray(document)) return document.map((one) => mapped(one, change));
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [
      change(key),
      key === PLAINTEXT && typeof value === "string"
        ? JSON.stringify(mapped(JSON.parse(value) as Json, change))
        : mapped(value, change),
    ]),
  );
}

/** Puts placeholders in the place of the values. */
export function templateOf(document: unknown, values: Values): Json {
  // Longer ones first: one value may be a part of another.
  const longestFirst = [...values].sort(([, one], [, other]) => other.length - one.length);
  return mapped(structuredClone(document) as Json, (text) =>
    longestFirst.reduce((rest, [name, value]) => rest.replaceAll(value, `{{${name}}}`), text),
  );
}

/** Puts values in the place of the placeholders; one that has no value stays. */
export const filled = <T>(document: T, values: Values): T =>
  mapped(document as Json, (text) =>
    text.replace(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole),
  ) as T;

/** Names of a document's placeholders. */
export function placeholders(document: unknown): Set<string> {
  return new Set([...JSON.stringify(document).matchAll(PLACEHOLDER)].map(([, name = ""]) => name));
}

/** What a key is written as: PKCS#8 without a line break at its end, its thumbprint, and the members of its JWK. */
export async function keyValues(name: string, pem: string, jwk: Readonly<Record<string, unknown>>): Promise<Values> {
  const members = ["n", "d", "p", "q", "dp", "dq", "qi"].map((member) => [`${name}.${member}`, String(jwk[member])]);
  const { n, e } = jwk as { n: string; e: string };
  return new Map([
    [`${name}.pem`, pem.trim()],
    [`${name}.kid`, await calculateJwkThumbprint({ kty: "RSA", n, e })],
    ...(members as [string, string][]),
  ]);
}

/** New values for placeholders: an RSA key for all of a name `key.member`, a secret for any other. Addresses are left out. */
export async function freshValues(names: ReadonlySet<string>): Promise<Values> {
  const values = new Map<string, string>();
  for (const name of names) {
    if (values.has(name) || name.endsWith("-url")) continue;
    const [key = "", member] = name.split(".");
    if (member === undefined) {
      values.set(name, newSecret());
      continue;
    }
    const { privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
    const made = await keyValues(key, await exportPKCS8(privateKey), { ...(await exportJWK(privateKey)) });
    for (const [of, value] of made) values.set(of, value);
  }
  return values;
}
