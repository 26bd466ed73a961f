import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { verify } from "../../../operations/verify/verify.ts";
import { FakePattern, respond, testTime } from "./fake-pattern.ts";

let pattern: FakePattern;
beforeEach(async () => {
  pattern = await FakePattern.start();
});
afterEach(() => pattern.close());

async function tokenRow(change?: Parameters<FakePattern["input"]>[0]) {
  const time = testTime();
  const report = await verify(pattern.input(change), time.options);
  expect(report.ok).toBe(false);
  return { ...report.rows[0]!, waited: time.seconds() };
}

describe("the token endpoint refuses", () => {
  test.each([
    [401, "invalid_client", "The client secret supplied for a confidential client is invalid.", "token-client-refused"],
    [
      400,
      "access_denied",
      "Policy evaluation failed for this request, please check the policy configurations.",
      "token-access-policy",
    ],
    [
      401,
      "access_denied",
      "Policy evaluation failed for this request, please check the policy configurations.",
      "token-access-policy",
    ],
    [
      400,
      "invalid_scope",
      "One or more scopes are not configured for the authorization server resource.",
      "token-scope-unknown",
    ],
    [400, "invalid_scope", "Custom scopes are not allowed for this request.", "token-org-server"],
    [
      401,
      "invalid_client",
      "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
      "token-org-server",
    ],
    [400, "consent_required", "You are not allowed any of the requested scopes.", "token-consent"],
    [
      400,
      "unauthorized_client",
      "The client is not authorized to use the provided grant type.",
      "token-grant-not-allowed",
    ],
    [400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.", "token-dpop"],
    [403, "access_denied_by_zone", "", "token-refused"],
  ])("%i %s: %s", async (status, error, error_description, code) => {
    pattern.override("token", () => respond.json({ error, error_description }, status));
    const row = await tokenRow();
    expect(row).toMatchObject({ check: "token", status: "failed", observed: String(status), code, waited: 0 });
    expect(row.cause).toContain(`${status}, ${error}`);
    expect(row.cause).toContain("0oaCONSUMER (orders-app)");
    expect(row.whatToDo).toMatch(/\.$/);
  });

  test("in the shape of the management API", async () => {
    pattern.clients.delete("0oaCONSUMER");
    const row = await tokenRow((input) => (input.apis[0]!.consumer.clientSecret = "unknown"));
    expect(row).toMatchObject({ code: "token-client-refused", observed: "401" });
    expect(row.cause).toContain("Invalid value for 'client_id' parameter. The client");
  });

  test("a server that does not exist", async () => {
    const row = await tokenRow((input) => (input.okta.tokenUrl = `${pattern.url}/oauth2/gone/v1/token`));
    expect(row).toMatchObject({ code: "token-server-unknown", observed: "404", waited: 0 });
  });
});

test("a token with less than the scopes asked for", async () => {
  pattern.override("token", () =>
    respond.json({ token_type: "Bearer", access_token: "less-than-asked", scope: "another_scope" }),
  );
  const row = await tokenRow();
  expect(row).toMatchObject({ code: "token-scope-not-granted", observed: "200", waited: 0 });
  expect(row.cause).toContain("custom_scope");
});

test("an answer that is no token response", async () => {
  pattern.override("token", () => new Response("<html>login</html>", { headers: { "content-type": "text/html" } }));
  expect(await tokenRow()).toMatchObject({ code: "token-unusable", observed: "200", waited: 0 });
});

test("nobody listens", async () => {
  const other = await FakePattern.start();
  await other.close();
  const row = await tokenRow((input) => (input.okta.tokenUrl = `${other.url}/oauth2/aus1/v1/token`));
  expect(row).toMatchObject({ code: "network-refused", observed: "no answer" });
  expect(row.cause).toContain("ECONNREFUSED");
});

test("the probe's own token is refused: the row says so, and fails", async () => {
  pattern.scopes.delete("probe_scope");
  const report = await verify(pattern.input(), testTime().options);
  const failed = report.rows.filter(({ status }) => status === "failed");
  expect(failed).toMatchObject([{ check: "missing-scope", code: "token-scope-unknown", observed: "400" }]);
});
