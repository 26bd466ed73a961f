import { afterEach, describe, expect, test } from "@jest/globals";
import { request } from "node:http";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal } from "../../../sandbox/core/journal.ts";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import { createServiceApp } from "../../../sandbox/core/service.ts";

let server: LocalServer | undefined;
afterEach(async () => {
  await server?.close();
});

async function start() {
  const journal = new Journal();
  const faults = new Faults();
  const app = createServiceApp("backend", journal, faults);
  let writes = 0;
  app.get("/api/v1/apps/:id", (c) => c.json({ id: c.req.param("id") }));
  app.post("/api/v1/apps", (c) => {
    writes += 1;
    return c.json({ writes });
  });
  server = await startServer();
  server.serve(app);
  return { url: server.url, journal, faults, writes: () => writes };
}

describe("journal", () => {
  test("records caller, method, path and status, and blanks credentials in the query", async () => {
    const { url, journal } = await start();
    await fetch(`${url}/api/v1/apps/1?access_token=hunter2&limit=5`, { headers: { "user-agent": "Probe/1 x" } });
    expect(journal.entries()).toEqual([
      {
        seq: 1,
        at: expect.any(String),
        caller: "Probe",
        service: "backend",
        method: "GET",
        path: "/api/v1/apps/1?access_token=%5Bblanked%5D&limit=5",
        status: 200,
      },
    ]);
  });

  test("gives what came after a position", async () => {
    const { url, journal } = await start();
    await fetch(`${url}/api/v1/apps/1`);
    const before = journal.position;
    await fetch(`${url}/api/v1/apps/2`);
    expect(journal.entries({ after: before }).map((entry) => entry.path)).toEqual(["/api/v1/apps/2"]);
  });
});

describe("routes", () => {
  test("an unknown route answers 501 and names the nearest", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/api/v1/apps/1/nope`);
    expect(response.status).toBe(501);
    expect(((await response.json()) as { message: string }).message).toContain("Nearest: GET /api/v1/apps/:id");
  });

  test("absolute request targets are understood", async () => {
    const { url } = await start();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(url);
      request({ hostname, port, path: `${url}/api/v1/apps/7` }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(200);
  });
});

describe("faults", () => {
  const post = (url: string) => fetch(`${url}/api/v1/apps`, { method: "POST" });

  test("refuse: nothing happens, once", async () => {
    const { url, faults, writes } = await start();
    faults.add({
      service: "backend",
      method: "POST",
      path: "^/api/v1/apps$",
      kind: "refuse",
      status: 429,
      headers: { "retry-after": "1" },
    });
    const refused = await post(url);
    expect([refused.status, refused.headers.get("retry-after"), writes()]).toEqual([429, "1", 0]);
    expect((await post(url)).status).toBe(200);
  });

  test("lose: it takes effect, the answer is another", async () => {
    const { url, faults, writes, journal } = await start();
    faults.add({ service: "backend", path: "^/api/v1/apps$", kind: "lose" });
    expect((await post(url)).status).toBe(504);
    expect(writes()).toBe(1);
    expect(journal.entries()[0]?.fault).toBe("lose");
  });

  test("cut: it takes effect, the connection closes", async () => {
    const { url, faults, writes } = await start();
    faults.add({ service: "backend", path: "^/api/v1/apps$", kind: "cut" });
    await expect(post(url)).rejects.toThrow();
    expect(writes()).toBe(1);
  });

  test("a caller's requests alone, by the first product of its User-Agent", async () => {
    const { url, faults } = await start();
    faults.add({ service: "backend", path: "^/api/v1/apps/1$", caller: "AnypointPlatform", kind: "refuse" });
    const as = async (agent: string) =>
      (await fetch(`${url}/api/v1/apps/1`, { headers: { "user-agent": agent } })).status;
    expect([await as("okta-anypoint/0.1.0"), await as("AnypointPlatform/1.0")]).toEqual([200, 500]);
  });

  test("skip lets requests pass first", async () => {
    const { url, faults } = await start();
    faults.add({ service: "backend", path: "^/api/v1/apps$", kind: "refuse", skip: 1 });
    expect([(await post(url)).status, (await post(url)).status, (await post(url)).status]).toEqual([200, 500, 200]);
  });
});
