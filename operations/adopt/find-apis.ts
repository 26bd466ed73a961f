/** Environments, API instances with their policy, and applications with their contracts, of one client provider. */
import type { AppliedPolicy, ContractRow, Instance, InstancePlace } from "../../providers/anypoint/api-manager.ts";
import { ENFORCEMENT_POLICY, MULESOFT_GROUP } from "../../providers/anypoint/api-policy-inputs.ts";
import type { Application } from "../../providers/anypoint/client-application-wire.ts";
import type { Environment, Organization } from "../../providers/anypoint/organizations.ts";
import type { AnypointSide, FoundProvider } from "./anypoint-side.ts";
import { named } from "./find-provider.ts";
import type { Rows } from "./object-row.ts";

export interface FoundApi {
  readonly place: InstancePlace;
  readonly environment: Environment;
  readonly instance: Instance;
  readonly policy?: AppliedPolicy;
}

export interface FoundConsumer {
  readonly application: Application;
  readonly contract: ContractRow;
  readonly api: FoundApi;
}

/** The environment as the configuration names it. */
export interface Named {
  readonly environment: string;
  readonly businessGroup?: string;
}

export const nameOf = ({ name, organization }: Environment, root: Organization): Named => ({
  environment: name,
  ...(organization.id !== root.id && { businessGroup: organization.name }),
});

export async function findEnvironments(
  anypoint: AnypointSide,
  provider: FoundProvider,
  rows: Rows,
): Promise<Environment[]> {
  const found = await anypoint.environments(provider.id);
  for (const { environment, isDefault } of found) {
    const name = named(`${environment.organization.name} / ${environment.name}`, environment.id);
    rows.add("environment", name, "taken", `is offered the provider${isDefault ? ", as its default" : ""}`);
  }
  return found.map(({ environment }) => environment);
}

export async function findApis(
  anypoint: AnypointSide,
  provider: FoundProvider,
  environments: readonly Environment[],
  rows: Rows,
): Promise<FoundApi[]> {
  const apis: FoundApi[] = [];
  for (const environment of environments) {
    for (const instance of await anypoint.instances(environment, provider.id)) {
      const place = { organizationId: environment.organization.id, environmentId: environment.id, apiId: instance.id };
      const name = named([instance.assetId, instance.instanceLabel].filter(Boolean).join(" / "), instance.id);
      const policies = (await anypoint.policies(place)).filter(
        ({ groupId, assetId }) => assetId === ENFORCEMENT_POLICY && groupId === MULESOFT_GROUP,
      );
      const [policy] = policies;
      const reason = policy === undefined ? undefined : saysMore(policies);
      if (policy === undefined || reason !== undefined) {
        const why =
          reason ?? "has no policy for OpenID Connect access tokens; add it to the configuration to have one made";
        rows.add("API instance", name, "left alone", why);
        continue;
      }
      rows.add("API instance", name, "taken", "is bound to the provider");
      rows.add("policy", `${policy.assetId} ${policy.assetVersion} (${policy.policyId})`, "taken", `protects ${name}`);
      apis.push({ place, environment, instance, policy });
    }
  }
  return apis;
}

/** What the configuration can't say of policies, so that it would be lost. */
function saysMore([policy, ...others]: readonly AppliedPolicy[]): string | undefined {
  if (others.length > 0) return "has the policy several times";
  if (policy?.disabled === true) return "its policy is disabled, and the stack would enable it";
  return (policy?.pointcut ?? []).length > 0
    ? "its policy covers some methods and paths only, and the stack covers all"
    : undefined;
}

export async function findConsumers(
  anypoint: AnypointSide,
  provider: FoundProvider,
  apis: readonly FoundApi[],
  rows: Rows,
): Promise<FoundConsumer[]> {
  const me = await anypoint.account();
  const taken: FoundConsumer[] = [];
  const seen = new Set<string>();
  for (const api of apis) {
    for (const contract of await anypoint.contracts(api.place)) {
      const { applicationId: id, applicationName: name, status } = contract;
      if (id === undefined) continue;
      const label = named(name, id);
      const contractName = `${label} with ${api.instance.id}`;
      const before = taken.find(({ application }) => application.applicationId === id);
      if (before !== undefined) {
        rows.add(
          "contract",
          contractName,
          "left alone",
          `a consumer names one API; this one is with ${before.api.instance.id}`,
        );
        continue;
      }
      if (seen.has(id)) continue;
      seen.add(id);
      const application = await anypoint.application(id, name ?? id);
      const reason = application === undefined ? notShown : notOurs(application, provider, me);
      if (application === undefined || reason !== undefined) {
        rows.add("application", label, "left alone", reason ?? notShown);
        continue;
      }
      rows.add("application", label, "taken", `owned by the connected app "${me ?? ""}"`);
      rows.add("contract", contractName, "taken", status.toLowerCase());
      taken.push({ application, contract, api });
    }
  }
  for (const { applicationId, name, providerId } of await anypoint.applications()) {
    if (providerId !== provider.id || seen.has(applicationId)) continue;
    rows.add("application", named(name, applicationId), "left alone", "has no contract with these API instances");
  }
  return taken;
}

const notShown = "the connected app may not see it";

/** Why an application is not one that the stack can keep; undefined when it is. */
function notOurs(application: Application, provider: FoundProvider, me: string | undefined): string | undefined {
  const { owner, providerId, clientSecret, grantTypes = [], redirectUris = [] } = application;
  if (providerId !== provider.id) return `its client is of provider ${providerId ?? "Anypoint's own"}`;
  if (owner === undefined || me === undefined)
    return "its owner is not shown, so it can't be told to be the connected app's";
  if (owner !== me) {
    return `is owned by ${owner}, not by the connected app "${me}": it stays that person's, with its contract. To have one in the stack, add a consumer under another name`;
  }
  if (clientSecret === undefined)
    return "its client secret is not shown: grant the connected app manage:clients in the root organization";
  if (!grantTypes.includes("authorization_code"))
    return "has not the grant type authorization_code, which Okta demands of a new one";
  return redirectUris.length === 0 ? "has no redirect URI, which Okta demands of a new one" : undefined;
}
