/** API instances, their token policy, and the gateways that serve them. */
import type { AppliedPolicy } from "../../providers/anypoint/api-manager.ts";
import { effectiveConfiguration } from "../../providers/anypoint/api-policy-inputs.ts";
import { equal } from "../../providers/anypoint/json-values.ts";
import { compareVersions } from "../../providers/anypoint/policy-template.ts";
import type { Deployed, DeployedApi } from "../deployed.ts";
import type { Finding } from "../finding.ts";
import { Premise } from "../reads.ts";
import { type Check, type Report, check, reportOf } from "../report.ts";
import type { AnypointReader } from "./reader.ts";

const UP = "run `pulumi up --refresh --run-program`";
const UP_FIRST = "Run `pulumi up --refresh --run-program`";

type Policy = NonNullable<DeployedApi["policy"]>;

export const apiChecks = (deployed: Deployed, anypoint: AnypointReader): Check[] =>
  deployed.apis.flatMap((api) => {
    const { place, policy } = api;
    // Not the instance's own in the state, which a refresh may have made another one.
    const clientProviderId = deployed.provider?.providerId ?? api.clientProviderId;
    const instance = async () => {
      const found = await anypoint.instance(place);
      if (found === undefined) throw new Premise("not asked: the instance is gone (api-instance)");
      return found;
    };
    return [
      check(reportOf("api-instance", api.name), async (report) => {
        const found = await anypoint.instance(place);
        if (found === undefined) {
          return report.fail(
            "instance-missing",
            `Instance ${place.apiId} is gone, with its policies and contracts: nothing protects the API.`,
            `${UP_FIRST}: it is made anew with another number, which the application's autodiscovery then needs.`,
          );
        }
        const bound = found.providerId ?? "";
        if (bound !== clientProviderId) {
          const to = bound === "" ? "Anypoint's own provider" : `client provider ${bound}`;
          return report.fail(
            "instance-unbound",
            `Instance ${place.apiId} is bound to ${to}, not to ${clientProviderId}: its tokens are not checked at Okta.`,
            `Anypoint binds no instance that has contracts: \`pulumi destroy --run-program --target '**-contract' --target-dependents\` takes those of this stack away; revoke and delete others (API Manager, instance ${place.apiId}, Contracts), then ${UP}, which binds it and asks for them again.`,
          );
        }
        return found.deprecated === true
          ? report.warn(
              "instance-deprecated",
              `Instance ${place.apiId} is deprecated: it takes no new contracts.`,
              `Take the mark off: API Manager, instance ${place.apiId}, Actions; or move the consumers.`,
            )
          : report.ok(`${place.apiId}, bound to ${bound}`);
      }),
      ...(policy === undefined
        ? []
        : [
            check(reportOf("api-policy", api.name), async (report) => {
              const [found, policies] = [await instance(), await anypoint.policies(place)];
              const applied = policies?.find(({ policyId }) => policyId === policy.policyId);
              if (applied === undefined && (await anypoint.hasPolicy(place, policy.policyId))) {
                return report.unknown(
                  `Policy ${policy.policyId} is there, but not in the list of the instance's policies.`,
                );
              }
              const problem = checkPolicy(report, api.name, intended(deployed, api.name, policy), applied);
              if (problem !== undefined) return problem;
              if ((found.providerId ?? "") !== clientProviderId) {
                throw new Premise("versions not asked for: the instance is bound elsewhere (api-instance)");
              }
              const newest = await anypoint.newestTemplate(place, policy);
              return newest === undefined
                ? report.ok(`${policy.policyId}, enabled; Anypoint tells no newest version for this instance`)
                : checkVersion(report, policy, newest.version);
            }),
          ]),
      check(reportOf("api-gateway", api.name), async (report) => {
        const { status, lastActiveDate } = (await instance()) as { status?: unknown; lastActiveDate?: unknown };
        const last = typeof lastActiveDate === "string" ? lastActiveDate : undefined;
        if (status === "active") return report.ok(`active${last === undefined ? "" : `, last seen ${last}`}`);
        if (status === undefined && last === undefined) return report.unknown("Anypoint does not say.");
        return report.warn(
          "gateway-not-reporting",
          `No gateway reports instance ${place.apiId} (status ${String(status)}${last === undefined ? "" : `, last seen ${last}`}): its policy protects nothing.`,
          `Set api.id: ${place.apiId} in the autodiscovery of the Mule application with the client id of the environment, or deploy a proxy, and start it; Runtime Manager shows whether it runs.`,
        );
      }),
    ];
  });

