/**
 * Who uses a client provider. Anypoint deletes one without a question, and its APIs then fall back to Anypoint's own provider
 * in silence, with their contracts and with policies that fail (confirmed: DOC-APIM). What we may not see is said in words.
 */
import { z } from "zod";
import { type InstancePlace, apisPath, findContract, findInstance, listContracts, numericId } from "./api-manager.ts";
import { instanceList } from "./api-instance-lookup.ts";
import { listApplications, requireReadable } from "./application-list.ts";
import { accountName, findApplication } from "./client-application.ts";
import type { Application } from "./client-application-wire.ts";
import { type AnypointClient, path } from "./client.ts";
import { AnypointError } from "./errors.ts";
import { OPERATIONS, type OperationName } from "./operations.ts";
import { type Environment, type Organization, businessGroups, environmentsOf } from "./organizations.ts";
import { type Tell, tellUser } from "./remains.ts";

/** What was found, and in words what could not be looked at for want of permission. */
export interface Users<T> {
  readonly found: T[];
  readonly unseen: string[];
}

export interface BoundInstance extends InstancePlace {
  /** `123 (orders-api, environment "Sandbox" of "Acme")`. */
  readonly words: string;
}

/** The API instances bound to a provider in all environments that the login may see. */
export async function instancesBoundTo(client: AnypointClient, providerId: string): Promise<Users<BoundInstance>> {
  const all = await Promise.all(
    (await businessGroups(client)).map(async (organization) => {
      const environments = await environmentsSeen(client, organization);
      if (typeof environments === "string") return [{ found: [], unseen: [environments] }];
      return Promise.all(environments.map((one) => instancesIn(client, one, providerId)));
    }),
  );
  return together(all.flat());
}

/** A list without rows is how Anypoint answers where a scope is missing, too (confirmed: KB 005385409). */
async function environmentsSeen(client: AnypointClient, organization: Organization): Promise<Environment[] | string> {
  const environments = await seen(environmentsOf(client, organization));
  if (environments !== undefined && environments.length > 0) return environments;
  return unseenAs(`the environments of "${organization.name}"`, "environments.list");
}

async function instancesIn(
  client: AnypointClient,
  { id, name, organization }: Environment,
  providerId: string,
): Promise<Users<BoundInstance>> {
  const place = { organizationId: organization.id, environmentId: id };
  const where = `environment "${name}" of "${organization.name}"`;
  const call = {
    operation: "instances.list",
    subject: `the API instances of environment "${name}"`,
    path: apisPath(place),
  } as const;
  const assets = await seen(client.pages(call, instanceList, ({ assets: rows, total }) => ({ rows, total })));
  const readable = assets?.length !== 0 || (await mayRead(findInstance(client, { ...place, apiId: NONE })));
  if (assets === undefined || !readable) return { found: [], unseen: [unseenAs(where, "instances.list")] };
  const found = assets.flatMap(({ assetId, apis }) =>
    apis
      .filter((api) => api.providerId === providerId)
      .map((api) => ({
        ...place,
        apiId: api.id,
        words: `${api.id} (${assetId ?? api.assetId ?? "no asset"}, ${where})`,
      })),
  );
  return { found, unseen: [] };
}

export interface ApplicationUser {
  readonly applicationId: string;
  /** `application "partner" (456) of partner-team, with contract 9 (approved) with API instance 123`. */
  readonly words: string;
}

/**
 * The applications of a provider but for those of `own`. One of our own login without a contract is left out: it is what an
 * application that was to be kept leaves, and calls nothing.
 */
export async function applicationsOf(
  client: AnypointClient,
  organizationId: string,
  providerId: string,
  own: ReadonlySet<string>,
): Promise<Users<ApplicationUser>> {
  const nothing = { found: [], unseen: [unseenAs("the applications in Exchange", "applications.list")] };
  const rows = await seen(listApplications(client, organizationId));
  if (rows === undefined) return nothing;
  if (rows.length === 0 && !(await mayRead(requireReadable(client, organizationId)))) return nothing;
  const others = rows.filter(({ applicationId }) => !own.has(applicationId));
  const users = await inTurn(others, async (row) => {
    // A list need not show the provider.
    const whole =
      row.providerId === undefined
        ? await seen(findApplication(client, organizationId, row.applicationId, row.name))
        : row;
    if (whole?.providerId !== providerId) return [];
    const contracts = (await contractsOf(client, organizationId, row)) ?? [];
    const mine = row.owner !== undefined && row.owner === (await seen(accountName(client)));
    if (mine && contracts.length === 0) return [];
    return [{ applicationId: row.applicationId, words: `${described(row, mine)}${listed(contracts)}` }];
  });
  return { found: users.flat(), unseen: [] };
}

