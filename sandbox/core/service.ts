/** The frame of every local service: one Hono app with journal, faults, a JSON store, and 501 for routes that are not there. */
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { HttpBindings } from "@hono/node-server";
import { type Exchange, exchanges } from "./exchanges.ts";
import type { Faults } from "./faults.ts";
import { type Journal, type ServiceName, blankSecrets, callerOf } from "./journal.ts";

export type Env = { Bindings: Partial<HttpBindings> };

/** A running local service as its owner sees it: routes, state and the secrets that the state holds. */
export interface LocalService<State> {
  readonly name: ServiceName;
  readonly app: Hono<Env>;
  /** Plain JSON, so that it can be kept on disk and compared. What may differ after `destroy` (logs, caches) lives under `runtime`. */
  readonly state: State;
  /** Every secret value in the store, for searches that must find none of them elsewhere. */
  secrets(): string[];
}

/** A Hono app whose requests are journalled, can be made to fail, and get 501 where no route is. */
export function createServiceApp(name: ServiceName, journal: Journal, faults: Faults): Hono<Env> {
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const url = new URL(c.req.url);
    const entry = {
      at: new Date().toISOString(),
      caller: callerOf(c.req.header("user-agent")),
      service: name,
      method: c.req.method,
      path: blankSecrets(url),
    };
    const tell = exchanges.hasSubscribers ? teller(name, entry.caller, c.req.raw) : undefined;
    const fault = faults.take(name, c.req.method, url.pathname, entry.caller);
    if (fault !== undefined) await (fault.until ?? sleep(fault.delayMs ?? (fault.kind === "delay" ? 1000 : 0)));
    if (fault === undefined || fault.kind === "delay") {
      await next();
      journal.record({ ...entry, status: c.res.status, ...(fault && { fault: fault.kind }) });
      await tell?.(c.res);
      return;
    }
    if (fault.kind !== "refuse") await next();
    await tell?.(fault.kind === "refuse" ? undefined : c.res);
    if (fault.kind === "cut") {
      journal.record({ ...entry, status: 0, fault: fault.kind });
      c.env.outgoing?.destroy();
      return;
    }
    const status = fault.status ?? (fault.kind === "lose" ? 504 : 500);
    journal.record({ ...entry, status, fault: fault.kind });
    c.res = new Response(JSON.stringify(fault.body ?? { message: `${fault.kind} fault` }), {
      status,
      headers: { "content-type": "application/json", ...fault.headers },
    });
  });

  app.notFound((c) => {
    const asked = `${c.req.method} ${new URL(c.req.url).pathname}`;
    return c.json(
      {
        error: "not_simulated",
        message: `The local ${name} has no route for ${asked}. Nearest: ${nearestRoutes(app, c.req.method, c.req.path).join(", ") || "none"}.`,
      },
      501,
    );
  });

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error(`local ${name}: ${c.req.method} ${new URL(c.req.url).pathname} failed:`, error);
    return c.json({ error: "simulator_fault", message: "The simulator itself failed; see its log." }, 500);
  });

  return app;
}

/** Keeps a copy of the request, since its body is read only once; the function tells the exchange with the service's own answer. */
function teller(service: ServiceName, caller: string, raw: Request): (answer?: Response) => Promise<void> {
  const request = raw.clone();
  const { pathname, search } = new URL(raw.url);
  const message = async (of: Request | Response) => ({
    type: of.headers.get("content-type") ?? undefined,
    body: await of.text(),
  });
  return async (answer) => {
    const exchange: Exchange = {
      service,
      caller,
      method: raw.method,
      target: pathname + search,
      request: await message(request),
      ...(answer && { answer: { status: answer.status, ...(await message(answer.clone())) } }),
    };
    exchanges.publish(exchange);
  };
}

/** The up to three routes that share most leading segments with a path. */
function nearestRoutes(app: Hono<Env>, method: string, path: string): string[] {
  const segments = path.split("/");
  const score = (route: string): number => {
    let same = 0;
    for (const [index, part] of route.split("/").entries()) {
      if (segments[index] === undefined || (part !== segments[index] && !part.startsWith(":"))) break;
      same += part.startsWith(":") ? 1 : 2;
    }
    return same;
  };
  const routes = app.routes.filter((route) => route.method !== "ALL" && !route.path.includes("*"));
  return [...new Set(routes.map((route) => `${route.method} ${route.path}`))]
    .map((text) => ({ text, score: score(text.split(" ")[1] ?? "") + (text.startsWith(`${method} `) ? 0.5 : 0) }))
    .filter(({ score }) => score > 2.5)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ text }) => text);
}
