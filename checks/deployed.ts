/**
 * What a stack has made, out of its state: plain values by role, secrets in clear. Nothing is asked of anybody. A refresh may have
 * put into the state what is wrong outside, so checks go by what the pattern needs, and by the stack's outputs, where they can.
 */
import type { ApiPolicyState } from "../providers/anypoint/api-policy-inputs.ts";
import type { ClientApplicationState } from "../providers/anypoint/client-application-wire.ts";
import type { ClientProviderState } from "../providers/anypoint/client-provider.ts";
import type { ContractState } from "../providers/anypoint/contract.ts";
import type { EnvironmentAssignmentState } from "../providers/anypoint/environment-assignment.ts";
import type { SigningKeyState } from "../providers/signing-key.ts";

/** A resource as the state has it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface DeployedApp {
  /** Name in the program. */
  readonly name: string;
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret?: string;
}

export interface DeployedApi {
  readonly name: string;
  readonly place: { readonly organizationId: string; readonly environmentId: string; readonly apiId: string };
  readonly clientProviderId: string;
  readonly policy?: ApiPolicyState;
}

export interface DeployedConsumer {
  readonly name: string;
  readonly application: ClientApplicationState;
  readonly contract?: ContractState;
}

export interface DeployedServer {
  readonly id: string;
  readonly issuer: string;
  /** Scopes that the stack made. */
  readonly scopes: readonly string[];
  readonly policyId?: string;
  readonly ruleId?: string;
}

