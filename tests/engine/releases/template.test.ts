/** What a fixture says in place of secrets and keys, and how it is filled again. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { expect, test } from "@jest/globals";
import { exportJWK, calculateJwkThumbprint } from "jose";
import { filled, freshValues, keyValues, placeholders, templateOf } from "./template.ts";

const values = new Map([
  ["short", "s3cret"],
  ["long", "s3cret-and-more"],
  ["okta-url", "http://127.0.0.1:4711"],
  ["key.pem", "-----BEGIN\nAAAA\nEND-----"],
]);
const document = {
  header: "SSWS s3cret-and-more",
  list: ["s3cret", 1, null, true],
  url: "http://127.0.0.1:4711/oauth2",
  secret: {
    plaintext: JSON.stringify({ pem: "-----BEGIN\nAAAA\nEND-----\n", text: JSON.stringify({ of: "s3cret" }) }),
  },
};

test("no value is left, in what is exported in clear neither, and filling gives the document again", () => {
  const template = templateOf(document, values);
  expect(template).toEqual({
    header: "SSWS {{long}}",
    list: ["{{short}}", 1, null, true],
    url: "{{okta-url}}/oauth2",
    secret: { plaintext: JSON.stringify({ pem: "{{key.pem}}\n", text: '{"of":"{{short}}"}' }) },
  });
  expect(placeholders(template)).toEqual(new Set(values.keys()));
  expect(filled(template, values)).toEqual(document);
});

test("each key is new, and its parts belong together; addresses are left to whoever knows them", async () => {
  const names = new Set(["one.pem", "one.kid", "one.n", "one.d", "a-secret", "okta-url"]);
  const [first, second] = [await freshValues(names), await freshValues(names)];
  const pem = first.get("one.pem") ?? "";
  const { n = "", e = "" } = await exportJWK(createPublicKey(pem));
  expect([first.get("one.n"), first.get("one.kid")]).toEqual([n, await calculateJwkThumbprint({ kty: "RSA", n, e })]);
  expect(await keyValues("one", pem, { ...createPrivateKey(pem).export({ format: "jwk" }) })).toEqual(
    new Map([...first].filter(([name]) => name.startsWith("one."))),
  );
  expect(first.has("okta-url")).toBe(false);
  for (const name of ["one.d", "a-secret"]) expect(first.get(name)).not.toBe(second.get(name));
});
