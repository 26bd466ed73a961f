import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Response as FetchResponse } from "node-fetch";
import type { VerifyInput } from "../../../operations/verify/input.ts";
import type { CheckId } from "../../../operations/verify/report.ts";
import { verify } from "../../../operations/verify/verify.ts";
import { FakePattern, respond, testTime } from "./fake-pattern.ts";

let pattern: FakePattern;
beforeEach(async () => {
  pattern = await FakePattern.start();
});
afterEach(() => pattern.close());

async function failedRow(check: CheckId, change?: (input: VerifyInput) => void) {
  const time = testTime();
  const report = await verify(pattern.input(change), time.options);
  const row = report.rows.find((one) => one.check === check)!;
  expect(report.ok).toBe(false);
  expect(row.status).toBe("failed");
  return { ...row, waited: time.seconds() };
}

/** The gateway refuses whoever has a token of the consumer. */
const refuse = (status: number, error: string) =>
  pattern.override("api", ({ authorization }) =>
    authorization?.includes("0oaCONSUMER") ? respond.gateway(status, error) : undefined,
  );

describe("401 with a good token", () => {
  beforeEach(() => refuse(401, "Token has been revoked."));
  const atOrg = (input: VerifyInput) => (input.okta.introspectionUrl = `${pattern.url}/oauth2/v1/introspect`);

  test("introspection at another server", async () => {
    const row = await failedRow("call", atOrg);
    expect(row).toMatchObject({ code: "introspection-elsewhere", observed: "401", waited: 0 });
    expect(row.cause).toContain(`${pattern.url}/oauth2/v1/introspect says inactive`);
    expect(row.whatToDo).toContain(`${pattern.url}/oauth2/aus1/v1/introspect`);
  });

  test("the same without discovery", async () => {
    pattern.override("discovery", () => respond.json({}, 404));
    expect(await failedRow("call", atOrg)).toMatchObject({ code: "introspection-elsewhere", waited: 0 });
  });

  test("a published endpoint on another origin never gets the Inspector's secret", async () => {
    const other = await FakePattern.start();
    pattern.override("discovery", () =>
      respond.json({
        issuer: `${pattern.url}/oauth2/aus1`,
        introspection_endpoint: `${other.url}/oauth2/v1/introspect`,
      }),
    );
    const row = await failedRow("call", atOrg).finally(() => other.close());
    expect(row).toMatchObject({ code: "introspection-elsewhere" });
    expect(other.requests).toEqual([]);
  });

  test("introspection elsewhere, and the issuer's own gives no answer", async () => {
    pattern.override("introspect", () => respond.json({}, 503));
    const row = await failedRow("call", atOrg);
    expect(row.code).toBe("introspection-elsewhere");
    expect(row.cause).toContain("gave no usable answer");
  });

  test("inactive at its own issuer", async () => {
    pattern.override("introspect", () => respond.json({ active: false }));
    expect(await failedRow("call")).toMatchObject({ code: "token-inactive" });
    expect(await failedRow("call", atOrg)).toMatchObject({ code: "token-inactive" });
  });

  test("the Inspector's secret is wrong", async () => {
    const row = await failedRow("call", (input) => (input.inspector.clientSecret = "no-longer-this"));
    expect(row).toMatchObject({ code: "inspector-refused", waited: 0 });
    expect(row.cause).toContain("401, invalid_client");
    expect(row.whatToDo).toContain("client_secret_post");
  });

  test("both find it active: the gateway does not reach Okta, or holds another provider", async () => {
    const row = await failedRow("call");
    expect(row).toMatchObject({ code: "gateway-cannot-introspect", observed: "401", waited: 180 });
    expect(row.cause).toContain("does not reach Okta");
    expect(row.cause).toContain("introspects elsewhere");
  });

  test("the introspection URL does not exist", async () => {
    const row = await failedRow("call", (input) => {
      input.okta.introspectionUrl = `${pattern.url}/oauth2/gone/v1/introspect`;
    });
    expect(row).toMatchObject({ code: "introspection-url-wrong", waited: 0 });
  });

  test("the introspection URL is not reachable", async () => {
    const other = await FakePattern.start();
    await other.close();
    const row = await failedRow("call", (input) => (input.okta.introspectionUrl = `${other.url}/introspect`));
    expect(row).toMatchObject({ code: "introspection-unreachable" });
    expect(row.cause).toContain("ECONNREFUSED");
  });

  test("the introspection URL answers something else", async () => {
    pattern.override("introspect", () => new Response("<html>", { headers: { "content-type": "text/html" } }));
    expect(await failedRow("call")).toMatchObject({ code: "introspection-unusable", waited: 0 });
  });

  test("introspection fails for the moment", async () => {
    pattern.override("introspect", () => respond.json({ errorCode: "E0000047" }, 429));
    expect(await failedRow("call")).toMatchObject({ code: "introspection-failing" });
  });
});

