import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { verify } from "../../../operations/verify/verify.ts";
import { CannotVerify } from "../../../operations/verify/input.ts";
import type { CheckId, VerifyReport } from "../../../operations/verify/report.ts";
import { FakePattern, respond, testTime } from "./fake-pattern.ts";

let pattern: FakePattern;
beforeEach(async () => {
  pattern = await FakePattern.start();
});
afterEach(() => pattern.close());

const row = (report: VerifyReport, check: CheckId) => report.rows.find((one) => one.check === check)!;
const statuses = (report: VerifyReport) => report.rows.map(({ check, observed, status }) => [check, observed, status]);

describe("a pattern that works", () => {
  test("passes every check at once, without a diagnosis", async () => {
    const time = testTime();
    const report = await verify(pattern.input(), time.options);
    expect(statuses(report)).toEqual([
      ["token", "200", "ok"],
      ["call", "200", "ok"],
      ["no-token", "400", "ok"],
      ["garbage-token", "401", "ok"],
      ["missing-scope", "403", "ok"],
      ["no-contract", "403", "ok"],
    ]);
    expect(report).toMatchObject({ ok: true, durationMs: 0 });
    expect(time.lines).toEqual([]);
    expect(pattern.requests).not.toContain("introspect");
  });

  test("without a probe, says that two checks are not run, and is still ok", async () => {
    const report = await verify(pattern.input((input) => delete input.probe));
    expect(report.ok).toBe(true);
    expect(statuses(report).slice(4)).toEqual([
      ["missing-scope", "-", "not-run"],
      ["no-contract", "-", "not-run"],
    ]);
    expect(row(report, "no-contract").cause).toContain("verification.probe");
  });

  test("does not look for a missing scope where the policy asks for none, and still checks the contract", async () => {
    pattern.policyScopes = [];
    pattern.override("token", ({ count }) =>
      count === 1 ? respond.json({ token_type: "Bearer", access_token: "default-scopes-token" }) : undefined,
    );
    pattern.override("api", ({ authorization }) =>
      authorization === "Bearer default-scopes-token" ? respond.json({}) : undefined,
    );
    const report = await verify(pattern.input((input) => (input.apis[0]!.scopes = [])));
    expect(report.ok).toBe(true);
    expect(row(report, "missing-scope")).toMatchObject({ status: "not-run" });
    expect(row(report, "no-contract")).toMatchObject({ status: "ok", observed: "403" });
  });

  test("takes any 2xx of the API's own method", async () => {
    const report = await verify(
      pattern.input((input) => (input.apis[0]!.method = "HEAD")),
      testTime().options,
    );
    expect(row(report, "call")).toMatchObject({ status: "ok" });
  });
});

describe("several APIs", () => {
  test("a broken one fails alone", async () => {
    const input = pattern.input((one) => {
      one.apis.push({ ...one.apis[0]!, name: "inventory", url: `${pattern.url}/api/inventory` });
    });
    const report = await verify(input, testTime().options);
    expect(report.ok).toBe(false);
    const failed = report.rows.filter(({ status }) => status === "failed");
    expect(new Set(failed.map(({ api }) => api))).toEqual(new Set(["inventory"]));
    expect(new Set(failed.map(({ code }) => code))).toEqual(new Set(["path-wrong"]));
  });
});

describe("waiting", () => {
  test("waits for a policy that has not reached the gateway, and says so", async () => {
    const time = testTime();
    pattern.override("api", ({ count }) => (count <= 4 ? respond.json({}) : undefined));
    const report = await verify(pattern.input(), time.options);
    expect(report.ok).toBe(true);
    expect(time.lines).toEqual([
      "orders, call without a token: 200; waiting for the policy to reach the gateway … 0 s",
      "orders, call without a token: 200; waiting for the policy to reach the gateway … 1 s",
      "orders, call without a token: 200; waiting for the policy to reach the gateway … 3 s",
      "orders, call without a token: 200; waiting for the policy to reach the gateway … 6 s",
    ]);
  });

  test("waits for a contract that has not reached the gateway", async () => {
    const time = testTime();
    let tries = 0;
    pattern.contracts.clear();
    pattern.override("api", ({ authorization }) => {
      if (authorization?.includes("0oaCONSUMER")) tries += 1;
      if (tries === 3) pattern.contracts.add("0oaCONSUMER");
      return undefined;
    });
    const report = await verify(pattern.input(), time.options);
    expect(report.ok).toBe(true);
    expect(time.lines).toHaveLength(2);
    expect(time.lines[0]).toContain("the contract to reach the gateway");
  });

  test("all waiting together ends at the deadline", async () => {
    const time = testTime();
    pattern.override("api", () => respond.json({}));
    const report = await verify(
      pattern.input((input) => (input.deadlineSeconds = 40)),
      time.options,
    );
    expect(time.seconds()).toBe(40);
    expect(report.rows.map(({ status, code }) => code ?? status)).toEqual([
      "ok",
      "ok",
      "policy-missing",
      "policy-missing",
      "scopes-not-enforced",
      "contract-not-enforced",
    ]);
    expect(report.durationMs).toBe(40_000);
  });

  test("a hiccup is waited for a few seconds only", async () => {
    const time = testTime();
    pattern.override("token", () => respond.json({ error: "server_error" }, 500));
    const report = await verify(pattern.input(), time.options);
    expect(row(report, "token")).toMatchObject({ status: "failed", code: "token-server-error", observed: "500" });
    expect(time.seconds()).toBeLessThanOrEqual(15);
  });

  test("honours Retry-After of the token endpoint", async () => {
    const time = testTime();
    pattern.override("token", ({ count }) =>
      count === 1 ? respond.json({ errorCode: "E0000047" }, 429, { "retry-after": "7" }) : undefined,
    );
    const report = await verify(pattern.input(), time.options);
    expect(report.ok).toBe(true);
    expect(time.seconds()).toBe(7);
  });

  test("a refused token is not used again, so that no cache decides", async () => {
    const used: string[] = [];
    pattern.override("api", ({ authorization }) => {
      if (!authorization?.includes("0oaCONSUMER")) return undefined;
      used.push(authorization);
      return used.length < 3 ? respond.gateway(401, "Token has been revoked.") : undefined;
    });
    const report = await verify(pattern.input(), testTime().options);
    expect(row(report, "call").status).toBe("ok");
    expect(new Set(used.slice(0, 3)).size).toBe(3);
  });

  test("asks for a new token when the old one has run out", async () => {
    const used: string[] = [];
    pattern.tokenLifetimeSeconds = 35;
    pattern.override("api", ({ authorization }) => {
      if (!authorization?.includes("0oaCONSUMER")) return undefined;
      used.push(authorization);
      return used.length < 5 ? respond.gateway(503, "not ready") : undefined;
    });
    const report = await verify(pattern.input(), testTime().options);
    expect(report.ok).toBe(true);
    // Tries at 0, 1, 3, 6 and 11 s; 30 s before its end a token counts as old.
    expect(used.slice(0, 5).map((token) => used.indexOf(token))).toEqual([0, 0, 0, 3, 4]);
  });
});

