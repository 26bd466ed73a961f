/** Paths of API Manager, and the parts of its answers that several objects need (confirmed: DX-APIM). */
import { z } from "zod";
import { type AnypointClient, path } from "./client.ts";

export interface InstancePlace {
  /** The business group that owns the environment. */
  readonly organizationId: string;
  readonly environmentId: string;
  readonly apiId: string;
}

export const apisPath = ({ organizationId, environmentId }: Omit<InstancePlace, "apiId">): string =>
  path`/apimanager/api/v1/organizations/${organizationId}/environments/${environmentId}/apis`;

export const apiPath = (place: InstancePlace): string => apisPath(place) + path`/${place.apiId}`;

export const describeApi = ({ apiId, environmentId }: InstancePlace): string =>
  `API instance ${apiId} in environment ${environmentId}`;

/** Ids are numbers on the wire and text with us. */
export const numericId = z.union([z.number(), z.string()]).transform(String);

export const instanceAnswer = z.looseObject({
  id: numericId,
  providerId: z.string().nullish(),
  instanceLabel: z.string().nullish(),
  groupId: z.string().nullish(),
  assetId: z.string().nullish(),
  assetVersion: z.string().nullish(),
  productVersion: z.string().nullish(),
  endpointUri: z.string().nullish(),
});

export type Instance = z.output<typeof instanceAnswer>;

/** An instance, or undefined when it is not there. */
export const findInstance = (client: AnypointClient, place: InstancePlace): Promise<Instance | undefined> =>
  client.find({ operation: "instances.read", subject: describeApi(place), path: apiPath(place) }, instanceAnswer);

const policyRow = z
  .looseObject({
    id: numericId.optional(),
    policyId: numericId.optional(),
    groupId: z.string().optional(),
    assetId: z.string().optional(),
    assetVersion: z.string().optional(),
    template: z
      .looseObject({ groupId: z.string(), assetId: z.string(), assetVersion: z.string().optional() })
      .optional(),
    configurationData: z.record(z.string(), z.unknown()).nullish(),
    configuration: z.record(z.string(), z.unknown()).nullish(),
    pointcutData: z.array(z.looseObject({ methodRegex: z.string(), uriTemplateRegex: z.string() })).nullish(),
    order: z.number().nullish(),
    disabled: z.boolean().nullish(),
  })
  .transform((row) => ({
    policyId: row.id ?? row.policyId ?? "",
    groupId: row.groupId ?? row.template?.groupId ?? "",
    assetId: row.assetId ?? row.template?.assetId ?? "",
    assetVersion: row.assetVersion ?? row.template?.assetVersion ?? "",
    configuration: row.configurationData ?? row.configuration ?? {},
    pointcut: row.pointcutData?.map(({ methodRegex, uriTemplateRegex }) => ({ methodRegex, uriTemplateRegex })),
    order: row.order ?? undefined,
    // Not said in every shape of the list.
    disabled: row.disabled ?? undefined,
  }));

export type AppliedPolicy = z.output<typeof policyRow>;

/** The list comes as an array, or as `{policies}` with rows of two kinds (confirmed: TF). */
const policyList = z.union([
  z.array(policyRow),
  z.object({ policies: z.array(policyRow) }).transform(({ policies }) => policies),
]);

/** All policies of an instance, disabled ones too; undefined when the instance is not there. */
export const findPolicies = (client: AnypointClient, place: InstancePlace): Promise<AppliedPolicy[] | undefined> =>
  client.find(
    {
      operation: "policies.read",
      subject: `the policies of ${describeApi(place)}`,
      path: `${apiPath(place)}/policies`,
      // Without it disabled ones are left out, or not: the default differs between sources.
      query: { fullInfo: false },
    },
    policyList,
  );

const contractRow = z
  .looseObject({
    id: numericId,
    status: z.string(),
    applicationId: numericId.nullish(),
    application: z.looseObject({ id: numericId.optional(), name: z.string().optional() }).nullish(),
    tierId: z.number().nullish(),
    requestedTierId: z.number().nullish(),
  })
  .transform((row) => ({
    contractId: row.id,
    status: row.status,
    applicationId: row.applicationId ?? row.application?.id,
    applicationName: row.application?.name,
    tierId: row.tierId ?? row.requestedTierId ?? undefined,
  }));

export type ContractRow = z.output<typeof contractRow>;

const contractPage = z.object({ contracts: z.array(contractRow), total: z.number().optional() });

/** All contracts of an instance. */
export const listContracts = (client: AnypointClient, place: InstancePlace): Promise<ContractRow[]> =>
  client.pages(
    {
      operation: "contracts.read",
      subject: `the contracts of ${describeApi(place)}`,
      path: `${apiPath(place)}/contracts`,
    },
    contractPage,
    ({ contracts, total }) => ({ rows: contracts, total }),
    250,
  );

/** One contract, or undefined when it is not there. */
export const findContract = (
  client: AnypointClient,
  place: InstancePlace,
  contractId: string,
): Promise<ContractRow | undefined> =>
  client.find(
    {
      operation: "contracts.read",
      subject: `contract ${contractId} of ${describeApi(place)}`,
      path: `${apiPath(place)}/contracts${path`/${contractId}`}`,
    },
    contractRow,
  );
