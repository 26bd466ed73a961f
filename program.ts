/** The Pulumi program: settings in, resources registered, outputs out. */
import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import { guardTeardown } from "./components/teardown-guard.ts";
import { TwoAppClientProvider, type TwoAppClientProviderArgs } from "./components/two-app-client-provider.ts";
import { Verification } from "./components/verification.ts";
import { expectationsOf } from "./checks/expectations.ts";
import { verifiable } from "./config/cross-checks.ts";
import { keyAgeDays, keyRotationDue } from "./config/key-age.ts";
import { orgUrls } from "./config/okta-urls.ts";
import { type ApiOutput, type ConsumerOutput, OUTPUTS_VERSION, type ProgramOutputs } from "./config/outputs.ts";
import { tellManualSteps } from "./operations/manual-steps/telling.ts";
import { type Settings, SettingsError, readSettings } from "./config/settings.ts";
import type { VerificationOutput, VerifyInput } from "./operations/verify/input.ts";
import { Preflight } from "./providers/resources.ts";

/** Reads the stack's configuration and sets up all it asks for. A wrong configuration throws before anything is registered. */
export async function program(): Promise<ProgramOutputs> {
  const settings = stackSettings();
  const preflight = new Preflight("okta-anypoint-preflight", expectationsOf(settings));
  await preflight.passed();
  const pattern = new TwoAppClientProvider("okta-anypoint", patternArgs(settings), {
    providers: { okta: oktaProvider(settings) },
  });
  warnOfOldKey(settings, pattern.manager.keyCreatedAt);
  const input = verifyInput(settings, pattern);
  const before: pulumi.Resource[] = [preflight];
  if (settings.clientProvider.mode === "manual" && settings.clientProvider.id === undefined) {
    tellManualSteps(settings, pattern);
  } else if (settings.verifyAfterUp) {
    const verification = new Verification(
      "okta-anypoint-verification",
      {
        input,
        triggers: Object.values(pattern.apis).map(
          ({ policy }) => pulumi.interpolate`${policy.policyId}@${policy.resolvedVersion}`,
        ),
      },
      { dependsOn: [pattern] },
    );
    before.push(verification);
  }
  guardTeardown(
    "okta-anypoint-teardown-guard",
    pattern,
    { deleteWhileUsed: settings.clientProvider.deleteWhileUsed, protect: settings.protect },
    before,
  );
  return outputs(settings, pattern, input);
}

function stackSettings(): Settings {
  try {
    return readSettings({
      stack: pulumi.getStack(),
      config: pulumi.runtime.allConfig(),
      isSecret: isConfigSecret,
      environment: process.env,
    });
  } catch (error) {
    // The engine shows this one without a stack trace.
    throw error instanceof SettingsError ? new pulumi.RunError(error.message) : error;
  }
}

/** The SDK knows which keys are secret, but leaves the function out of its published types. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (this: void, key: string) => boolean };

/** The org is given by `orgUrl` alone; the credentials are the plugin's own configuration keys or environment variables. */
function oktaProvider({ okta: { privateKey, apiToken, accessToken, ...plain } }: Settings): okta.Provider {
  const secret = (value: string | undefined) => (value === undefined ? undefined : pulumi.secret(value));
  return new okta.Provider("okta", {
    ...plain,
    privateKey: secret(privateKey),
    apiToken: secret(apiToken),
    accessToken: secret(accessToken),
  });
}