const described = ({ name, applicationId, owner }: Application, mine: boolean): string => {
  const whose = owner === undefined ? "" : ` of ${owner}`;
  return `application "${name}" (${applicationId})${whose}${mine ? " (this stack's own login)" : ""}`;
};

const listed = (contracts: readonly string[]): string =>
  contracts.length === 0 ? ", a client of it without a contract" : `, a client of it with ${contracts.join(", ")}`;

const contractsAnswer = z.array(
  z.looseObject({ id: numericId, status: z.string(), api: z.looseObject({ id: numericId.nullish() }).nullish() }),
);

/** An application's contracts in words; undefined where they can't be read. */
async function contractsOf(
  client: AnypointClient,
  organizationId: string,
  { applicationId, name }: Application,
): Promise<string[] | undefined> {
  const rows = await seen(
    client.json(
      {
        operation: "applications.read",
        subject: `the contracts of application "${name}"`,
        method: "GET",
        path: path`/exchange/api/v2/organizations/${organizationId}/applications/${applicationId}/contracts`,
      },
      contractsAnswer,
    ),
  );
  return rows?.map(({ id, status, api }) => {
    const target = api?.id == null ? "" : ` with API instance ${api.id}`;
    return `contract ${id} (${status.toLowerCase()})${target}`;
  });
}

export interface ContractUser {
  readonly applicationId: string | undefined;
  /** `contract 9 (approved) of application "partner" (456)`. */
  readonly words: string;
}

/** The contracts with an instance but for those of `own` applications. */
export async function contractsWith(
  client: AnypointClient,
  place: InstancePlace,
  own: ReadonlySet<string>,
): Promise<Users<ContractUser>> {
  const unseen = [unseenAs(`the contracts of API instance ${place.apiId}`, "contracts.read")];
  let rows;
  try {
    rows = await listContracts(client, place);
    if (rows.length === 0) await findContract(client, place, NONE);
  } catch (error) {
    if (!(error instanceof AnypointError)) throw error;
    // Without the instance there are none.
    if (error.code === "not-found") return { found: [], unseen: [] };
    if (error.code === "forbidden") return { found: [], unseen };
    throw error;
  }
  const found = rows
    .filter(({ applicationId }) => applicationId === undefined || !own.has(applicationId))
    .map(({ contractId, status, applicationId, applicationName }) => {
      const name = applicationName === undefined ? "" : ` "${applicationName}"`;
      const number = applicationId === undefined ? "" : ` (${applicationId})`;
      return {
        applicationId,
        words: `contract ${contractId} (${status.toLowerCase()}) of application${name}${number}`,
      };
    });
  return { found, unseen: [] };
}

const told = new WeakSet<AnypointClient>();

/** Tells once per run what could not be looked at before something is deleted all the same. */
export function tellUnseen(client: AnypointClient, subject: string, unseen: readonly string[], tell: Tell = tellUser) {
  if (unseen.length === 0 || told.has(client)) return;
  told.add(client);
  tell(
    `Who uses ${subject} was not looked at everywhere, for want of permission: ${unseen.join("; ")}. What there uses it, if anything does, falls back to Anypoint's own provider.`,
  );
}

/** No object has this number: one who may read is told that it is not there, any other that he may not look (inferred). */
const NONE = "0";

const unseenAs = (what: string, operation: OperationName): string =>
  `${what} (${OPERATIONS[operation].scopes.join(", ")})`;

const together = <T>(parts: readonly Users<T>[]): Users<T> => ({
  found: parts.flatMap(({ found }) => found),
  unseen: parts.flatMap(({ unseen }) => unseen),
});

/** Undefined where we may not look. */
export async function seen<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AnypointError && (error.code === "forbidden" || error.code === "not-found")) return undefined;
    throw error;
  }
}

async function mayRead(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof AnypointError && error.code === "forbidden") return false;
    throw error;
  }
}

/** How many are asked about at a time. */
const AT_A_TIME = 8;

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_A_TIME) {
    results.push(...(await Promise.all(items.slice(start, start + AT_A_TIME).map(work))));
  }
  return results;
}
