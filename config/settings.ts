/**
 * The whole stack configuration, read once, checked once: all that is wrong is said in one list, before anything is
 * registered. Nothing here talks to a network.
 */
import { z } from "zod";
import {
  type Readable,
  type SettingsProblem,
  anypointProblems,
  crossProblems,
  oktaCredentialProblems,
  tlsProblems,
  wantsProbe,
} from "./cross-checks.ts";
import { type AllowClients, allowedOn } from "./allow-clients.ts";
import { inspectorClientId, inspectorLabel, managerClientId, managerLabel } from "./app-names.ts";
import { defaultsProblems } from "./defaults-problems.ts";
import { DEFAULTS_KEY, isOfDefaults, placeOf, withDefaults } from "./defaults.ts";
import { activeOf } from "./generations.ts";
import { type OktaProviderAddress, oktaProviderAddress } from "./okta-urls.ts";
import {
  type AnypointConfig,
  type OktaConfig,
  type StackConfig,
  anypointConfig,
  oktaConfig,
  stackConfig,
} from "./schema.ts";
import { describeIssue, notASetting } from "./issues.ts";
import { isProduction } from "./production.ts";
import { SECRET_KEYS } from "./secret-keys.ts";

export { SECRET_KEYS };

/** Thrown with every problem of the configuration at once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly SettingsProblem[];

  constructor(stack: string, problems: readonly SettingsProblem[]) {
    const count = problems.length === 1 ? "one error" : `${problems.length} errors`;
    const lines = problems.map(({ key, problem }) => `  - ${key}: ${problem}`);
    const places = [...new Set(problems.map(({ key }) => placeToMend(stack, key)))];
    super(
      `The configuration of stack "${stack}" has ${count}; nothing was changed anywhere.\n${lines.join("\n")}\n` +
        `Mend them in ${places.join("; and in ")}. Pulumi.dev.yaml over Pulumi.yaml is a complete example.`,
    );
    this.problems = problems;
  }
}

/** The file in which a problem of this key is to be mended. */
export const placeToMend = (stack: string, key: string): string =>
  isOfDefaults(key)
    ? `Pulumi.yaml (what is under ${DEFAULTS_KEY}, for all stacks)`
    : `Pulumi.${stack.slice(stack.lastIndexOf("/") + 1)}.yaml, or with \`pulumi config set\``;

/** What the stack is to set up, with defaults filled in. */
export interface Settings extends Omit<
  StackConfig,
  "manager" | "inspector" | "clientProvider" | "authorizationServer" | "consumers" | "verification" | "protect"
> {
  readonly consumers: readonly (StackConfig["consumers"][number] & { readonly applicationName: string })[];
  readonly stack: string;
  readonly okta: Omit<OktaConfig, keyof OktaProviderAddress> & OktaProviderAddress;
  readonly anypoint: AnypointConfig;
  /** Label and client id of the first generation. */
  readonly manager: StackConfig["manager"] & {
    readonly label: string;
    readonly clientId: string;
    readonly active: number;
  };
  /** The same; an adopted app has a client id of its own. */
  readonly inspector: StackConfig["inspector"] & {
    readonly label: string;
    readonly clientId: string;
    readonly active: number;
  };
  readonly clientProvider: StackConfig["clientProvider"] & { readonly name: string };
  readonly authorizationServer?: NonNullable<StackConfig["authorizationServer"]> & {
    readonly allowClients: AllowClients;
  };
  readonly verification: StackConfig["verification"] & { readonly probeScope: string };
  readonly probe: boolean;
  readonly protect: boolean;
}

