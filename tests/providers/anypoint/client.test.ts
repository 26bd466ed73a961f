import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { AnypointClient, path } from "../../../providers/anypoint/client.ts";
import { AnypointError } from "../../../providers/anypoint/errors.ts";
import { businessGroup, environment, rootOrganization } from "../../../providers/anypoint/organizations.ts";
import { TokenSource } from "../../../providers/anypoint/token.ts";
import { CONNECTED_APP, type World, startWorld } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const me = { operation: "me.read", subject: "who is logged in", method: "GET", path: "/accounts/api/me" } as const;
const logins = () => world.entries().filter(({ path: at }) => at.endsWith("/oauth2/token")).length;

describe("login", () => {
  test("is made once for many calls at a time", async () => {
    const client = world.client();
    await Promise.all(Array.from({ length: 5 }, () => client.json(me, z.unknown())));
    expect(logins()).toBe(1);
    expect(world.entries().every(({ caller }) => caller === "okta-anypoint")).toBe(true);
  });

  test("is renewed once when a token is not accepted, for a POST too, since nothing was done with it", async () => {
    const client = world.client();
    await client.json(me, z.unknown());
    world.anypoint.state.runtime.accessTokens = {};
    await Promise.all([client.json(me, z.unknown()), client.json(me, z.unknown())]);
    expect(logins()).toBe(2);
  });

  test("with a wrong secret says what to check and not the secret, and is not kept", async () => {
    const client = world.client({}, { clientId: "connected-app", clientSecret: "wrong-secret-value" });
    await expect(client.json(me, z.unknown())).rejects.toMatchObject({
      code: "unauthorized",
      operation: "token.request",
      message: expect.stringMatching(/as connected app connected-app.*401.*Check anypoint:clientId.*--run-program/s),
    });
    await expect(client.json(me, z.unknown())).rejects.not.toThrow(/wrong-secret-value/);
    expect(logins()).toBe(2);
  });

  test("a given token that has ended is not renewed, and says so", async () => {
    const connection = {
      baseUrl: world.url,
      credentials: { kind: "access token", accessToken: "ended-token" },
    } as const;
    await expect(new AnypointClient({ connection }).json(me, z.unknown())).rejects.toThrow(
      /set a new anypoint:accessToken/,
    );
    expect(logins()).toBe(0);
  });

  test("survives a busy minute", async () => {
    world.faults.add({
      service: "anypoint",
      method: "POST",
      path: "/oauth2/token$",
      kind: "refuse",
      status: 429,
      times: 2,
    });
    await world.client().json(me, z.unknown());
    expect(logins()).toBe(3);
  });
});

test("a token is renewed a minute before its end, a short-lived one at half its life", async () => {
  let now = 0;
  let issued = 0;
  const source = (expiresIn: number | undefined) =>
    new TokenSource(
      { kind: "connected app", clientId: "a", clientSecret: "b" },
      async () => ({ accessToken: `token-${(issued += 1)}`, expiresIn }),
      () => now,
    );
  for (const [life, lastGood, renewed] of [
    [3600, 3_539_999, 3_540_000],
    [60, 29_999, 30_000],
    [undefined, 1e12, undefined],
  ] as const) {
    [now, issued] = [0, 0];
    const tokens = source(life);
    expect(await tokens.get()).toBe("token-1");
    now = lastGood;
    expect(await tokens.get()).toBe("token-1");
    if (renewed === undefined) continue;
    now = renewed;
    expect(await tokens.get()).toBe("token-2");
  }
});

describe("repeats", () => {
  const list = (client: AnypointClient) =>
    client.run({
      operation: "organizations.read",
      subject: "it",
      method: "GET",
      path: `/accounts/api/organizations/${world.organizationId}`,
    });

  test.each(["refuse", "lose", "cut"] as const)("a GET after %s", async (kind) => {
    world.faults.add({ service: "anypoint", method: "GET", path: "/organizations/", kind, times: 2 });
    await list(world.client());
  });

  test("gives up after four, with the last answer", async () => {
    world.faults.add({
      ...{ service: "anypoint", path: "/organizations/", kind: "refuse", status: 503, times: 99 },
      headers: { "x-request-id": "req-77" },
    });
    await expect(list(world.client())).rejects.toMatchObject({
      code: "server-error",
      status: 503,
      requestId: "req-77",
    });
    expect(world.entries().filter(({ fault }) => fault !== undefined)).toHaveLength(5);
  });

  test("never a POST, nor a PATCH that does not say it may", async () => {
    world.faults.add({ service: "anypoint", path: "/organizations/", kind: "refuse", status: 503, times: 99 });
    for (const method of ["POST", "PATCH"] as const) {
      const call = {
        operation: "clientProviders.create",
        subject: "it",
        path: "/accounts/api/organizations/x",
      } as const;
      const position = world.journal.position;
      // The call is made up, so it is not our own that makes it.
      await expect(world.client({ userAgent: "test" }).run({ ...call, method })).rejects.toThrow(/503/);
      expect(world.journal.entries({ after: position }).filter(({ fault }) => fault !== undefined)).toHaveLength(1);
    }
  });

  test("a request that takes too long ends, saying how long it was waited for", async () => {
    world.faults.add({ service: "anypoint", path: "/organizations/", kind: "delay", delayMs: 500, times: 99 });
    const client = world.client({ timeoutMs: 20, retries: 1 });
    await client.json(me, z.unknown());
    await expect(list(client)).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/within 0\.02 s/),
    });
  });

  test("nothing outlives the overall deadline", async () => {
    const client = world.client({ overallTimeoutMs: 200 });
    await client.json(me, z.unknown());
    world.faults.add({ service: "anypoint", path: "/organizations/", kind: "delay", delayMs: 400, times: 99 });
    await expect(list(client)).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/within 0\.2 s/),
    });
  });
});

