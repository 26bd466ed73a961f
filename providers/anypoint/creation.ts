/**
 * What all objects share: how they are created once, and what is told about one that was created or changed but is not as it
 * should be.
 */
import type { AnypointClient } from "./client.ts";
import { AnypointError } from "./errors.ts";

/**
 * - `created`: this stack made the object and deletes it;
 * - `adopted`: it was there before, and is given back on delete.
 */
export type Origin = "created" | "adopted";

export interface Ownership {
  readonly origin: Origin;
  /** Of an adopted object: former values of the fields that were changed. */
  readonly before?: Readonly<Record<string, unknown>>;
}

/** Thrown when a remote object exists but is not complete: its id and state must be kept all the same. */
export class HalfCreated extends Error {
  override readonly name = "HalfCreated";
  readonly id: string;
  readonly state: object;

  constructor(id: string, state: object, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.id = id;
    this.state = state;
  }
}

/** Runs what follows a creation; its failure is thrown with the id and the state so far. */
export async function afterCreation<T>(id: string, state: object, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof HalfCreated ? error : new HalfCreated(id, state, error);
  }
}

/** Thrown when an update took effect, or may have, but did not end well: what it changed must be kept all the same. */
export class HalfUpdated extends Error {
  override readonly name = "HalfUpdated";
  readonly state: object;

  constructor(state: object, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.state = state;
  }
}

/**
 * Runs an update that says when a write took effect. A failure after that is thrown with the state so far: a write is not
 * seen as a difference the next time, so the former values must be kept from here on.
 */
export async function afterWrites<T>(state: object, work: (wrote: () => void) => Promise<T>): Promise<T> {
  let written = false;
  try {
    return await work(() => {
      written = true;
    });
  } catch (error) {
    if (!written && !(error instanceof AnypointError && mayHaveWorked(error))) throw error;
    throw new HalfUpdated(state, error);
  }
}

/**
 * Looks that follow the first, when something was or may have been made and is not shown yet, by their pause as a multiple of the
 * client's own: by default 15 s in all. Whether Anypoint's reads may lag behind its writes is unknown.
 */
const LATER_LOOKS = [1, 2, 4, 8, 8, 8];

/** Looks for what was just made until it is shown; undefined when it was not in time. */
export async function untilShown<T>(
  { pauseMs }: Pick<AnypointClient, "pauseMs">,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  let found = await find();
  for (const factor of LATER_LOOKS) {
    if (found !== undefined) break;
    await pause(pauseMs * factor);
    found = await find();
  }
  return found;
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** What to do about an object that was made and kept in the state, but never shown. */
export const notShownYet = (what: string): string =>
  `${what} was made, but Anypoint does not show it yet. It is kept in the stack's state: wait until it is there in Anypoint, then run \`pulumi up\` again, which goes on with it. ` +
  "No `pulumi refresh` before: it would take it for deleted, and it would be made twice. If Anypoint's pages show it already, the connected app may not see it.";

/** What to do about an object of the state that is not found. */
export const NOT_FOUND =
  "If it was made a moment ago, wait until it is there in Anypoint and run the command again. If it was deleted, run `pulumi refresh --run-program`, then `pulumi up`.";

/** What to do before the command is run again where nobody knows whether something was made: the next run finds only what is shown by then. */
const maybeMade = (looked: boolean): string =>
  `Before that, wait a minute and look for it in Anypoint: ${looked ? "it is not shown now, but may have been made all the same" : "it may have been made, and could not be looked for now"}. ` +
  "The next run finds what is shown by then; what is not could be made twice.";

/**
 * Sends a creating POST once. Where its answer is lost or is a fault, looks whether the object is there now; it was not
 * before, so it is ours. Where it is not shown in time, the error says that it may be there.
 */
export async function createOnce<T>(
  client: AnypointClient,
  post: () => Promise<T>,
  find: () => Promise<T | undefined>,
): Promise<T> {
  try {
    return await post();
  } catch (error) {
    // A read or a login before the POST may have failed in its place: then nothing was sent.
    const sent = error instanceof AnypointError && error.operation?.endsWith(".create") === true;
    if (!sent || !mayHaveWorked(error)) throw error;
    let looked = true;
    const found = await untilShown(client, find).catch(() => {
      looked = false;
      return undefined;
    });
    if (found === undefined) throw new AnypointError(`${error.message} ${maybeMade(looked)}`, error, error.cause);
    return found;
  }
}

/** Whether an error leaves open what happened at Anypoint. */
export const mayHaveWorked = ({ code }: AnypointError): boolean =>
  code === "server-error" || code === "unreachable" || code === "timeout" || code === "unexpected-answer";
