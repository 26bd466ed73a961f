/** A small stand-in of an Okta org for these tests: keeps what it is sent, writes down every request. */
import { type IncomingMessage, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Recorded {
  /** `METHOD path?query`. */
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

type Json = Record<string, unknown>;

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface FakeOkta {
  readonly url: string;
  readonly requests: Recorded[];
  /** Objects by the path that reads them. */
  readonly objects: Map<string, Json>;
  /** Lines of the requests since the last call, in order. */
  lines(): string[];
  /** Answers the next request of a line (a prefix of it) with this instead. */
  next(line: string, status: number, body?: unknown, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

export const notFound = (id: string): Answer => ({
  status: 404,
  body: {
    errorCode: "E0000007",
    errorSummary: `Not found: Resource not found: ${id} (Thing)`,
    errorLink: "E0000007",
    errorId: "oae1",
    errorCauses: [],
  },
});

const APPS = "/api/v1/apps";
const SERVERS = "/api/v1/authorizationServers";

function appAnswer(url: string, id: string, body: Json, secret: string | undefined): Json {
  const credentials = body["credentials"] as { oauthClient: Json };
  return {
    ...body,
    id,
    status: "ACTIVE",
    credentials: {
      ...credentials,
      oauthClient: {
        ...credentials.oauthClient,
        client_id: credentials.oauthClient["client_id"] ?? id,
        client_secret: secret,
      },
    },
    settings: { app: {}, manualProvisioning: false, implicitAssignment: false, ...(body["settings"] as Json) },
    _links: {
      accessPolicy: { href: `${url}/api/v1/policies/rstDefault` },
      logo: [{ name: "medium", href: `${url}/logo.png`, type: "image/png" }],
    },
  };
}

function withoutSecret(app: Json): Json {
  const copy = structuredClone(app);
  delete (copy["credentials"] as { oauthClient: Json }).oauthClient["client_secret"];
  return copy;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startFakeOkta(): Promise<FakeOkta> {
  const requests: Recorded[] = [];
  const objects = new Map<string, Json>();
  const planned: { line: string; answer: Answer }[] = [];
  let read = 0;
  let ids = 0;
  let url = "";

  const children = (path: string): Json[] =>
    [...objects].filter(([key]) => key.slice(0, key.lastIndexOf("/")) === path).map(([, value]) => value);

  const answer = (method: string, { pathname: path, searchParams: query }: URL, body: Json): Answer => {
    if (path === "/oauth2/v1/token") return { status: 200, body: { access_token: "org-token", expires_in: 3600 } };
    if (path === "/api/v1/users/me") return { status: 200, body: { id: "00u1" } };
    if (path === "/.well-known/okta-organization") return { status: 200, body: { id: "00o1", pipeline: "idx" } };
    if (path === "/api/v1/policies") {
      return {
        status: 200,
        body: [
          { id: "rstOther", system: false },
          { id: "rstDefault", system: true },
        ],
      };
    }
    if (path.includes("/internal/")) return { status: 200, body: {} };
    if (/\/lifecycle\/(de)?activate$/.test(path)) {
      const object = objects.get(path.replace(/\/lifecycle\/.*/, ""));
      if (object !== undefined) object["status"] = path.endsWith("deactivate") ? "INACTIVE" : "ACTIVE";
      return { status: 200, body: {} };
    }
    const [, app, policy] = /^(\/api\/v1\/apps\/[^/]+)\/policies\/(.+)$/.exec(path) ?? [];
    if (app !== undefined) {
      const links = objects.get(app)?.["_links"] as Json | undefined;
      if (links !== undefined) links["accessPolicy"] = { href: `${url}/api/v1/policies/${policy}` };
      return { status: 204 };
    }
    const found = objects.get(path);
    switch (method) {
      case "GET":
        if (found !== undefined)
          return {
            status: 200,
            body: path.startsWith(APPS) && path.split("/").length === 5 ? withoutSecret(found) : found,
          };
        return path.endsWith("/grants") || path === SERVERS ? { status: 200, body: children(path) } : notFound(path);
      case "POST":
        return create(path, body, query.get("activate") === "false");
      case "PUT": {
        if (found === undefined) return notFound(path);
        const changed = path.startsWith(`${APPS}/`)
          ? {
              ...appAnswer(url, String(found["id"]), body, secretOf(found)),
              status: found["status"],
              _links: found["_links"],
            }
          : { ...found, ...body };
        objects.set(path, changed);
        return { status: 200, body: changed };
      }
      case "DELETE":
        return objects.delete(path) ? { status: 204 } : notFound(path);
      default:
        return { status: 405 };
    }
  };

  const create = (path: string, body: Json, inactive: boolean): Answer => {
    ids += 1;
    const id = `${path === APPS ? "0oa" : path === SERVERS ? "aus" : "obj"}${ids}`;
    const method = (body["credentials"] as { oauthClient?: Json } | undefined)?.oauthClient?.[
      "token_endpoint_auth_method"
    ];
    const created: Json =
      path === APPS
        ? {
            ...appAnswer(url, id, body, method === "private_key_jwt" ? undefined : `secret-of-${id}`),
            ...(inactive && { status: "INACTIVE" }),
          }
        : {
            status: "ACTIVE",
            ...body,
            ...(path === SERVERS && {
              issuer: `${url}/oauth2/${id}`,
              credentials: {
                signing: { kid: `kid-${id}`, rotationMode: "AUTO", lastRotated: "2026-01-01T00:00:00.000Z" },
              },
            }),
            ...(path.endsWith("/roles") && { label: "Application Administrator" }),
            id,
          };
    objects.set(`${path}/${id}`, created);
    return { status: path === APPS ? 200 : 201, body: created };
  };

  const server: Server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    request.on("end", () => {
      const target = new URL(request.url ?? "/", url);
      const line = `${request.method} ${target.pathname}${target.search}`;
      const form = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
      const body = (text === "" ? {} : form ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text)) as Json;
      requests.push({ line, headers: request.headers, body });
      const index = planned.findIndex((plan) => line.startsWith(plan.line));
      const {
        status,
        body: answered,
        headers,
      }: Answer = index >= 0 ? planned.splice(index, 1)[0]!.answer : answer(request.method ?? "", target, body);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(answered === undefined ? undefined : JSON.stringify(answered));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    requests,
    objects,
    lines() {
      const lines = requests.slice(read).map(({ line }) => line);
      read = requests.length;
      return lines;
    },
    next: (line, status, body, headers) => planned.push({ line, answer: { status, body, headers } }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function secretOf(app: Json): string | undefined {
  return (app["credentials"] as { oauthClient: { client_secret?: string } }).oauthClient.client_secret;
}
