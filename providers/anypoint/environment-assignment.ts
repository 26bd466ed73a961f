/**
 * The offer of a client provider in one environment. The list is one per environment and everybody's; its first entry is
 * the default of new APIs (inferred). Only our own entry is added, moved and removed.
 */
import { z } from "zod";
import { text } from "./input-schemas.ts";
import { type AnypointClient, path } from "./client.ts";
import { type Ownership, afterCreation, afterWrites } from "./creation.ts";
import { refusal } from "./errors.ts";
import { type Environment, environment, placeNow } from "./organizations.ts";

export const environmentAssignmentShape = {
  businessGroup: text("a business group's name or id").optional(),
  environment: text("an environment's name or id"),
  clientProviderId: text("the client provider's id"),
  makeDefault: z.boolean({ error: "give true or false" }).default(false),
} as const;

export type EnvironmentAssignmentInputs = z.output<z.ZodObject<typeof environmentAssignmentShape>>;

export interface EnvironmentAssignmentState extends EnvironmentAssignmentInputs, Ownership {
  /** Not in states of earlier releases. */
  readonly organizationName?: string;
  readonly organizationId: string;
  readonly environmentId: string;
  readonly environmentName: string;
}

interface Place {
  readonly organizationId: string;
  readonly environmentId: string;
  readonly environmentName: string;
}

const answer = z.object({ suggestedClientManagementProviderIds: z.array(z.string()) });

/** How often a list is read and written before we give way to whoever else writes it. */
const TRIES = 5;

export interface AssignmentTimes {
  /** Pause before the second look at a list that was written, in ms. Default 1,000. */
  readonly settleMs?: number;
}

/** Adds the provider to the environment's list: first with `makeDefault`, else last. One that is in it is adopted. */
export async function createEnvironmentAssignment(
  client: AnypointClient,
  inputs: EnvironmentAssignmentInputs,
  { settleMs = 1_000 }: AssignmentTimes = {},
): Promise<{ id: string; state: EnvironmentAssignmentState }> {
  const found = await environment(client, inputs.environment, inputs.businessGroup);
  const place: Place = {
    organizationId: found.organization.id,
    environmentId: found.id,
    environmentName: found.name,
  };
  const former = await readExisting(client, place);
  const index = former.indexOf(inputs.clientProviderId);
  const ownership: Ownership =
    index < 0
      ? { origin: "created" }
      : { origin: "adopted", ...(inputs.makeDefault && index > 0 && { before: { index } }) };
  const id = `${place.environmentId}/${inputs.clientProviderId}`;
  const state = { ...inputs, ...place, organizationName: found.organization.name, ...ownership };
  // Once the write took effect, whose entry it was can't be seen any more.
  return afterCreation(id, state, async () => {
    await merge(client, place, former, (list) => placed(list, inputs), settleMs);
    return { id, state };
  });
}

/** The assignment as it is now, or undefined when the provider is not in the list any more. */
export async function readEnvironmentAssignment(
  client: AnypointClient,
  _id: string,
  state: EnvironmentAssignmentState,
): Promise<EnvironmentAssignmentState | undefined> {
  const list = await read(client, state);
  const index = list?.indexOf(state.clientProviderId) ?? -1;
  if (index < 0) return undefined;
  // Being first without having asked for it is no drift: the others may have gone.
  return { ...state, makeDefault: state.makeDefault && index === 0 };
}

/**
 * Moves the entry: to the front with `makeDefault`; when that was taken back, one that was added to the end, and one that was
 * adopted to where it was.
 */
