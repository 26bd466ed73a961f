import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Hono } from "hono";
import { type Certificates, makeCertificates } from "../../../sandbox/core/certificates.ts";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import type { Env } from "../../../sandbox/core/service.ts";

let certificates: Certificates;
let server: LocalServer;
beforeAll(async () => {
  certificates = await makeCertificates();
  server = await startServer(0, certificates.server);
  server.serve(new Hono<Env>().get("/", (c) => c.text(c.req.url)));
});
afterAll(() => server.close());

/** Text of the answer, for a client that trusts nothing but what is given. */
const get = (url: string, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { ca, agent: false }, (response) => {
      response.setEncoding("utf8").once("data", resolve);
    });
    sent.on("error", reject).end();
  });

test.each(["127.0.0.1", "localhost"])(
  "a client that trusts the CA reaches the server at %s over HTTPS",
  async (host) => {
    const url = `${server.url.replace("127.0.0.1", host)}/`;
    expect(url).toMatch(/^https:/);
    expect(await get(url, certificates.ca)).toBe(url);
  },
);

test("a client that trusts another CA refuses the server", async () => {
  const other = await makeCertificates();
  await expect(get(`${server.url}/`, other.ca)).rejects.toThrow(/certificate/i);
});

test("the CA signs nothing but servers, and neither lives for more than days", () => {
  const ca = new X509Certificate(certificates.ca);
  const leaf = new X509Certificate(certificates.server.cert);
  expect([ca.ca, leaf.ca]).toEqual([true, false]);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.subjectAltName).toBe("IP Address:127.0.0.1, DNS:localhost");
  for (const { validTo } of [ca, leaf]) expect(Date.parse(validTo)).toBeLessThan(Date.now() + 8 * 24 * 3600 * 1000);
});
