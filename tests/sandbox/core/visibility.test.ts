import { expect, test } from "@jest/globals";
import { Hono } from "hono";
import type { Env } from "../../../sandbox/core/service.ts";
import { AT_ONCE, type VisibilitySwitches, lateStore } from "../../../sandbox/core/visibility.ts";

/** A service with things, which are made by POST, and listed or read by GET. */
function service(switches: Partial<VisibilitySwitches>) {
  const state = { things: { old: { id: "old" } } as Record<string, { id: string }> };
  const all = { ...AT_ONCE, ...switches };
  const replica = lateStore(state, ["things"], all);
  const app = new Hono<Env>();
  app.use(replica.middleware);
  app.get("/things", (c) => c.json([Object.keys(replica.state.things), Object.keys(replica.state.things)]));
  app.get("/things/:id", (c) => c.json(replica.state.things[c.req.param("id")] ?? null));
  app.post("/things/:id", (c) => {
    const taken = c.req.param("id") in replica.state.things;
    if (!taken) replica.state.things[c.req.param("id")] = { id: c.req.param("id") };
    return c.body(null, taken ? 409 : 201);
  });
  const get = async (path: string): Promise<unknown> => (await app.request(path)).json();
  const make = async (id: string) => (await app.request(`/things/${id}`, { method: "POST" })).status;
  return { state, switches: all, get, make, list: async () => ((await get("/things")) as string[][])[0] };
}

test("a new object is missing from so many reads, each as a whole, while the store has it", async () => {
  const { state, get, make, list } = service({ newObjectsHiddenReads: 2 });
  expect(await make("new")).toBe(201);
  expect(Object.keys(state.things)).toEqual(["old", "new"]);
  expect(await get("/things")).toEqual([["old"], ["old"]]);
  expect(await list()).toEqual(["old"]);
  expect(await get("/things")).toEqual([
    ["old", "new"],
    ["old", "new"],
  ]);
});

test("writes see it, so that it is not made twice", async () => {
  const { make, list } = service({ newObjectsHiddenReads: 9 });
  expect([await make("new"), await make("new")]).toEqual([201, 409]);
  expect(await list()).toEqual(["old"]);
});

test("by its id it is there, unless that is late too", async () => {
  const lists = service({ newObjectsHiddenReads: 1 });
  await lists.make("new");
  expect([await lists.get("/things/new"), await lists.list(), await lists.list()]).toEqual([
    { id: "new" },
    ["old"],
    ["old", "new"],
  ]);
  const both = service({ newObjectsHiddenReads: 1, newObjectsHiddenById: true });
  await both.make("new");
  expect([await both.get("/things/new"), await both.get("/things/new")]).toEqual([null, { id: "new" }]);
});

test("what was there before shows, and all does once it is switched off", async () => {
  const { switches, make, list } = service({ newObjectsHiddenMs: 600_000 });
  await make("new");
  expect(await list()).toEqual(["old"]);
  switches.newObjectsHiddenMs = 0;
  expect(await list()).toEqual(["old", "new"]);
});
