/** What a stack's configuration expects of the two organizations: plain JSON without secrets, made from the settings. */
import { z } from "zod";
import { enforcementConfiguration } from "../config/enforcement.ts";
import { generationClientId, generationLabel } from "../config/generations.ts";
import { probeApplicationName } from "../config/probe.ts";
import { OKTA_SCOPES, type Settings, oktaScopes } from "../config/settings.ts";

const text = z.string();
const place = { environment: text, businessGroup: text.optional() };
/** Of a generation; the first unless said. */
const app = { generation: z.int().optional(), label: text, adopted: z.boolean().optional() };
const manager = z.object({ ...app, clientId: text });
/** `clientId`: undefined of an adopted app, and in what a release without it recorded. */
const inspector = z.object({ ...app, clientId: text.optional(), appId: text.optional() });

export const expectationsShape = {
  orgUrl: text.optional(),
  /** Whether a change that cuts off consumers is refused. */
  protect: z.boolean().optional(),
  /** Scopes that the login at Okta needs. */
  oktaScopes: z.array(text),
  /** `adopted`: it is there and taken over, so that its names are taken is right. */
  manager,
  inspector,
  /** Further generations of both. */
  laterManagers: z.array(manager).optional(),
  laterInspectors: z.array(inspector).optional(),
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

/** All generations of both apps. */
export const managersOf = ({ manager, laterManagers = [] }: Expectations) => [manager, ...laterManagers];
export const inspectorsOf = ({ inspector, laterInspectors = [] }: Expectations) => [inspector, ...laterInspectors];

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
  const adopted = (generation: number, appId: string | undefined) => generation === 1 && appId !== undefined;
  const app = (generation: number, label: string, appId: string | undefined) => ({
    ...(generation !== 1 && { generation }),
    label: generationLabel(label, generation),
    ...(adopted(generation, appId) && { adopted: true }),
  });
  const managers = settings.manager.generations.map((generation) => ({
    ...app(generation, settings.manager.label, adopt.managerApp),
    clientId: generationClientId(settings.manager.clientId, generation),
  }));
  const inspectors = settings.inspector.generations.map((generation) => ({
    ...app(generation, settings.inspector.label, adopt.inspectorApp),
    ...(adopted(generation, adopt.inspectorApp) && { appId: adopt.inspectorApp }),
    ...(!adopted(generation, adopt.inspectorApp) && {
      clientId: generationClientId(settings.inspector.clientId, generation),
    }),
  }));
  const [[firstManager, ...laterManagers], [firstInspector, ...laterInspectors]] = [managers, inspectors];
  const byHand = clientProvider.mode === "manual";
  return {
    orgUrl: settings.orgUrl,
    protect: settings.protect,
    oktaScopes: oktaScopes(settings),
    // The schema demands one generation at least.
    manager: firstManager!,
    inspector: firstInspector!,
    ...(laterManagers.length > 0 && { laterManagers }),
    ...(laterInspectors.length > 0 && { laterInspectors }),
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
