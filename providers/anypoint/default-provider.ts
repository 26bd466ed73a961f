/** What is told before a client provider becomes the default of an environment's new APIs: the first of its list (inferred). */
import type { AnypointClient } from "./client.ts";
import { type EnvironmentAssignmentInputs, offeredProviders } from "./environment-assignment.ts";
import { AnypointError } from "./errors.ts";
import { environment } from "./organizations.ts";

/**
 * In words, that new APIs will get the provider; undefined where they won't, where they do already, or where we may not look.
 * `clientProviderId` is left out while it is not known yet.
 */
export async function defaultNotice(
  client: AnypointClient,
  inputs: Omit<EnvironmentAssignmentInputs, "clientProviderId"> & { readonly clientProviderId?: string },
): Promise<string | undefined> {
  const place = await environment(client, inputs.environment, inputs.businessGroup);
  const list = await readable(offeredProviders(place, client));
  if (list === undefined) return undefined;
  const [first] = list;
  const ours = inputs.clientProviderId;
  const moves = inputs.makeDefault && first !== ours;
  if (first !== undefined && !moves) return undefined;
  const will = `New APIs of environment "${place.name}" of "${place.organization.name}" will get this stack's client provider unless told otherwise`;
  const stay = "APIs that are there keep theirs.";
  return moves
    ? `${will} (makeDefault: true), in place of ${first === undefined ? "Anypoint's own" : first}. ${stay}`
    : `${will}: it is the only external one there. ${stay} If that is not meant, assign another one before: Access Management, Environments.`;
}

async function readable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AnypointError && error.code === "forbidden") return undefined;
    throw error;
  }
}
