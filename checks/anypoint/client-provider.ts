/** The client provider, its URLs, and the environments that are offered it. */
import { DEFAULT_NAMES } from "../../providers/anypoint/private-key-block.ts";
import {
  type ClientProviderInputs,
  type PublicFields,
  type SeenProvider,
  differences,
  registersOtherwise,
  seeProvider,
} from "../../providers/anypoint/client-provider-wire.ts";
import { orgUrls, serverUrls } from "../../config/okta-urls.ts";
import type { Deployed } from "../deployed.ts";
import type { Finding } from "../finding.ts";
import { Premise } from "../reads.ts";
import { type Check, type Report, check, reportOf } from "../report.ts";
import type { AnypointReader } from "./reader.ts";

const CONSOLE = "Access Management, Client Providers";
const UP = "run `pulumi up --refresh --run-program`";
const UP_FIRST = "Run `pulumi up --refresh --run-program`";

type Provider = NonNullable<Deployed["provider"]>;

/** Fields with which registration or introspection break when they differ; of the others it is a warning. */
const VITAL = new Set<keyof PublicFields>([
  "issuer",
  "registrationUrl",
  "tokenUrl",
  "introspectionUrl",
  "managerClientId",
  "managerScopes",
  "inspectorClientId",
]);

export function clientProviderChecks(deployed: Deployed, anypoint: AnypointReader): Check[] {
  const provider = intended(deployed);
  if (provider === undefined) return [];
  return [
    check(reportOf("client-provider"), async (report) => {
      const answer = await anypoint.provider(provider);
      return answer === undefined
        ? providerMissing(report, provider)
        : checkFields(report, provider, seeProvider(answer, provider.privateKeyBlock));
    }),
    check(reportOf("client-provider-secrets"), (report) =>
      Promise.resolve(
        report.unknown(
          "Anypoint shows no secret, so they can't be compared; manager-token and inspector-introspection try those of the state at Okta.",
          provider.byHand
            ? "When those are good and Anypoint's logins still fail, enter them again in the console: `npm run manager-key` shows each once."
            : `When those are good and Anypoint's logins still fail, have them written again: change the Token Client API Scopes (for the key) or the introspection Client ID (for the secret) in ${CONSOLE}, then ${UP}, which writes the whole member.`,
        ),
      ),
    ),
    check(reportOf("urls"), async (report) => {
      const answer = await anypoint.provider(provider);
      const live = answer && seeProvider(answer, provider.privateKeyBlock).fields;
      return checkUrls(report, deployed, { ...provider, ...defined(live) });
    }),
    ...deployed.assignments.map((assignment) =>
      check(reportOf("assignment", assignment.environmentName), async (report) =>
        checkAssignment(report, provider, assignment, await anypoint.offered(assignment)),
      ),
    ),
  ];
}

/** The provider as the stack asks for it: its apps as they are, since a refresh may have put others into the state. */
function intended({ provider, manager, inspector }: Deployed): Provider | undefined {
  if (provider === undefined) return undefined;
  return {
    ...provider,
    ...(provider.managerClientId !== undefined && manager && { managerClientId: manager.clientId }),
    ...(inspector && { inspectorClientId: inspector.clientId }),
  };
}

/** Where gateways introspect by what Anypoint shows; undefined when it shows none or can't be read. */
export async function liveIntrospectionUrl(
  { provider }: Deployed,
  anypoint: AnypointReader,
): Promise<string | undefined> {
  if (provider === undefined) return undefined;
  try {
    const answer = await anypoint.provider(provider);
    return answer?.oidc_dynamic_client_provider?.urls?.introspect;
  } catch (error) {
    if (!(error instanceof Premise)) throw error;
    // The state's own has to do; that Anypoint can't be read is another finding.
    return undefined;
  }
}

const defined = <T extends object>(value: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, one]) => one !== undefined)) as Partial<T>;

/** In mode manual a person writes the provider, and no `up` does. */
const BY_HAND = `Mode manual: correct it in ${CONSOLE}; \`npm run manual-steps\` shows every value.`;

const providerMissing = (report: Report<"client-provider">, { name, providerId, byHand }: Provider): Finding =>
  report.fail(
    "provider-missing",
    `"${name}" (${providerId}) is gone. Anypoint put its APIs and applications on its own provider, and keeps their contracts.`,
    byHand
      ? "Mode manual: make it again in Access Management, Client Providers (`npm run manual-steps`), set clientProvider.id to its id, and run `pulumi up`."
      : `Anypoint binds no instance that has contracts: \`pulumi destroy --run-program --target '**-contract' --target-dependents\` takes those of this stack away; revoke and delete others (API Manager, Contracts of each instance), then ${UP}: provider, assignments, applications and contracts are made anew, with other client ids.`,
  );