export async function updateEnvironmentAssignment(
  client: AnypointClient,
  _id: string,
  state: EnvironmentAssignmentState,
  inputs: EnvironmentAssignmentInputs,
  { settleMs = 1_000 }: AssignmentTimes = {},
): Promise<EnvironmentAssignmentState> {
  const { clientProviderId } = inputs;
  const place = await placeNow(client, state, inputs);
  const former = await readExisting(client, state);
  const index = former.indexOf(clientProviderId);
  const before = state.before ?? (index > 0 && inputs.makeDefault ? { index } : undefined);
  const home = typeof before?.index === "number" ? before.index : index;
  const { businessGroup: _, ...rest } = state;
  const next = { ...rest, ...inputs, ...place, ...(state.origin === "adopted" && before && { before }) };
  const takenBack = state.makeDefault && !inputs.makeDefault;
  // Half done it is still to be moved, which only the former value of `makeDefault` tells.
  return afterWrites({ ...next, makeDefault: state.makeDefault }, async (wrote) => {
    const moved = (list: readonly string[]) => {
      if (!takenBack) return placed(list, inputs);
      const others = list.filter((id) => id !== clientProviderId);
      // One that was taken out meanwhile has no place to go back to.
      return others.toSpliced(state.origin === "adopted" && home >= 0 ? home : others.length, 0, clientProviderId);
    };
    await merge(client, state, former, moved, settleMs, wrote);
    return next;
  });
}

/** Takes out an entry that was added; puts one that was adopted back in its place. */
export async function deleteEnvironmentAssignment(
  client: AnypointClient,
  _id: string,
  state: EnvironmentAssignmentState,
): Promise<void> {
  const { clientProviderId, origin, before } = state;
  const former = await read(client, state);
  if (former === undefined) return;
  const index = before?.index;
  if (origin === "adopted" && typeof index !== "number") return;
  await merge(client, state, former, (list) => {
    const others = list.filter((id) => id !== clientProviderId);
    if (origin === "created" || !list.includes(clientProviderId)) return others;
    return others.toSpliced(index as number, 0, clientProviderId);
  });
}

/** Ids of the client providers that an environment is offered, its default first. */
export const offeredProviders = ({ id, name, organization }: Environment, client: AnypointClient): Promise<string[]> =>
  readExisting(client, { organizationId: organization.id, environmentId: id, environmentName: name });

/** The list with our entry where it belongs; an entry that is there is only moved to make it the default. */
function placed(list: readonly string[], { clientProviderId, makeDefault }: EnvironmentAssignmentInputs): string[] {
  if (makeDefault) return [clientProviderId, ...list.filter((id) => id !== clientProviderId)];
  return list.includes(clientProviderId) ? [...list] : [...list, clientProviderId];
}

/**
 * Changes the list as it was read, writes it, and reads it back; begins again when somebody else wrote meanwhile. Anypoint takes
 * no condition with a write, so that one who read before us and writes after us takes our entry out unknowingly: hence the second
 * look after a pause. What is slower still shows in the next refresh.
 */
async function merge(
  client: AnypointClient,
  place: Place,
  former: readonly string[],
  change: (list: readonly string[]) => string[],
  settleMs = 0,
  wrote: () => void = () => undefined,
): Promise<void> {
  let current = former;
  let unsettled = false;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (unsettled && settleMs > 0 && same(change(current), current)) {
      await pause(settleMs);
      current = await readExisting(client, place);
    }
    const wanted = change(current);
    if (same(wanted, current)) return;
    await client.run({
      operation: "assignments.write",
      subject: subjectOf(place),
      method: "PUT",
      path: pathOf(place),
      body: { suggestedClientManagementProviderIds: wanted },
    });
    wrote();
    unsettled = true;
    current = await readExisting(client, place);
  }
  if (same(change(current), current)) return;
  throw refusal(
    "assignments.write",
    `Could not write ${subjectOf(place)}: somebody else keeps changing it (${TRIES} tries). Find out who (another stack, a person in Access Management), then run the command again.`,
  );
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, index) => id === other[index]);

async function read(client: AnypointClient, place: Place): Promise<string[] | undefined> {
  const found = await client.find(
    { operation: "assignments.read", subject: subjectOf(place), path: pathOf(place) },
    answer,
  );
  return found?.suggestedClientManagementProviderIds;
}

async function readExisting(client: AnypointClient, place: Place): Promise<string[]> {
  const call = {
    operation: "assignments.read",
    subject: subjectOf(place),
    method: "GET",
    path: pathOf(place),
  } as const;
  return (await client.json(call, answer)).suggestedClientManagementProviderIds;
}

const pathOf = ({ organizationId, environmentId }: Place): string =>
  path`/accounts/api/organizations/${organizationId}/environments/${environmentId}/clientManagementProviders`;

const subjectOf = ({ environmentName, environmentId }: Place): string =>
  `the client providers of environment "${environmentName}" (${environmentId})`;
