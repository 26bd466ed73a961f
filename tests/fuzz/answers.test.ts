/** Hostile answers to the clients: an error of ours, no secret in it, no call elsewhere, no endless body. */
import { generateKeyPairSync } from "node:crypto";
import { type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { z } from "zod";
import { createHttpClient } from "../../operations/verify/http.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { orgToken } from "../../providers/okta/access-token.ts";
import { all, askOkta, oktaClient } from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { ANSWER_RUNS } from "./runs.ts";

const SECRET = "00-very-secret-value";
const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

let play: (response: ServerResponse, sent: string) => void;
let elsewhereHits = 0;
const hostile = createServer((request, response) => {
  let sent = request.headers.authorization ?? "";
  request.on("data", (chunk: Buffer) => (sent += chunk.toString()));
  request.on("end", () => play(response, sent));
});
const elsewhere = createServer((_request, response) => {
  elsewhereHits++;
  response.end("{}");
});
let url = "";
let other = "";

const listen = (server: Server) =>
  new Promise<string>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
beforeAll(async () => {
  url = await listen(hostile);
  other = await listen(elsewhere);
});
afterAll(() => {
  for (const server of [hostile, elsewhere]) {
    server.closeAllConnections();
    server.close();
  }
});

const body = fc.oneof(
  fc.json(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "<html><body>No</body></html>",
    '{"access_token":',
    "[".repeat(20_000),
    "[".repeat(20_000) + "]".repeat(20_000),
  ),
  fc
    .record({
      message: fc.anything({ maxDepth: 1 }),
      errorCode: fc.anything({ maxDepth: 1 }),
      error: fc.anything({ maxDepth: 1 }),
    })
    .map((it) => {
      try {
        return JSON.stringify(it);
      } catch {
        return "{";
      }
    }),
);
const answer = fc.record({
  status: fc.constantFrom(200, 201, 204, 302, 307, 308, 400, 401, 403, 404, 409, 418),
  body,
  way: fc.constantFrom("whole", "cut", "short", "echo"),
});
type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;

function playing({ status, body, way }: Answer): typeof play {
  return (response, sent) => {
    if (way === "cut") return void response.destroy();
    const echo = `${sent} ${PEM}`;
    const text =
      way === "echo"
        ? JSON.stringify({ error: "bad", message: echo, errorSummary: echo, error_description: echo })
        : body;
    const redirect = status >= 300 && status < 400 ? { location: `${other}/stolen` } : {};
    const longer = way === "short" ? { "content-length": String(Buffer.byteLength(text) + 10) } : {};
    response.writeHead(status, { "content-type": "application/json", ...redirect, ...longer });
    response.write(text);
    if (way === "short") response.destroy();
    else response.end();
  };
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isOurs(error: unknown, kind: typeof AnypointError | typeof OktaError): void {
  if (error === undefined) return;
  expect(error).toBeInstanceOf(kind);
  const shown = inspect(error, { depth: 6 }) + JSON.stringify(error);
  expect(shown).not.toContain(SECRET);
  // A client assertion.
  expect(shown).not.toContain("eyJ");
  expect(shown).not.toContain(PEM.slice(60, 120));
}

const clients: Record<string, { kind: typeof AnypointError | typeof OktaError; call: () => Promise<unknown> }> = {
  "Anypoint, by a token": {
    kind: AnypointError,
    call: () =>
      new AnypointClient({
        connection: { baseUrl: url, credentials: { kind: "access token", accessToken: SECRET } },
        retries: 0,
        timeoutMs: 5000,
      }).json({ operation: "token.request", subject: "x", method: "GET", path: "/x" }, z.object({ id: z.string() })),
  },
  "Anypoint, by a login": {
    kind: AnypointError,
    call: () =>
      new AnypointClient({
        connection: { baseUrl: url, credentials: { kind: "connected app", clientId: "app", clientSecret: SECRET } },
        retries: 0,
        timeoutMs: 5000,
      }).run({ operation: "token.request", subject: "x", method: "GET", path: "/x" }),
  },
  "Okta's SDK": {
    kind: OktaError,
    call: () => {
      const client = oktaClient({ orgUrl: url, login: { kind: "API token", apiToken: SECRET } }, []);
      return askOkta(url, "list the apps", () => all(client.applicationApi.listApplications()));
    },
  },
  "Okta's login": {
    kind: OktaError,
    call: () => orgToken(url, { clientId: "app", privateKey: PEM }, ["okta.apps.read"]),
  },
};

test.each(Object.entries(clients))("%s", async (_name, { kind, call }) => {
  elsewhereHits = 0;
  await fc.assert(
    fc.asyncProperty(answer, async (given) => {
      play = playing(given);
      isOurs(await failureOf(call), kind);
      expect(elsewhereHits).toBe(0);
    }),
    { numRuns: ANSWER_RUNS },
  );
});

test("the verification's client never throws", async () => {
  const client = createHttpClient({ timeoutSeconds: 5 });
  await fc.assert(
    fc.asyncProperty(answer, async (given) => {
      play = playing(given);
      const { kind } = await client.send({ url, method: "GET", headers: { authorization: `Bearer ${SECRET}` } });
      expect(["answer", "unreachable"]).toContain(kind);
      expect(elsewhereHits).toBe(0);
    }),
    { numRuns: ANSWER_RUNS },
  );
});

test.each(Object.entries(clients))("%s refuses a body that does not end", async (_name, { kind, call }) => {
  let written = 0;
  play = (response) => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (written < 64 && !response.destroyed) {
        written++;
        if (!response.write(chunk)) return void response.once("drain", more);
      }
      response.end("{}");
    };
    more();
  };
  const failure = await failureOf(call);
  expect(failure).toBeInstanceOf(kind);
  expect(written).toBeLessThan(40);
});
