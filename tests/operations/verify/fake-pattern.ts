/** The smallest server that behaves like the whole pattern: an Okta org with a custom server, and one protected API. */
import { Hono } from "hono";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import type { Env } from "../../../sandbox/core/service.ts";
import type { VerifyInput } from "../../../operations/verify/input.ts";
import type { VerifyOptions } from "../../../operations/verify/verify.ts";

interface IssuedToken {
  readonly clientId: string;
  readonly scopes: string[];
  readonly server: string;
}

/** Answers in place of a route, as long as it returns a response; `count` is 1 for the first request to the route. */
type Override = (request: { authorization?: string; count: number }) => Response | undefined;

export type Route = "token" | "introspect" | "introspect-org" | "discovery" | "api";

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

export const respond = { json, gateway: (status: number, error: string) => json({ error }, status) };

export class FakePattern {
  readonly #server: LocalServer;
  readonly #issued = new Map<string, IssuedToken>();
  readonly #counts = new Map<string, number>();
  readonly #overrides = new Map<Route, Override>();
  /** Secrets with characters that encodings treat in different ways. */
  readonly clients = new Map([
    ["0oaCONSUMER", "c-on_sumer.Secret~1+/="],
    ["0oaPROBE", "p-robe_Secret%20&2"],
    ["0oaINSPECTOR", "i-nspector_Secret 3"],
  ]);
  readonly contracts = new Set(["0oaCONSUMER"]);
  readonly scopes = new Set(["custom_scope", "probe_scope"]);
  /** The scopes that the policy on the gateway asks for. */
  policyScopes = ["custom_scope"];
  tokenLifetimeSeconds = 3600;
  /** Requests by route, in order. */
  readonly requests: Route[] = [];

  private constructor(server: LocalServer) {
    this.#server = server;
  }

  static async start(): Promise<FakePattern> {
    const server = await startServer();
    const pattern = new FakePattern(server);
    server.serve(pattern.#app());
    return pattern;
  }

  get url(): string {
    return this.#server.url;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** Lets a route answer otherwise. */
  override(route: Route, override: Override): void {
    this.#overrides.set(route, override);
  }

  /** Everything that no output may hold. */
  secrets(): string[] {
    return [...this.clients.values(), ...this.#issued.keys()];
  }

  input(change: (input: VerifyInput) => void = () => {}): VerifyInput {
    const client = (name: string, clientId: string) => ({ name, clientId, clientSecret: this.clients.get(clientId)! });
    const input: VerifyInput = {
      okta: {
        orgUrl: this.url,
        issuer: `${this.url}/oauth2/aus1`,
        tokenUrl: `${this.url}/oauth2/aus1/v1/token`,
        introspectionUrl: `${this.url}/oauth2/aus1/v1/introspect`,
      },
      inspector: client("inspector", "0oaINSPECTOR"),
      apis: [
        {
          name: "orders",
          url: `${this.url}/api/orders`,
          scopes: ["custom_scope"],
          scopeCriteria: "AND",
          consumer: client("orders-app", "0oaCONSUMER"),
        },
      ],
      probe: { scope: "probe_scope", consumer: client("probe-app", "0oaPROBE") },
    };
    change(input);
    return input;
  }

  #app(): Hono<Env> {
    const app = new Hono<Env>();
    const on = (method: string, path: string, route: Route, answer: (request: Request) => Promise<Response>) =>
      app.on(method, path, async (c) => {
        const count = (this.#counts.get(route) ?? 0) + 1;
        this.#counts.set(route, count);
        this.requests.push(route);
        const authorization = c.req.header("authorization");
        return this.#overrides.get(route)?.({ authorization, count }) ?? (await answer(c.req.raw));
      });
    on("POST", "/oauth2/aus1/v1/token", "token", (request) => this.#token(request));
    on("POST", "/oauth2/aus1/v1/introspect", "introspect", (request) => this.#introspect(request, "aus1"));
    on("POST", "/oauth2/v1/introspect", "introspect-org", (request) => this.#introspect(request, "org"));
    on("GET", "/oauth2/aus1/.well-known/openid-configuration", "discovery", async () =>
      json({
        issuer: `${this.url}/oauth2/aus1`,
        introspection_endpoint: `${this.url}/oauth2/aus1/v1/introspect`,
        token_endpoint: `${this.url}/oauth2/aus1/v1/token`,
      }),
    );
    on("GET", "/api/orders", "api", async (request) => this.#api(request));
    return app;
  }

  async #token(request: Request): Promise<Response> {
    const basic = /^Basic (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    const [id = "", secret = ""] = Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent);
    if (this.clients.get(id) !== secret) {
      const errorSummary = "Invalid value for 'client_id' parameter.";
      return json({ errorCode: "invalid_client", errorSummary }, 401, { "www-authenticate": "Basic" });
    }
    const form = new URLSearchParams(await request.text());
    const scopes = (form.get("scope") ?? "").split(" ");
    if (!scopes.every((scope) => this.scopes.has(scope))) {
      const error_description = "One or more scopes are not configured for the authorization server resource.";
      return json({ error: "invalid_scope", error_description }, 400);
    }
    const token = `eyJ.${id}.${this.#issued.size}-issued-token`;
    this.#issued.set(token, { clientId: id, scopes, server: "aus1" });
    return json({
      token_type: "Bearer",
      expires_in: this.tokenLifetimeSeconds,
      access_token: token,
      scope: scopes.join(" "),
    });
  }

  async #introspect(request: Request, server: string): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    if (this.clients.get(form.get("client_id") ?? "") !== form.get("client_secret")) {
      const error_description = "The client secret supplied for a confidential client is invalid.";
      return json({ error: "invalid_client", error_description }, 401);
    }
    const found = this.#issued.get(form.get("token") ?? "");
    if (found?.server !== server) return json({ active: false });
    return json({ active: true, scope: found.scopes.join(" "), client_id: found.clientId });
  }

  #api(request: Request): Response {
    const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    if (token === undefined) return respond.gateway(400, "Invalid token");
    const found = this.#issued.get(token);
    if (found === undefined) return respond.gateway(401, "Token has been revoked.");
    if (!this.contracts.has(found.clientId)) return respond.gateway(403, "Invalid Client");
    if (!this.policyScopes.every((scope) => found.scopes.includes(scope))) {
      return respond.gateway(403, "The required scopes are not authorized");
    }
    return json({ message: "hello" });
  }
}

/** Time that passes only by sleeping, and the progress lines. */
export function testTime() {
  let time = 0;
  const lines: string[] = [];
  const options: VerifyOptions = {
    now: () => time,
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
    onProgress: (line) => lines.push(line),
  };
  return { options, lines, seconds: () => time / 1000 };
}
