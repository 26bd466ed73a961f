/**
 * Query parameters that routes know. One that a service would ignore in silence makes another answer of the same question, so it is
 * refused like a route that is not there; so is one that is given twice.
 */
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Env } from "./service.ts";

/** By method and path as the route has them, `GET /api/v1/apps/:id`; routes that are not named know none. */
export type QueryParameters = Readonly<Record<string, readonly string[]>>;

/** Answers 501 to an unknown or repeated parameter, before anything takes effect. Routes for all methods are left to themselves. */
export const knownParameters =
  (service: string, parameters: QueryParameters): MiddlewareHandler<Env> =>
  async (c, next) => {
    const { searchParams } = new URL(c.req.url);
    const names = [...searchParams.keys()];
    const route = matchedRoutes(c).find(({ method }) => method !== "ALL");
    if (names.length === 0 || route === undefined) return next();
    const key = `${route.method} ${route.path}`;
    const known = parameters[key] ?? [];
    const unknown = [...new Set(names.filter((name) => !known.includes(name)))];
    const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
    if (unknown.length + repeated.length === 0) return next();
    const what =
      unknown.length > 0
        ? `does not know the query parameter ${unknown.join(", ")} of ${key}. It knows ${known.join(", ") || "none"}.`
        : `takes the query parameter ${repeated.join(", ")} of ${key} once.`;
    return c.json({ error: "not_simulated", message: `The local ${service} ${what}` }, 501);
  };
