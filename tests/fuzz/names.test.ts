/** Names as people give them, in paths and queries: the endpoint that is called is always the one that was meant. */
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { z } from "zod";
import { AnypointClient, path } from "../../providers/anypoint/client.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { assetExists } from "../../providers/anypoint/exchange-asset.ts";
import { NAME_RUNS } from "./runs.ts";

/** What would lead elsewhere if it were taken as part of a URL, and what is merely strange. */
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 255, unit: "binary" }),
  fc.string({ minLength: 1, maxLength: 255, unit: "grapheme" }),
  fc.string({ minLength: 255, maxLength: 255 }),
  fc.constantFrom(
    "",
    " ",
    "\t",
    ".",
    "..",
    "../..",
    "%2e%2e",
    "%2f",
    "a/../b",
    "..\\..",
    "?x=1",
    "#x",
    "a&b=c",
    "\ud800",
    "\0",
    "\r\nHost: x",
  ),
  fc.constantFrom('"', "'", "``", "${x}", "__proto__", "Zürich 🦉", "‮evil", "//other.example/x"),
);

let server: Server;
let asked: string[] = [];
let client: AnypointClient;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.setHeader("content-type", "application/json");
    response.end('{"assetId":"x"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new AnypointClient({
    connection: {
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { kind: "access token", accessToken: "token" },
    },
    retries: 0,
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What a call of ours asked for, or the error that kept it from asking. */
async function ask(call: () => Promise<unknown>): Promise<string | AnypointError> {
  asked = [];
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(AnypointError);
    expect(asked).toEqual([]);
    return error as AnypointError;
  }
  expect(asked).toHaveLength(1);
  return asked[0]!;
}

test("a value stays in its segment of the path, or is refused before anything is called", async () => {
  await fc.assert(
    fc.asyncProperty(name, name, async (groupId, assetId) => {
      const seen = await ask(() => assetExists(client, { groupId, assetId, version: "1.0.0" }));
      if (seen instanceof AnypointError) {
        expect([groupId, assetId].some((value) => /^\.{1,2}$|^\s*$/.test(value) || !value.isWellFormed())).toBe(true);
        return;
      }
      const segments = seen.split("/");
      expect(segments.slice(0, 5)).toEqual(["", "exchange", "api", "v2", "assets"]);
      expect(segments.slice(5).map(decodeURIComponent)).toEqual([groupId, assetId, "1.0.0"]);
    }),
    { numRuns: NAME_RUNS },
  );
});

test("a value stays in its parameter of the query", async () => {
  await fc.assert(
    fc.asyncProperty(name, async (search) => {
      const call = {
        operation: "token.request",
        subject: "x",
        method: "GET",
        path: "/list",
        query: { search },
      } as const;
      const seen = await ask(() => client.json(call, z.unknown()));
      const { pathname, searchParams } = new URL(String(seen), "http://127.0.0.1");
      expect([pathname, [...searchParams]]).toEqual(["/list", [["search", search.toWellFormed()]]]);
    }),
    { numRuns: NAME_RUNS },
  );
});

test.each([".", "..", "\ud800", "", " ", "\t\n", "\u00a0\u2003"])("%j as an id is refused in words", (id) => {
  expect(() => path`/things/${id}`).toThrow(/can't be a part of a URL/);
});
