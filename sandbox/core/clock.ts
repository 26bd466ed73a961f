/** A service's clock that runs ahead of the machine's, or behind it. */
import type { MiddlewareHandler } from "hono";
import type { Env } from "./service.ts";

export interface ClockSwitches {
  /** Seconds that the service's clock is ahead; negative: behind. It judges assertions and tokens, and is told in `Date`. Default 0. */
  clockSkewSeconds: number;
}

/** Milliseconds since the epoch, by the service's clock. */
export const skewedClock =
  (now: () => number, switches: ClockSwitches): (() => number) =>
  () =>
    now() + switches.clockSkewSeconds * 1000;

/** Tells the service's time in each answer, as every server does. */
export const tellTime =
  (now: () => number): MiddlewareHandler<Env> =>
  async (c, next) => {
    await next();
    c.res.headers.set("date", new Date(now()).toUTCString());
  };
