/** How a client proves itself at the OAuth endpoints, strictly by the method that its app is set to. */
import { findClient } from "../clients/client-apps.ts";
import { hasSecret } from "../clients/settings.ts";
import { invalidClient, oauthError, unknownClient } from "../errors.ts";
import type { Org, RequestContext } from "../org.ts";
import type { App } from "../state.ts";
import { verifyAssertion } from "./assertion.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * The parameters of a form POST. Without a body they are taken from the query: Okta's Go SDKs ask for tokens so (confirmed: SDK code).
 * Throws 400 invalid_request for another content type, and for a parameter that is there twice (RFC 6749, 3.2; the vendor's wording is unknown).
 */
export async function readForm(c: RequestContext): Promise<URLSearchParams> {
  const text = await c.req.text();
  const type = c.req.header("content-type") ?? "";
  if (text !== "" && !/^application\/x-www-form-urlencoded\b/i.test(type)) {
    throw oauthError(400, "invalid_request", "The request's content type must be 'application/x-www-form-urlencoded'.");
  }
  const form = text === "" ? new URL(c.req.url).searchParams : new URLSearchParams(text);
  const twice = [...form.keys()].find((name) => form.getAll(name).length > 1);
  if (twice !== undefined) {
    throw oauthError(400, "invalid_request", `The '${twice}' parameter must not be repeated.`);
  }
  return form;
}

interface Presented {
  readonly method: "client_secret_basic" | "client_secret_post";
  readonly clientId: string;
  readonly secret: string;
}

/** Id and secret are form-encoded inside Basic (RFC 6749, 2.3.1). */
function readBasic(header: string | undefined): Presented | undefined {
  const [, encoded] = /^Basic\s+(.+)$/i.exec(header ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  if (colon < 0) throw invalidClient("The Authorization header is malformed.");
  const decode = (part: string): string => new URLSearchParams(`v=${part}`).get("v") ?? "";
  return {
    method: "client_secret_basic",
    clientId: decode(text.slice(0, colon)),
    secret: decode(text.slice(colon + 1)),
  };
}

/** A `client_secret` alone is no credential; without an id it is refused like none at all. */
function readPost(form: URLSearchParams): Presented | undefined {
  const clientId = form.get("client_id");
  const secret = form.get("client_secret");
  if (clientId === null || secret === null) return undefined;
  return { method: "client_secret_post", clientId, secret };
}

function checkSecret(org: Org, { method, clientId, secret }: Presented): App {
  const app = findClient(org, clientId);
  if (app === undefined) throw unknownClient();
  const own = app.authenticationMethod;
  const allowed =
    own === method || (own === "client_secret_basic" && org.switches.bodyCredentialsOnBasicApps && hasSecret(own));
  if (!allowed) {
    throw invalidClient(`The client is configured for '${own}' and can't authenticate by '${method}'.`);
  }
  if (!app.secrets.some(({ value, status }) => status === "ACTIVE" && value === secret)) {
    throw invalidClient("The client secret supplied for a confidential client is invalid.");
  }
  return app;
}

/**
 * The active client that the request proves by header, body or assertion. `endpoint` is the full URL called, the audience of assertions.
 * Throws 401 invalid_client, or 400 invalid_request for more than one credential.
 */
export async function authenticateClient(
  c: RequestContext,
  org: Org,
  form: URLSearchParams,
  endpoint: string,
): Promise<App> {
  const basic = readBasic(c.req.header("authorization"));
  const post = readPost(form);
  const assertion = form.get("client_assertion");
  if ([basic, post, assertion].filter((credential) => credential != null).length > 1) {
    throw oauthError(
      400,
      "invalid_request",
      "Can't supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.",
    );
  }
  const app = await provenClient();
  // The vendor's own wording is unknown.
  if (app.status !== "ACTIVE") throw invalidClient("The client is not active.");
  return app;

  async function provenClient(): Promise<App> {
    if (assertion !== null) {
      if (form.get("client_assertion_type") !== ASSERTION_TYPE) {
        throw oauthError(400, "invalid_request", "The `client_assertion_type` is invalid.");
      }
      return asClaimed(await verifyAssertion(org, assertion, endpoint));
    }
    const secret = basic ?? post;
    if (secret !== undefined) return asClaimed(checkSecret(org, secret));
    const publicId = form.get("client_id") ?? c.req.query("client_id");
    const publicClient = publicId === undefined ? undefined : findClient(org, publicId);
    if (publicClient?.authenticationMethod === "none") return publicClient;
    if (publicId !== undefined && publicClient === undefined) throw unknownClient();
    throw invalidClient("No client credentials found.");
  }

  /** A `client_id` beside the credentials may only say the same (RFC 7521, 4.2); which error the vendor gives is unknown. */
  function asClaimed(proven: App): App {
    const claimed = form.get("client_id");
    if (claimed !== null && claimed !== proven.clientId) throw unknownClient();
    return proven;
  }
}
