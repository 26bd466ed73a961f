/** Resources of the state whose object at Okta is gone, with what lived in it. */
import type { OktaSide } from "../adopt/okta-side.ts";
import { type StoredResource, textOf } from "./deployment.ts";
import { APP, GRANTS, POLICY, ROLE, RULE, SCOPE, SERVER } from "./okta-types.ts";

export interface Gone {
  readonly resource: StoredResource;
  readonly why: string;
}

/** Looks up each Okta object of the state once. Throws `OktaError` when Okta can't be asked. */
export async function findGone(okta: OktaSide, resources: readonly StoredResource[]): Promise<Gone[]> {
  const look = new Lookups(okta);
  const gone: Gone[] = [];
  for (const resource of resources) {
    const why = await whyGone(look, resource);
    if (why !== undefined) gone.push({ resource, why });
  }
  return gone;
}

async function whyGone(look: Lookups, { type, id, outputs }: StoredResource): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const of = (name: string) => textOf(outputs, name);
  const [serverId, policyId] = [of("authServerId"), of("policyId")];
  switch (type) {
    case APP:
      return (await look.hasApp(id)) ? undefined : "the app is gone";
    case GRANTS:
      // Grants that were taken off are no matter: the plugin reads none, and grants them again.
      return (await look.hasApp(of("appId") ?? id)) ? undefined : "the app is gone, and its grants with it";
    case ROLE: {
      const roles = await look.roles(of("clientId") ?? "");
      if (roles === undefined) return "the app is gone, and its role with it";
      return roles.includes(id) ? undefined : "the role is not assigned any more";
    }
    case SERVER:
      return (await look.hasServer(id)) ? undefined : "the authorization server is gone";
    case SCOPE:
      if (serverId === undefined) return undefined;
      if (!(await look.hasServer(serverId))) return "the authorization server is gone, and its scopes with it";
      return (await look.scopes(serverId)).includes(id) ? undefined : "the scope is gone";
    case POLICY:
      return serverId === undefined ? undefined : look.whyPolicyGone(serverId, id);
    case RULE: {
      if (serverId === undefined || policyId === undefined) return undefined;
      const why = await look.whyPolicyGone(serverId, policyId);
      if (why !== undefined) return `${why}, and its rules with it`;
      return (await look.rules(serverId, policyId)).includes(id) ? undefined : "the rule is gone";
    }
    default:
      return undefined;
  }
}

/** Answers of Okta, each asked for once. */
class Lookups {
  readonly #okta: OktaSide;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(okta: OktaSide) {
    this.#okta = okta;
  }

  hasApp(id: string): Promise<boolean> {
    return this.#once(`app ${id}`, async () => (await this.#okta.app(id)) !== undefined);
  }

  /** Ids of the role assignments of a client; undefined when there is no such client. */
  roles(clientId: string): Promise<string[] | undefined> {
    return this.#once(`roles ${clientId}`, async () => (await this.#okta.rolesOfClient(clientId))?.map(({ id }) => id));
  }

  hasServer(id: string): Promise<boolean> {
    return this.#once(`server ${id}`, async () => (await this.#okta.server(id)) !== undefined);
  }

  scopes(serverId: string): Promise<string[]> {
    return this.#once(`scopes ${serverId}`, async () => (await this.#okta.scopes(serverId)).map(({ id }) => id));
  }

  async whyPolicyGone(serverId: string, policyId: string): Promise<string | undefined> {
    if (!(await this.hasServer(serverId))) return "the authorization server is gone, and its policies with it";
    const policies = await this.#once(`policies ${serverId}`, async () =>
      (await this.#okta.policies(serverId)).map(({ id }) => id),
    );
    return policies.includes(policyId) ? undefined : "the access policy is gone";
  }

  rules(serverId: string, policyId: string): Promise<string[]> {
    return this.#once(`rules ${policyId}`, async () =>
      (await this.#okta.rules(serverId, policyId)).map(({ id }) => id),
    );
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = (this.#answers.get(key) as Promise<T> | undefined) ?? ask();
    this.#answers.set(key, answer);
    return answer;
  }
}
