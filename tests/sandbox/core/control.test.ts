import { describe, expect, test } from "@jest/globals";
import { type AnypointSwitches, DEFAULT_SWITCHES } from "../../../sandbox/anypoint/context.ts";
import { controlHelp, createControl } from "../../../sandbox/core/control.ts";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal } from "../../../sandbox/core/journal.ts";
import { FREE_ORG_LIMITS, type LocalOkta } from "../../../sandbox/okta/index.ts";
import { defaultSwitches } from "../../../sandbox/okta/switches.ts";
import { switchBoard } from "../../../sandbox/switch-board.ts";
import { TROUBLES } from "../../../sandbox/troubles.ts";

function control(anypointAtFirst: Partial<AnypointSwitches> = {}) {
  const journal = new Journal();
  const faults = new Faults();
  const okta = { switches: defaultSwitches(), state: { org: {} } as LocalOkta["state"] };
  const anypoint = { switches: { ...structuredClone(DEFAULT_SWITCHES), ...anypointAtFirst } };
  const board = switchBoard({ okta, anypoint });
  return { app: createControl(journal, faults, board), journal, faults, okta, anypoint };
}

const post = (body: unknown) => ({ method: "POST", body: JSON.stringify(body) });

test("a fault is armed, listed and disarmed", async () => {
  const { app, faults } = control();
  const fault = { service: "okta", path: "^/oauth2", kind: "refuse", status: 503 };
  expect((await app.request("/faults", post(fault))).status).toBe(201);
  expect(await (await app.request("/faults")).json()).toEqual([fault]);
  expect((await app.request("/faults", { method: "DELETE" })).status).toBe(204);
  expect(faults.pending).toEqual([]);
});

test.each([{}, { service: "okta", path: "(", kind: "refuse" }, { service: "okta", path: "x", kind: "explode" }])(
  "%j is refused",
  async (body) => {
    const { app, faults } = control();
    const response = await app.request("/faults", post(body));
    expect([response.status, faults.pending]).toEqual([400, []]);
  },
);

test("the journal is read from a position on, and cleared", async () => {
  const { app, journal } = control();
  const entry = { at: "", caller: "me", service: "okta", method: "GET", path: "/", status: 200 } as const;
  journal.record(entry);
  journal.record(entry);
  expect(await (await app.request("/journal?after=1")).json()).toEqual([{ seq: 2, ...entry }]);
  await app.request("/journal", { method: "DELETE" });
  expect(await (await app.request("/journal")).json()).toEqual([]);
});

test("the example that people are shown is a fault that is taken", async () => {
  const { app, faults } = control();
  const [, body] = /-d '(.*)'/.exec(controlHelp("http://127.0.0.1:1"))!;
  expect((await app.request("/faults", { method: "POST", body })).status).toBe(201);
  expect(faults.take("okta", "POST", "/oauth2/aus1/v1/introspect")).toMatchObject({ status: 503 });
});

describe("switches", () => {
  const patch = (body: unknown) => ({ method: "PATCH", body: typeof body === "string" ? body : JSON.stringify(body) });

  test("are read, set in part while the services run, and put back", async () => {
    const { app, okta, anypoint } = control();
    const atFirst: unknown = await (await app.request("/switches")).json();
    const answer = await app.request(
      "/switches",
      patch({
        okta: { rateLimits: "free-org", publicClientAdmins: true },
        anypoint: { privateKeyBlock: { clientIdPath: "jwt.id" } },
      }),
    );
    expect([answer.status, await answer.json()]).toEqual([200, await (await app.request("/switches")).json()]);
    expect(okta.switches.rateLimits).toEqual(FREE_ORG_LIMITS);
    expect(okta.state.org.publicClientAdmins).toBe(true);
    expect(anypoint.switches.privateKeyBlock).toEqual({
      ...DEFAULT_SWITCHES.privateKeyBlock,
      clientIdPath: "jwt.id",
    });

    expect((await app.request("/switches", { method: "DELETE" })).status).toBe(204);
    expect(await (await app.request("/switches")).json()).toEqual(atFirst);
    expect(okta.switches).toEqual(defaultSwitches());
  });

  test.each([
    ["no JSON", "not json", /expected object/],
    ["a list", [], /expected object/],
    ["another service", { gateway: {} }, /gateway/],
    ["a misspelt switch", { okta: { readonly: true } }, /readonly/],
    ["a wrong value", { anypoint: { exchangeLimitStatus: 418 } }, /exchangeLimitStatus/],
    ["a limit of nothing", { okta: { rateLimits: { windowSeconds: 1 } } }, /rateLimits/],
    ["a path into prototypes", { anypoint: { privateKeyBlock: { scopesPath: "a..b" } } }, /scopesPath/],
  ])("%s is refused, and nothing is set", async (_what, body, words) => {
    const { app, okta } = control();
    const both = typeof body === "object" && !Array.isArray(body) ? { anypoint: {}, ...body } : body;
    const answer = await app.request("/switches", patch(both));
    expect(answer.status).toBe(400);
    expect((await answer.json()) as object).toEqual({ error: expect.stringMatching(words) });
    expect(okta.switches).toEqual(defaultSwitches());
  });

  test("are put back though the names of the block are unusual", async () => {
    const privateKeyBlock = { ...DEFAULT_SWITCHES.privateKeyBlock, clientIdPath: "$client.key-id" };
    const { app, okta, anypoint } = control({ privateKeyBlock });
    const other = { okta: { readOnly: true }, anypoint: { privateKeyBlock: { clientIdPath: "client-2.id" } } };
    expect((await app.request("/switches", patch(other))).status).toBe(200);
    expect([okta.switches.readOnly, anypoint.switches.privateKeyBlock.clientIdPath]).toEqual([true, "client-2.id"]);
    await app.request("/switches", { method: "DELETE" });
    expect(okta.switches).toEqual(defaultSwitches());
    expect(anypoint.switches).toEqual({ ...DEFAULT_SWITCHES, privateKeyBlock });
  });

  test("a patch with one wrong switch sets none of the others", async () => {
    const { app, okta } = control();
    const answer = await app.request("/switches", patch({ okta: { readOnly: true }, anypoint: { rateLimit: 0 } }));
    expect([answer.status, okta.switches.readOnly]).toEqual([400, false]);
  });

  test("the example that people are shown is taken, and so is every named trouble", async () => {
    const { app, okta } = control();
    const [, body = ""] = /PATCH -d '(.*)'/.exec(controlHelp("http://127.0.0.1:1"))!;
    expect((await app.request("/switches", patch(body))).status).toBe(200);
    expect(okta.switches.newObjectsHiddenReads).toBe(2);
    for (const trouble of Object.values(TROUBLES)) {
      expect((await app.request("/switches", patch(trouble))).status).toBe(200);
    }
  });
});
