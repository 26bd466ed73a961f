import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { OktaSide } from "../../../operations/adopt/okta-side.ts";
import { OktaError } from "../../../providers/okta/errors.ts";

const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify([{ id: "0oa1", label: { odd: true }, status: "ACTIVE" }]));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

test("an answer that is not as described is told in words", async () => {
  const orgUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const side = new OktaSide({ orgUrl, login: { kind: "API token", apiToken: "00token" } }, []);
  const failure = await side.apps().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(OktaError);
  expect((failure as Error).message).toMatch(/Could not read what the org has: Okta's answer is not as described/);
});