describe("answers", () => {
  test("that are not JSON, or not as described, are named", async () => {
    world.faults.add({ service: "anypoint", path: "/me$", kind: "refuse", status: 200, body: "a page" });
    await expect(world.client().json(me, z.object({ a: z.string() }))).rejects.toMatchObject({
      code: "unexpected-answer",
      message: expect.stringMatching(/not as described.*anypoint:host/s),
    });
  });

  test("a redirect is not followed: it would take the token elsewhere", async () => {
    world.faults.add({
      service: "anypoint",
      path: "/me$",
      kind: "refuse",
      status: 302,
      headers: { location: "http://127.0.0.1:9/" },
    });
    await expect(world.client().json(me, z.unknown())).rejects.toMatchObject({ status: 302 });
  });

  test("secrets that a vendor quotes do not reach the error", async () => {
    const body = { message: `bad value ${CONNECTED_APP.clientSecret} and key-of-the-body` };
    world.faults.add({ service: "anypoint", path: "/organizations/x$", kind: "refuse", status: 400, body });
    const call = {
      operation: "clientProviders.create",
      subject: "it",
      method: "POST",
      path: "/accounts/api/organizations/x",
    } as const;
    const failure: unknown = await world
      .client({ userAgent: "test" })
      .run({ ...call, secrets: ["key-of-the-body"] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AnypointError);
    expect(JSON.stringify([(failure as Error).message, failure])).not.toMatch(
      /connected-app-secret-value|key-of-the-body/,
    );
    expect((failure as Error).message).toMatch(/bad value \[secret\] and \[secret\]/);
  });

  test("all pages of a list are read", async () => {
    for (let index = 0; index < 30; index += 1) {
      const id = `00000000-0000-4000-8000-0000000000${String(index).padStart(2, "0")}`;
      world.anypoint.state.environments[id] = {
        ...{
          id,
          organizationId: world.organizationId,
          name: `env-${index}`,
          type: "sandbox",
          clientId: "c",
          clientProviderIds: [],
        },
      };
    }
    const page = z.object({ data: z.array(z.object({ name: z.string() })), total: z.number() });
    const call = {
      operation: "environments.list",
      subject: "them",
      path: path`/accounts/api/organizations/${world.organizationId}/environments`,
    } as const;
    const all = await world.client().pages(call, page, ({ data, total }) => ({ rows: data, total }), 10);
    expect(new Set(all.map(({ name }) => name)).size).toBe(32);
    const withoutTotal = await world.client().pages(call, page, ({ data }) => ({ rows: data }), 10);
    expect(withoutTotal).toEqual(all);
  });
});

test("values in a path are escaped", () => {
  expect(path`/a/${"../b?c#d e"}/${7}`).toBe("/a/..%2Fb%3Fc%23d%20e/7");
});

describe("organizations", () => {
  test("the root is found by who is logged in, and looked up once", async () => {
    const client = world.client();
    const [root] = await Promise.all([rootOrganization(client), businessGroup(client), environment(client, "Sandbox")]);
    expect(root).toEqual({ id: world.organizationId, name: "Acme" });
    expect(world.entries().filter(({ path: at }) => at.endsWith("/hierarchy"))).toHaveLength(1);
    expect(world.entries().filter(({ path: at }) => at.endsWith("/me"))).toHaveLength(1);
  });

  test("a configured root is not asked for", async () => {
    const client = world.client({
      connection: {
        baseUrl: world.url,
        credentials: { kind: "connected app", ...CONNECTED_APP },
        organizationId: world.organizationId,
      },
    });
    expect((await rootOrganization(client)).name).toBe("Acme");
    expect(world.entries().filter(({ path: at }) => at.endsWith("/me"))).toEqual([]);
  });

  test("two business groups of one name must be told apart by id", async () => {
    const [payments] = Object.values(world.anypoint.state.organizations).filter(({ name }) => name === "Payments");
    if (payments === undefined) throw new Error("no business group");
    const id = "99999999-9999-4999-8999-999999999999";
    world.anypoint.state.organizations[id] = { ...payments, id };
    await expect(businessGroup(world.client(), "Payments")).rejects.toThrow(/several business groups.*Give the id/s);
    expect((await businessGroup(world.client(), id)).id).toBe(id);
  });
});
