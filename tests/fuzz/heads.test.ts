/**
 * Hostile heads of answers, written byte by byte as no HTTP server would, and bodies that come slowly and never end: each client of ours
 * ends with an error of ours, by its own deadline, and calls nothing else.
 */
import { type Server, type Socket, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { createHttpClient } from "../../operations/verify/http.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { orgToken } from "../../providers/okta/access-token.ts";
import { all, askOkta, oktaClient } from "../../providers/okta/client.ts";
import { sendToOkta } from "../../providers/okta/http.ts";
import { expectOurs, inTime } from "./hostile.ts";
import { HEAD_RUNS } from "./runs.ts";

const SECRET = "00-very-secret-value";
const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
/** For one request, in ms. */
const DEADLINE = 150;

let play: (socket: Socket) => void;
let elsewhere = 0;
const open = new Set<Socket>();
const timers = new Set<NodeJS.Timeout>();
const keep = (socket: Socket): void => {
  open.add(socket);
  socket.on("error", () => undefined).on("close", () => open.delete(socket));
};
const server = createServer((socket) => {
  keep(socket);
  socket.once("data", () => play(socket));
});
const other = createServer((socket) => {
  keep(socket);
  elsewhere++;
});
let url = "";
let otherUrl = "";
const listen = (of: Server) =>
  new Promise<string>((resolve) =>
    of.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(of.address() as AddressInfo).port}`)),
  );
beforeAll(async () => {
  url = await listen(server);
  otherUrl = await listen(other);
});
beforeEach(() => void (elsewhere = 0));
afterAll(() => {
  for (const timer of timers) clearInterval(timer);
  for (const socket of open) socket.destroy();
  server.close();
  other.close();
});

const CLIENTS: Record<string, () => Promise<unknown>> = {
  Anypoint: () =>
    new AnypointClient({
      connection: { baseUrl: url, credentials: { kind: "access token", accessToken: SECRET } },
      ...{ retries: 2, pauseMs: 1, timeoutMs: DEADLINE, overallTimeoutMs: DEADLINE },
    }).run({ operation: "me.read", subject: "x", method: "GET", path: "/x" }),
  "Okta's SDK": () => {
    const okta = oktaClient({ orgUrl: url, login: { kind: "API token", apiToken: SECRET } }, [], DEADLINE);
    return askOkta(url, "list the apps", () => all(okta.applicationApi.listApplications()));
  },
  "Okta's login": () =>
    orgToken(url, { clientId: "app", privateKey: PEM }, ["okta.apps.read"], (request) => sendToOkta(request, DEADLINE)),
  "the verification": async () => {
    const client = createHttpClient({ timeoutSeconds: DEADLINE / 1000 });
    const { kind } = await client.send({ url, method: "GET", headers: { authorization: `Bearer ${SECRET}` } });
    expect(["answer", "unreachable"]).toContain(kind);
  },
};

/** Ends, with an error of ours or without one. */
async function ends(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await inTime(call());
    return true;
  } catch (error) {
    expectOurs(error, [SECRET, PEM.slice(60, 120)]);
    return false;
  } finally {
    expect(elsewhere).toBe(0);
  }
}

/** Ä and ü in Latin-1, and UTF-8 as it comes. */
const line = fc.oneof(
  fc.constantFrom(
    "Retry-After: 99999999999999999999",
    "Retry-After: -5",
    "Retry-After: 1e9",
    "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
    "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT",
    "Retry-After: 1\r\nRetry-After: 2",
    "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 99999999999999999999",
    "X-Rate-Limit-Reset: 99999999999999999999",
    "X-Rate-Limit-Reset: 0\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT",
    "Date: Fri, 31 Dec 9999 23:59:59 GMT",
    "Date: never",
  ),
  fc.constantFrom(
    "Location: OTHER/stolen",
    "Location: file:///etc/passwd",
    "Location: //OTHER",
    'Link: <OTHER/stolen>; rel="next"',
    'Link: <file:///etc/passwd>; rel="next"',
    'Link: <>; rel="next"',
    'Link: ;;;,<a>;rel=next;rel="next"',
    "Refresh: 0; url=OTHER",
    "Alt-Svc: h2=OTHER",
  ),
  fc.constantFrom(
    "Content-Type: text/html",
    "Content-Type: application/json; charset=utf-16",
    "Content-Type: application/json; charset=\u00ff",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Encoding: gzip",
    "Content-Encoding: br",
    "Content-Encoding: deflate",
    `Content-Encoding: ${"gzip, ".repeat(50)}gzip`,
    "Content-Length: 3",
    "Content-Length: 0",
    "Content-Length: -1",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: x",
    "Connection: upgrade\r\nUpgrade: h2c",
  ),
  fc.constantFrom(
    `Set-Cookie: ${"x".repeat(4000)}=1`,
    Array.from({ length: 300 }, (_, index) => `Set-Cookie: c${index}=v; Domain=.example`).join("\r\n"),
    Array.from({ length: 3000 }, (_, index) => `X-${index}: v`).join("\r\n"),
    `X-Long: ${"x".repeat(100_000)}`,
    "X-Request-Id: \u00e4\u00f6\u00fc\u00ff",
    `X-Request-Id: Bearer ${SECRET}`,
    `X-Request-Id: ${"x".repeat(8000)}`,
    "X-Null: \0",
    "no colon",
    ": no name",
    " folded",
    "__proto__: x",
    "constructor: x",
  ),
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => `X-Any: ${text}`),
);
const head = fc.record({
  first: fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom(200, 201, 204, 206, 301, 302, 303, 307, 308, 304, 400, 401, 403, 404, 429, 500, 503),
    },
    { weight: 1, arbitrary: fc.constantFrom(100, 101, 103, 199, 600, 999, 0, -1, 1000) },
  ),
  version: fc.oneof(
    { weight: 9, arbitrary: fc.constant("HTTP/1.1") },
    fc.constantFrom("HTTP/1.0", "HTTP/2", "ICY", ""),
  ),
  lines: fc.array(line, { maxLength: 6 }),
  body: fc.constantFrom(
    "",
    "{}",
    "[]",
    "[{}]",
    "<html>",
    `{"message":"Bearer ${SECRET}"}`,
    "FFFFFFFFFF\r\nx",
    "-1\r\n",
    "\u001f\u008b\0",
  ),
});

describe.each(Object.entries(CLIENTS))("%s", (_name, call) => {
  test("heads of any kind", async () => {
    await fc.assert(
      fc.asyncProperty(head, async ({ first, version, lines, body }) => {
        const text = [`${version} ${first} x`, "Connection: close", ...lines, "", body]
          .join("\r\n")
          .replaceAll("OTHER", otherUrl);
        play = (socket) => socket.end(Buffer.from(text, "latin1"));
        await ends(call);
      }),
      { numRuns: HEAD_RUNS },
    );
  });

  test("a head that repeats what was sent", async () => {
    const body = "no";
    const told = `Connection: close\r\nX-Request-Id: ${SECRET}\r\nX-Any: Bearer ${SECRET}`;
    play = (socket) => socket.end(`HTTP/1.1 400 No\r\n${told}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await ends(call);
  });

  const json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  /** Writes again and again, until the other side has gone. */
  const drip = (socket: Socket, begin: string, piece: string): void => {
    socket.write(begin);
    const timer = setInterval(() => socket.write(piece), 10);
    timers.add(timer);
    socket.once("close", () => clearInterval(timer));
  };

  test.each<[string, (socket: Socket) => void]>([
    ["nothing", () => undefined],
    ["a head without an end", (socket) => drip(socket, "HTTP/1.1 200 OK\r\nX-Slow: ", "x")],
    ["heads that say that more comes", (socket) => drip(socket, "", "HTTP/1.1 100 Continue\r\n\r\n")],
    ["a body that comes byte by byte", (socket) => drip(socket, `${json}\r\n["`, "x")],
    [
      "chunks that come one by one",
      (socket) => drip(socket, `${json}Transfer-Encoding: chunked\r\n\r\n`, "1\r\n \r\n"),
    ],
    ["less than was promised", (socket) => socket.write(`${json}Content-Length: 100\r\n\r\n[]`)],
    ["a refusal that comes byte by byte", (socket) => drip(socket, "HTTP/1.1 400 No\r\n\r\n{", " ")],
    ["a failure that comes byte by byte", (socket) => drip(socket, "HTTP/1.1 503 No\r\n\r\n{", " ")],
  ])("its deadline ends %s", async (what, given) => {
    play = given;
    // Only the verification takes what came of a body for an answer's, and a client that has no answer tells it.
    const fine = await ends(call);
    if (what === "nothing" && call !== CLIENTS["the verification"]) expect(fine).toBe(false);
  });

  test("a small body that unpacks to a very large one", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    play = (socket) => {
      socket.write(`${json}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    };
    const fine = await ends(call);
    if (call !== CLIENTS["the verification"]) expect(fine).toBe(false);
  });
});