function checkFields(report: Report<"client-provider">, provider: Provider, seen: SeenProvider): Finding {
  const byKey = provider.managerPrivateKey !== undefined;
  if (byKey && seen.block.missing.length > 0) {
    return report.fail(
      "provider-no-key-block",
      `"${provider.name}" does not register by private key JWT: nothing fitting at ${seen.block.missing.join(", ")}.`,
      `${UP_FIRST}, which writes it; where the names differ from ${DEFAULT_NAMES.methodPath} and its like, set okta-anypoint:clientProvider.privateKeyBlock.`,
    );
  }
  if (provider.registrationHeader !== undefined && registersOtherwise(provider, seen)) {
    return report.fail(
      "provider-no-key-block",
      `"${provider.name}" does not register by the header that the stack gave it.`,
      `${UP_FIRST}, which writes it again.`,
    );
  }
  const changed = differences(provider as ClientProviderInputs, seen).filter((key) => provider[key] !== undefined);
  if (changed.length === 0) return report.ok(`"${provider.name}" (${provider.providerId}), as the stack made it`);
  const shown = (value: string | number | boolean | readonly string[] | undefined) =>
    value === undefined ? "nothing" : typeof value === "object" ? value.join(" ") : String(value);
  const lines = changed.map((key) => `${key} is ${shown(seen.fields[key])}, not ${shown(provider[key])}`);
  const tell = changed.some((key) => VITAL.has(key)) ? report.fail : report.warn;
  return tell(
    "provider-differs",
    `"${provider.name}" was changed: ${lines.join("; ")}.`,
    provider.byHand ? BY_HAND : `${UP_FIRST}, which puts it back; or look: ${CONSOLE}, "${provider.name}".`,
  );
}

/** Registration is the org's, introspection belongs to the server that issued the tokens (confirmed: Okta's OAuth API). */
function checkUrls(
  report: Report<"urls">,
  { orgUrl, server, outputs }: Deployed,
  urls: Pick<Provider, "issuer" | "registrationUrl" | "authorizeUrl" | "tokenUrl" | "introspectionUrl">,
): Finding {
  if (orgUrl === undefined) return report.unknown("The stack does not say its org.");
  const org = orgUrls(orgUrl);
  const strays = (["issuer", "registrationUrl", "authorizeUrl", "tokenUrl"] as const).filter(
    (key) => urls[key] !== org[key],
  );
  if (strays.length > 0) {
    return report.fail(
      "url-not-of-org",
      `${strays.map((key) => `${key} is ${urls[key]}, not ${org[key]}`).join("; ")}. Only the org registers clients and gives okta.* scopes.`,
      `Put the org's own there: ${UP}, or ${CONSOLE}.`,
    );
  }
  const issuer = typeof outputs.consumerIssuer === "string" ? outputs.consumerIssuer : (server?.issuer ?? orgUrl);
  const own = server === undefined ? org.introspectionUrl : serverUrls(orgUrl, server.id).introspectionUrl;
  const right = new Set([own, issuer === orgUrl ? org.introspectionUrl : `${issuer}/v1/introspect`]);
  const { introspectionUrl } = urls;
  if (right.has(introspectionUrl)) return report.ok(`introspection at ${introspectionUrl}, the rest at the org`);
  if (introspectionUrl === org.introspectionUrl) {
    return report.warn(
      "introspection-at-org",
      `Gateways introspect at the org, ${introspectionUrl}; the tokens come from ${issuer}. By Okta's rule they are inactive there, and APIs answer 401.`,
      "Set clientProvider.introspectAt: issuer, then run `pulumi up`; or keep it where `npm run verify` is good.",
    );
  }
  return report.fail(
    "introspection-elsewhere",
    `Gateways introspect at ${introspectionUrl}; the tokens come from ${issuer} and are inactive there, so APIs answer 401.`,
    `Set it to ${own}: ${UP}, or ${CONSOLE}.`,
  );
}

function checkAssignment(
  report: Report<"assignment">,
  { providerId, name }: Provider,
  { makeDefault, environmentName }: Deployed["assignments"][number],
  offered: readonly string[] | undefined,
): Finding {
  const index = offered?.indexOf(providerId) ?? -1;
  if (index < 0) {
    return report.fail(
      "assignment-missing",
      `"${environmentName}" is not offered "${name}": no API there can be bound to it.`,
      `Assign it: Access Management, Environments, "${environmentName}"; or ${UP}.`,
    );
  }
  return index === 0 && !makeDefault
    ? report.warn(
        "assignment-default",
        `"${name}" comes first in "${environmentName}", so new APIs there get it unless told otherwise.`,
        "If that is meant, say makeDefault: true under clientProvider.environments; else put another one first: Access Management, Environments.",
      )
    : report.ok(index === 0 ? "offered, and the default of new APIs" : `offered, in place ${index + 1}`);
}
