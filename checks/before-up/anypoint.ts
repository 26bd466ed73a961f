/** Anypoint before `up`: the login and what it may see, the places and APIs that are named, names that are free. */
import { bindingProblem } from "../../providers/anypoint/api-instance.ts";
import { type Named, anyMuleInstance, findNamed } from "../../providers/anypoint/api-instance-lookup.ts";
import { ENFORCEMENT_POLICY, MULESOFT_GROUP } from "../../providers/anypoint/api-policy-inputs.ts";
import type { AnypointClient } from "../../providers/anypoint/client.ts";
import { findApplicationNamed } from "../../providers/anypoint/client-application.ts";
import { listProviders } from "../../providers/anypoint/client-provider-calls.ts";
import { assetExists } from "../../providers/anypoint/exchange-asset.ts";
import { type Organization, environment, rootOrganization } from "../../providers/anypoint/organizations.ts";
import { configurationProblems, findTemplate } from "../../providers/anypoint/policy-template.ts";
import type { Expectations } from "../expectations.ts";
import type { Finding } from "../finding.ts";
import { type Subject, fail, found, ok, unknown } from "../run.ts";

const subject = (check: string, title: string): Subject => ({ side: "Anypoint", check, title });

const LOGIN = subject("anypoint-login", "login, and the root organization");
const PROVIDER = subject("anypoint-provider-name", "the client provider's name is free");
const place = (name: string) => subject("anypoint-environment", `environment ${name}`);
const api = (name: string) => subject("anypoint-api", `API ${name}`);
const policy = (name: string) => subject("anypoint-policy-configuration", `policy of ${name}`);
const application = (name: string) => subject("anypoint-application-name", `application ${name}`);

/** Client providers per root organization (confirmed: DOC-AM limits). */
const PROVIDER_LIMIT = 25;

export async function anypointBeforeUp(
  expectations: Expectations,
  client: AnypointClient,
  former: Expectations | undefined,
): Promise<Finding[]> {
  let root: Organization | undefined;
  const login = await found(LOGIN, async () => {
    root = await rootOrganization(client);
    return [ok(LOGIN, `"${root.name}" (${root.id}) at ${client.connection.baseUrl}`)];
  });
  if (root === undefined) return login;
  const rootId = root.id;

  const provider = await found(PROVIDER, () => checkProvider(client, rootId, expectations, former));
  const places = await Promise.all(
    unique([...expectations.environments, ...expectations.apis]).map((one) => checkEnvironment(client, one)),
  );
  const lost = new Set(places.filter(({ finding }) => finding.status !== "ok").map(({ key }) => key));
  const formerApis = new Map(former?.apis.map((one) => [one.name, one]));
  const apis = await Promise.all(
    expectations.apis
      // Where the environment is not found, that is the finding.
      .filter((one) => !lost.has(keyOf(one)))
      .map((one) => found(api(one.name), () => checkApi(client, one, formerApis.get(one.name)))),
  );
  const applications = await Promise.all(
    expectations.applications
      .filter((name) => !(former?.applications ?? []).includes(name))
      .map((name) => found(application(name), () => checkApplication(client, rootId, name))),
  );
  return [...login, ...provider, ...places.map(({ finding }) => finding), ...apis.flat(), ...applications.flat()];
}

/** By name alone: before the first `up` there is no Inspector yet by which it could be ours. */
async function checkProvider(
  client: AnypointClient,
  rootId: string,
  { clientProvider: { name, adopted } }: Expectations,
  former: Expectations | undefined,
): Promise<Finding[]> {
  if (adopted === true) return [];
  if (former?.clientProvider.name === name) return [];
  const all = await listProviders(client, rootId);
  const taken = all.find((one) => one.name === name);
  if (taken !== undefined) {
    return [
      fail(
        PROVIDER,
        "anypoint-provider-exists",
        `There is a client provider "${name}" already (${taken.providerId}), which this stack did not make.`,
        "Choose another name (okta-anypoint:clientProvider.name), or take that one over with `npm run adopt`.",
      ),
    ];
  }
  if (all.length >= PROVIDER_LIMIT) {
    return [
      fail(
        PROVIDER,
        "anypoint-provider-limit",
        `The organization has ${all.length} client providers; ${PROVIDER_LIMIT} is the limit.`,
        "Delete one that no API uses: Access Management, Client Providers.",
      ),
    ];
  }
  return [ok(PROVIDER, `"${name}"; ${all.length} of ${PROVIDER_LIMIT} in use`)];
}

type Place = Pick<Expectations["environments"][number], "environment" | "businessGroup">;

const keyOf = ({ environment: name, businessGroup }: Place): string => JSON.stringify([businessGroup ?? null, name]);

const unique = (places: readonly Place[]): Place[] => [...new Map(places.map((one) => [keyOf(one), one])).values()];

async function checkEnvironment(client: AnypointClient, one: Place): Promise<{ key: string; finding: Finding }> {
  const title = place(one.businessGroup === undefined ? one.environment : `${one.businessGroup} / ${one.environment}`);
  const [finding] = await found(title, async () => {
    const { name, id, organization } = await environment(client, one.environment, one.businessGroup);
    return [ok(title, `"${name}" (${id}) of "${organization.name}"`)];
  });
  return { key: keyOf(one), finding: finding ?? ok(title, "") };
}

