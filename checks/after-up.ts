/** What is broken of what `up` has made, found by reading both organizations with the login that runs the stack. Changes nothing. */
import { AnypointError } from "../providers/anypoint/errors.ts";
import { OPERATIONS } from "../providers/anypoint/operations.ts";
import type { AnypointClient } from "../providers/anypoint/client.ts";
import { OktaError } from "../providers/okta/errors.ts";
import type { OktaConnection } from "../providers/okta/login.ts";
import { apiChecks } from "./anypoint/apis.ts";
import { applicationChecks } from "./anypoint/applications.ts";
import { clientProviderChecks, liveIntrospectionUrl } from "./anypoint/client-provider.ts";
import { AnypointReader } from "./anypoint/reader.ts";
import type { Deployed } from "./deployed.ts";
import type { Finding } from "./finding.ts";
import { authorizationServerChecks } from "./okta/authorization-server.ts";
import { consumerChecks } from "./okta/consumers.ts";
import { inspectorChecks } from "./okta/inspector.ts";
import { managerChecks } from "./okta/manager.ts";
import { OktaReader } from "./okta/reader.ts";
import { Premise, Reads, type Trouble, isRefusedLogin, isSilence } from "./reads.ts";
import { type Check, reportOf } from "./report.ts";
import { stackChecks } from "./stack.ts";

/** The two sides; an error where the configuration gives no usable connection. */
export interface Sides {
  readonly okta: OktaConnection | OktaError;
  readonly anypoint: AnypointClient | AnypointError;
}

export interface AfterUpOptions {
  /** Is told how many checks are done, of how many. */
  readonly onDone?: (done: number, of: number) => void;
  /** Milliseconds since the epoch. Default the machine's clock. */
  readonly now?: number;
}

/** All checks of the catalogue that the stack gives cause for. None keeps another from running. */
export async function checksAfterUp(
  deployed: Deployed,
  { okta, anypoint }: Sides,
  { onDone, now = Date.now() }: AfterUpOptions = {},
): Promise<Finding[]> {
  const reads = new Reads();
  const anypointReader = new AnypointReader(anypoint, reads);
  const oktaReader = new OktaReader(okta, reads);

  const stack = stackChecks(deployed, now);
  const oktaSide = [
    ...managerChecks(deployed, oktaReader),
    ...inspectorChecks(deployed, oktaReader, () => liveIntrospectionUrl(deployed, anypointReader)),
    ...authorizationServerChecks(deployed, oktaReader),
    ...consumerChecks(deployed, oktaReader),
  ];
  const anypointSide = [
    ...clientProviderChecks(deployed, anypointReader),
    ...apiChecks(deployed, anypointReader),
    ...applicationChecks(deployed, anypointReader),
  ];

  const all = [...stack, ...oktaSide, ...anypointSide];
  let done = 0;
  const findings = new Map(
    await Promise.all(
      all.map(async (one) => {
        const found = await outcome(one);
        onDone?.((done += 1), all.length);
        return [one, found] as const;
      }),
    ),
  );
  const of = (checks: readonly Check[]) => checks.flatMap((one) => findings.get(one) ?? []);
  return [
    ...of(stack),
    oktaAccess(okta, reads.troubles),
    ...of(oktaSide),
    anypointAccess(anypoint, reads.troubles, deployed),
    ...of(anypointSide),
  ];
}

async function outcome(check: Check): Promise<Finding[]> {
  try {
    return await check.run();
  } catch (error) {
    if (!(error instanceof Premise)) throw error;
    return [{ ...check.subject, status: "unknown", seen: error.message }];
  }
}

