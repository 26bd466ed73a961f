/** The lab's two stores in a form that is the same for stores that mean the same: no logs, times and made-up ids. */
import type { AnypointState } from "../../sandbox/anypoint/state.ts";
import type { OktaState } from "../../sandbox/okta/state.ts";

type Rows = Readonly<Record<string, object>>;

const TIMES = new Set([
  "created",
  "lastUpdated",
  "createdAt",
  "approvedDate",
  "rejectedDate",
  "revokedDate",
  "runtime",
]);

/** Ids and secrets that come anew with a new object, by what the object is called. */
function namesOf(okta: OktaState, anypoint: AnypointState): Map<string, string> {
  const names = new Map<string, string>();
  const name = (rows: Rows, keys: readonly string[], called: (row: never) => string) => {
    for (const row of Object.values(rows)) {
      for (const key of keys) {
        const value = (row as Record<string, unknown>)[key];
        if (typeof value === "string" || typeof value === "number") {
          names.set(String(value), `<${key} of ${called(row as never)}>`);
        }
      }
    }
  };
  const { apps, authorizationServers, scopes, claims, serverPolicies, policyRules, grants } = okta;
  const { clientProviders, apiInstances, policies, applications, contracts } = anypoint;
  name(apps, ["id", "clientId"], ({ label }: { label: string }) => label);
  for (const { label, secrets, keys } of Object.values(apps)) {
    for (const { id } of secrets) names.set(id, `<secret of ${label}>`);
    for (const { id, kid } of keys) names.set(id, `<key ${kid} of ${label}>`);
  }
  name(authorizationServers, ["id"], (server: { name: string }) => server.name);
  name(scopes, ["id"], (scope: { name: string; serverId: string }) => `scope ${scope.name}`);
  name(claims, ["id"], (claim: { name: string }) => `claim ${claim.name}`);
  name(serverPolicies, ["id"], (policy: { name: string }) => `policy ${policy.name}`);
  name(policyRules, ["id"], (rule: { name: string }) => `rule ${rule.name}`);
  name(grants, ["id"], ({ scopeId }: { scopeId: string }) => `grant ${scopeId}`);
  name(clientProviders, ["providerId"], (provider: { name: string }) => provider.name);
  const instance = (id: number) => `${apiInstances[id]?.assetId} ${apiInstances[id]?.instanceLabel}`;
  name(apiInstances, ["id"], ({ id }: { id: number }) => instance(id));
  name(
    policies,
    ["id"],
    ({ apiId, assetId }: { apiId: number; assetId: string }) => `${assetId} on ${instance(apiId)}`,
  );
  name(applications, ["id", "clientSecret"], (application: { name: string }) => application.name);
  name(
    contracts,
    ["id"],
    ({ applicationId, apiId }: { applicationId: number; apiId: number }) =>
      `${applications[applicationId]?.name} with ${instance(apiId)}`,
  );
  return names;
}

/** Both stores; objects that are kept by id become lists, in an order of their own. */
export function canonical({ okta, anypoint }: { okta: OktaState; anypoint: AnypointState }): unknown {
  const names = namesOf(okta, anypoint);
  const text = (value: string): string => {
    let now = value;
    for (const [id, name] of names) if (now.includes(id)) now = now.replaceAll(id, name);
    return now;
  };
  const plain = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return names.get(String(value)) ?? value;
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => !TIMES.has(key));
    return Object.fromEntries(entries.map(([key, each]) => [text(key), plain(each)]).sort());
  };
  const collection = (rows: unknown): unknown =>
    typeof rows === "object" && rows !== null
      ? Object.values(rows)
          .map((row) => JSON.stringify(plain(row)))
          .sort()
      : rows;
  const { runtime: _one, authorizationServers, ...rest } = okta;
  // Each server makes its own signing keys.
  const servers = mapValues(authorizationServers, ({ keys: _, ...server }) => server);
  const first = { ...rest, authorizationServers: servers };
  const { runtime: _other, ...second } = anypoint;
  return Object.fromEntries(
    Object.entries({ ...first, ...second }).map(([key, rows]) => [key, key === "org" ? plain(rows) : collection(rows)]),
  );
}

const mapValues = <T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
