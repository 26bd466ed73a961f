/** Answers that no chance would make: too deep, too many, without an end, and made to keep a parser busy. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { rootOrganization } from "../../providers/anypoint/organizations.ts";
import { configurationProblems, resolveTemplate } from "../../providers/anypoint/policy-template.ts";
import { seePrivateKeyBlock } from "../../providers/anypoint/private-key-block.ts";
import { vendorReason } from "../../providers/anypoint/vendor-errors.ts";
import { all, askOkta, oktaClient } from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { Hostile, expectOurs, inTime } from "./hostile.ts";

const SECRET = "00-very-secret-value";

/** The answer, by the path that is asked for. */
let answer: (url: URL) => unknown;
let headers: (url: URL) => Record<string, string>;
let status = 200;
const server = new Hostile((request) => {
  const url = new URL(request.url ?? "", "http://127.0.0.1");
  const body = answer(url);
  return Promise.resolve({
    status,
    headers: { "content-type": "application/json", ...headers(url) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
});
beforeAll(() => server.start());
afterAll(() => server.close());

function answering(given: typeof answer, more: typeof headers = () => ({}), as = 200): void {
  [answer, headers, status] = [given, more, as];
  server.play(undefined);
}

const client = (overallTimeoutMs = 2000) =>
  new AnypointClient({
    connection: { baseUrl: server.url, credentials: { kind: "access token", accessToken: SECRET } },
    ...{ retries: 0, timeoutMs: 1000, overallTimeoutMs },
  });

const deep = (depth: number, open: string, close: string, inner: string): string =>
  open.repeat(depth) + inner + close.repeat(depth);

async function refused(work: () => Promise<unknown>): Promise<Error> {
  try {
    await inTime(work());
  } catch (error) {
    expectOurs(error, [SECRET]);
    expect(server.elsewhere).toBe(0);
    return error as Error;
  }
  throw new Error("it was taken");
}

describe("Anypoint", () => {
  test("a hierarchy of organizations that is too deep for a recursion", async () => {
    const node = '{"id":"x","name":"y","subOrganizations":[';
    const body = deep(50_000, node, "]}", "");
    answering(({ pathname }) => (pathname.endsWith("/me") ? { client: { org_id: "x" } } : body));
    const { message } = await refused(() => rootOrganization(client()));
    expect(message).toMatch(/nested more than \d+ deep/);
  });

  test("braces within texts are not depth", async () => {
    answering(() => ({ id: "[".repeat(5000) + '\\"{'.repeat(5000) }));
    const call = { operation: "me.read", subject: "x", method: "GET", path: "/x" } as const;
    expect((await client().json(call, z.object({ id: z.string() }))).id).toHaveLength(20_000);
  });

  const list = (of: AnypointClient) =>
    of.pages(
      { operation: "applications.list", subject: "the list", path: "/list" },
      z.object({ rows: z.array(z.unknown()), total: z.number().optional() }),
      ({ rows, total }) => ({ rows, total }),
    );

  test("a page of more rows than a call has room for", async () => {
    answering(() => ({ rows: Array.from({ length: 400_000 }, () => 1), total: 1 }));
    expect(await list(client())).toHaveLength(400_000);
  });

  test("a list whose pages are all the first", async () => {
    answering(() => ({ rows: Array.from({ length: 100 }, (_, id) => ({ id })) }));
    const { message } = await refused(() => list(client()));
    expect(message).toMatch(/the same page twice/);
    expect(server.paths).toHaveLength(2);
  });

  test("a list that always goes on", async () => {
    answering(({ searchParams }) => ({ rows: [{ id: searchParams.get("offset") }], total: 1e300 }));
    const { message } = await refused(() => list(client(200)));
    expect(message).toMatch(/the list has no end/);
  });

  test("a list of pages that are long", async () => {
    const long = "x".repeat(9_000_000);
    answering(({ searchParams }) => ({ rows: [searchParams.get("offset"), long], total: 1e300 }));
    await refused(() => list(client(60_000)));
    expect(server.paths.length).toBeLessThan(20);
  });

  test.each([
    ["<", 3_000_000],
    ["<script ", 400_000],
    ["<a", 1_000_000],
    ["-----BEGIN PRIVATE KEY", 100_000],
    [" ", 3_000_000],
  ])("a page of %j without an end is read once", (piece, times) => {
    // What goes through it again from each piece on takes hours.
    expect(() => vendorReason(`x${piece.repeat(times)}`)).not.toThrow();
  });

  test("an error's text that is very long is cut, and its cut shows no half of a secret", async () => {
    answering(() => ({ message: `${"y".repeat(590)}${SECRET}${"x".repeat(100_000)}` }), undefined, 400);
    const { message } = await refused(() =>
      client().run({ operation: "me.read", subject: "x", method: "GET", path: "/x" }),
    );
    expect(message).not.toContain(SECRET.slice(0, 8));
  });

  test("a token that no header can carry", async () => {
    answering(() => ({ access_token: "a\r\nX-Stolen: ä", expires_in: 1e300 }));
    const byLogin = new AnypointClient({
      connection: {
        ...{ baseUrl: server.url },
        credentials: { kind: "connected app", clientId: "app", clientSecret: SECRET },
      },
      ...{ retries: 0, timeoutMs: 1000 },
    });
    const call = { operation: "me.read", subject: "x", method: "GET", path: "/x" } as const;
    const { message } = await refused(() => byLogin.run(call));
    expect(message).toMatch(/log in.*not as described.*access_token/);
  });

  test("names that are what was sent", async () => {
    answering(({ pathname }) =>
      pathname.endsWith("/me") ? { client: { org_id: "x" } } : { id: "x", name: SECRET, subOrganizations: [] },
    );
    const { name } = await rootOrganization(client());
    expect(name).not.toContain(SECRET);
  });
});

describe("a policy's template", () => {
  const place = { organizationId: "o", environmentId: "e", apiId: "1" };
  const asset = { groupId: "g", assetId: "a" };
  const problemsBy = async (configuration: unknown): Promise<string[]> => {
    answering(() => [{ ...asset, version: "1.0.0", configuration }]);
    const template = await resolveTemplate(client(), place, asset);
    return configurationProblems({ scopes: `${"a".repeat(40)}!` }, template);
  };
  const properties = { scopes: {} };

  test.each([
    ["is itself", { properties, $ref: "#" }],
    ["is its own part", { properties, allOf: [{ $ref: "#" }] }],
    ["answers later", { $async: true, properties, required: ["other"] }],
    ["takes its time", { properties: { scopes: { pattern: "^(a+)+$" } } }],
    ["is none", { properties, type: 5 }],
    ["has another's parts", { properties, $ref: "http://other.example/x" }],
  ])("whose schema %s", async (_how, schema) => {
    const problems = await problemsBy(schema);
    expect(Array.isArray(problems)).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
  });

  test("that answers later is one that answers now", async () => {
    expect(await problemsBy({ $async: true, properties, required: ["other"] })).toEqual([
      expect.stringMatching(/must have required property 'other'/),
    ]);
  });

  test("whose patterns end is held by them", async () => {
    const [problem, ...more] = await problemsBy({
      properties: { scopes: { pattern: "^b" }, other: { pattern: "^a" } },
    });
    expect([problem, more]).toEqual([expect.stringMatching(/scopes must match pattern "\^b"/), []]);
    expect(await problemsBy({ properties: { scopes: { pattern: "^a+!$" }, other: { pattern: "^b" } } })).toEqual([]);
  });

  test("whose values are no texts", async () => {
    const values = [{ toString: 1, valueOf: 1 }, null, ["x"]].map((value) => ({ value }));
    const [listed] = await problemsBy([{ propertyName: "scopes", type: "string", options: values }]);
    expect(listed).toMatch(/scopes must be one of/);
    const [inSchema] = await problemsBy({ properties: { scopes: { enum: values } } });
    expect(inSchema).toMatch(/scopes must be equal to one of/);
  });
});

test("scopes of a client provider that are no texts are none", () => {
  const registration = { private_key_jwt: { client_id: "x", private_key: "***", scopes: [{ toString: 1 }, 5, "a"] } };
  expect(() => seePrivateKeyBlock({ client: { registration } })).not.toThrow();
});

describe("Okta", () => {
  const apps = () => {
    const okta = oktaClient({ orgUrl: server.url, login: { kind: "API token", apiToken: SECRET } }, []);
    return askOkta(server.url, "list the apps", () => all(okta.applicationApi.listApplications()));
  };

  test("a next page elsewhere", async () => {
    answering(
      () => [{ id: "1" }],
      () => ({ link: `<${server.other}/api/v1/apps?after=1>; rel="next"` }),
    );
    const { message } = await refused(apps);
    expect(message).toMatch(/another host/);
  });

  test("a next page that is the same again", async () => {
    answering(
      () => [{ id: "1" }],
      () => ({ link: `<${server.url}/api/v1/apps?after=1>; rel="next"` }),
    );
    const { message } = await refused(apps);
    expect(message).toMatch(/the list has no end/);
    expect(server.paths.length).toBeLessThan(10);
  });

  test.each([
    ["objects", { errorCode: { toString: 1 }, errorSummary: { toString: 1 }, errorCauses: 5 }],
    ["a deep list", deep(50_000, "[", "]", "")],
    ["null", null],
    ["causes of no kind", { errorCode: "E1", errorSummary: "no", errorCauses: [{ errorSummary: { toString: 1 } }] }],
    ["a long text", { errorCode: "E1", errorSummary: "x".repeat(1_000_000) }],
  ])("an error of %s", async (_what, body) => {
    answering(() => body, undefined, 400);
    await refused(apps);
  });

  test.each([
    ["a number", 5],
    ["null", null],
    ["a text", '"x"'],
    ["a deep list", deep(50_000, "[", "]", "")],
    ["a list of none", [null, 5, "x", [], { credentials: 5 }, { settings: null, created: "never" }]],
  ])("%s in place of the apps", async (_what, body) => {
    answering(() => body);
    try {
      await inTime(apps());
    } catch (error) {
      expectOurs(error, [SECRET]);
      expect(error).toBeInstanceOf(OktaError);
    }
  });
});

test("is known as ours", () => {
  expect(() => expectOurs(new TypeError("x is not a function"), [])).toThrow(/not a function/);
  expect(() => expectOurs(new AnypointError(`no: ${SECRET}`, { code: "refused" }), [SECRET])).toThrow(
    /a secret is shown/,
  );
});
