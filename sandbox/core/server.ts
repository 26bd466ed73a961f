/** A listening HTTP or HTTPS server on 127.0.0.1 that is given its app once its own URL is known. */
import { type RequestListener, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { ServerCertificate } from "./certificates.ts";
import type { Env } from "./service.ts";

export interface LocalServer {
  /** Base URL without a trailing slash, for example `http://127.0.0.1:4711`. */
  readonly url: string;
  /** Sets or replaces the app that answers; 503 until then. */
  serve(app: Hono<Env>): void;
  /** Closes all connections and stops listening. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, on a free port unless one is given, over HTTPS with a certificate. Throws when the port is taken. */
export async function startServer(port = 0, certificate?: ServerCertificate): Promise<LocalServer> {
  let listener: ReturnType<typeof getRequestListener> | undefined;
  const answer: RequestListener = (request, response) => {
    if (listener === undefined) {
      response.writeHead(503).end();
      return;
    }
    void listener(request, response);
  };
  const server = certificate === undefined ? createServer(answer) : createTlsServer(certificate, answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `${certificate === undefined ? "http" : "https"}://127.0.0.1:${actual}`,
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
