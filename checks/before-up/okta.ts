/** Okta before `up`: the login and what it may do, the authorization server, and whether names are free. */
import { type OktaClient, all, findAtOkta, oktaClient } from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { type OktaConnection, readsAlone, scopeToRead } from "../../providers/okta/login.ts";
import { appsLabelled } from "../../providers/okta/registered-clients.ts";
import { type Expectations, inspectorsOf, managersOf } from "../expectations.ts";
import type { Finding } from "../finding.ts";
import { type Subject, fail, found, ok, unknown } from "../run.ts";
import { LOGIN, ORG, SUPER_ADMIN, checkLogin, checkOrg, checkSuperAdmin } from "./okta-login.ts";
import { SERVER, checkServer } from "./okta-server.ts";

const NAMES: Subject = { side: "Okta", check: "okta-names", title: "labels and client ids are free" };

export async function oktaBeforeUp(
  expectations: Expectations,
  okta: OktaConnection,
  former: Expectations | undefined,
): Promise<Finding[]> {
  const org = await found(ORG, () => checkOrg(okta));
  if (org.some(({ status }) => status === "fail")) return org;
  const scopes = expectations.oktaScopes.map((scope) => scopeToRead(okta, scope));
  const login = await found(LOGIN, () => checkLogin(okta, scopes, former !== undefined));
  if (login.some(({ check, status }) => check === LOGIN.check && status === "fail")) return [...org, ...login];

  const lacking = new Set(
    login.flatMap(({ code, seen }) => (code === "okta-scope-missing" ? seen.match(/okta\.\S+\w/g) : []) ?? []),
  );
  const lacks = (scope: string) => lacking.has(scopeToRead(okta, scope));
  const client = oktaClient(
    okta,
    scopes.filter((scope) => !lacking.has(scope)),
  );
  const server = expectations.authorizationServer;
  const rest = await Promise.all([
    lacks("okta.roles.manage")
      ? [unknown(SUPER_ADMIN, "not asked: the scope okta.roles.manage is missing")]
      : readsAlone(okta)
        ? [unknown(SUPER_ADMIN, "not asked: this login reads alone, and `up` has another")]
        : found(SUPER_ADMIN, () => checkSuperAdmin(okta, client, former !== undefined)),
    server === undefined || lacks("okta.authorizationServers.manage")
      ? []
      : found(SERVER, () => checkServer(okta, client, server, former?.authorizationServer)),
    lacks("okta.apps.manage")
      ? []
      : found(NAMES, () => checkNames(okta, client, expectations, former, !lacks("okta.roles.manage"))),
  ]);
  return [...org, ...login, ...rest.flat()];
}

/** Apps of our labels or client ids that an earlier run of this stack did not make. */
async function checkNames(
  { orgUrl }: OktaConnection,
  client: OktaClient,
  expectations: Expectations,
  former: Expectations | undefined,
  mayAskForClients: boolean,
): Promise<Finding[]> {
  const known = former === undefined ? [] : [...managersOf(former), ...inspectorsOf(former)].map(({ label }) => label);
  const fresh = ({ label, adopted }: { label: string; adopted?: boolean }) =>
    adopted !== true && !known.includes(label);
  const labels = [
    ...managersOf(expectations).map((app) => ({ ...app, key: "manager.label" })),
    ...inspectorsOf(expectations).map((app) => ({ ...app, key: "inspector.label" })),
  ].filter(fresh);
  const knownIds =
    former === undefined ? [] : [...managersOf(former), ...inspectorsOf(former)].map((one) => one.clientId);
  const clients = [
    ...managersOf(expectations).map((app) => ({ ...app, key: "manager.clientId" })),
    ...inspectorsOf(expectations).map((app) => ({ ...app, key: "inspector.clientId" })),
  ].flatMap(({ clientId, adopted, key }) =>
    adopted !== true && clientId !== undefined && !knownIds.includes(clientId) ? [{ clientId, key }] : [],
  );
  // What is taken over, or was this stack's own before, is not looked for.
  const asked = mayAskForClients ? clients.map(({ clientId }) => clientId) : [];
  const looked = [...labels.map(({ label }) => `"${label}"`), ...asked];
  if (looked.length === 0) return [];
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { label, key } of labels) {
    const taken = await appsLabelled(client, orgUrl, label);
    for (const app of taken) if (app.clientId !== undefined) seen.add(app.clientId);
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
  for (const { clientId, key } of clients) {
    if (seen.has(clientId)) findings.push(clientTaken(clientId, key));
    else if (mayAskForClients) findings.push(...(await clientFindings(orgUrl, client, clientId, key)));
  }
  return findings.length === 0 ? [ok(NAMES, looked.join(", "))] : findings;
}

/** A client that is not there has no roles to list: 404. */
async function clientFindings(orgUrl: string, client: OktaClient, clientId: string, key: string): Promise<Finding[]> {
  let taken;
  try {
    taken = await findAtOkta(orgUrl, `look for the client ${clientId}`, () =>
      all(client.roleAssignmentApi.listRolesForClient({ clientId })),
    );
  } catch (error) {
    if (!(error instanceof OktaError) || error.status !== 403) throw error;
    return [unknown(NAMES, `whether the client id ${clientId} is free may not be looked up (403)`)];
  }
  return taken === undefined ? [] : [clientTaken(clientId, key)];
}

const clientTaken = (clientId: string, key: string): Finding =>
  fail(
    NAMES,
    "okta-client-id-taken",
    `There is a client ${clientId} already, which this stack did not make.`,
    `Choose another one (okta-anypoint:${key}), or take that app over with \`npm run adopt\`.`,
  );
