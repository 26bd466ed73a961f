/** Okta before `up`: is it an org, does it take the login, may the login do all of it, are names and scopes free. */
import { orgToken } from "../../providers/okta/access-token.ts";
import { type OktaClient, all, askOkta, findAtOkta, oktaClient } from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { sendToOkta } from "../../providers/okta/http.ts";
import type { OktaConnection } from "../../providers/okta/login.ts";
import type { Expectations } from "../expectations.ts";
import type { Finding } from "../finding.ts";
import { type Subject, fail, found, ok, unknown, warn } from "../run.ts";

const subject = (check: string, title: string): Subject => ({ side: "Okta", check, title });

const ORG = subject("okta-org", "the org answers");
const LOGIN = subject("okta-login", "login of the app that runs the stack");
const SCOPES = subject("okta-scopes", "scopes of that app");
const SUPER_ADMIN = subject("okta-super-admin", "that app is super admin");
const LICENCE = subject("okta-api-access-management", "API Access Management");
const SERVER = subject("okta-authorization-server", "the authorization server");
const NAMES = subject("okta-names", "labels and client ids are free");

const APPS_PAGE = "Applications, the app that runs the stack";

export async function oktaBeforeUp(
  expectations: Expectations,
  okta: OktaConnection,
  former: Expectations | undefined,
): Promise<Finding[]> {
  const org = await found(ORG, () => checkOrg(okta));
  if (org.some(({ status }) => status === "fail")) return org;
  const login = await found(LOGIN, () => checkLogin(okta, expectations.oktaScopes));
  if (login.some(({ check, status }) => check === LOGIN.check && status === "fail")) return [...org, ...login];

  const lacking = new Set(
    login.flatMap(({ code, seen }) => (code === "okta-scope-missing" ? seen.match(/okta\.\S+\w/g) : []) ?? []),
  );
  const client = oktaClient(
    okta,
    expectations.oktaScopes.filter((scope) => !lacking.has(scope)),
  );
  const server = expectations.authorizationServer;
  const rest = await Promise.all([
    lacking.has("okta.roles.manage")
      ? [unknown(SUPER_ADMIN, "not asked: the scope okta.roles.manage is missing")]
      : found(SUPER_ADMIN, () => checkSuperAdmin(okta, client, former !== undefined)),
    server === undefined || lacking.has("okta.authorizationServers.manage")
      ? []
      : found(SERVER, () => checkServer(okta, client, server, former?.authorizationServer)),
    lacking.has("okta.apps.manage")
      ? []
      : found(NAMES, () => checkNames(okta, client, expectations, former, !lacking.has("okta.roles.manage"))),
  ]);
  return [...org, ...login, ...rest.flat()];
}

/** Every org tells its id and pipeline to anybody (confirmed: recordings of the Okta plugin). */
async function checkOrg({ orgUrl }: OktaConnection): Promise<Finding[]> {
  const answer = await sendToOkta({
    url: `${orgUrl}/.well-known/okta-organization`,
    method: "GET",
    headers: { accept: "application/json" },
  });
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
  return [ok(ORG, `${orgUrl}, ${pipeline === "idx" ? "Identity Engine" : `pipeline ${String(pipeline)}`}`)];
}

/** Logs in, and names the scopes that are not granted. */
async function checkLogin(okta: OktaConnection, scopes: readonly string[]): Promise<Finding[]> {
  const { login, orgUrl } = okta;
  if (login.kind !== "service app") {
    const client = oktaClient(okta, []);
    try {
      await askOkta(orgUrl, "list apps", () =>
        client.applicationApi.listApplications({ limit: 1 }).then(() => undefined),
      );
    } catch (error) {
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
    return [ok(LOGIN, `by ${login.kind}`), unknown(SCOPES, `a given ${login.kind} does not tell its scopes`)];
  }
  try {
    const { scopes: granted } = await orgToken(orgUrl, login, scopes);
    return [
      ok(LOGIN, `as service app ${login.clientId}`),
      ...scopesFound(
        scopes,
        scopes.filter((scope) => !granted.includes(scope)),
        login.clientId,
      ),
    ];
  } catch (error) {
    if (!(error instanceof OktaError) || error.code !== "refused") throw error;
    if (error.error === "invalid_scope" || error.error === "consent_required") {
      return [
        ok(LOGIN, `as service app ${login.clientId}`),
        ...scopesFound(scopes, await missingScopes(okta, login, scopes), login.clientId),
      ];
    }
    return [loginRefused(error, login)];
  }
}

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
      if (!(error instanceof OktaError) || error.code !== "refused") throw error;
      missing.push(scope);
    }
  }
  return missing;
}

