/** What a path answers to methods that it does not have. */
import type { Hono } from "hono";
import type { Env } from "../../core/service.ts";
import { methodNotSupported } from "../errors.ts";

/** Refuses them with 405 on every path registered so far. OPTIONS is left alone: the vendor has it, for browsers; it is not simulated. */
export function refuseOtherMethods(routes: Hono<Env>): void {
  for (const path of new Set(routes.routes.map((route) => route.path))) {
    routes.all(path, (c, next) => {
      if (c.req.method === "OPTIONS") return next();
      throw methodNotSupported();
    });
  }
}
