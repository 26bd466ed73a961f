import { expect, test } from "@jest/globals";
import { controlHelp, createControl } from "../../../sandbox/core/control.ts";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal } from "../../../sandbox/core/journal.ts";

function control() {
  const journal = new Journal();
  const faults = new Faults();
  return { app: createControl(journal, faults), journal, faults };
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