type ExpectedApi = Expectations["apis"][number];

async function checkApi(client: AnypointClient, one: ExpectedApi, former: ExpectedApi | undefined): Promise<Finding[]> {
  const { instanceId, asset } = one;
  const inputs = {
    environment: one.environment,
    businessGroup: one.businessGroup,
    ...(instanceId !== undefined && { apiId: instanceId }),
    ...(asset && {
      assetId: asset.assetId,
      assetVersion: asset.version,
      groupId: asset.groupId,
      label: asset.label,
      adopt: asset.adopt,
    }),
  };
  const named = await findNamed(client, inputs);
  const configuration = await found(policy(one.name), () => checkPolicy(client, one, named));
  const same = former !== undefined && sameInstance(one, former);
  if (named.found === undefined) return [...(await checkAsset(client, one, named)), ...configuration];
  const there = `instance ${named.found.id} in "${named.place.environmentName}"`;
  if (same) return [ok(api(one.name), there), ...configuration];
  if (instanceId === undefined && asset?.adopt !== true) {
    return [
      fail(
        api(one.name),
        "anypoint-api-exists",
        `There is ${there} of ${asset?.assetId} labelled "${asset?.label}" already, which this stack did not make.`,
        `Take it over with asset.adopt: true (or instanceId: ${named.found.id}), or choose another label.`,
      ),
      ...configuration,
    ];
  }
  const held = await bindingProblem(client, inputs);
  return [
    held === undefined
      ? ok(api(one.name), `${there}, to be taken over`)
      : fail(
          api(one.name),
          "anypoint-api-held",
          held,
          "See there; `npm run adopt` lists what is bound to which provider.",
        ),
    ...configuration,
  ];
}

const sameInstance = (one: ExpectedApi, other: ExpectedApi): boolean =>
  keyOf(one) === keyOf(other) &&
  one.instanceId === other.instanceId &&
  one.asset?.assetId === other.asset?.assetId &&
  one.asset?.label === other.asset?.label;

/** Of an instance that is to be created. */
async function checkAsset(
  client: AnypointClient,
  { name, asset }: ExpectedApi,
  { groupId, place: at }: Named,
): Promise<Finding[]> {
  if (asset === undefined) return [];
  const { assetId, version, label } = asset;
  if (await assetExists(client, { groupId, assetId, version })) {
    return [ok(api(name), `${assetId} ${version} labelled "${label}" will be made in "${at.environmentName}"`)];
  }
  return [
    fail(
      api(name),
      "anypoint-asset-unknown",
      `Exchange shows no version ${version} of asset ${assetId} in group ${groupId}.`,
      "Correct asset.assetId, version and groupId (the last is the business group that published it), or grant the connected app read:exchange there.",
    ),
  ];
}

/** Keys and values by the template that is served for the instance or, before it is made, for another of its environment. */
async function checkPolicy(
  client: AnypointClient,
  one: ExpectedApi,
  { place: at, found: instance }: Named,
): Promise<Finding[]> {
  const subjectOfIt = policy(one.name);
  const served = instance ?? (await anyMuleInstance(client, at, at.environmentName));
  if (served === undefined)
    return [unknown(subjectOfIt, "no API instance in the environment for which its template could be read")];
  const asset = { groupId: MULESOFT_GROUP, assetId: ENFORCEMENT_POLICY };
  const { found: template, versions } = await findTemplate(
    client,
    { ...at, apiId: served.id },
    asset,
    one.policyVersion,
  );
  if (template === undefined) {
    const shown = versions.map(({ version }) => version).join(", ");
    return [
      fail(
        subjectOfIt,
        "anypoint-policy-version-unknown",
        one.policyVersion === undefined
          ? `Anypoint serves no policy ${ENFORCEMENT_POLICY} here.`
          : `Anypoint serves no version ${one.policyVersion} of ${ENFORCEMENT_POLICY} here.`,
        shown === ""
          ? "Grant the connected app read:api_policies and read:exchange."
          : `Pin one of ${shown}, or leave policy.version out.`,
      ),
    ];
  }
  const problems = configurationProblems(one.policyConfiguration, template);
  if (problems.length === 0) return [ok(subjectOfIt, `fits version ${template.version}`)];
  return [
    fail(
      subjectOfIt,
      "anypoint-policy-configuration",
      `${problems.join("; ")}.`,
      "Correct policy.configuration: Anypoint takes unknown keys in silence, and the policy then does not do what they say.",
    ),
  ];
}

async function checkApplication(client: AnypointClient, rootId: string, name: string): Promise<Finding[]> {
  const there = await findApplicationNamed(client, rootId, name);
  if (there === undefined) return [ok(application(name), "the name is free, as far as this login sees")];
  return [
    fail(
      application(name),
      "anypoint-application-exists",
      `There is an application "${name}" already (${there.applicationId}${there.owner === undefined ? "" : `, of ${there.owner}`}), which this stack did not make.`,
      "Choose another consumers[].applicationName, or delete that one in Exchange, My applications.",
    ),
  ];
}
