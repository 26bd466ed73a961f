/** What was found, put into the configuration that is there. Nothing that is set is overwritten. */
import { aboveDefault, configText, isTree } from "../../config/defaults.ts";
import type { PartialConfig } from "./stack-config.ts";

export interface Conflict {
  /** Key with the path inside it. */
  readonly key: string;
  readonly configured: string;
  readonly found: string;
  /** Whether it says which object is meant: then nothing can be written. */
  readonly decides: boolean;
}

export interface Merged {
  /** The namespace's keys that change, whole. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly conflicts: readonly Conflict[];
}

type Tree = Record<string, unknown>;

/**
 * The same over what all stacks inherit, which is never copied into the stack's file. The server that the defaults would create is
 * not the one that is there: unless the stack names one by itself, they give way to that.
 */
export function mergeOverDefaults(
  { own, stored, inherited }: Pick<PartialConfig, "own" | "stored" | "inherited">,
  wanted: Readonly<Tree>,
): Merged {
  const yields = isTree(inherited.authorizationServer) && wanted.authorizationServer !== undefined;
  const ofStack = isTree(stored.authorizationServer) ? withoutNulls(stored.authorizationServer) : undefined;
  const { values, conflicts } = merge(yields ? { ...own, authorizationServer: ofStack } : own, wanted);
  const kept = Object.entries(values).map(([key, value]) => [key, aboveDefault(value, inherited[key])] as const);
  return { values: Object.fromEntries(kept.filter(([, value]) => value !== undefined)), conflicts };
}

/** Keys that say which object is meant. */
const DECIDING =
  /^(manager\.(clientId|kid)|clientProvider\.name|authorizationServer\.(id|create|scopes)|adopt\..*|apis\[[^\]]*\]\.(instanceId|policy\.policyId)|consumers\[[^\]]*\]\.(api|applicationName))$/;

/** What an entry of a list is about; two entries of the same are merged. */
const IDENTITY: Record<string, (entry: unknown) => string> = {
  "clientProvider.environments": (entry) => {
    const { environment, businessGroup } = isTree(entry) ? entry : { environment: entry, businessGroup: undefined };
    return `${configText(businessGroup ?? "")}/${configText(environment)}`;
  },
  apis: nameOf,
  consumers: nameOf,
  "authorizationServer.scopes": scopeOf,
  "authorizationServer.existingScopes": scopeOf,
};

/** An entry without a name is for the settings to refuse. */
function nameOf(entry: unknown): string {
  return isTree(entry) ? configText(entry.name ?? "") : "";
}

export function merge(own: Readonly<Tree>, wanted: Readonly<Tree>): Merged {
  const conflicts: Conflict[] = [];
  const values: Tree = {};
  const server = own.authorizationServer;
  const found = wanted.authorizationServer;
  if (isTree(server) && server.create !== undefined && found !== undefined) {
    conflicts.push(
      conflict("authorizationServer.create", server.create, `the server ${configText((found as Tree).id)}`),
    );
  }
  if (isTree(server) && isTree(found)) {
    const made = list(server.scopes).map(scopeOf);
    for (const scope of list(found.existingScopes)
      .map(scopeOf)
      .filter((one) => made.includes(one))) {
      conflicts.push(
        conflict(
          "authorizationServer.scopes",
          scope,
          "a scope that is there: list it under existingScopes, or use --own-server",
        ),
      );
    }
  }
  for (const [key, value] of Object.entries(wanted)) {
    const merged = mergeValue(own[key], value, key, conflicts);
    if (!same(merged, own[key])) values[key] = merged;
  }
  return { values, conflicts };
}

function mergeValue(configured: unknown, found: unknown, key: string, conflicts: Conflict[]): unknown {
  if (configured === undefined || configured === null) return found;
  const pattern = key.replace(/\[[^\]]*\]/g, "[]");
  if (isTree(configured) && isTree(found)) {
    const result: Tree = { ...configured };
    for (const [member, value] of Object.entries(found)) {
      result[member] = mergeValue(configured[member], value, `${key}.${member}`, conflicts);
    }
    return result;
  }
  const identity = IDENTITY[pattern];
  if (identity !== undefined && Array.isArray(configured) && Array.isArray(found)) {
    const rest = [...(found as unknown[])];
    const kept = (configured as unknown[]).map((entry) => {
      const at = rest.findIndex((other) => identity(other) === identity(entry));
      if (at < 0) return entry;
      const [other] = rest.splice(at, 1);
      return isTree(entry) && isTree(other) ? mergeValue(entry, other, `${key}[${identity(entry)}]`, conflicts) : entry;
    });
    return [...kept, ...rest];
  }
  if (!same(configured, found)) conflicts.push(conflict(key, configured, found));
  return configured;
}

const conflict = (key: string, configured: unknown, found: unknown): Conflict => ({
  key: `okta-anypoint:${key}`,
  configured: configText(configured),
  found: configText(found),
  decides: DECIDING.test(key),
});

/** Null only takes away what is inherited. */
const withoutNulls = (tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== null));

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

function scopeOf(entry: unknown): string {
  return configText(isTree(entry) ? entry.name : entry);
}

/** Equality of settings: numbers may stand as text, and lists of texts are sets. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(normal(one)) === JSON.stringify(normal(other));
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normal);
    return items.every((item) => typeof item === "string") ? [...items].sort() : items;
  }
  if (isTree(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, normal(member)]),
    );
  }
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}
