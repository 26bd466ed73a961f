/** A server that hands each request on as Go's client does through a proxy: the target in absolute form, with `Proxy-Authorization`. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface Relay {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1; `target` is the URL of the server that answers. */
export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  let url = "";
  const server = createServer((incoming, response) => {
    const outgoing = request(
      {
        hostname,
        port,
        method: incoming.method,
        path: `${url}${incoming.url}`,
        headers: { ...incoming.headers, "proxy-authorization": "Basic Og==" },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
