/** A tiny identity provider for tests: metadata, token endpoint, registration and introspection, with what it was sent. */
import { Hono } from "hono";
import { type JWTPayload, type ProtectedHeaderParameters, decodeJwt, decodeProtectedHeader } from "jose";
import { startServer } from "../../../sandbox/core/server.ts";
import type { Env } from "../../../sandbox/core/service.ts";

export interface FakeIdentityProvider {
  readonly url: string;
  /** Assertions seen at the token endpoint, with the scope asked for. */
  readonly assertions: { header: ProtectedHeaderParameters; claims: JWTPayload; scope: string | null }[];
  readonly registrations: { authorization: string | undefined; userAgent: string | undefined; body: unknown }[];
  readonly deletions: string[];
  readonly introspections: { body: Record<string, string>; authorization: string | undefined }[];
  /** Introspection answers by token; others are inactive. */
  readonly tokens: Record<string, Record<string, unknown>>;
  /** Statuses to be answered; introspection's body when it is to be something else than JSON. */
  answers: { register: number; token: number; delete: number; introspect: number; introspectText?: string };
  /** Delays registration until it is resolved. */
  hold: Promise<void> | undefined;
  grantTypes: { openid: string[] | undefined; oauth: string[] | undefined };
  close(): Promise<void>;
}

export async function startFakeIdentityProvider(): Promise<FakeIdentityProvider> {
  const server = await startServer();
  const app = new Hono<Env>();
  const idp: FakeIdentityProvider = {
    url: server.url,
    assertions: [],
    registrations: [],
    deletions: [],
    introspections: [],
    tokens: {},
    answers: { register: 201, token: 200, delete: 204, introspect: 200 },
    hold: undefined,
    grantTypes: { openid: ["authorization_code", "implicit", "refresh_token"], oauth: ["client_credentials"] },
    close: () => server.close(),
  };

  const metadata = (grantTypes: string[] | undefined) =>
    grantTypes === undefined
      ? new Response("not here", { status: 404 })
      : Response.json({ grant_types_supported: grantTypes });
  app.get("/.well-known/openid-configuration", () => metadata(idp.grantTypes.openid));
  app.get("/.well-known/oauth-authorization-server", () => metadata(idp.grantTypes.oauth));

  app.post("/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const jwt = form.get("client_assertion") ?? "";
    idp.assertions.push({
      header: decodeProtectedHeader(jwt),
      claims: decodeJwt(jwt),
      scope: form.get("scope"),
    });
    return Response.json({ access_token: "registration-token", token_type: "Bearer" }, { status: idp.answers.token });
  });
  app.post("/clients", async (c) => {
    await idp.hold;
    idp.registrations.push({
      authorization: c.req.header("authorization"),
      userAgent: c.req.header("user-agent"),
      body: await c.req.json<unknown>(),
    });
    const client = { client_id: `client-${idp.registrations.length}`, client_secret: "made-by-the-provider" };
    return Response.json(client, { status: idp.answers.register });
  });
  app.delete("/clients/:id", (c) => {
    idp.deletions.push(c.req.param("id"));
    return new Response(null, { status: idp.answers.delete });
  });
  app.post("/introspect", async (c) => {
    const body = Object.fromEntries(new URLSearchParams(await c.req.text()));
    idp.introspections.push({ body, authorization: c.req.header("authorization") });
    if (idp.answers.introspectText !== undefined) return c.text(idp.answers.introspectText);
    const known = idp.tokens[body["token"] ?? ""];
    return Response.json(known ?? { active: false }, { status: idp.answers.introspect });
  });
  server.serve(app);
  return idp;
}
