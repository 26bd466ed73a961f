/**
 * What all objects share: how they are created once, and what is told about one that was created or changed but is not as it
 * should be.
 */
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
 * Sends a creating POST once. Where its answer is lost or is a fault, looks whether the object is there now; it was not
 * before, so it is ours.
 */
export async function createOnce<T>(post: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (!(error instanceof AnypointError) || !mayHaveWorked(error)) throw error;
    const found = await find().catch(() => undefined);
    if (found === undefined) throw error;
    return found;
  }
}

const mayHaveWorked = ({ code }: AnypointError): boolean =>
  code === "server-error" || code === "unreachable" || code === "timeout" || code === "unexpected-answer";
