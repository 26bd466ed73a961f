/**
 * The root organization, its business groups and their environments. Client providers and applications take the root
 * organization's id; API instances, policies and contracts that of the business group which owns the environment
 * (confirmed: DX-AM, DX-EXCH, DX-APIM). Looked up once per process.
 */
import { z } from "zod";
import { type AnypointClient, path } from "./client.ts";
import { AnypointError, refusal, unexpectedAnswer } from "./errors.ts";

export interface Organization {
  readonly id: string;
  readonly name: string;
}

export interface Environment {
  readonly id: string;
  readonly name: string;
  /** The business group that owns it. */
  readonly organization: Organization;
}

const me = z.object({
  client: z.object({ org_id: z.string().optional() }).nullish(),
  user: z
    .object({
      organizationId: z.string().optional(),
      organization: z.object({ id: z.string() }).nullish(),
      properties: z.object({ cs_auth: z.object({ activeOrganizationId: z.string().optional() }).nullish() }).nullish(),
    })
    .nullish(),
});

interface HierarchyNode {
  readonly id: string;
  readonly name: string;
  readonly parentOrganizationIds?: readonly string[];
  readonly subOrganizations?: readonly HierarchyNode[];
}

const hierarchy: z.ZodType<HierarchyNode> = z.lazy(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    parentOrganizationIds: z.array(z.string()).optional(),
    subOrganizations: z.array(hierarchy).optional(),
  }),
);

const environments = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string() })),
  total: z.number().optional(),
});

/** The root (master) organization. */
export async function rootOrganization(client: AnypointClient): Promise<Organization> {
  const { id, name } = await tree(client);
  return { id, name };
}

/** A business group by name or id; the root organization when none is named. Throws when it is not there, or not the only one. */
export async function businessGroup(client: AnypointClient, nameOrId?: string): Promise<Organization> {
  const all = flatten(await tree(client));
  if (nameOrId === undefined) return all[0] as Organization;
  const [found, second] = matching(all, nameOrId);
  if (found === undefined) {
    throw refusal(
      "organizations.read",
      `Could not find business group "${nameOrId}". Anypoint shows: ${names(all)}. Correct the name, or grant the connected app read:organization there.`,
    );
  }
  if (second !== undefined) {
    throw refusal(
      "organizations.read",
      `There are several business groups named "${nameOrId}" (${found.id}, ${second.id}). Give the id in place of the name.`,
    );
  }
  return found;
}

/** The root organization, then the business groups below it, as far as we may see them. */
export const businessGroups = async (client: AnypointClient): Promise<Organization[]> => flatten(await tree(client));

/** The environments that a business group owns. */
export async function environmentsOf(client: AnypointClient, organization: Organization): Promise<Environment[]> {
  const rows = await client.once(`environments of ${organization.id}`, () =>
    client.pages(
      {
        operation: "environments.list",
        subject: `the environments of business group "${organization.name}"`,
        path: path`/accounts/api/organizations/${organization.id}/environments`,
      },
      environments,
      ({ data, total }) => ({ rows: data, total }),
      500,
    ),
  );
  return rows.map(({ id, name }) => ({ id, name, organization }));
}

/** An environment of a business group, by name or id. Throws when it is not there, listing those that are. */
export async function environment(
  client: AnypointClient,
  nameOrId: string,
  businessGroupNameOrId?: string,
): Promise<Environment> {
  const organization = await businessGroup(client, businessGroupNameOrId);
  const all = await environmentsOf(client, organization);
  const [found] = matching(all, nameOrId);
  if (found === undefined && all.length === 0) {
    // An empty list with status 200 is how Anypoint answers where a scope is missing (confirmed: KB 005385409).
    throw new AnypointError(
      `Could not find environment "${nameOrId}": business group "${organization.name}" (${organization.id}) shows no environment at all. ` +
        "Grant the connected app the scope view:environment there, or name the business group that owns the environment.",
      { code: "forbidden", operation: "environments.list" },
    );
  }
  if (found === undefined) {
    throw refusal(
      "environments.list",
      `Could not find environment "${nameOrId}" in business group "${organization.name}" (${organization.id}). It shows: ${names(all)}. ` +
        "Correct the name, name the business group that owns it, or grant the connected app view:environment there.",
    );
  }
  return { id: found.id, name: found.name, organization };
}

