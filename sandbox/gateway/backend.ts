/** The service behind the gateway: answers every request with what it saw of it. */
import type { Faults } from "../core/faults.ts";
import type { Journal } from "../core/journal.ts";
import { type LocalService, createServiceApp } from "../core/service.ts";

export interface BackendOptions {
  readonly journal: Journal;
  readonly faults: Faults;
}

const CREDENTIAL_HEADERS = new Set(["authorization", "cookie", "proxy-authorization"]);

/** Answers 200 `{ message, method, path, headersSeen }`; values of headers that carry credentials are blanked. */
export function createBackend({ journal, faults }: BackendOptions): LocalService<Record<string, never>> {
  const app = createServiceApp("backend", journal, faults);
  app.all("*", (c) => {
    const headers = Object.entries(c.req.header()).map(([name, value]) => [
      name,
      CREDENTIAL_HEADERS.has(name) ? "[blanked]" : value,
    ]);
    const { pathname, search } = new URL(c.req.url);
    return c.json({
      message: "Hello from the backend.",
      method: c.req.method,
      path: pathname + search,
      headersSeen: Object.fromEntries(headers) as Record<string, string>,
    });
  });
  return { name: "backend", app, state: {}, secrets: () => [] };
}
