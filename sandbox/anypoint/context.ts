/** What every route of the local Anypoint works on, and the look-ups by path parameters that they share. */
import type { ClockSwitches } from "../core/clock.ts";
import { AT_ONCE, type VisibilitySwitches } from "../core/visibility.ts";
import { type Area, refusal } from "./errors.ts";
import { DEFAULT_PRIVATE_KEY_BLOCK, type PrivateKeyBlockNames } from "./private-key-block.ts";
import type { AnypointState, ApiInstance, Application, ClientProvider, Environment, Organization } from "./state.ts";

/** Behaviours that can be changed while the service runs. */
export interface AnypointSwitches extends ClockSwitches, VisibilitySwitches {
  /** Whether registration assertions carry a key id. Default `none`: Anypoint's form has no field for one (inferred). */
  assertionKid: "none" | "thumbprint";
  /** Seconds until a policy or contract reaches a gateway; default 0, at once. */
  gatewaySyncSeconds: number;
  /** Life of access tokens, in seconds; default 3600. */
  accessTokenSeconds: number;
  /** A list without its scope answers 200 and is empty (confirmed: KB 005385409); false: 403. Default true. */
  emptyListWithoutScope: boolean;
  /** Which of the shapes seen in public a policy list has; default `array`. */
  policyListShape: "array" | "object" | "compact";
  /** Calls to Access Management per window, shown in headers; default 500 (confirmed for the login: KB 001116018). */
  rateLimit: number;
  /** Length of that window in seconds; default 60. */
  rateLimitSeconds: number;
  /** Answer 429 past the limit; default false. */
  enforceRateLimit: boolean;
  /** Calls to Exchange per window of the same length, without headers; default 0, none (the vendor's numbers are undisclosed). */
  exchangeRateLimit: number;
  /** What Exchange's balancer answers past its limit; default 429 (confirmed: any of them, KB 001121231). */
  exchangeLimitStatus: 429 | 500 | 503;
  /** Body of the 201 of a client provider: none (confirmed: DX-AM), the provider, or one that names another id. Default `none`. */
  providerCreationAnswer: "none" | "provider" | "other";
  /** Wire names of the private-key block. */
  privateKeyBlock: PrivateKeyBlockNames;
  /** What becomes of keys of a client provider that the schema doesn't have: refused (inferred), or lost in silence. Default `refuse`. */
  unknownProviderKeys: "refuse" | "drop";
}

export const DEFAULT_SWITCHES: AnypointSwitches = {
  assertionKid: "none",
  gatewaySyncSeconds: 0,
  accessTokenSeconds: 3600,
  emptyListWithoutScope: true,
  policyListShape: "array",
  rateLimit: 500,
  rateLimitSeconds: 60,
  enforceRateLimit: false,
  exchangeRateLimit: 0,
  exchangeLimitStatus: 429,
  providerCreationAnswer: "none",
  privateKeyBlock: DEFAULT_PRIVATE_KEY_BLOCK,
  unknownProviderKeys: "refuse",
  clockSkewSeconds: 0,
  ...AT_ONCE,
};

export interface Context {
  readonly state: AnypointState;
  readonly switches: AnypointSwitches;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export const isoNow = (context: Context): string => new Date(context.now()).toISOString();

/** Remembers that an object changed, for its `audit`. */
export function touch(context: Context, kind: string, id: number | string): void {
  context.state.runtime.updatedAt[`${kind}/${id}`] = isoNow(context);
}

export function audit(context: Context, kind: string, object: { id: number | string; createdAt: string }): object {
  const updated = context.state.runtime.updatedAt[`${kind}/${object.id}`];
  return { created: { date: object.createdAt }, updated: updated === undefined ? {} : { date: updated } };
}

export function rootOrganization(context: Context): Organization {
  const root = Object.values(context.state.organizations).find(({ parentId }) => parentId === null);
  if (root === undefined) throw new Error("the store has no root organization");
  return root;
}

export function organizationOf(context: Context, area: Area, id: string): Organization {
  const organization = context.state.organizations[id];
  if (organization === undefined) throw refusal(area, 404, "Organization not found");
  return organization;
}

/** The root organization by the id of the path; `otherwise` is the status for a business group. */
export function rootOnly(context: Context, area: Area, id: string, otherwise: 404 | 405): Organization {
  const organization = organizationOf(context, area, id);
  if (organization.parentId !== null) throw refusal(area, otherwise, "The organization is not a root organization");
  return organization;
}

export function environmentOf(context: Context, area: Area, organizationId: string, id: string): Environment {
  organizationOf(context, area, organizationId);
  const environment = context.state.environments[id];
  if (environment?.organizationId !== organizationId) throw refusal(area, 404, "Environment not found");
  return environment;
}

export function providerOf(context: Context, area: Area, id: string): ClientProvider {
  const provider = context.state.clientProviders[id];
  if (provider === undefined) throw refusal(area, 404, "Client provider not found");
  return provider;
}

export function instanceOf(
  context: Context,
  path: { organizationId: string; environmentId: string; apiId: string },
): ApiInstance {
  const environment = environmentOf(context, "apimanager", path.organizationId, path.environmentId);
  const instance = context.state.apiInstances[path.apiId];
  if (instance?.environmentId !== environment.id) {
    throw refusal("apimanager", 404, `API with id ${path.apiId} not found in environment ${environment.id}`);
  }
  return instance;
}

export function applicationOf(context: Context, area: Area, id: string): Application {
  const application = context.state.applications[id];
  if (application === undefined) throw refusal(area, 404, `Application with id ${id} not found`);
  return application;
}

/** Members of a record that fit, in the order of their making. */
export const select = <T>(record: Record<string, T>, fits: (item: T) => boolean): T[] =>
  Object.values(record).filter(fits);

/** Items by a key, in the order of their first appearance. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
