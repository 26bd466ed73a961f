import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Hono } from "hono";
import { createHttpClient } from "../../../operations/verify/http.ts";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import type { Env } from "../../../sandbox/core/service.ts";

describe("a request", () => {
  let server: LocalServer;
  let agents: (string | undefined)[];
  beforeEach(async () => {
    server = await startServer();
    agents = [];
    const app = new Hono<Env>();
    app.use(async (c, next) => {
      agents.push(c.req.header("user-agent"));
      await next();
    });
    app.get("/moved", (c) => c.redirect("/elsewhere"));
    app.get("/large", (c) => c.text("x".repeat(300 * 1024), 400));
    app.get("/never", () => new Promise<Response>(() => {}));
    server.serve(app);
  });
  afterEach(() => server.close());

  test("names the caller and follows no redirect", async () => {
    const answer = await createHttpClient().send({ method: "GET", url: `${server.url}/moved` });
    expect(answer).toMatchObject({ kind: "answer", status: 302 });
    expect(agents).toEqual(["okta-anypoint-verify"]);
  });

  test("drops a body that is too long and keeps its status", async () => {
    const answer = await createHttpClient().send({ method: "GET", url: `${server.url}/large` });
    expect(answer).toMatchObject({ kind: "answer", status: 400, body: "" });
  });

  test("ends at its deadline", async () => {
    const http = createHttpClient({ timeoutSeconds: 0.05 });
    const answer = await http.send({ method: "GET", url: `${server.url}/never` });
    expect(answer).toEqual({ kind: "unreachable", failure: "timeout", code: "timeout" });
  });

  test("tells a server without TLS from one that is not there", async () => {
    const http = createHttpClient();
    const url = server.url.replace("http:", "https:");
    expect(await http.send({ method: "GET", url })).toMatchObject({ kind: "unreachable", failure: "tls" });
    await server.close();
    expect(await http.send({ method: "GET", url })).toMatchObject({ kind: "unreachable", failure: "refused" });
  });
});