describe("after a failed token or call", () => {
  test("what would prove nothing is not run", async () => {
    pattern.clients.set("0oaCONSUMER", "changed-in-okta");
    const input = pattern.input((one) => (one.apis[0]!.consumer.clientSecret = "old-secret"));
    const report = await verify(input, testTime().options);
    expect(statuses(report)).toEqual([
      ["token", "401", "failed"],
      ["call", "-", "not-run"],
      ["no-token", "400", "ok"],
      ["garbage-token", "401", "ok"],
      ["missing-scope", "-", "not-run"],
      ["no-contract", "-", "not-run"],
    ]);
    expect(row(report, "no-contract").cause).toContain("would prove nothing");
  });
});

describe("secrets", () => {
  test("never come out, whatever Okta and the gateway repeat", async () => {
    const time = testTime();
    const echo = [...pattern.clients.values()].join(" ");
    pattern.override("introspect", () => respond.json({ error: "invalid_client", error_description: echo }, 401));
    pattern.override("api", ({ authorization }) => respond.gateway(500, `failed for ${authorization} ${echo}`));
    const texts = [JSON.stringify(await verify(pattern.input(), time.options))];
    pattern.override("api", ({ authorization }) => respond.gateway(503, `failed for ${authorization} ${echo}`));
    texts.push(JSON.stringify(await verify(pattern.input(), time.options)));
    pattern.override("token", ({ authorization }) =>
      respond.json({ error: "access_denied", error_description: `${authorization} ${echo}` }, 400),
    );
    texts.push(JSON.stringify(await verify(pattern.input(), time.options)));
    const all = [...texts, ...time.lines].join("\n");
    expect(all).toContain("[secret]");
    for (const secret of pattern.secrets()) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
        expect(all.includes(form)).toBe(false);
      }
    }
    const basic = `0oaCONSUMER:${encodeURIComponent(pattern.clients.get("0oaCONSUMER")!)}`;
    expect(all.includes(Buffer.from(basic).toString("base64"))).toBe(false);
  });

  test("are not left over in part where a long answer is shortened", async () => {
    const secret = pattern.clients.get("0oaCONSUMER")!;
    const texts: string[] = [];
    for (let before = 280; before < 300; before += 1) {
      const long = `${"x".repeat(before)}${secret}${"y".repeat(500)}`;
      pattern.override("api", () => respond.gateway(418, long));
      texts.push(JSON.stringify(await verify(pattern.input(), testTime().options)));
    }
    for (const text of texts) {
      expect(text.includes(secret.slice(0, 4))).toBe(false);
      expect(text).toContain("…");
    }
  });

  test("no answer can steer the terminal", async () => {
    pattern.override("api", () => respond.gateway(418, "a\u001b[2Jb"));
    const report = await verify(pattern.input(), testTime().options);
    expect(row(report, "call").cause).toContain('"a [2Jb"');
  });
});

describe("an input that is not right", () => {
  test("lists every problem without the values", async () => {
    const input = pattern.input((one) => {
      one.okta.tokenUrl = "http://okta.example/s3cret-path";
      one.okta.introspectionUrl = "https://user:s3cret@okta.example";
      one.inspector.clientSecret = "";
      one.deadlineSeconds = 0;
    });
    const error = (await verify(input).catch((reason: unknown) => reason)) as CannotVerify;
    expect(error).toBeInstanceOf(CannotVerify);
    expect(error.message.split("\n")).toEqual([
      "The input of the verification is not right:",
      "  - okta.tokenUrl: must start with https:// (http:// is taken only for a server on this machine)",
      "  - okta.introspectionUrl: must not carry credentials",
      "  - inspector.clientSecret: is empty; give the Inspector's client secret",
      "  - deadlineSeconds: give at least 1 second",
    ]);
    expect(pattern.requests).toEqual([]);
  });

  test("without an API there is nothing to verify", async () => {
    await expect(verify(pattern.input((input) => (input.apis = [])))).rejects.toThrow("has no API");
  });
});
