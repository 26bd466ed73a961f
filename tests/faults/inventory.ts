/**
 * What is there, at Okta, at Anypoint and in the stack's state, in a form that is the same for each run: ids, times, keys and secrets
 * by the names of what they belong to. So two runs can be compared, and a secret that belongs to another object is seen.
 */
import { createPublicKey } from "node:crypto";
import type { Deployment } from "@pulumi/pulumi/automation/index.js";
import type { AnypointState } from "../../sandbox/anypoint/index.ts";
import type { LocalOkta } from "../../sandbox/okta/index.ts";

export interface Stores {
  readonly okta: { readonly state: LocalOkta["state"] };
  readonly anypoint: { readonly state: AnypointState };
}

/** Objects by kind, each as text. */
export type Inventory = ReadonlyMap<string, readonly string[]>;

/** How one inventory is unlike another. Each line names the kind. */
export interface Difference {
  /** More of a kind. */
  readonly more: readonly string[];
  /** Fewer of a kind. */
  readonly fewer: readonly string[];
  /** As many, but not alike. */
  readonly unlike: readonly string[];
}

type Names = Map<string, string>;
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The two stores, and the state where one is given. */
export function takeInventory(stores: Stores, deployment?: Deployment): Inventory {
  const resources = (deployment?.deployment as { resources?: Resource[] } | undefined)?.resources ?? [];
  const stable = stabilizer(namesOf(stores, resources));
  const inventory = new Map<string, string[]>();
  const add = (kind: string, value: unknown) => {
    const text = JSON.stringify(stable(value as Json));
    inventory.set(kind, [...(inventory.get(kind) ?? []), text].sort());
  };
  for (const service of ["okta", "anypoint"] as const) {
    for (const [collection, records] of Object.entries(stores[service].state) as [string, object][]) {
      if (collection === "runtime") continue;
      const values = collection === "org" ? [records] : Object.values(records);
      for (const value of values) add(`${service} ${collection}`, value);
    }
  }
  for (const {
    urn,
    created: _,
    modified: __,
    dependencies = [],
    propertyDependencies = {},
    ...resource
  } of resources) {
    // Both are noted down as they came about.
    const byProperty = Object.entries(propertyDependencies).map(([name, urns]) => [name, urns?.toSorted()]);
    add(`state ${urn.split("::").slice(2).join(" ")}`, {
      ...withoutPolicyOfImport(resource),
      dependencies: dependencies.toSorted(),
      propertyDependencies: Object.fromEntries(byProperty) as unknown,
    });
  }
  const { pending_operations: pending = [] } = (deployment?.deployment ?? {}) as { pending_operations?: unknown[] };
  for (const operation of pending) add("pending operations", operation);
  return inventory;
}

/**
 * An app that was imported keeps the access policy that the import read, since an import knows no inputs yet. With `skipAuthenticationPolicy`
 * the plugin neither assigns nor reads it from then on (okta-api.md 1.1), so that one record has it and another not. The policy of
 * the app itself is compared in Okta's store.
 */
function withoutPolicyOfImport<T extends Pick<Resource, "inputs" | "outputs">>(resource: T): T {
  if (resource.inputs?.["skipAuthenticationPolicy"] !== true) return resource;
  const { authenticationPolicy: _, ...outputs } = resource.outputs ?? {};
  return { ...resource, outputs };
}

interface Resource {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly created?: string;
  readonly modified?: string;
  readonly dependencies?: string[];
  readonly propertyDependencies?: Record<string, string[] | null>;
}

