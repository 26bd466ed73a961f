/**
 * The whole stack configuration, read once, checked once: all that is wrong is said in one list, before anything is
 * registered. Nothing here talks to a network.
 */
import type { z } from "zod";
import {
  type SettingsProblem,
  anypointProblems,
  crossProblems,
  oktaCredentialProblems,
  wantsProbe,
} from "./cross-checks.ts";
import { type OktaProviderAddress, oktaProviderAddress } from "./okta-urls.ts";
import {
  type AnypointConfig,
  type OktaConfig,
  type StackConfig,
  anypointConfig,
  oktaConfig,
  stackConfig,
} from "./schema.ts";

/** Thrown with every problem of the configuration at once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly SettingsProblem[];

  constructor(stack: string, problems: readonly SettingsProblem[]) {
    const count = problems.length === 1 ? "one error" : `${problems.length} errors`;
    const lines = problems.map(({ key, problem }) => `  - ${key}: ${problem}`);
    super(
      `The configuration of stack "${stack}" has ${count}; nothing was changed anywhere.\n${lines.join("\n")}\n` +
        `Mend them in Pulumi.${stack}.yaml, or with \`pulumi config set\`. Pulumi.dev.yaml is a complete example.`,
    );
    this.problems = problems;
  }
}

/** What the stack is to set up, with defaults filled in. */
export interface Settings extends Omit<
  StackConfig,
  "manager" | "inspector" | "clientProvider" | "authorizationServer" | "consumers" | "verification"
> {
  readonly consumers: readonly (StackConfig["consumers"][number] & { readonly applicationName: string })[];
  readonly stack: string;
  readonly okta: Omit<OktaConfig, keyof OktaProviderAddress> & OktaProviderAddress;
  readonly anypoint: AnypointConfig;
  readonly manager: StackConfig["manager"] & { readonly label: string; readonly clientId: string };
  readonly inspector: { readonly label: string };
  readonly clientProvider: StackConfig["clientProvider"] & { readonly name: string };
  readonly authorizationServer?: NonNullable<StackConfig["authorizationServer"]> & {
    readonly allowClients: "declared" | "all" | "unmanaged";
  };
  readonly verification: StackConfig["verification"] & { readonly probeScope: string };
  readonly probe: boolean;
}

export interface SettingsSource {
  /** Name of the stack. */
  readonly stack: string;
  /** All configuration, by full key (`okta-anypoint:orgUrl`), values as Pulumi gives them: text, JSON for objects. */
  readonly config: Readonly<Record<string, string>>;
  /** Whether a key is stored as a secret. */
  readonly isSecret: (key: string) => boolean;
  /** Environment variables that may bring credentials. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Keys whose values must be stored encrypted. */
export const SECRET_KEYS = [
  "okta-anypoint:managerPrivateKey",
  "okta-anypoint:inspectorClientSecret",
  "okta:privateKey",
  "okta:apiToken",
  "okta:accessToken",
  "anypoint:clientSecret",
  "anypoint:accessToken",
] as const;

/** Reads and checks the configuration. Throws {@link SettingsError} with every problem found. */
export function readSettings(source: SettingsSource): Settings {
  const problems: SettingsProblem[] = [];
  const own = parseNamespace("okta-anypoint", stackConfig, source, problems);
  const anypoint = parseNamespace("anypoint", anypointConfig, source, problems);
  const okta = parseNamespace("okta", oktaConfig, source, problems);

  for (const key of SECRET_KEYS) {
    if (source.config[key] !== undefined && !source.isSecret(key)) {
      problems.push({ key, problem: `is stored in clear; store it with \`pulumi config set --secret ${key}\`` });
    }
  }
  if (okta !== undefined) problems.push(...oktaCredentialProblems(okta, source.environment));
  if (anypoint !== undefined) problems.push(...anypointProblems(source.config, source.environment));
  if (own !== undefined) problems.push(...crossProblems(own, source.stack));

  if (problems.length > 0 || own === undefined || anypoint === undefined || okta === undefined) {
    throw new SettingsError(source.stack, problems);
  }
  return withDerived(source, own, anypoint, okta);
}

/** Scopes of the bootstrap app that this stack's resources need (confirmed: Okta's API description). */
export const OKTA_SCOPES = [
  "okta.apps.manage",
  "okta.appGrants.manage",
  "okta.roles.manage",
  "okta.authorizationServers.manage",
] as const;

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
      label: own.manager.label ?? `MuleSoft-Client-Manager (${stack})`,
      clientId: own.manager.clientId ?? `mulesoft-client-manager-${stack}-1`,
    },
    // Exchange is one for all stacks of an Anypoint organization, and names are unique there.
    consumers: own.consumers.map((consumer) => ({
      ...consumer,
      applicationName: consumer.applicationName ?? `${consumer.name}-${stack}`,
    })),
    inspector: { label: own.inspector.label ?? `MuleSoft-Token-Introspection (${stack})` },
    clientProvider: { ...own.clientProvider, name: own.clientProvider.name ?? `okta-${stack}` },
    ...(authorizationServer && {
      authorizationServer: {
        ...authorizationServer,
        allowClients:
          authorizationServer.allowClients ?? (authorizationServer.create === undefined ? "declared" : "all"),
      },
    }),
    verification: {
      ...own.verification,
      // Stacks may share an authorization server, where scope names are unique.
      probeScope: own.verification.probeScope ?? `okta_anypoint_probe_${stack}`,
    },
    probe: wantsProbe(own, stack),
  };
}

function parseNamespace<T extends z.ZodObject>(
  namespace: string,
  schema: T,
  source: SettingsSource,
  problems: SettingsProblem[],
): z.output<T> | undefined {
  const raw: Record<string, unknown> = {};
  const unreadable = new Set<string>();
  for (const [fullKey, value] of Object.entries(source.config)) {
    if (!fullKey.startsWith(`${namespace}:`)) continue;
    const key = fullKey.slice(namespace.length + 1);
    const field = schema.shape[key] as z.ZodType | undefined;
    const parsed = field === undefined ? { value } : decode(value, field);
    if (parsed.problem !== undefined) {
      problems.push({ key: fullKey, problem: parsed.problem });
      unreadable.add(key);
    } else {
      raw[key] = parsed.value;
    }
  }
  const result = schema.safeParse(raw);
  if (result.success) return unreadable.size === 0 ? result.data : undefined;
  for (const issue of result.error.issues) {
    if (issue.path.length > 0 && unreadable.has(String(issue.path[0]))) continue;
    problems.push(...describeIssue(namespace, schema, issue));
  }
  return undefined;
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

function describeIssue(namespace: string, schema: z.ZodObject, issue: z.core.$ZodIssue): SettingsProblem[] {
  const path = issue.path.reduce<string>(
    (sofar, part) =>
      typeof part === "number" ? `${sofar}[${part}]` : sofar === "" ? String(part) : `${sofar}.${String(part)}`,
    "",
  );
  if (issue.code === "unrecognized_keys") {
    const known = issue.path.length === 0 ? ` Known keys: ${Object.keys(schema.shape).join(", ")}.` : "";
    return issue.keys.map((key) => ({
      key: `${namespace}:${path === "" ? key : `${path}.${key}`}`,
      problem: `is not a setting.${known}`,
    }));
  }
  return [{ key: `${namespace}:${path}`, problem: issue.message }];
}
