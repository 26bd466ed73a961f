/** An RSA key pair for signing client assertions: generated, or brought as PEM. It never leaves the stack's state. */
import { createPrivateKey, createPublicKey, generateKeyPair as generateKeyPairCallback } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, exportJWK } from "jose";
import { z } from "zod";

const generateKeyPair = promisify(generateKeyPairCallback);

export const signingKeyShape = {
  modulusLength: z.literal([2048, 3072, 4096], { error: "give 2048, 3072 or 4096 bits" }).default(2048),
  privateKeyPem: z
    .string({ error: "give an RSA private key as PEM" })
    .superRefine((pem, context) => {
      const problem = pemProblem(pem);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .optional(),
  kid: z.string({ error: "give the key's name at Okta" }).min(1, { error: "give the key's name at Okta" }).optional(),
  keepers: z.record(z.string(), z.string({ error: "give text" }), { error: "give an object of texts" }).optional(),
} as const;

export type SigningKeyInputs = z.output<z.ZodObject<typeof signingKeyShape>>;

export interface SigningKeyState extends SigningKeyInputs {
  /** RFC 7638 thumbprint (SHA-256, base64url), unless another name was given. */
  readonly kid: string;
  readonly publicJwk: { readonly kty: string; readonly n: string; readonly e: string; readonly kid: string };
  /** PKCS#8. */
  readonly pem: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Makes a key, or takes the one that was brought. Throws when that is no unencrypted RSA private key of 2048 bits or more. */
export async function createSigningKey(inputs: SigningKeyInputs): Promise<{ id: string; state: SigningKeyState }> {
  const brought = inputs.privateKeyPem;
  const problem = brought === undefined ? undefined : pemProblem(brought);
  if (problem !== undefined) throw new Error(`Could not take the private key that was brought: ${problem}.`);
  const privateKey =
    brought === undefined
      ? (await generateKeyPair("rsa", { modulusLength: inputs.modulusLength })).privateKey
      : createPrivateKey(brought);
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const publicJwk = await publicJwkOf(pem, inputs.kid);
  const { kid } = publicJwk;
  return { id: kid, state: { ...inputs, kid, publicJwk, pem, createdAt: new Date().toISOString() } };
}

/** The public half of an RSA private key. `kid` defaults to its RFC 7638 thumbprint. */
export async function publicJwkOf(pem: string, kid?: string): Promise<SigningKeyState["publicJwk"]> {
  const { n = "", e = "" } = await exportJWK(createPublicKey(pem));
  return { kty: "RSA", n, e, kid: kid ?? (await calculateJwkThumbprint({ kty: "RSA", n, e })) };
}

/** What is wrong with a brought key, without a word of it. */
export function pemProblem(pem: string): string | undefined {
  if (/ENCRYPTED/.test(pem))
    return "the key is encrypted; give an unencrypted PEM (openssl pkey -in key.pem -out plain.pem)";
  if (!/-----BEGIN (?:RSA )?PRIVATE KEY-----/.test(pem)) {
    return "give an RSA private key as PEM (PKCS#8 or PKCS#1), with its BEGIN and END lines";
  }
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    if (asymmetricKeyType !== "rsa") return `give an RSA key; this one is ${asymmetricKeyType ?? "of no known type"}`;
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    return bits < 2048 ? `the key has ${bits} bits; Okta wants 2048 or more` : undefined;
  } catch {
    return "the PEM can't be read; check that its line breaks are real ones";
  }
}
