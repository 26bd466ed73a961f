/** The lab's own control: its journal to read, faults to arm, switches to set, over HTTP for people and other programs. */
import { Hono } from "hono";
import { z } from "zod";
import type { Faults } from "./faults.ts";
import type { Journal } from "./journal.ts";
import type { Env } from "./service.ts";

const fault = z.strictObject({
  service: z.enum(["okta", "anypoint", "gateway", "backend"]),
  caller: z.string().optional(),
  method: z.string().optional(),
  path: z.string().refine(isRegExp, { error: "give a regular expression" }),
  kind: z.enum(["refuse", "lose", "cut", "delay"]),
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  delayMs: z.int().min(0).max(600_000).optional(),
  times: z.int().min(1).optional(),
  skip: z.int().min(0).optional(),
});

function isRegExp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** The services' switches, by service. */
export interface SwitchBoard {
  /** All as they are now. */
  read(): object;
  /** Sets those that a patch names, all or none; returns what is wrong with it. */
  change(patch: unknown): string | undefined;
  /** Puts all back to what they were at first. */
  reset(): void;
}

/**
 * `GET /journal[?after=N]`, `DELETE /journal`, `GET|POST|DELETE /faults`, `GET|PATCH|DELETE /switches`. A wrong fault or patch answers
 * 400 and says why; without a body that is JSON nothing is taken.
 */
export function createControl(journal: Journal, faults: Faults, switches: SwitchBoard): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/journal", (c) => c.json(journal.entries({ after: Number(c.req.query("after") ?? 0) })));
  app.delete("/journal", (c) => {
    journal.clear();
    return c.body(null, 204);
  });
  app.get("/faults", (c) => c.json(faults.pending));
  app.post("/faults", async (c) => {
    const parsed = fault.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    faults.add(parsed.data);
    return c.json(faults.pending, 201);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.get("/switches", (c) => c.json(switches.read()));
  app.patch("/switches", async (c) => {
    const wrong = switches.change(await c.req.json().catch(() => undefined));
    return wrong === undefined ? c.json(switches.read()) : c.json({ error: wrong }, 400);
  });
  app.delete("/switches", (c) => {
    switches.reset();
    return c.body(null, 204);
  });
  return app;
}

/** How a person uses it: one fault to arm, one switch to set, and the journal to read. */
export function controlHelp(url: string): string {
  const fault = { service: "okta", method: "POST", path: "/introspect$", kind: "refuse", status: 503 };
  return `Make Okta refuse the next introspection (kinds: refuse, lose, cut, delay):
  curl -s -H 'Content-Type: application/json' \\
    -d '${JSON.stringify(fault)}' \\
    ${url}/faults
Have Okta hide new apps from the next two lists (GET shows all switches, DELETE puts them back; docs/sandbox.md):
  curl -s -X PATCH -d '{"okta":{"newObjectsHiddenReads":2}}' ${url}/switches
Read who called whom; ?after=N leaves out the first N requests:
  curl -s '${url}/journal?after=0'`;
}