function scopesFound(needed: readonly string[], missing: readonly string[], clientId: string): Finding[] {
  if (missing.length === 0) return [ok(SCOPES, needed.join(", "))];
  return [
    fail(
      SCOPES,
      "okta-scope-missing",
      `Not granted to ${clientId}: ${missing.join(", ")}.`,
      `Grant them in the Admin Console: ${APPS_PAGE}, Okta API Scopes.`,
    ),
  ];
}

/** The Okta plugin only says "empty access token" here. */
function loginRefused({ status, error, reason }: OktaError, login: ServiceAppLogin): Finding {
  const seen = `Okta refused a token to ${login.clientId}: ${status}${error ? `, ${error}` : ""}${reason ? `: ${reason}` : ""}`;
  const kid = login.privateKeyId ?? "none";
  if (/dpop/i.test(`${error} ${reason}`)) {
    return fail(
      LOGIN,
      "okta-login-dpop",
      `${seen}.`,
      `Switch off "Require Demonstrating Proof of Possession (DPoP)": ${APPS_PAGE}, General.`,
    );
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
      `Check okta:privateKey and okta:privateKeyId (now: ${kid}) against the keys of the app: ${APPS_PAGE}, Client Credentials; and this machine's clock.`,
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
async function checkSuperAdmin(
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
        ? await askOkta(orgUrl, `list the admin roles of ${login.clientId}`, () =>
            all(client.roleAssignmentApi.listRolesForClient({ clientId: login.clientId })),
          )
        : undefined;
    if (roles === undefined)
      return [unknown(SUPER_ADMIN, "not asked: an API token has the roles of the user who made it")];
    const types = roles.map((role) => (role as { type?: string }).type ?? "").filter(Boolean);
    return types.includes("SUPER_ADMIN")
      ? [ok(SUPER_ADMIN, "SUPER_ADMIN")]
      : [finding(`It has ${types.join(", ") || "no admin role"}.`)];
  } catch (error) {
    // Who may not even read its roles is no super admin.
    if (error instanceof OktaError && error.status === 403)
      return [finding("It may not read its own admin roles (403).")];
    throw error;
  }
}

async function checkServer(
  { orgUrl }: OktaConnection,
  client: OktaClient,
  asked: NonNullable<Expectations["authorizationServer"]>,
  former: Expectations["authorizationServer"],
): Promise<Finding[]> {
  const { authorizationServerApi: api } = client;
  let servers;
  try {
    servers = await askOkta(orgUrl, "list the authorization servers", () => all(api.listAuthorizationServers()));
  } catch (error) {
    if (!(error instanceof OktaError) || error.error !== "E0000015") throw error;
    return [
      fail(
        LICENCE,
        "okta-no-api-access-management",
        "The org has no API Access Management (401 E0000015): it has no custom authorization servers.",
        "Have it licensed, or take out okta-anypoint:authorizationServer; without a custom server tokens have no custom scopes.",
      ),
    ];
  }
  const licensed = ok(LICENCE, `${servers.length} custom authorization server${servers.length === 1 ? "" : "s"}`);
  const { id, create } = asked;
  if (id === undefined) {
    const taken = former?.create === create ? undefined : servers.find(({ name }) => name === create);
    if (taken === undefined) return [licensed, ok(SERVER, `"${create}" will be created`)];
    return [
      licensed,
      warn(
        SERVER,
        "okta-server-name-taken",
        `There is a server "${create}" already (${taken.id}); a second one would be made.`,
        `Use it with authorizationServer.id: ${taken.id}, or choose another name.`,
      ),
    ];
  }
  const server =
    servers.find((one) => one.id === id) ??
    (id === "default"
      ? await findAtOkta(orgUrl, "read the server", () => api.getAuthorizationServer({ authServerId: id }))
      : undefined);
  if (server === undefined) {
    const names = servers.map((one) => `"${one.name}" (${one.id})`).join(", ");
    return [
      licensed,
      fail(
        SERVER,
        "okta-server-unknown",
        `There is no authorization server ${id}.`,
        `Give one of ${names || "none, the org has none"} as authorizationServer.id.`,
      ),
    ];
  }
  if (server.status === "INACTIVE") {
    return [
      licensed,
      fail(
        SERVER,
        "okta-server-inactive",
        `"${server.name}" (${id}) is inactive.`,
        "Activate it: Security, API, Authorization Servers.",
      ),
    ];
  }
  const scopes = await askOkta(orgUrl, `list the scopes of ${id}`, () =>
    all(api.listOAuth2Scopes({ authServerId: id })),
  );
  const there = new Set(scopes.map(({ name }) => name));
  const absent = asked.existingScopes.filter((name) => !there.has(name));
  const own = former?.id === id ? former.scopes : [];
  const doubled = asked.scopes.filter((name) => there.has(name) && !own.includes(name));
  return [
    licensed,
    ...(absent.length === 0 && doubled.length === 0 ? [ok(SERVER, `"${server.name}" (${id}), active`)] : []),
    ...(absent.length > 0
      ? [
          fail(
            SERVER,
            "okta-scope-unknown",
            `"${server.name}" has no scope ${absent.join(", ")}.`,
            "Correct authorizationServer.existingScopes, or list them under scopes to create them.",
          ),
        ]
      : []),
    ...(doubled.length > 0
      ? [
          fail(
            SERVER,
            "okta-scope-exists",
            `"${server.name}" has ${doubled.join(", ")} already.`,
            "List them under authorizationServer.existingScopes: scopes are created.",
          ),
        ]
      : []),
  ];
}

/** Apps of our labels or client id that an earlier run of this stack did not make. */
async function checkNames(
  { orgUrl }: OktaConnection,
  client: OktaClient,
  { manager, inspector }: Expectations,
  former: Expectations | undefined,
  mayAskForClients: boolean,
): Promise<Finding[]> {
  const labels = [
    ...(manager.adopted || former?.manager.label === manager.label
      ? []
      : [{ label: manager.label, key: "manager.label" }]),
    ...(inspector.adopted || former?.inspector.label === inspector.label
      ? []
      : [{ label: inspector.label, key: "inspector.label" }]),
  ];
  if (labels.length === 0 && manager.adopted) return [];
  const findings: Finding[] = [];
  const byLabel = async (label: string) =>
    (
      await askOkta(orgUrl, `look for apps labelled "${label}"`, () =>
        all(client.applicationApi.listApplications({ q: label })),
      )
    ).filter((app) => app.label === label);
  for (const { label, key } of labels) {
    const taken = await byLabel(label);
    if (taken.length === 0) continue;
    findings.push(
      fail(
        NAMES,
        "okta-app-exists",
        `There is an app labelled "${label}" already (${taken.map(({ id }) => id).join(", ")}), which this stack did not make.`,
        `Choose another label (okta-anypoint:${key}), or take that app over with \`npm run adopt\`.`,
      ),
    );
  }
  const { clientId } = manager;
  if (mayAskForClients && !manager.adopted && former?.manager.clientId !== clientId) {
    // A client that is not there has no roles to list: 404.
    const taken = await findAtOkta(orgUrl, `look for the client ${clientId}`, () =>
      all(client.roleAssignmentApi.listRolesForClient({ clientId })),
    );
    if (taken !== undefined) {
      findings.push(
        fail(
          NAMES,
          "okta-client-id-taken",
          `There is a client ${clientId} already, which this stack did not make.`,
          "Choose another one (okta-anypoint:manager.clientId), or take that app over with `npm run adopt`.",
        ),
      );
    }
  }
  return findings.length === 0 ? [ok(NAMES, `"${manager.label}", "${inspector.label}"`)] : findings;
}