describe("500 with a token", () => {
  test("the Inspector's secret is wrong", async () => {
    refuse(500, "Unexpected introspection response");
    const row = await failedRow("call", (input) => (input.inspector.clientSecret = "no-longer-this"));
    expect(row).toMatchObject({ code: "inspector-refused", observed: "500", waited: 0 });
  });

  test("introspection works: the backend", async () => {
    refuse(500, "boom");
    expect(await failedRow("call")).toMatchObject({ code: "upstream-error", observed: "500" });
  });

  test("introspection works, and a garbage token gets 500 too: the gateway", async () => {
    pattern.override("api", ({ authorization }) =>
      authorization === undefined ? undefined : respond.gateway(500, "Unexpected introspection response"),
    );
    for (const check of ["call", "garbage-token"] as const) {
      expect(await failedRow(check)).toMatchObject({ code: "gateway-introspection-failed", observed: "500" });
    }
  });

  test("for a garbage token too the Inspector is looked at", async () => {
    pattern.override("api", ({ authorization }) =>
      authorization === undefined ? undefined : respond.gateway(500, "Unexpected introspection response"),
    );
    const row = await failedRow("garbage-token", (input) => (input.inspector.clientSecret = "no-longer-this"));
    expect(row).toMatchObject({ code: "inspector-refused", observed: "500" });
  });
});

describe("403 with a good token", () => {
  test("no contract", async () => {
    pattern.contracts.clear();
    const row = await failedRow("call");
    expect(row).toMatchObject({ code: "contract-missing", observed: "403", waited: 180 });
    expect(row.cause).toContain("0oaCONSUMER (orders-app)");
  });

  test("the token lacks the scope by introspection", async () => {
    pattern.override("introspect", () =>
      respond.json({ active: true, client_id: "0oaCONSUMER", scope: "another_scope" }),
    );
    refuse(403, "The required scopes are not authorized");
    const row = await failedRow("call");
    expect(row).toMatchObject({ code: "scope-missing", waited: 0 });
    expect(row.cause).toContain("lacks custom_scope; introspection shows another_scope");
  });

  test("one of several scopes is enough with OR", async () => {
    pattern.override("introspect", () =>
      respond.json({ active: true, client_id: "0oaCONSUMER", scope: "custom_scope" }),
    );
    pattern.scopes.add("second_scope");
    refuse(403, "Invalid Client");
    const scopes = (criteria: "AND" | "OR") => (input: VerifyInput) => {
      Object.assign(input.apis[0]!, { scopes: ["custom_scope", "second_scope"], scopeCriteria: criteria });
    };
    expect(await failedRow("call", scopes("OR"))).toMatchObject({ code: "contract-missing" });
    expect(await failedRow("call", scopes("AND"))).toMatchObject({ code: "scope-missing" });
  });

  test("the policy asks for other scopes", async () => {
    pattern.policyScopes = ["custom_scope", "one_more"];
    expect(await failedRow("call")).toMatchObject({ code: "policy-scopes-differ", waited: 180 });
  });

  test("introspection has no client_id", async () => {
    pattern.override("introspect", () => respond.json({ active: true, scope: "custom_scope" }));
    refuse(403, "Invalid Client");
    expect(await failedRow("call")).toMatchObject({ code: "client-id-missing", waited: 0 });
  });

  test("introspection does not work either", async () => {
    refuse(403, "Invalid Client");
    const row = await failedRow("call", (input) => (input.inspector.clientSecret = "no-longer-this"));
    expect(row).toMatchObject({ code: "inspector-refused", waited: 0 });
  });
});

