/** The authorization server that issues the consumers' tokens: as consumers meet it. */
import type { AuthorizationServerPolicy, AuthorizationServerPolicyRule } from "@okta/okta-sdk-nodejs";
import type { Deployed, DeployedApi, DeployedServer } from "../deployed.ts";
import type { Finding } from "../finding.ts";
import { Premise } from "../reads.ts";
import { type Check, type Report, check, reportOf } from "../report.ts";
import type { OktaReader } from "./reader.ts";

const UP = "Run `pulumi up --refresh --run-program`";
const GRANT_TYPE = "client_credentials";
const OIDC_SCOPES = new Set(["openid", "profile", "email", "address", "phone", "groups", "offline_access"]);

/** A consumer that must get its API's scopes. */
interface Wanting {
  readonly name: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

interface LivePolicy {
  readonly policy: AuthorizationServerPolicy;
  readonly rules: readonly AuthorizationServerPolicyRule[];
}

export function authorizationServerChecks(deployed: Deployed, okta: OktaReader): Check[] {
  const { server } = deployed;
  if (server === undefined) return [];
  const there = async () => {
    const found = await okta.server(server.id);
    if ("refused" in found) throw new Premise("not asked: no API Access Management (authorization-server)");
    if (found.value === undefined) throw new Premise("not asked: the server is gone (authorization-server)");
    return found.value;
  };
  return [
    check(reportOf("authorization-server"), (report) => checkServer(report, server, okta)),
    check(reportOf("server-scopes"), async (report) => {
      await there();
      return checkScopes(report, deployed, server, okta);
    }),
    check(reportOf("access-policy"), async (report) => {
      await there();
      const policies = await okta.policies(server.id);
      const live = await Promise.all(
        policies.map(async (policy) => ({ policy, rules: await okta.rules(server.id, policy.id ?? "") })),
      );
      return checkAccess(report, server, live, wanting(deployed));
    }),
    check(reportOf("issuer"), async (report) => {
      if ((await there()).status !== "ACTIVE")
        throw new Premise("not asked: the server is inactive (authorization-server)");
      return checkIssuer(report, server, okta);
    }),
  ];
}

async function checkServer(
  report: Report<"authorization-server">,
  { id }: DeployedServer,
  okta: OktaReader,
): Promise<Finding> {
  const found = await okta.server(id);
  if ("refused" in found) {
    return report.fail(
      "api-access-management-off",
      "The org has no API Access Management (401 E0000015): custom authorization servers can be neither read nor changed.",
      "Have it licensed again: ask Okta. `npm run verify` shows whether tokens are still issued.",
    );
  }
  const server = found.value;
  if (server === undefined) {
    return report.fail(
      "server-missing",
      `The authorization server ${id} is gone: consumers get no tokens, and none can be introspected.`,
      `${UP}: it is made anew, with another issuer; consumers then need the new output consumerTokenUrl.`,
    );
  }
  return server.status === "ACTIVE"
    ? report.ok(`"${server.name}" (${id}), active`)
    : report.fail(
        "server-inactive",
        `"${server.name}" (${id}) is deactivated: consumers get no tokens, and none can be introspected.`,
        `Activate it: Okta Admin Console, Security, API, Authorization Servers, "${server.name}".`,
      );
}

/** Scopes that the policy of an API asks for. */
function scopesOf(api: DeployedApi | undefined): string[] {
  const scopes = api?.policy?.configuration.scopes;
  return typeof scopes === "string" ? scopes.split(" ").filter(Boolean) : [];
}

const wanting = ({ apis, consumers }: Deployed): Wanting[] =>
  consumers
    .filter(({ contract }) => contract !== undefined)
    .map(({ name, application }) => ({
      name,
      clientId: application.clientId,
      scopes: scopesOf(apis.find(({ place }) => place.apiId === application.apiId)),
    }));

async function checkScopes(
  report: Report<"server-scopes">,
  { apis }: Deployed,
  server: DeployedServer,
  okta: OktaReader,
): Promise<Finding> {
  const wanted = [...new Set([...server.scopes, ...apis.flatMap(scopesOf)])].filter((name) => !OIDC_SCOPES.has(name));
  const live = await okta.serverScopes(server.id);
  const missing = wanted.filter((name) => !live.some((scope) => scope.name === name));
  if (missing.length > 0) {
    return report.fail(
      "server-scope-missing",
      `The server has no scope ${missing.join(", ")}: tokens with it are refused (invalid_scope).`,
      `${UP}; scopes under existingScopes are made in the Okta Admin Console, Security, API, Authorization Servers, Scopes.`,
    );
  }
  const consent = live.filter(({ name, consent: kind }) => wanted.includes(name) && kind === "REQUIRED");
  return consent.length > 0
    ? report.warn(
        "server-scope-consent",
        `${consent.map(({ name }) => name).join(", ")}: the consent of a user is required, and clients that Anypoint registers have no user.`,
        'Set "User consent" to implicit: Okta Admin Console, Security, API, Authorization Servers, Scopes; or, where the stack made the scope, run `pulumi up --refresh --run-program`.',
      )
    : report.ok(wanted.join(", ") || "none asked for");
}

/** Active policies by priority, in them active rules by priority; the first that fits decides (confirmed: access policy guide). */
function checkAccess(
  report: Report<"access-policy">,
  server: DeployedServer,
  live: readonly LivePolicy[],
  wanted: readonly Wanting[],
): Finding {
  const refused = wanted.filter((consumer) => !live.some((one) => lets(one, consumer)));
  const own = ownProblem(server, live);
  const place = "Okta Admin Console, Security, API, Authorization Servers, Access Policies";
  if (refused.length > 0) {
    const who = refused.map(({ name, clientId }) => `${name} (${clientId})`).join(", ");
    return report.fail(
      own?.code ?? "access-policy-refuses",
      `${own === undefined ? "" : `${own.seen} `}No active rule gives ${who} the scopes of its API by ${GRANT_TYPE}: tokens are refused (access_denied).`,
      own?.whatToDo(place) ??
        `Let a rule name these clients, scopes and the grant type: ${place}; in the stack authorizationServer.allowClients.`,
    );
  }
  if (own !== undefined) {
    return report.warn(own.code, `${own.seen} Another policy lets the consumers in.`, own.whatToDo(place));
  }
  return report.ok(
    wanted.length === 0 ? "no consumer needs a token" : `gives tokens to ${wanted.map(({ name }) => name).join(", ")}`,
  );
}

function lets({ policy, rules }: LivePolicy, { clientId, scopes }: Wanting): boolean {
  const clients = policy.conditions?.clients?.include ?? [];
  if (policy.status !== "ACTIVE" || !(clients.includes("ALL_CLIENTS") || clients.includes(clientId))) return false;
  return rules.some(({ status, conditions }) => {
    const allowed = conditions?.scopes?.include ?? [];
    return (
      status === "ACTIVE" &&
      (conditions?.grantTypes?.include ?? []).includes(GRANT_TYPE) &&
      (allowed.includes("*") || scopes.every((scope) => allowed.includes(scope)))
    );
  });
}

interface OwnProblem {
  readonly code: "access-policy-missing" | "access-policy-inactive";
  readonly seen: string;
  readonly whatToDo: (place: string) => string;
}

/** What is wrong with the policy and the rule that the stack made; undefined when nothing is, or it made none. */
function ownProblem({ policyId, ruleId }: DeployedServer, live: readonly LivePolicy[]): OwnProblem | undefined {
  if (policyId === undefined) return undefined;
  const own = live.find(({ policy }) => policy.id === policyId);
  const rule = own?.rules.find(({ id }) => id === ruleId);
  const again = () => `${UP}: what is gone is made again.`;
  const activate = (place: string) => `Activate it: ${place}; or ${UP.replace("Run", "run")}.`;
  if (own === undefined) {
    return { code: "access-policy-missing", seen: `The stack's access policy ${policyId} is gone.`, whatToDo: again };
  }
  const named = `"${own.policy.name}"`;
  if (ruleId !== undefined && rule === undefined) {
    return {
      code: "access-policy-missing",
      seen: `The stack's rule in access policy ${named} is gone.`,
      whatToDo: again,
    };
  }
  if (own.policy.status !== "ACTIVE") {
    return { code: "access-policy-inactive", seen: `The access policy ${named} is deactivated.`, whatToDo: activate };
  }
  if (rule !== undefined && rule.status !== "ACTIVE") {
    const seen = `The rule "${rule.name}" of access policy ${named} is deactivated.`;
    return { code: "access-policy-inactive", seen, whatToDo: activate };
  }
  return undefined;
}

async function checkIssuer(report: Report<"issuer">, { issuer }: DeployedServer, okta: OktaReader): Promise<Finding> {
  const url = `${issuer}/.well-known/openid-configuration`;
  const { status, json } = await okta.send({ url, method: "GET", headers: { accept: "application/json" } });
  const { issuer: named } = json as { issuer?: unknown };
  if (status !== 200 || typeof named !== "string") {
    return report.fail(
      "issuer-not-found",
      `${url} answered ${status}: nothing issues tokens under this name.`,
      `See authorization-server; if the org's domain has changed, set okta-anypoint:orgUrl and ${UP.replace("Run", "run")}.`,
    );
  }
  return named === issuer
    ? report.ok(issuer)
    : report.fail(
        "issuer-differs",
        `Discovery names the issuer ${named}; the stack says ${issuer}.`,
        `Set okta-anypoint:orgUrl to ${URL.canParse(named) ? new URL(named).origin : "the org's own URL"}, or the server's issuer to "Okta URL", then ${UP.replace("Run", "run")}.`,
      );
}
