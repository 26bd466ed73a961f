/**
 * What to do when Okta refuses Anypoint's registration of a client. Anypoint says no more than Okta's status, of the token
 * request or of the registration: `OpenID provider responded with status code 400` (confirmed for a registration: KB
 * 001123173; for a token request, and for other statuses, inferred). So the causes are told apart by that status and by
 * what was asked for; Okta's own words are looked for too, should Anypoint pass them on.
 */
import type { RefusedAnswer } from "./errors.ts";

/** What Okta demands of a web client, as which it takes all that Anypoint registers (confirmed: KB 001123173). */
export interface RegisteredClient {
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  /** Name of the stack, for the command in what is said of a client that may be left. */
  readonly stack?: string;
}

const APP = "the client provider's Manager app (App A)";
const LOOK = "Okta's System Log shows the refusal. Then run the command again.";

const KEY =
  `Okta refused the login of ${APP}: check in the Okta Admin Console that the app is active, that it has exactly one active key ` +
  "(Anypoint names no kid, so with two Okta takes none), and that it is the one the client provider was given. " +
  `Remove a key that was added by hand. ${LOOK}`;
const DPOP = `${APP} has DPoP on, which Anypoint can't do: switch it off (General Settings of the app).`;
const GRANTS = `${APP} lacks its grants: grant okta.clients.register and okta.clients.read (Okta API Scopes of the app).`;
const METADATA =
  "Okta refused the client (invalid_client_metadata): grantTypes must have authorization_code, and redirectUris at least one, " +
  "for machine-to-machine clients too. Correct them and run the command again.";
const ROLE =
  `${APP} logs in, but may not register clients: it lacks the admin role APP_ADMIN (Admin roles of the app), or the grant of ` +
  `okta.clients.register (Okta API Scopes). A custom role is often not enough. ${LOOK}`;
const DELETION =
  `${APP} may not delete clients: it needs the admin role APP_ADMIN and the grant of okta.clients.manage, which ` +
  `clientProvider.clientDeletion: everywhere gives it. ${LOOK}`;
const LATE =
  "Okta, as Anypoint sees it, did not answer in time: raise clientProvider.timeoutSeconds (at most 20), then run the command again.";
const AWAY =
  "Anypoint does not reach the client provider's URLs: they must be right, open to the internet, and have a certificate that Anypoint trusts.";

const FAILED = "Okta failed, which is not the stack's doing: run the command again.";

/** Anypoint may not have heard that Okta made the client, and then forgets it: a second one is made the next time. */
const left = (client: RegisteredClient | undefined): string =>
  client === undefined
    ? ""
    : ` The new client may be in Okta all the same: once the application is there, \`npm run orphans -- --stack ${client.stack ?? "NAME"}\` lists a client that nobody has.`;

/** What to do; undefined when it was not the identity provider that refused. Without `client` it was a deletion. */
export function registrationAdvice(
  { status, reason = "" }: Pick<RefusedAnswer, "status" | "reason">,
  client?: RegisteredClient,
): string | undefined {
  if (status < 400 || status >= 500 || !/OpenID/.test(reason)) return undefined;
  const says = (words: RegExp) => words.test(reason);
  if (says(/timed out/)) return LATE + left(client);
  if (says(/not reachable/)) return AWAY + left(client);
  if (says(/invalid_dpop_proof/)) return `${DPOP} ${LOOK}`;
  if (says(/invalid_scope|consent_required/)) return `${GRANTS} ${LOOK}`;
  if (says(/invalid_client_metadata/)) return METADATA;
  const answered = /status code (\d{3})/.exec(reason)?.[1];
  if (answered === "401" || says(/invalid_client\b/)) return KEY;
  if (answered === "403") return client === undefined ? DELETION : ROLE;
  if (answered?.startsWith("5")) return FAILED + left(client);
  if (answered !== "400") return undefined;
  const lacking =
    client !== undefined && !(client.grantTypes.includes("authorization_code") && client.redirectUris.length > 0);
  return lacking ? METADATA : `One of two: ${DPOP} Or ${GRANTS} ${LOOK}`;
}