function patternArgs(settings: Settings): TwoAppClientProviderArgs {
  const { authorizationServer: server, clientProvider, manager, adopt } = settings;
  const secret = (value: string | undefined) => (value === undefined ? undefined : pulumi.secret(value));
  const onServer = (...ids: (string | undefined)[]) =>
    ids.includes(undefined) ? undefined : [server?.id, ...ids].join("/");
  return {
    orgUrl: settings.orgUrl,
    clientDeletion: clientProvider.clientDeletion,
    manager: {
      generations: manager.generations,
      active: manager.active,
      label: manager.label,
      clientId: manager.clientId,
      modulusLength: manager.modulusLength,
      privateKeyPem: secret(settings.managerPrivateKey),
      kid: manager.kid,
      ...(adopt.managerApp !== undefined && { adopt: { appId: adopt.managerApp, grants: adopt.managerGrants } }),
    },
    adminRole: {
      ...manager.adminRole,
      ...(adopt.managerRole !== undefined && { importId: `${manager.clientId}/${adopt.managerRole}` }),
    },
    inspector: {
      ...settings.inspector,
      clientSecret: secret(settings.inspectorClientSecret),
      adoptAppId: adopt.inspectorApp,
    },
    ...(server && {
      authorizationServer: {
        serverId: server.id,
        create: server.create,
        scopes: server.scopes,
        existingScopes: server.existingScopes,
        allowClients: server.allowClients,
        furtherClients: server.furtherClients,
        policyPriority: server.policyPriority,
        accessTokenLifetimeMinutes: server.accessTokenLifetimeMinutes,
        adopt: {
          scopes: Object.fromEntries(
            Object.entries(adopt.serverScopes).map(([name, id]) => [name, `${server.id}/${id}`]),
          ),
          policy: onServer(adopt.accessPolicy),
          rule: onServer(adopt.accessPolicy, adopt.accessRule),
        },
      },
    }),
    clientProvider: {
      providerName: clientProvider.name,
      timeoutSeconds: clientProvider.timeoutSeconds,
      validateCertificates: clientProvider.validateCertificates,
      privateKeyBlock: clientProvider.privateKeyBlock,
      mode: clientProvider.mode,
      providerId: clientProvider.id,
      registrationHeader:
        settings.registrationHeader === undefined ? undefined : pulumi.secret(settings.registrationHeader),
      ...(clientProvider.deleteWhileUsed && { deleteWhileUsed: true }),
      environments: clientProvider.environments,
      introspectAt: clientProvider.introspectAt,
      ...(clientProvider.adopt && { adopt: true }),
    },
    apis: Object.fromEntries(
      settings.apis.map(({ name, environment, businessGroup, instanceId, asset, policy }) => [
        name,
        { environment, businessGroup, instanceId, asset, policy },
      ]),
    ),
    consumers: Object.fromEntries(
      settings.consumers.map(({ name, adopt: there, ...consumer }) => [
        name,
        { ...consumer, ...(there && { adopt: true }) },
      ]),
    ),
    ...(settings.probe && { probe: { scope: settings.verification.probeScope } }),
    protect: settings.protect,
  };
}

/** Said by each preview and `up` from that day on; nothing changes by it. */
function warnOfOldKey({ stack, rotation }: Settings, keyCreatedAt: pulumi.Output<string>): void {
  keyCreatedAt.apply((createdAt) => {
    const days = keyAgeDays(createdAt, Date.now());
    if (days <= rotation.maxKeyAgeDays) return;
    void pulumi.log.warn(
      `The Manager's key is ${days} days old, more than rotation.maxKeyAgeDays (${rotation.maxKeyAgeDays}). ` +
        `\`npm run rotate -- --stack ${stack} --app manager\` gives Anypoint a new one without an outage.`,
    );
  });
}