/** The policy as the stack asks for it: its scopes by the output, which no refresh touches. */
function intended({ outputs }: Deployed, name: string, policy: Policy): Policy {
  const apis = outputs.apis as Record<string, { scopes?: readonly string[] } | undefined> | undefined;
  const scopes = apis?.[name]?.scopes;
  return scopes === undefined
    ? policy
    : { ...policy, configuration: { ...policy.configuration, scopes: scopes.join(" ") } };
}

/** Undefined when the policy is there as it should be, versions aside. */
function checkPolicy(
  report: Report<"api-policy">,
  name: string,
  policy: Policy,
  applied: AppliedPolicy | undefined,
): Finding | undefined {
  const { policyId, assetId } = policy;
  const place = `API Manager, ${name}, Policies`;
  if (applied === undefined) {
    return report.fail(
      "policy-missing",
      `Policy ${policyId} (${assetId}) is not on the instance any more: calls without a token get in.`,
      `${UP_FIRST}, which applies it again.`,
    );
  }
  if (applied.disabled === true) {
    return report.fail(
      "policy-disabled",
      `Policy ${policyId} is disabled: calls without a token get in.`,
      `Enable it: ${place}; or ${UP}.`,
    );
  }
  const wanted = effectiveConfiguration(policy, policy.configuration);
  const { configuration } = applied;
  if (configuration.skipClientIdValidation !== false) {
    return report.fail(
      "policy-skips-clients",
      `Policy ${policyId} has skipClientIdValidation ${String(configuration.skipClientIdValidation)}: clients without a contract get in.`,
      `${UP_FIRST}, which sets it to false unless policy.configuration says true.`,
    );
  }
  const changed = Object.keys(wanted).filter((key) => !equal(configuration[key], wanted[key]));
  const lines = changed.map(
    (key) => `${key} is ${JSON.stringify(configuration[key] ?? null)}, not ${JSON.stringify(wanted[key])}`,
  );
  if (!equal(applied.pointcut?.length ? applied.pointcut : undefined, policy.pointcut)) {
    lines.push("it covers other methods and paths");
  }
  if (lines.length > 0) {
    return report.fail(
      "policy-differs",
      `Policy ${policyId} was changed: ${lines.join("; ")}.`,
      `${UP_FIRST}, which puts it back; or ${place}.`,
    );
  }
  return applied.assetVersion === policy.resolvedVersion
    ? undefined
    : report.warn(
        "policy-version-other",
        `Policy ${policyId} has version ${applied.assetVersion}; the stack applied ${policy.resolvedVersion}.`,
        `Set policy.version of this API, to ${policy.resolvedVersion} to go back or to ${applied.assetVersion} to stay, and run \`pulumi up\`.`,
      );
}

function checkVersion(report: Report<"api-policy">, policy: Policy, newest: string): Finding {
  const { policyId, resolvedVersion, assetVersion } = policy;
  if (compareVersions(newest, resolvedVersion) <= 0)
    return report.ok(`${policyId}, version ${resolvedVersion}, enabled`);
  const pinned = assetVersion === undefined ? "the one resolved when it was made" : "pinned";
  return report.warn(
    "policy-version-old",
    `Policy ${policyId} has version ${resolvedVersion} (${pinned}); Anypoint serves ${newest} for this instance.`,
    `When its release notes agree, set policy.version: ${newest} for this API and run \`pulumi up\`.`,
  );
}
