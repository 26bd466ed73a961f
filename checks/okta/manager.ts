/** App A, the Manager: as Anypoint logs in with it. */
import type { OpenIdConnectApplication } from "@okta/okta-sdk-nodejs";
import type { OktaError } from "../../providers/okta/errors.ts";
import { saidBy } from "../../providers/okta/http.ts";
import type { Deployed } from "../deployed.ts";
import type { Finding } from "../finding.ts";
import { Premise } from "../reads.ts";
import { type Check, type Report, check, reportOf } from "../report.ts";
import type { OktaReader } from "./reader.ts";

const UP = "run `pulumi up --refresh --run-program`";
const CONSOLE = (label: string) => `Okta Admin Console, Applications, "${label}"`;

type Manager = NonNullable<Deployed["manager"]>;

/** What registering clients takes, whatever a refresh has left in the state (confirmed: KB 005315457). */
const NEEDED = ["okta.clients.read", "okta.clients.register"];

export function managerChecks({ manager: ofState, key }: Deployed, okta: OktaReader): Check[] {
  if (ofState === undefined) return [];
  const manager: Manager = { ...ofState, scopes: [...new Set([...ofState.scopes, ...NEEDED])].sort() };
  const app = async (): Promise<OpenIdConnectApplication> => {
    const found = (await okta.app(manager.appId)) as OpenIdConnectApplication | undefined;
    if (found === undefined) throw new Premise("not asked: the Manager app is gone (manager-app)");
    return found;
  };
  const pem = key?.pem;
  const token = async () => {
    if (pem === undefined) throw new Premise("not asked: the state has no key of the Manager");
    await app();
    return okta.token(manager.clientId, pem, manager.scopes);
  };
  return [
    check(reportOf("manager-app"), (report) => checkApp(report, manager, okta)),
    check(reportOf("manager-dpop"), async (report) => {
      const { label, settings } = await app();
      return settings?.oauthClient?.dpop_bound_access_tokens === true
        ? report.fail(
            "manager-dpop-on",
            "The app requires DPoP, so Okta refuses Anypoint's token requests (invalid_dpop_proof).",
            `Switch off "Require Demonstrating Proof of Possession (DPoP)": ${CONSOLE(label)}, General. \`pulumi up\` does not: the Okta plugin knows no DPoP.`,
          )
        : report.ok("off");
    }),
    check(reportOf("manager-key"), async (report) => checkKeys(report, await app(), key)),
    check(reportOf("manager-scopes"), async (report) => {
      await app();
      return checkGrants(report, manager, await okta.grants(manager.appId));
    }),
    check(reportOf("manager-role"), async (report) => {
      await app();
      return checkRoles(report, manager, await okta.roles(manager.clientId));
    }),
    check(reportOf("public-client-admins"), (report) => checkPublicClientAdmins(report, okta)),
    check(reportOf("manager-token"), async (report) => {
      const result = await token();
      if ("refused" in result) return tokenRefused(report, result.refused);
      const { scopes } = result.value;
      const missing = manager.scopes.filter((scope) => !scopes.includes(scope));
      return missing.length > 0
        ? report.fail("manager-token-scope", `Okta gave a token without ${missing.join(", ")}.`, grantIt(missing))
        : report.ok(`without kid, with ${scopes.join(", ")}`);
    }),
    check(reportOf("manager-registration"), async (report) => {
      const result = await token();
      if ("refused" in result) throw new Premise("not asked: there is no token (manager-token)");
      return checkRegistration(report, okta, result.value.accessToken);
    }),
  ];
}

async function checkApp(
  report: Report<"manager-app">,
  { appId, clientId }: Manager,
  okta: OktaReader,
): Promise<Finding> {
  const app = (await okta.app(appId)) as OpenIdConnectApplication | undefined;
  if (app === undefined) {
    return report.fail(
      "manager-missing",
      `The app ${clientId} (${appId}) is gone: Anypoint can register no client.`,
      "Take it out of the state with `npm run repair-state -- --stack NAME`, then make a new one: `pulumi up`.",
    );
  }
  if (app.status !== "ACTIVE") {
    return report.fail(
      "manager-inactive",
      `"${app.label}" (${clientId}) is ${String(app.status).toLowerCase()}: Anypoint can register no client.`,
      `Activate it: ${CONSOLE(app.label)}, Status.`,
    );
  }
  const method = app.credentials.oauthClient?.token_endpoint_auth_method;
  const client = app.settings?.oauthClient;
  const wrong = [
    ...(method === "private_key_jwt" ? [] : [`client authentication is ${String(method)}, not private_key_jwt`]),
    ...(client?.application_type === "service" ? [] : [`its type is ${String(client?.application_type)}, not service`]),
    ...(client?.grant_types?.includes("client_credentials") ? [] : ["it lacks the grant type client_credentials"]),
  ];
  return wrong.length > 0
    ? report.fail("manager-method", `"${app.label}" (${clientId}): ${wrong.join("; ")}.`, capital(`${UP}.`))
    : report.ok(`"${app.label}" (${clientId}), active, private_key_jwt`);
}

