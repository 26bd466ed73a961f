/** A listening HTTP server on 127.0.0.1 that is given its app once its own URL is known. */
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Env } from "./service.ts";

export interface LocalServer {
  /** Base URL without a trailing slash, for example `http://127.0.0.1:4711`. */
  readonly url: string;
  /** Sets or replaces the app that answers; 503 until then. */
  serve(app: Hono<Env>): void;
  /** Closes all connections and stops listening. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, on a free port unless one is given. Throws when the port is taken. */
export async function startServer(port = 0): Promise<LocalServer> {
  let listener: ReturnType<typeof getRequestListener> | undefined;
  const server: Server = createServer((request, response) => {
    if (listener === undefined) {
      response.writeHead(503).end();
      return;
    }
    void listener(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    serve(app) {
      listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
