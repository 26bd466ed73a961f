import { describe, expect, test } from "@jest/globals";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { SignJWT, calculateJwkThumbprint, importJWK, importPKCS8, jwtVerify } from "jose";
import { createSigningKey } from "../../providers/signing-key.ts";

describe("a generated key", () => {
  test("signs what its public JWK verifies, and its id is the RFC 7638 thumbprint", async () => {
    const { id, state } = await createSigningKey({ modulusLength: 2048 });
    const { kid, publicJwk, pem } = state;
    expect(id).toBe(kid);
    expect(kid).toBe(await calculateJwkThumbprint(publicJwk));
    expect(Object.keys(publicJwk).sort()).toEqual(["e", "kid", "kty", "n"]);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    const token = await new SignJWT({}).setProtectedHeader({ alg: "RS256" }).sign(await importPKCS8(pem, "RS256"));
    await expect(jwtVerify(token, await importJWK(publicJwk, "RS256"))).resolves.toBeDefined();
    expect(new Date(state.createdAt).toISOString()).toBe(state.createdAt);
  });

  test("has the size that was asked for", async () => {
    const { state } = await createSigningKey({ modulusLength: 3072 });
    expect(createPrivateKey(state.pem).asymmetricKeyDetails?.modulusLength).toBe(3072);
  });
});

describe("a key that was brought", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();

  test("may have another name than its thumbprint", async () => {
    const { id, state } = await createSigningKey({ modulusLength: 2048, privateKeyPem: pkcs8, kid: "by-okta" });
    expect([id, state.kid, state.publicJwk.kid]).toEqual(["by-okta", "by-okta", "by-okta"]);
  });

  test.each([
    ["PKCS#8", pkcs8],
    ["PKCS#1", pkcs1],
  ])("as %s is kept as PKCS#8", async (_form, privateKeyPem) => {
    expect((await createSigningKey({ modulusLength: 2048, privateKeyPem })).state.pem).toBe(pkcs8);
  });

  test.each([
    [
      "an EC key",
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }),
      /this one is ec/,
    ],
    [
      "a short key",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" }),
      /1024 bits/,
    ],
    ["a PEM with \\n as text", pkcs8.replaceAll("\n", "\\n"), /line breaks/],
  ])("%s is refused without a word of it", async (_what, pem, message) => {
    const failure = createSigningKey({ modulusLength: 2048, privateKeyPem: pem.toString() });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/BEGIN|MII/);
  });
});