/** By the key's modulus as well: a kid is only a name. */
function checkKeys(report: Report<"manager-key">, app: OpenIdConnectApplication, key: Deployed["key"]): Finding {
  const client = app.settings?.oauthClient;
  if (client?.jwks_uri) return report.unknown(`The app's keys come from ${client.jwks_uri}.`);
  const active = (client?.jwks?.keys ?? []).filter(({ status }) => status === undefined || String(status) === "ACTIVE");
  const kids = active.map(({ kid }) => String(kid)).join(", ");
  const whatToDo = `Leave one key: ${CONSOLE(app.label)}, Client Credentials, Public keys; or ${UP}, which puts the state's key there alone.`;
  if (active.length === 0) return report.fail("manager-key-missing", "The app has no active key.", whatToDo);
  if (active.length > 1) {
    return report.fail(
      "manager-keys-several",
      `The app has ${active.length} active keys (${kids}). Anypoint sends no kid, and Okta then refuses every assertion.`,
      whatToDo,
    );
  }
  if (key === undefined) return report.unknown("The state has no key to compare with.");
  const [only] = active as { kid?: string; n?: string }[];
  return only?.kid === key.kid && (only.n === undefined || only.n === key.publicJwk.n)
    ? report.ok(`one, ${key.kid}`)
    : report.fail(
        "manager-key-other",
        `The app's one key is ${kids}; Anypoint signs with ${key.kid}.`,
        capital(`${UP}, which puts the state's key there again.`),
      );
}

const grantIt = (scopes: readonly string[]): string =>
  `Grant ${scopes.join(", ")}: Okta Admin Console, Applications, the Manager app, Okta API Scopes; or ${UP}.`;

function checkGrants(report: Report<"manager-scopes">, { scopes }: Manager, granted: readonly string[]): Finding {
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    return report.fail("manager-scope-missing", `Not granted: ${missing.join(", ")}.`, grantIt(missing));
  }
  const surplus = granted.filter((scope) => !scopes.includes(scope));
  return surplus.length > 0
    ? report.warn(
        "manager-scope-surplus",
        `Granted beyond ${scopes.join(", ")}: ${surplus.join(", ")}. Whoever has Anypoint's key can do that too.`,
        "Revoke them: Okta Admin Console, Applications, the Manager app, Okta API Scopes. With clientProvider.clientDeletion: everywhere okta.clients.manage belongs there.",
      )
    : report.ok(scopes.join(", "));
}

function checkRoles(report: Report<"manager-role">, { roles, clientId }: Manager, held: readonly string[]): Finding {
  const missing = roles.filter((role) => !held.includes(role));
  if (missing.length > 0) {
    const others = held.length === 0 ? "it has no admin role" : `it has ${held.join(", ")}`;
    return report.fail(
      "manager-role-missing",
      `${clientId} lacks the admin role ${missing.join(", ")} (${others}): Okta refuses its registrations with 403 E0000006.`,
      "Assign it as a super admin: Okta Admin Console, Applications, the Manager app, Admin roles. Or `npm run repair-state -- --stack NAME`, then `pulumi up`: alone it does not see it, and a refresh stops at a role that is gone.",
    );
  }
  const surplus = held.filter((role) => !roles.includes(role));
  return surplus.length > 0
    ? report.warn(
        "manager-role-surplus",
        `${clientId} has ${surplus.join(", ")} beside ${roles.join(", ")}: whoever has Anypoint's key has them too.`,
        'Take them off: Okta Admin Console, Applications, the Manager app, Admin roles. SUPER_ADMIN comes by itself while the org setting "Public client app admins" is on (public-client-admins).',
      )
    : report.ok(roles.join(", "));
}

async function checkPublicClientAdmins(report: Report<"public-client-admins">, okta: OktaReader): Promise<Finding> {
  const setting = await okta.publicClientAdmins();
  if ("refused" in setting) {
    return report.unknown(
      "It can't be read with this login.",
      "Grant okta.orgs.read to the app that runs the stack, or look: Okta Admin Console, Settings, Account, Public client app admins.",
    );
  }
  return setting.value
    ? report.warn(
        "public-client-admins-on",
        "It is on: every new service app that is granted a scope becomes super admin, the Manager too when it is made anew.",
        "Switch it off before apps are made: Okta Admin Console, Settings, Account, Public client app admins. Apps that have the role keep it.",
      )
    : report.ok("off");
}

function tokenRefused(report: Report<"manager-token">, { status, error, reason, clock }: OktaError): Finding {
  const seen = `Okta refused it: ${[status, error, reason].filter(Boolean).join(", ")}`.replace(/\.?$/, ".");
  if (/dpop/i.test(`${error} ${reason}`)) {
    return report.fail("manager-token-dpop", seen, "See manager-dpop: switch DPoP off.");
  }
  if (error === "invalid_client") {
    return report.fail(
      "manager-token-client",
      seen,
      `${clock === undefined ? "" : `${clock}. `}See manager-app and manager-key: the app must be active, with the state's key and no other.`,
    );
  }
  if (error === "invalid_scope" || error === "consent_required") {
    return report.fail("manager-token-scope", seen, "See manager-scopes: grant what is missing there.");
  }
  return report.fail("manager-token-refused", seen, "Look up the reason: Okta Admin Console, Reports, System Log.");
}

async function checkRegistration(
  report: Report<"manager-registration">,
  okta: OktaReader,
  accessToken: string,
): Promise<Finding> {
  const { status, json } = await okta.send({
    url: `${okta.orgUrl}/oauth2/v1/clients?limit=1`,
    method: "GET",
    headers: { accept: "application/json", authorization: `Bearer ${accessToken}` },
  });
  if (status === 200) return report.ok("GET /oauth2/v1/clients answers 200");
  const { error, reason } = saidBy(json);
  const seen = `GET /oauth2/v1/clients answered ${[status, error, reason].filter(Boolean).join(", ")}`;
  return status === 401 || status === 403
    ? report.fail(
        "manager-registration-refused",
        seen.replace(/\.?$/, "."),
        "See manager-role and manager-scopes: it takes the admin role and okta.clients.read.",
      )
    : report.unknown(seen);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
