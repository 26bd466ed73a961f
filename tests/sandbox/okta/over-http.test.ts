import { afterEach, describe, expect, test } from "@jest/globals";
import { request } from "node:http";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import { API_TOKEN, startOkta, webApp } from "./local-okta.ts";

let server: LocalServer | undefined;
afterEach(async () => {
  await server?.close();
});

/** Sends a request whose target is a whole URL, as the plugin does when it takes the org's URL for a proxy. */
function sendAbsolute(url: string, path: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path: url + path,
        headers: { authorization: `SSWS ${API_TOKEN}`, "proxy-authorization": "Basic Og==" },
      },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

describe("over HTTP", () => {
  test("takes absolute request targets, and links to its own URL", async () => {
    server = await startServer();
    const okta = await startOkta({ baseUrl: server.url });
    server.serve(okta.okta.app);
    await okta.admin("POST", "/api/v1/apps", webApp());
    const answer = await sendAbsolute(server.url, "/api/v1/apps?q=Inspector&limit=1");
    expect(answer.status).toBe(200);
    const [app] = JSON.parse(answer.body) as { label: string; _links: { self: { href: string } } }[];
    expect(app?.label).toBe("Inspector");
    expect(app?._links.self.href.startsWith(`${server.url}/api/v1/apps/`)).toBe(true);
    expect(okta.journal.entries().at(-1)).toMatchObject({
      method: "GET",
      path: "/api/v1/apps?q=Inspector&limit=1",
      status: 200,
    });
  });

  test("plays faults: a lost answer leaves the app behind", async () => {
    const okta = await startOkta();
    okta.faults.add({ service: "okta", method: "POST", path: "^/api/v1/apps$", kind: "lose", status: 504 });
    expect((await okta.admin("POST", "/api/v1/apps", webApp())).status).toBe(504);
    expect(Object.keys(okta.okta.state.apps)).toHaveLength(1);
  });
});
