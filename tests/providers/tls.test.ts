/** Each client checks the server's certificate, and says so where it can't be trusted. */
import { generateKeyPairSync } from "node:crypto";
import { type Server, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createHttpClient } from "../../operations/verify/http.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { orgToken } from "../../providers/okta/access-token.ts";
import { all, askOkta, oktaClient } from "../../providers/okta/client.ts";
import { makeCertificates } from "../../sandbox/core/certificates.ts";

let server: Server;
let url = "";
let requests = 0;
beforeAll(async () => {
  const { server: certificate } = await makeCertificates();
  server = createServer(certificate, (_request, response) => {
    requests++;
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

test.each<[string, () => Promise<unknown>]>([
  [
    "Anypoint",
    () =>
      new AnypointClient({
        connection: { baseUrl: url, credentials: { kind: "connected app", clientId: "app", clientSecret: "secret" } },
        retries: 0,
      }).run({ operation: "token.request", subject: "x", method: "GET", path: "/x" }),
  ],
  [
    "Okta's SDK",
    () => {
      const client = oktaClient({ orgUrl: url, login: { kind: "API token", apiToken: "00token" } }, []);
      return askOkta(url, "list the apps", () => all(client.applicationApi.listApplications()));
    },
  ],
  ["Okta's login", () => orgToken(url, { clientId: "app", privateKey: pem }, ["okta.apps.read"])],
])("%s", async (_name, call) => {
  await expect(call()).rejects.toMatchObject({ message: expect.stringMatching(/certificate|UNABLE_TO|SELF_SIGNED/i) });
  expect(requests).toBe(0);
});

test("the verification's client", async () => {
  const answer = await createHttpClient({ timeoutSeconds: 5 }).send({ url, method: "GET" });
  expect(answer).toMatchObject({ kind: "unreachable", failure: "tls" });
  expect(requests).toBe(0);
});
