/** Whether a generation can do its work, before Anypoint is given it. Reads only; no secret is told. */
import { setTimeout as wait } from "node:timers/promises";
import { orgToken } from "../../providers/okta/access-token.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { sendToOkta } from "../../providers/okta/http.ts";

/** Undefined: proven; otherwise what Okta said. */
export type Proof = string | undefined;

export interface ManagerCredentials {
  readonly clientId: string;
  readonly privateKey: string;
  readonly scopes: readonly string[];
}

export interface InspectorCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Milliseconds: a new app, its grants and its role need not be everywhere at Okta at once (inferred). */
const PATIENCE = 60_000;
const PAUSE = 2_000;

/** A token by the key, without `kid` as Anypoint asks for it, and with that a look at the list of clients. */
export const proveManager = (orgUrl: string, app: ManagerCredentials): Promise<Proof> =>
  patiently(async () => {
    const { accessToken, scopes } = await orgToken(orgUrl, app, app.scopes);
    const missing = app.scopes.filter((scope) => !scopes.includes(scope));
    if (missing.length > 0) return `Okta gave ${app.clientId} a token without ${missing.join(", ")}`;
    const url = `${orgUrl}/oauth2/v1/clients?limit=1`;
    const headers = { accept: "application/json", authorization: `Bearer ${accessToken}` };
    const { status } = await sendToOkta({ url, method: "GET", headers });
    return status === 200
      ? undefined
      : `Okta answered ${status} to ${app.clientId} asking for the list of clients: it takes the admin role and okta.clients.read`;
  });

/** An introspection of a token of nobody, as the gateway would ask. */
export const proveInspector = (introspectionUrl: string, app: InspectorCredentials): Promise<Proof> =>
  patiently(async () => {
    const { status, json } = await sendToOkta({
      url: introspectionUrl,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: new URLSearchParams({
        token: "no-token-of-anybody",
        client_id: app.clientId,
        client_secret: app.clientSecret,
      }).toString(),
    });
    return status === 200 && (json as { active?: unknown }).active === false
      ? undefined
      : `${introspectionUrl} answered ${status} to ${app.clientId}, and no introspection`;
  });

async function patiently(attempt: () => Promise<Proof>): Promise<Proof> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const failure = await attempt().catch((error: unknown) => {
      if (error instanceof OktaError) return error.message;
      throw error;
    });
    if (failure === undefined || performance.now() > end) return failure;
    await wait(PAUSE);
  }
}