/** The names of all values that are made at random. Two objects of one name share it: that there are two is told by their number. */
function namesOf({ okta, anypoint }: Stores, resources: readonly Resource[]): Names {
  const names: Names = new Map();
  const set = (value: unknown, name: string) => {
    if ((typeof value === "string" && value !== "") || typeof value === "number") names.set(String(value), `<${name}>`);
  };
  const nameOf = (id: unknown) => names.get(String(id)) ?? String(id);

  const { org, apps, grants, authorizationServers, scopes, claims, serverPolicies, policyRules, accessPolicies } =
    okta.state;
  set(org.id, "org");
  set(org.adminUserId, "admin");
  set(org.everyoneGroupId, "Everyone");
  for (const { kid } of org.keys) set(kid, "signing key of the org");
  for (const { id, clientId, label, keys, secrets } of Object.values(apps)) {
    set(clientId, `client ${label}`);
    set(id, `app ${label}`);
    for (const key of keys) {
      set(key.id, `key id of ${label}`);
      set(key.kid, `kid of ${label}`);
      set(key.n, `public key of ${label}`);
    }
    for (const secret of secrets) {
      set(secret.id, `secret id of ${label}`);
      set(secret.value, `secret of ${label}`);
    }
  }
  for (const { id, appId, scopeId } of Object.values(grants)) set(id, `grant of ${scopeId} to ${nameOf(appId)}`);
  for (const { id, name, keys } of Object.values(authorizationServers)) {
    set(id, `server ${name}`);
    for (const { kid } of keys) set(kid, `signing key of ${name}`);
  }
  for (const { id, name, serverId } of [scopes, claims, serverPolicies].flatMap(
    (records) => Object.values(records) as { id: string; name: string; serverId: string }[],
  )) {
    set(id, `${id.slice(0, 3)} ${name} of ${nameOf(serverId)}`);
  }
  for (const { id, name, policyId } of Object.values(policyRules)) set(id, `rule ${name} of ${nameOf(policyId)}`);
  for (const { id, name } of Object.values(accessPolicies)) set(id, `access policy ${name}`);

  const { state } = anypoint;
  for (const { id, name, clientId } of Object.values(state.organizations)) {
    set(id, `organization ${name}`);
    set(clientId, `client of organization ${name}`);
  }
  for (const { id, name, organizationId, clientId } of Object.values(state.environments)) {
    set(id, `environment ${name} of ${nameOf(organizationId)}`);
    set(clientId, `client of environment ${name} of ${nameOf(organizationId)}`);
  }
  for (const { clientId, clientSecret, name } of Object.values(state.connectedApps)) {
    set(clientId, `connected app ${name}`);
    set(clientSecret, `secret of connected app ${name}`);
  }
  for (const { providerId, name } of Object.values(state.clientProviders)) set(providerId, `provider ${name}`);
  for (const { id, assetId, version } of Object.values(state.assets)) set(id, `asset ${assetId} ${version}`);
  for (const { id, assetId, instanceLabel } of Object.values(state.apiInstances)) {
    set(id, `instance ${assetId} ${instanceLabel}`);
  }
  for (const { id, assetId, apiId } of Object.values(state.policies)) set(id, `policy ${assetId} of ${nameOf(apiId)}`);
  for (const { id, name, apiId } of Object.values(state.tiers)) set(id, `tier ${name} of ${nameOf(apiId)}`);
  for (const { id, name } of Object.values(state.applications)) set(id, `application ${name}`);
  for (const { id, applicationId, apiId } of Object.values(state.contracts)) {
    set(id, `contract of ${nameOf(applicationId)} with ${nameOf(apiId)}`);
  }

  for (const { id, type } of resources) if (type.startsWith("pulumi:providers:")) set(id, type);
  return names;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const LOCAL_URL = /https?:\/\/127\.0\.0\.1:\d+/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Puts names in place of values, everywhere in a JSON value, members of objects in order. */
function stabilizer(names: Names): (value: Json) => Json {
  const byLength = [...names.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(byLength.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
  const text = (value: string): string => {
    if (PRIVATE_KEY.test(value)) return `<private half of ${publicHalf(value, names)}>`;
    return value
      .replaceAll(any, (found) => names.get(found)!)
      .replaceAll(TIME, "<time>")
      .replaceAll(LOCAL_URL, "<url>");
  };
  const stable = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return names.get(String(value)) ?? value;
    if (Array.isArray(value)) return value.map(stable);
    if (value === null || typeof value !== "object") return value;
    // A secret of the state, as the engine exports it.
    if (typeof value["plaintext"] === "string") return { secret: stable(JSON.parse(value["plaintext"]) as Json) };
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [text(name), name === "privateJwk" ? "<private key>" : stable(member)]),
    );
  };
  return stable;
}

function publicHalf(pem: string, names: Names): string {
  const { n = "" } = createPublicKey(pem).export({ format: "jwk" });
  return names.get(n) ?? "a key that no app has";
}

export function compare(expected: Inventory, actual: Inventory): Difference {
  const difference = { more: [] as string[], fewer: [] as string[], unlike: [] as string[] };
  for (const kind of new Set([...expected.keys(), ...actual.keys()])) {
    const [wanted, found] = [expected.get(kind) ?? [], actual.get(kind) ?? []];
    const extra = without(found, wanted);
    const missing = without(wanted, found);
    if (found.length > wanted.length) difference.more.push(`${kind}: ${short(extra[0])}`);
    else if (found.length < wanted.length) difference.fewer.push(`${kind}: ${short(missing[0])}`);
    else extra.forEach((text, index) => difference.unlike.push(`${kind}: ${unlikeness(missing[index]!, text)}`));
  }
  return difference;
}

/** Elements of one list that another has not, or not as often. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const rest = [...other];
  return list.filter((one) => {
    const index = rest.indexOf(one);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

const short = (text = ""): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);

/** The members that differ between two objects. */
function unlikeness(expected: string, actual: string): string {
  const [before, now] = [leaves(JSON.parse(expected) as Json), leaves(JSON.parse(actual) as Json)];
  const paths = [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path));
  return paths
    .slice(0, 5)
    .map((path) => `${path} ${short(now.get(path) ?? "missing")} in place of ${short(before.get(path) ?? "nothing")}`)
    .join("; ");
}

function leaves(value: Json, path = "", found = new Map<string, string>()): Map<string, string> {
  if (value === null || typeof value !== "object") return found.set(path, JSON.stringify(value));
  for (const [name, member] of Object.entries(value)) leaves(member, path === "" ? name : `${path}.${name}`, found);
  return found;
}
