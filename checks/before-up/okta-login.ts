/** Okta before `up`: is it an org, does it take the login, and may the login do what is to be done. */
import { orgToken } from "../../providers/okta/access-token.ts";
import { type OktaClient, askOkta, listAtOkta, oktaClient } from "../../providers/okta/client.ts";
import { inWords } from "../../providers/clock.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { sendToOkta } from "../../providers/okta/http.ts";
import type { OktaConnection } from "../../providers/okta/login.ts";
import type { Finding } from "../finding.ts";
import { roleShape } from "../okta/shapes.ts";
import { type Subject, fail, ok, unknown, warn } from "../run.ts";

const subject = (check: string, title: string): Subject => ({ side: "Okta", check, title });

export const ORG = subject("okta-org", "the org answers");
export const LOGIN = subject("okta-login", "login of the app that runs the stack");
const SCOPES = subject("okta-scopes", "scopes of that app");
export const SUPER_ADMIN = subject("okta-super-admin", "that app is super admin");

const BUSY = "Run the command again in a minute; status.okta.com shows outages.";

const isBusy = (status = 0): boolean => status === 429 || status >= 500;

const APPS_PAGE = "Applications, the app that runs the stack";

/** Every org tells its id and pipeline to anybody (confirmed: recordings of the Okta plugin). */
export async function checkOrg({ orgUrl }: OktaConnection): Promise<Finding[]> {
  const answer = await sendToOkta({
    url: `${orgUrl}/.well-known/okta-organization`,
    method: "GET",
    headers: { accept: "application/json" },
  });
  if (isBusy(answer.status)) return [fail(ORG, "okta-busy", `${orgUrl} answered ${answer.status}.`, BUSY)];
  const { id, pipeline } = answer.json as { id?: unknown; pipeline?: unknown };
  if (answer.status !== 200 || typeof id !== "string") {
    return [
      fail(
        ORG,
        "okta-not-an-org",
        `${orgUrl} answered ${answer.status} where an Okta org tells its id.`,
        "Set okta-anypoint:orgUrl to the org's own URL, or to its custom domain.",
      ),
    ];
  }
  if (pipeline === "v1") {
    return [
      warn(
        ORG,
        "okta-classic",
        `${orgUrl} is a Classic Engine org.`,
        "It should do; it was never tried. Prefer Identity Engine.",
      ),
    ];
  }
  return [
    ok(
      ORG,
      `${orgUrl}, ${pipeline === "idx" ? "Identity Engine" : `pipeline ${typeof pipeline === "string" ? pipeline : "not told"}`}`,
    ),
  ];
}

/** Logs in, and names the scopes that are not granted; `later` than the first `up` not all of them may be needed. */
export async function checkLogin(okta: OktaConnection, scopes: readonly string[], later: boolean): Promise<Finding[]> {
  const { login, orgUrl } = okta;
  if (login.kind !== "service app") {
    const client = oktaClient(okta, []);
    try {
      await askOkta(orgUrl, "list apps", () =>
        client.applicationApi.listApplications({ limit: 1 }).then(() => undefined),
      );
    } catch (error) {
      // Who may not list apps is logged in all the same.
      if (error instanceof OktaError && error.status === 403) return [ok(LOGIN, `by ${login.kind}`), untold(login)];
      if (!(error instanceof OktaError) || error.status !== 401) throw error;
      return [
        fail(
          LOGIN,
          "okta-login-refused",
          `Okta does not accept the ${login.kind} (401).`,
          `It has expired, was revoked, or belongs to another org. Set a new one: okta:${login.kind === "API token" ? "apiToken" : "accessToken"}, as a secret.`,
        ),
      ];
    }
    return [ok(LOGIN, `by ${login.kind}`), untold(login)];
  }
  try {
    const { scopes: granted, clockAhead = 0 } = await orgToken(orgUrl, login, scopes);
    return [
      clockAhead > PLUGIN_LEEWAY ? aheadOfOkta(clockAhead, login) : ok(LOGIN, `as service app ${login.clientId}`),
      ...scopesFound(
        scopes,
        scopes.filter((scope) => !granted.includes(scope)),
        login.clientId,
        later,
      ),
    ];
  } catch (error) {
    if (!(error instanceof OktaError) || error.code !== "refused") throw error;
    if (isScopeRefusal(error)) {
      return [
        ok(LOGIN, `as service app ${login.clientId}`),
        ...scopesFound(scopes, await missingScopes(okta, login, scopes), login.clientId, later),
      ];
    }
    return [loginRefused(error, login)];
  }
}

/** Seconds: what Okta forgives is unknown, and so much is lost between reading two clocks. */
const PLUGIN_LEEWAY = 5;

/** The plugin's assertion is for the whole hour that Okta allows (confirmed: provider code), by the machine's clock. */
const aheadOfOkta = (seconds: number, { clientId }: ServiceAppLogin): Finding =>
  warn(
    LOGIN,
    "okta-clock-ahead",
    `${clientId} logs in, but this machine's clock is ${inWords(seconds)} ahead of Okta's.`,
    'The Okta plugin asks for the longest time that Okta allows, so its login may be refused, and all it says is "empty access token". Set the clock right, best by a time server (NTP).',
  );

