/** The custom authorization server that issues the consumers' tokens, and what of it is taken. */
import { NothingTaken, type Rows } from "./object-row.ts";
import type { OktaSide, SeenPolicy, SeenRule, SeenScope, SeenServer } from "./okta-side.ts";
import { named } from "./find-provider.ts";

const SERVER = "authorization server";

export interface FoundServer {
  /** As the introspection URL has it: `aus…` or `default`. */
  readonly id: string;
  readonly scopes: readonly SeenScope[];
  /** Set when the stack is to own scopes, access policy and rule. */
  readonly owned?: { readonly scopes: readonly SeenScope[]; readonly access?: { policy: SeenPolicy; rule: SeenRule } };
}

export interface ServerOptions {
  readonly introspectionUrl: string | undefined;
  /** Server by flag. */
  readonly chosen?: string;
  /** Whether scopes, access policy and rule are taken too. */
  readonly own: boolean;
  /** Scopes that the policies ask for. */
  readonly needed: readonly string[];
}

/** The server, or undefined when tokens come from the org alone. Throws `NothingTaken` when it can't be told which. */
export async function findServer(okta: OktaSide, options: ServerOptions, rows: Rows): Promise<FoundServer | undefined> {
  const prefix = `${okta.orgUrl}/oauth2/`;
  const introspectsAt = options.introspectionUrl?.startsWith(prefix)
    ? /^([^/]+)\/v1\/introspect$/.exec(options.introspectionUrl.slice(prefix.length))?.[1]
    : undefined;
  const id = options.chosen ?? introspectsAt;
  if (id !== undefined) {
    const server = await okta.server(id);
    if (server === undefined) {
      rows.add(SERVER, id, "missing", options.chosen === undefined ? "the provider introspects there" : "chosen");
      throw new NothingTaken(`The Okta org has no authorization server ${id}. Choose one by --server ID.`);
    }
    rows.add(
      SERVER,
      named(server.name, server.id),
      "taken",
      `${options.chosen === undefined ? "the provider introspects there" : "chosen"}; used by its id`,
    );
    return whole(okta, id, options, rows);
  }
  if (options.needed.length === 0) return undefined;
  const servers = (await okta.servers()) ?? [];
  const fitting: SeenServer[] = [];
  for (const server of servers.filter(({ status }) => status === "ACTIVE")) {
    const names = (await okta.scopes(server.id)).map(({ name }) => name);
    if (options.needed.every((scope) => names.includes(scope))) fitting.push(server);
  }
  const [only, second] = fitting;
  if (only !== undefined && second === undefined) {
    rows.add(
      SERVER,
      named(only.name, only.id),
      "taken",
      `the only one with the scopes that the policies ask for; used by its id`,
    );
    return whole(okta, only.id, options, rows);
  }
  for (const { name, id: one } of fitting)
    rows.add(SERVER, named(name, one), "ambiguous", "has the scopes that the policies ask for");
  if (only === undefined) rows.add(SERVER, "-", "missing", `none has the scopes ${options.needed.join(", ")}`);
  throw new NothingTaken(
    `The provider introspects at the org, so it does not tell which server issues the consumers' tokens (scopes ${options.needed.join(", ")}). Choose it by --server ID.`,
  );
}

async function whole(okta: OktaSide, id: string, { own }: ServerOptions, rows: Rows): Promise<FoundServer> {
  const scopes = await okta.scopes(id);
  if (!own) return { id, scopes };
  for (const scope of scopes) rows.add("scope", named(scope.name, scope.id), "taken", "--own-server");
  const access = await findAccess(okta, id, rows);
  return { id, scopes, owned: { scopes, ...(access && { access }) } };
}

/** The one access policy with one rule that says no more than ours would. */
async function findAccess(
  okta: OktaSide,
  serverId: string,
  rows: Rows,
): Promise<{ policy: SeenPolicy; rule: SeenRule } | undefined> {
  const object = "access policy";
  const policies = (await okta.policies(serverId)).filter(({ status }) => status === "ACTIVE");
  const [policy, ...others] = policies;
  if (policy === undefined) return undefined;
  if (others.length > 0) {
    for (const { name, id } of policies)
      rows.add(object, named(name, id), "left alone", "one of several; they go on deciding");
    return undefined;
  }
  const rules = (await okta.rules(serverId, policy.id)).filter(({ status }) => status === "ACTIVE");
  const [rule] = rules;
  const reason = rules.length === 1 && rule !== undefined ? saysMore(policy, rule) : "has not exactly one active rule";
  if (reason !== undefined || rule === undefined) {
    rows.add(object, named(policy.name, policy.id), "left alone", `${reason ?? "has no rule"}; it goes on deciding`);
    return undefined;
  }
  rows.add(object, named(policy.name, policy.id), "taken", "--own-server");
  rows.add("access rule", named(rule.name, rule.id), "taken", "--own-server");
  return { policy, rule };
}

/** What the stack's own policy and rule could not say, so that it would be lost. */
function saysMore(policy: SeenPolicy, { conditions, actions }: SeenRule): string | undefined {
  const clients = policy.conditions?.clients?.include ?? [];
  if (clients.length !== 1 || clients[0] !== "ALL_CLIENTS") return "lists its clients";
  const grants = conditions?.grantTypes?.include ?? [];
  if (grants.length !== 1 || grants[0] !== "client_credentials")
    return `lets more than client credentials through (${grants.join(", ")})`;
  const { users, groups } = conditions?.people ?? {};
  const persons = [users?.include, users?.exclude, groups?.exclude].some((list) => (list ?? []).length > 0);
  if (persons || (groups?.include ?? []).some((group) => group !== "EVERYONE")) return "names people";
  return actions?.token?.inlineHook ? "has an inline hook" : undefined;
}
