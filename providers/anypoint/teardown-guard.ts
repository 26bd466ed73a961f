/**
 * What stands before a teardown: it is deleted before anything else of the stack, and its delete asks Anypoint who else uses
 * what would go. It is nothing in Anypoint itself.
 */
import { z } from "zod";
import { findInstance } from "./api-manager.ts";
import type { AnypointClient } from "./client.ts";
import { getProvider, subjectOf } from "./client-provider-calls.ts";
import { refusal } from "./errors.ts";
import { text } from "./input-schemas.ts";
import { bindingHolders, formerProviderGone } from "./instance-binding.ts";
import { rootOrganization } from "./organizations.ts";
import { type Users, applicationsOf, contractsWith, instancesBoundTo, seen, tellUnseen } from "./provider-users.ts";
import { type Tell, tellUser } from "./remains.ts";

const flag = z.boolean({ error: "give true or false" });
const origin = z.enum(["created", "adopted"], { error: "give created or adopted" });

const ownInstance = z.object({
  apiId: text("the API instance's number"),
  organizationId: text("the business group's id"),
  environmentId: text("the environment's id"),
  origin,
  /** Of an adopted one: the provider that it gets back, empty for Anypoint's own; left out when it keeps the one it has. */
  formerProviderId: z.string({ error: "give a client provider's id" }).optional(),
});

export const teardownGuardShape = {
  /** Left out while there is none. */
  clientProviderId: text("the client provider's id").optional(),
  clientProviderName: text("the client provider's name"),
  /** An adopted one stays, and so does what others have of it. */
  clientProviderOrigin: origin.optional(),
  deleteWhileUsed: flag.default(false),
  instances: z.array(ownInstance, { error: "give a list of API instances" }),
  applications: z.array(z.object({ applicationId: text("the application's number"), origin }), {
    error: "give a list of applications",
  }),
  /** Numbers of the stack's own policies. */
  policies: z.array(text("a policy's number"), { error: "give a list of policies" }),
} as const;

export type TeardownGuardInputs = z.output<z.ZodObject<typeof teardownGuardShape>>;

type OwnInstance = TeardownGuardInputs["instances"][number];

/** Lines of a list that a person still reads. */
const SHOWN = 40;

/** Throws, with the list and the way out, while others use what the teardown takes away; nothing to guard is a success. */
export async function guardTeardown(
  client: AnypointClient,
  _id: string,
  state: TeardownGuardInputs,
  tell: Tell = tellUser,
): Promise<void> {
  const { clientProviderId: providerId, clientProviderName: name } = state;
  if (providerId === undefined) return;
  const { id: organizationId } = await rootOrganization(client);
  // Without it nothing works any more that a teardown could break.
  if (await isGone(client, organizationId, providerId, name)) return;

  const users = state.deleteWhileUsed ? [] : await usersOf(client, organizationId, providerId, state);
  const held = await Promise.all(state.instances.map((instance) => holdersOf(client, providerId, instance, state)));
  const subject = `client provider "${name}"`;
  const unseen = [...new Set([...users, ...held].flatMap((part) => part.unseen))];
  const [used, kept] = [users, held].map((parts) => parts.flatMap(({ found }) => found));
  if (used?.length === 0 && kept?.length === 0) {
    tellUnseen(client, subject, unseen, tell);
    return;
  }
  throw refusal("clientProviders.delete", refusalOf(subjectOf(name, organizationId), used ?? [], kept ?? [], unseen));
}

async function isGone(client: AnypointClient, organizationId: string, providerId: string, name: string) {
  try {
    return (await getProvider(client, organizationId, providerId, name)) === undefined;
  } catch (error) {
    // One that may not be read counts as there.
    if ((await seen(Promise.reject(error as Error))) === undefined) return false;
    throw error;
  }
}