/** Why reads at Okta failed, the worst cause first. */
function oktaAccess(okta: OktaConnection | OktaError, all: readonly Trouble[]): Finding {
  const report = reportOf("okta-access");
  const login = "Applications, the app that runs the stack";
  if (okta instanceof OktaError) {
    return report.fail(
      "okta-misconfigured",
      okta.message,
      "Correct it in the stack's configuration; nothing was asked of Okta.",
    );
  }
  const troubles = all.filter((one): one is Trouble & { error: OktaError } => one.error instanceof OktaError);
  const misconfigured = troubles.find(({ error }) => error.code === "misconfigured");
  if (misconfigured !== undefined) {
    return report.fail(
      "okta-misconfigured",
      misconfigured.error.message,
      "Set it again with `pulumi config set --secret okta:privateKey`.",
    );
  }
  const silent = troubles.find(({ error }) => isSilence(error));
  if (silent !== undefined) {
    return report.fail(
      "okta-unreachable",
      silent.error.message,
      "Mend the way there and run it again; see also Okta's status page.",
    );
  }
  const refused = troubles.find(({ error }) => isRefusedLogin(error));
  if (refused !== undefined) {
    return report.fail(
      "okta-login-refused",
      refused.error.message,
      `Check okta:clientId, okta:privateKey and okta:privateKeyId against ${login}, Client Credentials, and that the app is active without DPoP; or the API token.`,
    );
  }
  const scopes = unique(
    troubles.filter(({ error }) => lacksScope(error)).map(({ scope = "one that it does not name" }) => scope),
  );
  if (scopes.length > 0) {
    return report.fail(
      "okta-scope-missing",
      `Okta gives the login no token with ${scopes.join(", ")}.`,
      `Grant it: Okta Admin Console, ${login}, Okta API Scopes.`,
    );
  }
  const [forbidden] = troubles.filter(({ error }) => error.status === 403);
  if (forbidden !== undefined) {
    return report.fail(
      "okta-role-missing",
      `${forbidden.error.message} The scope is granted, so an admin role is missing.`,
      `Assign Super Administrator: Okta Admin Console, ${login}, Admin roles.`,
    );
  }
  const [other] = troubles;
  return other === undefined
    ? report.ok("every read was answered")
    : report.fail("okta-read-failed", other.error.message, "Run it again; if it stays so, see Okta's System Log.");
}

/** The org's token endpoint refuses a scope that is not granted with either (which one is unknown). */
const lacksScope = ({ error }: OktaError): boolean => error === "consent_required" || error === "invalid_scope";

function anypointAccess(
  anypoint: AnypointClient | AnypointError,
  all: readonly Trouble[],
  { provider }: Deployed,
): Finding {
  const report = reportOf("anypoint-access");
  if (anypoint instanceof AnypointError) {
    return report.fail(
      "anypoint-misconfigured",
      anypoint.message,
      "Correct it in the stack's configuration; nothing was asked of Anypoint.",
    );
  }
  const troubles = all.filter((one): one is Trouble & { error: AnypointError } => one.error instanceof AnypointError);
  const silent = troubles.find(({ error }) => isSilence(error));
  if (silent !== undefined) {
    return report.fail(
      "anypoint-unreachable",
      silent.error.message,
      "Mend the way there and run it again; see status.mulesoft.com.",
    );
  }
  const refused = troubles.find(({ error }) => isRefusedLogin(error));
  if (refused !== undefined) {
    return report.fail(
      "anypoint-login-refused",
      refused.error.message,
      "Set anypoint:clientId and anypoint:clientSecret again, or ask who owns the connected app.",
    );
  }
  const forbidden = troubles.filter(({ error }) => error.code === "forbidden");
  if (forbidden.length > 0) {
    const scopes = unique(
      forbidden.flatMap(({ error }) => (error.operation ? OPERATIONS[error.operation].scopes : [])),
    );
    return report.fail(
      "anypoint-scope-missing",
      `Anypoint answered 403 where ${scopes.join(", ") || "some scope"} is needed.`,
      "Grant it: Access Management, Connected Apps, the app that runs the stack, Scopes; in each business group and environment that it concerns.",
    );
  }
  const given = anypoint.connection.organizationId;
  if (given !== undefined && provider !== undefined && given !== provider.organizationId) {
    return report.fail(
      "anypoint-other-organization",
      `anypoint:organizationId is ${given}; the stack's client provider is of organization ${provider.organizationId}.`,
      "Set it to the root organization's id, or leave it out.",
    );
  }
  const [other] = troubles;
  return other === undefined
    ? report.ok("every read was answered")
    : report.fail(
        "anypoint-read-failed",
        other.error.message,
        "Run it again; if it stays so, see status.mulesoft.com.",
      );
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
