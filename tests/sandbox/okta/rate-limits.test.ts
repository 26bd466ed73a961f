import { describe, expect, test } from "@jest/globals";
import { FREE_ORG_LIMITS } from "../../../sandbox/okta/index.ts";
import { createManager, startOkta } from "./local-okta.ts";

const limited = () => startOkta({ switches: { rateLimits: FREE_ORG_LIMITS } });
const header = (answer: { headers: Headers }, name: string) => Number(answer.headers.get(`x-rate-limit-${name}`));

describe("rate limits, switched on", () => {
  test("a client may use half of a bucket; then it is refused until the window ends, with the time of the reset", async () => {
    const okta = await limited();
    const began = okta.now();
    for (let left = 9; left >= 0; left -= 1) {
      const answer = await okta.admin("GET", "/api/v1/apps");
      expect([answer.status, header(answer, "limit"), header(answer, "remaining")]).toEqual([200, 10, left]);
      okta.advance(1);
    }
    const refused = await okta.admin("GET", "/api/v1/apps");
    expect([refused.status, refused.at("errorCode"), header(refused, "remaining")]).toEqual([429, "E0000047", 0]);
    expect(header(refused, "reset")).toBe(began + 60);

    okta.advance(50);
    expect((await okta.admin("GET", "/api/v1/apps")).status).toBe(200);
  });

  test("a refused request has no effect", async () => {
    const okta = await limited();
    const servers = () => Object.keys(okta.okta.state.authorizationServers).length;
    const create = (n: number) =>
      okta.admin("POST", "/api/v1/authorizationServers", { name: `s${n}`, audiences: [`api://${n}`] });
    const statuses: number[] = [];
    for (let n = 0; n < 51; n += 1) statuses.push((await create(n)).status);
    expect([statuses.filter((status) => status === 201).length, statuses.at(-1), servers()]).toEqual([50, 429, 51]);
  });

  test("one app, the family of apps, and other endpoints have buckets of their own", async () => {
    const okta = await limited();
    for (let n = 0; n < 11; n += 1) await okta.admin("GET", "/api/v1/apps");
    expect((await okta.admin("GET", "/api/v1/apps/0oaNONE/grants")).status).toBe(429);
    expect((await okta.admin("GET", "/api/v1/apps/0oaNONE")).status).toBe(404);
    expect((await okta.admin("GET", "/api/v1/authorizationServers")).status).toBe(200);
    expect((await okta.send("GET", "/.well-known/okta-organization")).status).toBe(200);
  });

  test("another client has a share of its own, by its id and not by its token", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, ["okta.apps.read"], ["SUPER_ADMIN"]);
    const tokens = [await manager.token("okta.apps.read"), await manager.token("okta.apps.read")];
    okta.okta.switches.rateLimits = FREE_ORG_LIMITS;
    for (let n = 0; n < 11; n += 1) await okta.admin("GET", "/api/v1/apps");
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await okta.bearer(tokens[n % 2]!, "GET", "/api/v1/apps")).status);
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429]);
  });
});

test("off by default: no request is refused", async () => {
  const okta = await startOkta();
  for (let n = 0; n < 30; n += 1) expect((await okta.admin("GET", "/api/v1/apps")).status).toBe(200);
});
