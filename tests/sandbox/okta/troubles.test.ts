/** Okta's troubles by switch: read-only mode, and its clock. */
import { expect, test } from "@jest/globals";
import { FREE_ORG_LIMITS } from "../../../sandbox/okta/index.ts";
import { createManager, startOkta, webApp } from "./local-okta.ts";

test("in read-only mode what writes is refused and has no effect; reads and tokens go on", async () => {
  const okta = await startOkta();
  const manager = await createManager(okta, ["okta.apps.read"], ["SUPER_ADMIN"]);
  const before = structuredClone(okta.okta.state.apps);
  okta.okta.switches.readOnly = true;
  const writes = [
    await okta.admin("POST", "/api/v1/apps", webApp()),
    await okta.admin("DELETE", `/api/v1/apps/${manager.id}`),
    await okta.admin("POST", "/oauth2/v1/clients", { client_name: "x" }),
  ];
  expect(writes.map((answer) => [answer.status, answer.at("errorCode")])).toEqual(Array(3).fill([503, "E0000010"]));
  expect(okta.okta.state.apps).toEqual(before);
  const token = await manager.token("okta.apps.read");
  expect((await okta.bearer(token, "GET", "/api/v1/apps")).status).toBe(200);
});

test("its clock is told in Date, and tokens end by it", async () => {
  const okta = await startOkta();
  const manager = await createManager(okta, ["okta.apps.read"], ["SUPER_ADMIN"]);
  const token = await manager.token("okta.apps.read");
  okta.okta.switches.clockSkewSeconds = 3700;
  const answer = await okta.bearer(token, "GET", "/api/v1/apps");
  expect(answer.status).toBe(401);
  expect(Date.parse(answer.headers.get("date") ?? "") / 1000).toBe(okta.now() + 3700);
});

test("an admin may give callers another share of a bucket", async () => {
  const okta = await startOkta({ switches: { rateLimits: { ...FREE_ORG_LIMITS, share: 1 } } });
  expect((await okta.admin("GET", "/api/v1/apps")).headers.get("x-rate-limit-limit")).toBe("20");
});
