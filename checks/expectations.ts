/** What a stack's configuration expects of the two organizations: plain JSON without secrets, made from the settings. */
import { z } from "zod";
import { enforcementConfiguration } from "../config/enforcement.ts";
import { probeApplicationName } from "../config/probe.ts";
import { OKTA_SCOPES, type Settings, oktaScopes } from "../config/settings.ts";

const text = z.string();
const place = { environment: text, businessGroup: text.optional() };

export const expectationsShape = {
  orgUrl: text.optional(),
  /** Whether a change that cuts off consumers is refused. */
  protect: z.boolean().optional(),
  /** Scopes that the login at Okta needs. */
  oktaScopes: z.array(text),
  /** `adopted`: it is there and taken over, so that its names are taken is right. */
  manager: z.object({ label: text, clientId: text, adopted: z.boolean().optional() }),
  inspector: z.object({ label: text, adopted: z.boolean().optional(), appId: text.optional() }),
  authorizationServer: z
    .object({
      /** An existing server. */
      id: text.optional(),
      /** Name of one to create. */
      create: text.optional(),
      scopes: z.array(text),
      existingScopes: z.array(text),
    })
    .optional(),
  /**
   * `adopted`: it is there and taken over, or a person makes it: its name is no matter of ours. `id` and `waiting`: a person's
   * one, given or not.
   */
  clientProvider: z.object({
    name: text,
    adopted: z.boolean().optional(),
    id: text.optional(),
    waiting: z.boolean().optional(),
  }),
  environments: z.array(z.object(place)),
  apis: z.array(
    z.object({
      name: text,
      ...place,
      instanceId: text.optional(),
      asset: z
        .object({ assetId: text, version: text, groupId: text.optional(), label: text, adopt: z.boolean() })
        .optional(),
      policyVersion: text.optional(),
      policyConfiguration: z.record(text, z.unknown()),
    }),
  ),
  /** Names of the applications to make in Exchange. */
  applications: z.array(text),
} as const;

export type Expectations = z.output<z.ZodObject<typeof expectationsShape>>;

/** Of a configuration that has errors nothing is expected but that both logins are good. */
export const LOGINS_ALONE: Expectations = {
  oktaScopes: [...OKTA_SCOPES],
  manager: { label: "", clientId: "", adopted: true },
  inspector: { label: "", adopted: true },
  clientProvider: { name: "", adopted: true },
  environments: [],
  apis: [],
  applications: [],
};

export function expectationsOf(settings: Settings): Expectations {
  const { adopt, authorizationServer: server, clientProvider } = settings;
  const imported = new Set(Object.keys(adopt.serverScopes));
  const byHand = clientProvider.mode === "manual";
  return {
    orgUrl: settings.orgUrl,
    protect: settings.protect,
    oktaScopes: oktaScopes(settings),
    manager: {
      label: settings.manager.label,
      clientId: settings.manager.clientId,
      ...(adopt.managerApp !== undefined && { adopted: true }),
    },
    inspector: {
      label: settings.inspector.label,
      ...(adopt.inspectorApp !== undefined && { adopted: true, appId: adopt.inspectorApp }),
    },
    ...(server && {
      authorizationServer: {
        ...(server.id !== undefined && { id: server.id }),
        ...(server.create !== undefined && { create: server.create.name ?? `mulesoft-${settings.stack}` }),
        scopes: [
          ...server.scopes.map(({ name }) => name).filter((name) => !imported.has(name)),
          ...(settings.probe ? [settings.verification.probeScope] : []),
        ],
        existingScopes: [...server.existingScopes, ...imported],
      },
    }),
    clientProvider: {
      name: clientProvider.name,
      ...((byHand || clientProvider.adopt === true) && { adopted: true }),
      ...(byHand && (clientProvider.id === undefined ? { waiting: true } : { id: clientProvider.id })),
    },
    environments: clientProvider.environments.map(({ environment, businessGroup }) => ({
      environment,
      ...(businessGroup !== undefined && { businessGroup }),
    })),
    apis: settings.apis.map(({ name, environment, businessGroup, instanceId, asset, policy }) => ({
      name,
      environment,
      ...(businessGroup !== undefined && { businessGroup }),
      ...(instanceId !== undefined && { instanceId }),
      ...(asset !== undefined && {
        asset: {
          assetId: asset.assetId,
          version: asset.version,
          ...(asset.groupId !== undefined && { groupId: asset.groupId }),
          label: asset.label,
          adopt: asset.adopt,
        },
      }),
      ...(policy.version !== undefined && { policyVersion: policy.version }),
      policyConfiguration: enforcementConfiguration(policy),
    })),
    applications: [
      ...settings.consumers.filter((one) => one.adopt !== true).map(({ applicationName }) => applicationName),
      ...(settings.probe ? [probeApplicationName(settings.stack)] : []),
    ],
  };
}