/** What others would lose, line by line. */
async function usersOf(
  client: AnypointClient,
  organizationId: string,
  providerId: string,
  { clientProviderOrigin, instances, applications }: TeardownGuardInputs,
): Promise<Users<string>[]> {
  const ids = (kept: boolean) =>
    applications.filter((one) => kept || one.origin === "created").map(({ applicationId }) => applicationId);
  const stays = clientProviderOrigin === "adopted";
  const [bound, clients] = stays
    ? [NOBODY, NOBODY]
    : await Promise.all([
        instancesBoundTo(client, providerId),
        applicationsOf(client, organizationId, providerId, new Set(ids(false))),
      ]);
  const named = new Set([...ids(true), ...clients.found.map(({ applicationId }) => applicationId)]);
  const contracts = await Promise.all(
    instances
      .filter((one) => one.origin === "created")
      .map(async (instance) => {
        const { found, unseen } = await contractsWith(client, instance, named);
        const what = `API instance ${instance.apiId}, which this stack made and would delete`;
        return { found: found.map(({ words }) => `${words} with ${what}`), unseen };
      }),
  );
  const own = new Map(instances.map((one) => [one.apiId, one]));
  const others = bound.found.flatMap(({ apiId, words }) => {
    const mine = own.get(apiId);
    if (mine === undefined) return [`API instance ${words}, bound to it`];
    // One that gets another provider back is not bound any more by then.
    if (mine.origin === "created" || mine.formerProviderId !== undefined) return [];
    return [`API instance ${words}, bound to it; it was there before this stack, and stays`];
  });
  return [
    { found: [...others, ...clients.found.map(({ words }) => words)], unseen: [...bound.unseen, ...clients.unseen] },
    ...contracts,
  ];
}

const NOBODY = { found: [], unseen: [] };

/** What keeps an instance from being given its former provider back, but for what goes before. */
async function holdersOf(
  client: AnypointClient,
  providerId: string,
  instance: OwnInstance,
  { applications, policies }: TeardownGuardInputs,
): Promise<Users<string>> {
  const former = instance.formerProviderId;
  if (instance.origin === "created" || former === undefined || former === providerId) return NOBODY;
  const there = await seen(findInstance(client, instance));
  if (there === undefined || (there.providerId ?? "") === former) return NOBODY;
  const gone = former !== "" && (await formerProviderGone(client, former, former));
  const own = {
    applications: new Set(applications.map(({ applicationId }) => applicationId)),
    policies: new Set(policies),
  };
  const holders = await seen(bindingHolders(client, instance, there, gone || former === "" ? null : former, own));
  const to = gone || former === "" ? "Anypoint's own provider" : `client provider ${former}`;
  return {
    found: (holders ?? []).map(
      (holder) => `${holder} on API instance ${instance.apiId}, which is to be given back to ${to}`,
    ),
    unseen: holders === undefined ? [`what holds API instance ${instance.apiId} to its provider`] : [],
  };
}

function refusalOf(
  subject: string,
  used: readonly string[],
  held: readonly string[],
  unseen: readonly string[],
): string {
  const all = [...used, ...held];
  const more = all.length > SHOWN ? [`and ${all.length - SHOWN} more`] : [];
  const ways = [
    ...(used.length > 0
      ? [
          "What is not this stack's would lose its client provider or its contract, and its calls would fail. Bind these API instances to another provider in API Manager, remove these contracts " +
            "(revoke, then delete), and have the owners delete these applications in Exchange, then run the command again; or, to delete all the same, set okta-anypoint:clientProvider.deleteWhileUsed " +
            "to true and run `pulumi up` before. What an `up` that failed left is this stack's again after one that succeeds.",
        ]
      : []),
    ...(held.length > 0
      ? [
          "An API instance that is held can't be given its former provider back: remove the contracts (revoke, then delete), policies and API group memberships named here in API Manager, then run the command again.",
        ]
      : []),
  ];
  return [
    `Could not tear down ${subject}: others use it. Nothing was deleted.`,
    ...[...all.slice(0, SHOWN), ...more].map((line) => `  - ${line}`),
    ...(unseen.length > 0 ? [`Not looked at, for want of permission: ${unseen.join("; ")}.`] : []),
    ...ways,
  ].join("\n");
}