export interface Deployed {
  /** Outputs of the stack; empty when no `up` came to its end. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly orgUrl?: string;
  readonly key?: SigningKeyState;
  readonly manager?: DeployedApp & { readonly scopes: readonly string[]; readonly roles: readonly string[] };
  readonly inspector?: DeployedApp;
  /** Undefined when the consumers' tokens come from the org. */
  readonly server?: DeployedServer;
  readonly provider?: Omit<ClientProviderState, "managerPrivateKey" | "managerClientId" | "managerScopes"> &
    Partial<Pick<ClientProviderState, "managerPrivateKey" | "managerClientId" | "managerScopes">>;
  readonly assignments: readonly EnvironmentAssignmentState[];
  readonly apis: readonly DeployedApi[];
  /** Consumers, and the verification's probe, which has no contract. */
  readonly consumers: readonly DeployedConsumer[];
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Last part of a URN: the name in the program. */
const nameOf = ({ urn }: StateResource): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Whether anything of the pattern is there. */
export const isDeployed = (resources: readonly StateResource[]): boolean =>
  resources.some(({ type, urn }) => type.startsWith("okta:") || urn.includes("/anypoint:"));

export function deployedOf(resources: readonly StateResource[]): Deployed {
  const ofType = (type: string) => resources.filter((one) => one.type === type);
  const dynamic = <T>(name: string) =>
    resources
      .filter(({ type }) => /^pulumi-nodejs:dynamic\/(okta-)?anypoint:/.test(type) && type.endsWith(`:${name}`))
      .map((resource) => ({ name: nameOf(resource), state: resource.outputs as unknown as T }));
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  const provider = [
    ...dynamic<ClientProviderState>("ClientProvider"),
    ...dynamic<ClientProviderState>("ManualClientProvider"),
  ][0]?.state;
  const orgUrl = text(outputs.orgUrl) ?? provider?.issuer;
  const manager = appOf(resources, "-manager-app", text(outputs.managerClientId));
  const inspector = appOf(resources, "-inspector-app", text(outputs.inspectorClientId));
  const policies = dynamic<ApiPolicyState>("ApiPolicy");
  const contracts = dynamic<ContractState>("Contract");
  return {
    outputs,
    ...(orgUrl !== undefined && { orgUrl }),
    ...opt("key", keyOf(dynamic<SigningKeyState>("SigningKey"), text(outputs.activeKid), manager?.name)),
    ...(manager && {
      manager: {
        ...manager,
        scopes: ofType("okta:index/appOauthApiScope:AppOauthApiScope")
          .filter((one) => one.outputs.appId === manager.appId)
          .flatMap((one) => one.outputs.scopes as string[]),
        roles: ofType("okta:app/oauthRoleAssignment:OauthRoleAssignment")
          .filter((one) => one.outputs.clientId === manager.clientId)
          .map((one) => String(one.outputs.type)),
      },
    }),
    ...opt("inspector", inspector),
    ...opt("server", serverOf(resources, text(outputs.consumerIssuer), orgUrl)),
    ...(provider?.providerId && { provider }),
    assignments: dynamic<EnvironmentAssignmentState>("EnvironmentAssignment").map(({ state }) => state),
    apis: dynamic<{ organizationId: string; environmentId: string; apiId: string; clientProviderId: string }>(
      "ApiInstance",
    ).map(({ name, state: { organizationId, environmentId, apiId, clientProviderId } }) => ({
      name: /-api-(.+)-instance$/.exec(name)?.[1] ?? name,
      place: { organizationId, environmentId, apiId },
      clientProviderId,
      ...opt("policy", policies.find(({ state }) => state.apiId === apiId)?.state),
    })),
    consumers: dynamic<ClientApplicationState>("ClientApplication").map(({ name, state }) => ({
      name: /-consumer-(.+)-application$/.exec(name)?.[1] ?? (/-probe-application$/.test(name) ? "the probe" : name),
      application: state,
      ...opt("contract", contracts.find((one) => one.state.applicationId === state.applicationId)?.state),
    })),
  };
}

const opt = <Key extends string, T>(key: Key, value: T | undefined): { [K in Key]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: T };

/** The key of the Manager in use: by the stack's output, else by the app beside it. */
function keyOf(
  keys: readonly { readonly name: string; readonly state: SigningKeyState }[],
  activeKid: string | undefined,
  managerApp: string | undefined,
): SigningKeyState | undefined {
  const found =
    keys.find(({ state }) => activeKid !== undefined && state.kid === activeKid) ??
    keys.find(({ name }) => name === managerApp?.replace(/-app$/, "-key"));
  return (found ?? keys.at(-1))?.state;
}

/** An app by the stack's output, else by its name in the program. */
function appOf(
  resources: readonly StateResource[],
  suffix: string,
  clientId: string | undefined,
): DeployedApp | undefined {
  const apps = resources.filter(({ type }) => type === "okta:app/oAuth:OAuth");
  const app =
    apps.find(({ outputs }) => clientId !== undefined && outputs.clientId === clientId) ??
    apps.find((one) => nameOf(one).endsWith(suffix));
  if (app?.id === undefined) return undefined;
  const clientSecret = text(app.outputs.clientSecret);
  return {
    name: nameOf(app),
    appId: app.id,
    clientId: String(app.outputs.clientId),
    ...(clientSecret !== undefined && { clientSecret }),
  };
}

function serverOf(
  resources: readonly StateResource[],
  consumerIssuer: string | undefined,
  orgUrl: string | undefined,
): DeployedServer | undefined {
  const first = (type: string) => resources.find((one) => one.type === `okta:auth/${type}`);
  const policy = first("serverPolicy:ServerPolicy");
  const rule = first("serverPolicyRule:ServerPolicyRule");
  const scopes = resources.filter(({ type }) => type === "okta:auth/serverScope:ServerScope");
  const id =
    first("server:Server")?.id ??
    text(policy?.outputs.authServerId) ??
    text(scopes[0]?.outputs.authServerId) ??
    /\/oauth2\/([^/]+)$/.exec(consumerIssuer ?? "")?.[1];
  if (id === undefined || orgUrl === undefined) return undefined;
  return {
    id,
    issuer: consumerIssuer ?? `${orgUrl}/oauth2/${id}`,
    scopes: scopes.map(({ outputs }) => String(outputs.name)),
    ...opt("policyId", policy?.id),
    ...opt("ruleId", rule?.id),
  };
}
