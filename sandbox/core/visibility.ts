/**
 * Eventual visibility: writes go to the store, reads are answered as by a replica that does not have new objects yet. So a read,
 * be it of a list, of an object or of what is in it, is without them in the vendor's own words, and a write never is. Deletions and
 * changes show at once.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { MiddlewareHandler } from "hono";
import type { Env } from "./service.ts";

/** How long new objects are missing: for so many reads, and for so long; both have to pass. */
export interface VisibilitySwitches {
  /** How many read requests miss a new object that they would have shown. Default 0. */
  newObjectsHiddenReads: number;
  /** For how long, in milliseconds of real time. Default 0. */
  newObjectsHiddenMs: number;
  /** Whether reads that name the object by its id miss it too; else only lists do. Default false. */
  newObjectsHiddenById: boolean;
}

export const AT_ONCE: VisibilitySwitches = {
  newObjectsHiddenReads: 0,
  newObjectsHiddenMs: 0,
  newObjectsHiddenById: false,
};

type Collection = Record<string, object>;

interface Young {
  readonly born: number;
  missed: number;
}

/** One read request: what its path and query name, and what it was already decided to miss or to see. */
interface Reading {
  readonly named: ReadonlySet<string>;
  readonly hidden: Map<string, boolean>;
}

export interface Replica<State extends object> {
  /** The store for the routes: what of it a read sees depends on the switches. */
  readonly state: State;
  /** To be mounted before the routes. */
  readonly middleware: MiddlewareHandler<Env>;
}

/** A store whose named collections, records by id, show new members late. */
export function lateStore<State extends object>(
  state: State,
  collections: readonly (keyof State & string)[],
  switches: VisibilitySwitches,
): Replica<State> {
  const storage = new AsyncLocalStorage<Reading>();
  const young = new Map<string, Young>();
  let known = new Set<string>();
  let writing = 0;

  const members = (name: string): Collection => (state as Record<string, Collection>)[name] ?? {};
  const keys = (): string[] => collections.flatMap((name) => Object.keys(members(name)).map((key) => `${name}/${key}`));

  function isHidden(name: string, key: string, member: object, { named, hidden }: Reading): boolean {
    const id = `${name}/${key}`;
    const entry = young.get(id);
    if (entry === undefined) return false;
    const decided = hidden.get(id);
    if (decided !== undefined) return decided;
    const { newObjectsHiddenReads: reads, newObjectsHiddenMs: ms, newObjectsHiddenById: byId } = switches;
    const { clientId } = member as { clientId?: unknown };
    if (!byId && (named.has(key) || named.has(String(clientId)))) return false;
    const over = entry.missed >= reads && performance.now() - entry.born >= ms;
    if (over) young.delete(id);
    else entry.missed += 1;
    hidden.set(id, !over);
    return !over;
  }

  function shown(name: string): Collection {
    const all = members(name);
    const reading = storage.getStore();
    if (reading === undefined) return all;
    const seen = Object.entries(all).filter(([key, member]) => !isHidden(name, key, member, reading));
    return Object.setPrototypeOf(Object.fromEntries(seen), null) as Collection;
  }

  const middleware: MiddlewareHandler<Env> = async (c, next) => {
    if (switches.newObjectsHiddenReads === 0 && switches.newObjectsHiddenMs === 0) {
      young.clear();
      return next();
    }
    if (c.req.method === "GET" || c.req.method === "HEAD") {
      const { pathname, searchParams } = new URL(c.req.url);
      const named = new Set([...pathname.split("/").map(decoded), ...searchParams.values()]);
      return storage.run({ named, hidden: new Map() }, next);
    }
    if (writing === 0) known = new Set(keys());
    writing += 1;
    try {
      await next();
    } finally {
      writing -= 1;
      for (const id of keys()) if (!known.has(id)) young.set(id, { born: performance.now(), missed: 0 });
      known = new Set(keys());
    }
  };

  const late = new Set<string | symbol>(collections);
  return {
    state: new Proxy(state, {
      get: (target, name) => (late.has(name) ? shown(String(name)) : Reflect.get(target, name)),
    }),
    middleware,
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