describe("answers that do not depend on the token", () => {
  test.each([
    [503, "gateway-not-ready", 180],
    [302, "redirected", 0],
    [405, "method-wrong", 0],
    [400, "bad-request", 0],
    [418, "unexpected-status", 0],
    [404, "path-wrong", 15],
    [429, "rate-limited", 15],
    [502, "upstream-error", 15],
  ])("%i: %s", async (status, code, waited) => {
    refuse(status, "said so");
    const row = await failedRow("call");
    expect(row).toMatchObject({ code, observed: String(status), waited });
    expect(row.cause).toContain(`The API answered ${status} ("said so")`);
  });

  test("a body of the backend is not shown", async () => {
    pattern.override("api", () => new Response("customer data", { status: 502 }));
    expect((await failedRow("call")).cause).not.toContain("customer data");
  });

  test("403 without a token: another policy or a firewall", async () => {
    pattern.override("api", () => respond.gateway(403, "Forbidden"));
    expect(await failedRow("no-token")).toMatchObject({ code: "refused-otherwise" });
  });
});

describe("refusals that do not come", () => {
  const letIn = (who: string | undefined) =>
    pattern.override("api", ({ authorization }) =>
      (who === undefined ? authorization === undefined : authorization?.includes(who)) ? respond.json({}) : undefined,
    );

  test("a call without a token gets in", async () => {
    letIn(undefined);
    expect(await failedRow("no-token")).toMatchObject({ code: "policy-missing", observed: "200", waited: 180 });
  });

  test("a garbage token gets in", async () => {
    letIn(Buffer.from('{"alg":"RS256","kid":"garbage"}').toString("base64url"));
    expect(await failedRow("garbage-token")).toMatchObject({ code: "policy-missing", observed: "200" });
  });

  test("a token without the scope gets in", async () => {
    pattern.policyScopes = [];
    const row = await failedRow("missing-scope");
    expect(row).toMatchObject({ code: "scopes-not-enforced", observed: "200", waited: 180 });
    expect(row.cause).toContain("custom_scope");
  });

  test("a client without a contract gets in", async () => {
    letIn("0oaPROBE");
    const row = await failedRow("no-contract");
    expect(row).toMatchObject({ code: "contract-not-enforced", observed: "200", waited: 180 });
    expect(row.cause).toContain("skipClientIdValidation");
  });

  test("a garbage token taken for malformed is not the answer of a token check", async () => {
    pattern.override("api", ({ authorization }) =>
      authorization?.includes("0oa") ? undefined : respond.gateway(400, "Invalid token"),
    );
    expect(await failedRow("garbage-token")).toMatchObject({ code: "bad-request", observed: "400" });
  });
});

describe("the API is not reachable", () => {
  const failing = (error: unknown) => async (url: string, init: object) => {
    if (url.includes("/api/")) throw error;
    const response = await fetch(url, init);
    return response as unknown as FetchResponse;
  };

  test.each([
    [{ code: "ENOTFOUND" }, "network-dns", 0],
    [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, "network-tls", 0],
    [{ code: "ECONNRESET" }, "network-broken", 15],
    [{ name: "AbortError" }, "network-timeout", 15],
    [{}, "network-broken", 15],
  ])("%j: %s", async (error, code, atLeast) => {
    const time = testTime();
    const report = await verify(pattern.input(), { ...time.options, fetch: failing(error) });
    expect(report.rows[1]).toMatchObject({ check: "call", code, observed: "no answer" });
    expect(time.seconds()).toBeGreaterThanOrEqual(atLeast);
    if (atLeast === 0) expect(time.seconds()).toBe(0);
  });
});