/** How an object's state names its environment. */
export interface StoredPlace {
  readonly organizationId: string;
  /** Not in states of earlier releases. */
  readonly organizationName?: string;
  readonly environmentId: string;
  readonly environmentName: string;
}

interface PlaceInputs {
  readonly environment: string;
  readonly businessGroup?: string;
}

/** The place of an object that stays where it is, by today's names if the inputs name it in another way than before. */
export async function placeNow(
  client: AnypointClient,
  state: StoredPlace & PlaceInputs,
  inputs: PlaceInputs,
): Promise<StoredPlace> {
  const { organizationId, organizationName, environmentId, environmentName } = state;
  const stored = {
    organizationId,
    ...(organizationName !== undefined && { organizationName }),
    environmentId,
    environmentName,
  };
  if (inputs.environment === state.environment && inputs.businessGroup === state.businessGroup) return stored;
  const found = await environment(client, inputs.environment, inputs.businessGroup);
  if (found.id !== environmentId) return stored;
  return { ...stored, organizationName: found.organization.name, environmentName: found.name };
}

/** The hierarchy below the root organization, as far as we may see it. */
function tree(client: AnypointClient): Promise<HierarchyNode> {
  return client.once("organizations", async () => {
    const start = client.connection.organizationId ?? (await ownOrganization(client));
    const node = await readHierarchy(client, start);
    const rootId = node.parentOrganizationIds?.[0];
    if (rootId === undefined) return node;
    if (client.connection.organizationId !== undefined) {
      throw new AnypointError(
        `anypoint:organizationId is ${node.id}, the business group "${node.name}"; client providers and applications belong to the root organization, ${rootId}. ` +
          "Give that id, or leave the key out: it is found by the login.",
        { code: "misconfigured", operation: "organizations.read" },
      );
    }
    // Of a business group's own app: the tree shows its branch alone, and the first of the parents is the root.
    try {
      return await readHierarchy(client, rootId);
    } catch (error) {
      if (!(error instanceof AnypointError) || (error.code !== "forbidden" && error.code !== "not-found")) throw error;
      return { id: rootId, name: rootId, subOrganizations: [node] };
    }
  });
}

function readHierarchy(client: AnypointClient, id: string): Promise<HierarchyNode> {
  return client.json(
    {
      operation: "organizations.read",
      subject: `organization ${id} and its business groups`,
      method: "GET",
      path: path`/accounts/api/organizations/${id}/hierarchy`,
    },
    hierarchy,
  );
}

/** Organization of whoever is logged in: a connected app's in `client.org_id`, a user's in `user` (confirmed: TF). */
async function ownOrganization(client: AnypointClient): Promise<string> {
  const call = {
    operation: "me.read",
    subject: "which organization the login belongs to",
    method: "GET",
    path: "/accounts/api/me",
  } as const;
  const { client: app, user } = await client.json(call, me);
  const id =
    app?.org_id ?? user?.organization?.id ?? user?.organizationId ?? user?.properties?.cs_auth?.activeOrganizationId;
  if (id !== undefined) return id;
  throw unexpectedAnswer(
    call,
    "Anypoint names no organization",
    "Set anypoint:organizationId to the root organization's id.",
  );
}

const flatten = (node: HierarchyNode): Organization[] => [
  { id: node.id, name: node.name },
  ...(node.subOrganizations ?? []).flatMap(flatten),
];

/** By id first, then by exact name. */
function matching<T extends Organization>(all: readonly T[], nameOrId: string): T[] {
  const byId = all.filter(({ id }) => id === nameOrId);
  return byId.length > 0 ? byId : all.filter(({ name }) => name === nameOrId);
}

/** Names that a person still reads. */
const SHOWN = 60;

function names(all: readonly Organization[]): string {
  if (all.length === 0) return "none";
  const shown = all.slice(0, SHOWN).map(({ id, name }) => `"${name}" (${id})`);
  return [...shown, ...(all.length > SHOWN ? [`and ${all.length - SHOWN} more`] : [])].join(", ");
}