export interface SettingsSource {
  /** Name of the stack; `organization/project/name` counts as the name, as in the program. */
  readonly stack: string;
  /** All configuration, by full key (`okta-anypoint:orgUrl`), values as Pulumi gives them: text, JSON for objects. */
  readonly config: Readonly<Record<string, string>>;
  /** Whether a key is stored as a secret. */
  readonly isSecret: (key: string) => boolean;
  /** Environment variables that may bring credentials. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Reads and checks the configuration. Throws {@link SettingsError} with every problem found. */
export function readSettings(given: SettingsSource): Settings {
  const source = {
    ...given,
    stack: given.stack.slice(given.stack.lastIndexOf("/") + 1),
    config: withDefaults(given.config),
    stored: given.config,
  };
  const problems: SettingsProblem[] = [];
  const own = parseNamespace("okta-anypoint", stackConfig, source, problems);
  const anypoint = parseNamespace("anypoint", anypointConfig, source, problems);
  const okta = parseNamespace("okta", oktaConfig, source, problems);

  for (const key of SECRET_KEYS) {
    if (given.config[key] !== undefined && !given.isSecret(key)) {
      problems.push({ key, problem: `is stored in clear; store it with \`pulumi config set --secret ${key}\`` });
    }
  }
  problems.push(...oktaCredentialProblems(okta, source.environment));
  problems.push(...anypointProblems(anypoint, source.environment));
  problems.push(...crossProblems(own, source.stack));
  problems.push(...tlsProblems(source.environment));

  const all = [
    ...defaultsProblems(given),
    ...problems.map(({ key, problem }) => ({ key: placeOf(key, given.config), problem })),
  ];
  if (all.length > 0) throw new SettingsError(source.stack, distinct(all));
  // Nothing is missing: what can't be read is a problem.
  return withDerived(source, own.values as StackConfig, anypoint.values, okta.values);
}

/** Each problem once. */
const distinct = (problems: readonly SettingsProblem[]): SettingsProblem[] => [
  ...new Map(problems.map((one) => [`${one.key}: ${one.problem}`, one])).values(),
];

/** Scopes of the bootstrap app that this stack's resources need (confirmed: Okta's API description). */
export const OKTA_SCOPES = [
  "okta.apps.manage",
  "okta.appGrants.manage",
  "okta.roles.manage",
  "okta.authorizationServers.manage",
] as const;

/** The scopes that a stack of these settings needs at Okta: those of authorization servers only where it has one. */
export const oktaScopes = ({ authorizationServer }: Pick<Settings, "authorizationServer">): string[] =>
  OKTA_SCOPES.filter((scope) => authorizationServer !== undefined || !scope.startsWith("okta.authorizationServers."));

function withDerived(
  { stack, environment }: SettingsSource,
  own: StackConfig,
  anypoint: AnypointConfig,
  okta: OktaConfig,
): Settings {
  // Those three are never given: the schema refuses them.
  const { orgName: _o, baseUrl: _b, httpProxy: _p, ...login } = okta;
  const byKey = okta.clientId !== undefined || Boolean(environment.OKTA_API_CLIENT_ID);
  const scopes = okta.scopes ?? (byKey && !environment.OKTA_API_SCOPES ? [...OKTA_SCOPES] : undefined);
  const { authorizationServer, ...rest } = own;
  return {
    ...rest,
    stack,
    okta: { ...login, ...(scopes && { scopes }), ...oktaProviderAddress(own.orgUrl) },
    anypoint,
    manager: {
      ...own.manager,
      label: own.manager.label ?? managerLabel(stack),
      clientId: own.manager.clientId ?? managerClientId(stack),
      active: activeOf(own.manager) ?? 1,
    },
    // Exchange is one for all stacks of an Anypoint organization, and names are unique there.
    consumers: own.consumers.map((consumer) => ({
      ...consumer,
      applicationName: consumer.applicationName ?? `${consumer.name}-${stack}`,
    })),
    inspector: {
      ...own.inspector,
      label: own.inspector.label ?? inspectorLabel(stack),
      clientId: own.inspector.clientId ?? inspectorClientId(stack),
      active: activeOf(own.inspector) ?? 1,
    },
    clientProvider: { ...own.clientProvider, name: own.clientProvider.name ?? `okta-${stack}` },
    ...(authorizationServer && {
      authorizationServer: {
        ...authorizationServer,
        allowClients: allowedOn(authorizationServer),
      },
    }),
    verification: {
      ...own.verification,
      // Stacks may share an authorization server, where scope names are unique.
      probeScope: own.verification.probeScope ?? `okta_anypoint_probe_${stack}`,
    },
    probe: wantsProbe(own, stack),
    protect: own.protect ?? isProduction(stack),
  };
}

/**
 * Parses each key by itself, so that one which can't be read hides nothing of the others. What can't be read is a problem, and
 * noted in the result.
 */
function parseNamespace<T extends z.ZodObject>(
  namespace: string,
  schema: T,
  source: SettingsSource & { readonly stored: SettingsSource["config"] },
  problems: SettingsProblem[],
): Readable<z.output<T>> {
  const values: Record<string, unknown> = {};
  const unreadable = new Set<string>();
  const report = (key: string, issues: readonly z.core.$ZodIssue[]) => {
    problems.push(...issues.map((issue) => describeIssue(`${namespace}:`, [key, ...issue.path], issue)).flat());
    unreadable.add(key);
  };
  for (const [key, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const fullKey = `${namespace}:${key}`;
    const text = source.config[fullKey];
    const { value, problem } = text === undefined ? {} : decode(text, field);
    if (problem !== undefined) {
      problems.push({ key: fullKey, problem });
      unreadable.add(key);
      continue;
    }
    const parsed = field.safeParse(value);
    if (parsed.success) {
      if (parsed.data !== undefined) values[key] = parsed.data;
    } else {
      report(key, parsed.error.issues);
      values[key] = readableItems(field, value);
    }
  }
  const others = Object.keys(source.stored)
    .filter((key) => key.startsWith(`${namespace}:`) && key !== DEFAULTS_KEY)
    .map((key) => key.slice(namespace.length + 1))
    .filter((key) => !Object.hasOwn(schema.shape, key));
  problems.push(...others.map((key) => notASetting(`${namespace}:${key}`, Object.keys(schema.shape))));
  return { values: values as Partial<z.output<T>>, unreadable };
}

/** Of a list that can't be read as a whole: its items, null for those that can't be read; undefined for anything else. */
function readableItems(field: z.ZodType, value: unknown): unknown[] | undefined {
  const list = field instanceof z.ZodDefault ? field.unwrap() : field;
  if (!(list instanceof z.ZodArray) || !Array.isArray(value)) return undefined;
  return value.map((item) => (list.element as z.ZodType).safeParse(item).data ?? null);
}

/** Pulumi hands every value over as text; objects, lists, booleans and numbers are JSON. */
function decode(value: string, field: z.ZodType): { value?: unknown; problem?: string } {
  if (field.safeParse(value).success) return { value };
  try {
    return { value: JSON.parse(value) as unknown };
  } catch {
    const object = /^\s*[[{]/.test(value);
    return object ? { problem: "is not valid JSON; set it in the stack's YAML file as an object" } : { value };
  }
}
