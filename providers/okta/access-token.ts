/** An org access token of a service app by private key JWT (RFC 7523): for our own login, and to try the Manager's key. */
import { type webcrypto, createPrivateKey, randomUUID } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import { clockAhead, clockApart } from "../clock.ts";
import { redact } from "../anypoint/redaction.ts";
import { OktaError } from "./errors.ts";
import { type Send, saidBy, sendToOkta } from "./http.ts";

export interface ServiceApp {
  readonly clientId: string;
  /** PEM, PKCS#8 or PKCS#1; RSA or EC P-256. */
  readonly privateKey: string;
  /** Left out, the assertion carries no `kid`, as Anypoint's are taken to be (inferred). */
  readonly privateKeyId?: string;
}

export interface OrgToken {
  readonly accessToken: string;
  /** Scopes that Okta says it gave. */
  readonly scopes: readonly string[];
  /** Seconds by which this machine's clock is ahead of Okta's. */
  readonly clockAhead?: number;
}

/** Seconds; Okta takes at most an hour (confirmed: service app guide). */
const ASSERTION_LIFETIME = 300;

/** Asks the org's token endpoint for `okta.*` scopes. Throws {@link OktaError} with Okta's own `error` and reason. */
export async function orgToken(
  orgUrl: string,
  app: ServiceApp,
  scopes: readonly string[],
  send: Send = sendToOkta,
): Promise<OrgToken> {
  const url = `${orgUrl}/oauth2/v1/token`;
  const clientAssertion = await assertion(app, url);
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    scope: scopes.join(" "),
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: clientAssertion,
  }).toString();
  // Before the request: a slow answer must not look like a clock ahead.
  const sentAt = Date.now();
  const answer = await send({
    url,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body,
  });
  const ahead = clockAhead(answer.headers, sentAt);
  const said = answer.json as Record<string, unknown>;
  if (answer.status === 200 && typeof said.access_token === "string") {
    const granted = typeof said.scope === "string" ? said.scope.split(" ").filter(Boolean) : [...scopes];
    return { accessToken: said.access_token, scopes: granted, clockAhead: ahead };
  }
  // A server may quote what it was sent.
  const clean = (words: string | undefined) =>
    words === undefined ? undefined : redact(words, [clientAssertion, app.privateKey]);
  const told = saidBy(said);
  const [error, reason] = [clean(told.error), clean(told.reason)];
  // Only what is wrong with the assertion can be the clock's doing.
  const clock = error === "invalid_client" ? clockApart(ahead, "Okta's") : undefined;
  const words = `${answer.status}${error ? `, ${error}` : ""}${reason ? `: ${reason}` : ""}`;
  throw new OktaError(
    `${url} refused a token to ${app.clientId}: ${words}${clock ? `${words.endsWith(".") ? "" : "."} ${clock}.` : ""}`,
    { code: "refused", status: answer.status, error, reason, clock },
  );
}

async function assertion({ clientId, privateKey, privateKeyId }: ServiceApp, audience: string): Promise<string> {
  let alg: "RS256" | "ES256";
  let key: webcrypto.CryptoKey;
  try {
    const parsed = createPrivateKey(privateKey);
    alg = parsed.asymmetricKeyType === "ec" ? "ES256" : "RS256";
    key = await importPKCS8(parsed.export({ type: "pkcs8", format: "pem" }).toString(), alg);
  } catch {
    throw new OktaError(`The private key of ${clientId} can't be read: give an unencrypted PEM with its line breaks.`, {
      code: "misconfigured",
    });
  }
  // Without `iat`, which is optional (confirmed: OIDC reference): Okta refuses one of its future, so a clock a second ahead would do.
  return new SignJWT({})
    .setProtectedHeader({ alg, ...(privateKeyId !== undefined && { kid: privateKeyId }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setExpirationTime(`${ASSERTION_LIFETIME} s`)
    .setJti(randomUUID())
    .sign(key);
}
