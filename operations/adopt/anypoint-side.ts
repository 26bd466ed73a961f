/** What the Anypoint organization has. Nothing is written. */
import { listInstances } from "../../providers/anypoint/api-instance-lookup.ts";
import {
  type AppliedPolicy,
  type ContractRow,
  type Instance,
  type InstancePlace,
  findPolicies,
  listContracts,
} from "../../providers/anypoint/api-manager.ts";
import { listApplications } from "../../providers/anypoint/application-list.ts";
import { accountName, findApplication } from "../../providers/anypoint/client-application.ts";
import type { Application } from "../../providers/anypoint/client-application-wire.ts";
import { getProvider, listProviders } from "../../providers/anypoint/client-provider-calls.ts";
import {
  type ClientProviderAnswer,
  type ClientProviderInputs,
  PROVIDER_TYPE,
  type SeenProvider,
  seeProvider,
} from "../../providers/anypoint/client-provider-wire.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import type { Connection } from "../../providers/anypoint/connection.ts";
import { offeredProviders } from "../../providers/anypoint/environment-assignment.ts";
import {
  type Environment,
  type Organization,
  businessGroups,
  environmentsOf,
  rootOrganization,
} from "../../providers/anypoint/organizations.ts";

export interface FoundProvider extends SeenProvider {
  readonly id: string;
  readonly name: string;
  /** Whether it is of type OpenID Connect Dynamic Client Registration. */
  readonly dynamic: boolean;
  /** Whether it registers with a fixed Authorization header. */
  readonly byHeader: boolean;
}

export class AnypointSide {
  readonly #client: AnypointClient;
  readonly #blockNames: ClientProviderInputs["privateKeyBlock"];

  constructor(connection: Connection, blockNames: ClientProviderInputs["privateKeyBlock"]) {
    this.#client = new AnypointClient({ connection });
    this.#blockNames = blockNames;
  }

  root(): Promise<Organization> {
    return rootOrganization(this.#client);
  }

  async providers(): Promise<FoundProvider[]> {
    const { id } = await this.root();
    const rows = await listProviders(this.#client, id);
    const answers = await Promise.all(
      rows.map(({ providerId, name }) => getProvider(this.#client, id, providerId, name ?? providerId)),
    );
    return answers.flatMap((answer) => (answer === undefined ? [] : [this.#seen(answer)]));
  }

  /** Environments that are offered the provider, and whether it is their default. */
  async environments(providerId: string): Promise<{ environment: Environment; isDefault: boolean }[]> {
    const found: { environment: Environment; isDefault: boolean }[] = [];
    for (const group of await businessGroups(this.#client)) {
      for (const environment of await environmentsOf(this.#client, group)) {
        const index = (await offeredProviders(environment, this.#client)).indexOf(providerId);
        if (index >= 0) found.push({ environment, isDefault: index === 0 });
      }
    }
    return found;
  }

  /** Instances of an environment that are bound to the provider. */
  async instances({ id, name, organization }: Environment, providerId: string): Promise<Instance[]> {
    const all = await listInstances(this.#client, { organizationId: organization.id, environmentId: id }, name);
    return all.filter((instance) => instance.providerId === providerId);
  }

  async policies(place: InstancePlace): Promise<AppliedPolicy[]> {
    return (await findPolicies(this.#client, place)) ?? [];
  }

  contracts(place: InstancePlace): Promise<ContractRow[]> {
    return listContracts(this.#client, place);
  }

  /** Name under which Exchange shows what the connected app made. */
  account(): Promise<string | undefined> {
    return accountName(this.#client);
  }

  async applications(): Promise<Application[]> {
    return listApplications(this.#client, (await this.root()).id);
  }

  /** An application with all that may be seen of it. */
  async application(id: string, name: string): Promise<Application | undefined> {
    return findApplication(this.#client, (await this.root()).id, id, name);
  }

  #seen(answer: ClientProviderAnswer): FoundProvider {
    const registration = answer.oidc_dynamic_client_provider?.client as
      { registration?: { authorization?: unknown } } | undefined;
    return {
      ...seeProvider(answer, this.#blockNames),
      id: answer.providerId,
      name: answer.name ?? "",
      dynamic: answer.type.name === PROVIDER_TYPE,
      byHeader: typeof registration?.registration?.authorization === "string",
    };
  }
}
