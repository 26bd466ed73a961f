/** What the checks read at Anypoint, each once. */
import { z } from "zod";
import {
  type AppliedPolicy,
  type ContractRow,
  type Instance,
  type InstancePlace,
  apiPath,
  describeApi,
  findContract,
  findInstance,
  findPolicies,
} from "../../providers/anypoint/api-manager.ts";
import { type Application, application } from "../../providers/anypoint/client-application-wire.ts";
import { getProvider } from "../../providers/anypoint/client-provider-calls.ts";
import type { ClientProviderAnswer } from "../../providers/anypoint/client-provider-wire.ts";
import { type AnypointClient, path } from "../../providers/anypoint/client.ts";
import { type PolicyTemplate, resolveTemplate } from "../../providers/anypoint/policy-template.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import type { Deployed } from "../deployed.ts";
import { type Reads, premiseOf } from "../reads.ts";

const assignmentAnswer = z.object({ suggestedClientManagementProviderIds: z.array(z.string()) });

export class AnypointReader {
  readonly #client: AnypointClient | AnypointError;
  readonly #reads: Reads;

  /** `client`: the error where there is no usable connection; every read then throws `Premise`. */
  constructor(client: AnypointClient | AnypointError, reads: Reads) {
    this.#client = client;
    this.#reads = reads;
  }

  provider({
    organizationId,
    providerId,
    name,
  }: NonNullable<Deployed["provider"]>): Promise<ClientProviderAnswer | undefined> {
    return this.#once(`provider ${providerId}`, (client) => getProvider(client, organizationId, providerId, name));
  }

  /** Ids of the client providers that an environment is offered, the default first; undefined when it is not there. */
  offered({
    organizationId,
    environmentId,
    environmentName,
  }: Deployed["assignments"][number]): Promise<string[] | undefined> {
    return this.#once(`providers of ${environmentId}`, async (client) => {
      const found = await client.find(
        {
          operation: "assignments.read",
          subject: `the client providers of environment "${environmentName}" (${environmentId})`,
          path: path`/accounts/api/organizations/${organizationId}/environments/${environmentId}/clientManagementProviders`,
        },
        assignmentAnswer,
      );
      return found?.suggestedClientManagementProviderIds;
    });
  }

  instance(place: InstancePlace): Promise<Instance | undefined> {
    return this.#once(`instance ${place.apiId}`, (client) => findInstance(client, place));
  }

  policies(place: InstancePlace): Promise<AppliedPolicy[] | undefined> {
    return this.#once(`policies of ${place.apiId}`, (client) => findPolicies(client, place));
  }

  /**
   * Whether a policy is there that the list does not show: without its scope a list is empty (confirmed: KB 005385409), while a
   * single read is refused.
   */
  async hasPolicy(place: InstancePlace, policyId: string): Promise<boolean> {
    const found = await this.#once(`policy ${policyId}`, (client) =>
      client.find(
        {
          operation: "policies.read",
          subject: `policy ${policyId} of ${describeApi(place)}`,
          path: `${apiPath(place)}/policies${path`/${policyId}`}`,
        },
        z.looseObject({}),
      ),
    );
    return found !== undefined;
  }

  /** The newest template of a policy that is served for the instance; undefined when there is none that applies. */
  newestTemplate(
    place: InstancePlace,
    asset: { groupId: string; assetId: string },
  ): Promise<PolicyTemplate | undefined> {
    return this.#once(`template of ${asset.assetId} for ${place.apiId}`, async (client) => {
      try {
        return await resolveTemplate(client, place, asset);
      } catch (error) {
        if (error instanceof AnypointError && error.code === "refused") return undefined;
        throw error;
      }
    });
  }

  application(organizationId: string, applicationId: string, name: string): Promise<Application | undefined> {
    return this.#once(`application ${applicationId}`, (client) =>
      client.find(
        {
          operation: "applications.read",
          subject: `application "${name}"`,
          path: path`/exchange/api/v2/organizations/${organizationId}/applications/${applicationId}`,
        },
        application,
      ),
    );
  }

  contract(place: InstancePlace, contractId: string): Promise<ContractRow | undefined> {
    return this.#once(`contract ${contractId}`, (client) => findContract(client, place, contractId));
  }

  async #once<T>(key: string, work: (client: AnypointClient) => Promise<T>): Promise<T> {
    const client = this.#client;
    if (client instanceof AnypointError) throw premiseOf("Anypoint");
    return this.#reads.once("Anypoint", key, () => work(client));
  }
}