const untold = ({ kind }: OktaConnection["login"]): Finding =>
  unknown(SCOPES, `a given ${kind} does not tell its scopes`);

const isScopeRefusal = ({ error }: OktaError): boolean => error === "invalid_scope" || error === "consent_required";

type ServiceAppLogin = Extract<OktaConnection["login"], { kind: "service app" }>;

async function missingScopes(
  { orgUrl }: OktaConnection,
  login: ServiceAppLogin,
  scopes: readonly string[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const scope of scopes) {
    try {
      await orgToken(orgUrl, login, [scope]);
    } catch (error) {
      if (!(error instanceof OktaError) || !isScopeRefusal(error)) throw error;
      missing.push(scope);
    }
  }
  return missing;
}

function scopesFound(
  needed: readonly string[],
  missing: readonly string[],
  clientId: string,
  later: boolean,
): Finding[] {
  if (missing.length === 0) return [ok(SCOPES, needed.join(", "))];
  return [
    (later ? warn : fail)(
      SCOPES,
      "okta-scope-missing",
      `Not granted to ${clientId}: ${missing.join(", ")}.`,
      `Grant them in the Admin Console: ${APPS_PAGE}, Okta API Scopes.${later ? " A change of what they are for fails without." : ""}`,
    ),
  ];
}

/** The Okta plugin only says "empty access token" here. */
function loginRefused({ status, error, reason, clock }: OktaError, login: ServiceAppLogin): Finding {
  const seen = `Okta refused a token to ${login.clientId}: ${status}${error ? `, ${error}` : ""}${reason ? `: ${reason}` : ""}`;
  const kid = login.privateKeyId ?? "none";
  if (isBusy(status)) return fail(LOGIN, "okta-busy", `${seen}.`, BUSY);
  if (/dpop/i.test(`${error} ${reason}`)) {
    return fail(
      LOGIN,
      "okta-login-dpop",
      `${seen}.`,
      `Switch off "Require Demonstrating Proof of Possession (DPoP)": ${APPS_PAGE}, General.`,
    );
  }
  if (clock !== undefined && /expir|issued|assertion token/i.test(reason ?? "")) {
    return fail(LOGIN, "okta-login-clock", seen, `${clock}.`);
  }
  if (error === "invalid_client" && /client_id|not found/i.test(reason ?? "")) {
    return fail(
      LOGIN,
      "okta-login-client-unknown",
      seen,
      "Check okta:clientId, that the app is active, and that okta-anypoint:orgUrl is its org.",
    );
  }
  if (error === "invalid_client") {
    return fail(
      LOGIN,
      "okta-login-key",
      seen,
      `Check okta:privateKey and okta:privateKeyId (now: ${kid}) against the keys of the app: ${APPS_PAGE}, Client Credentials.${clock === undefined ? "" : ` ${clock}.`}`,
    );
  }
  return fail(
    LOGIN,
    "okta-login-refused",
    seen,
    `Check that the app is an API Services app with "Public key / Private key": ${APPS_PAGE}.`,
  );
}

/** Only a super admin may grant scopes and assign admin roles (confirmed: Okta's administrator table). */
export async function checkSuperAdmin(
  { orgUrl, login }: OktaConnection,
  client: OktaClient,
  later: boolean,
): Promise<Finding[]> {
  const whatToDo =
    "The first `up`, and each that changes the Manager's key, scopes or role, needs Super Administrator: Applications, the app that runs the stack, Admin roles.";
  const finding = (seen: string) => (later ? warn : fail)(SUPER_ADMIN, "okta-not-super-admin", seen, whatToDo);
  if (login.kind === "access token") return [unknown(SUPER_ADMIN, "a given access token does not tell whose it is")];
  try {
    const roles =
      login.kind === "service app"
        ? await listAtOkta(orgUrl, `list the admin roles of ${login.clientId}`, roleShape, () =>
            client.roleAssignmentApi.listRolesForClient({ clientId: login.clientId }),
          )
        : undefined;
    if (roles === undefined)
      return [unknown(SUPER_ADMIN, "not asked: an API token has the roles of the user who made it")];
    const types = roles.map(({ type }) => String(type));
    return types.includes("SUPER_ADMIN")
      ? [ok(SUPER_ADMIN, "SUPER_ADMIN")]
      : [finding(`It has ${types.join(", ") || "no admin role"}.`)];
  } catch (error) {
    // Who may not even read its roles is no super admin.
    if (error instanceof OktaError && error.status === 403)
      return [finding("It may not read its own admin roles (403).")];
    // Later it can be no more than a warning, so what keeps it from being found out is none either.
    if (error instanceof OktaError && later) return [unknown(SUPER_ADMIN, error.message)];
    throw error;
  }
}