/** One row of checks per consumer of an API whose URL is known. */
function verifyInput(settings: Settings, pattern: TwoAppClientProvider): pulumi.Output<VerifyInput> {
  const client = (
    name: string,
    consumer: { clientId: pulumi.Output<string>; clientSecret: pulumi.Output<string> },
  ) => ({
    name,
    clientId: consumer.clientId,
    clientSecret: consumer.clientSecret,
  });
  const apis = verifiable(settings).flatMap(({ consumer: { name }, api }) => {
    const consumer = pattern.consumers[name];
    if (consumer === undefined) return [];
    return [
      {
        name: api.name,
        url: api.url,
        scopes: api.policy.scopes,
        scopeCriteria: api.policy.scopeCriteria,
        consumer: client(name, consumer),
      },
    ];
  });
  return pulumi.output({
    okta: {
      orgUrl: settings.orgUrl,
      issuer: pattern.consumerIssuer,
      tokenUrl: pattern.consumerTokenUrl,
      introspectionUrl: pattern.introspectionUrl,
    },
    inspector: { clientId: pattern.inspector.clientId, clientSecret: pattern.inspector.clientSecret },
    apis,
    ...(pattern.probe && {
      probe: { scope: settings.verification.probeScope, consumer: client("probe", pattern.probe) },
    }),
    deadlineSeconds: settings.verification.deadlineSeconds,
  });
}

function outputs(settings: Settings, pattern: TwoAppClientProvider, input: pulumi.Output<VerifyInput>): ProgramOutputs {
  const urls = orgUrls(settings.orgUrl);
  const { manager, inspector, clientProvider } = pattern;
  const apis: Record<string, pulumi.Input<ApiOutput>> = {};
  for (const { name, url, policy } of settings.apis) {
    const api = pattern.apis[name];
    if (api === undefined) continue;
    apis[name] = pulumi.output({
      instanceId: api.instance.apiId,
      organizationId: api.instance.organizationId,
      environmentId: api.instance.environmentId,
      groupId: api.instance.groupId,
      assetId: api.instance.assetId,
      assetVersion: api.instance.assetVersion,
      productVersion: api.instance.productVersion,
      policyId: api.policy.policyId,
      policyVersion: api.policy.resolvedVersion,
      scopes: policy.scopes,
      ...(url !== undefined && { url }),
    });
  }
  const consumers: Record<string, pulumi.Input<ConsumerOutput>> = {};
  for (const [name, consumer] of Object.entries(pattern.consumers)) {
    consumers[name] = pulumi.output({
      applicationId: consumer.applicationId,
      clientId: consumer.clientId,
      contractStatus: consumer.contract?.status ?? "NONE",
      ...(settings.exportConsumerSecrets && { clientSecret: consumer.clientSecret }),
    });
  }
  return {
    outputsVersion: OUTPUTS_VERSION,
    orgUrl: settings.orgUrl,
    registrationUrl: urls.registrationUrl,
    authorizeUrl: urls.authorizeUrl,
    tokenUrl: urls.tokenUrl,
    introspectionUrl: pattern.introspectionUrl,
    consumerTokenUrl: pattern.consumerTokenUrl,
    consumerIssuer: pattern.consumerIssuer,
    managerClientId: manager.clientId,
    inspectorClientId: inspector.clientId,
    managerGeneration: settings.manager.active,
    inspectorGeneration: settings.inspector.active,
    activeKid: manager.kid,
    keyCreatedAt: manager.keyCreatedAt,
    keyRotationDue: manager.keyCreatedAt.apply((createdAt) => keyRotationDue(createdAt, settings.rotation)),
    ...(!clientProvider.waiting && { clientProviderId: clientProvider.providerId }),
    clientProviderMode: settings.clientProvider.mode,
    clientProviderName: clientProvider.providerName,
    environments: clientProvider.environments,
    apis,
    consumers,
    // The client secrets are taken out before the mark of a secret is.
    ...(verifiable(settings).length > 0 &&
      !clientProvider.waiting && { verification: pulumi.unsecret(input.apply(withoutSecrets)) }),
  };
}

function withoutSecrets({ inspector, apis, probe, ...rest }: VerifyInput): VerificationOutput {
  const bare = ({ name, clientId }: { name: string; clientId: string }) => ({ name, clientId });
  return {
    ...rest,
    inspector: { clientId: inspector.clientId },
    apis: apis.map((api) => ({ ...api, consumer: bare(api.consumer) })),
    ...(probe && { probe: { ...probe, consumer: bare(probe.consumer) } }),
  };
}
