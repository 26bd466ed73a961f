import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { answerError, noAnswerError } from "../../../providers/anypoint/errors.ts";
import { OPERATIONS, type OperationName } from "../../../providers/anypoint/operations.ts";
import { redact } from "../../../providers/anypoint/redaction.ts";
import { vendorReason } from "../../../providers/anypoint/vendor-errors.ts";

const attempt = { operation: "clientProviders.create", subject: 'client provider "okta-dev"' } as const;
const byApp = { baseUrl: "https://anypoint.mulesoft.com", kind: "connected app" } as const;
const byToken = { ...byApp, kind: "access token" } as const;

describe("the reason in an error body", () => {
  test.each([
    [
      '{"errors":[{"type":"t","keyword":"required","schemas":[],"message":"name is required"},{"message":"b"}]}',
      "name is required; b",
    ],
    [
      '{"errors":[{"type":"t","dataPath":".spec","keyword":"k","message":"should be object"}]}',
      ".spec should be object",
    ],
    ['{"name":"NotFoundError","message":"no such API"}', "NotFoundError: no such API"],
    ['{"error":"Bad Request","message":"Client: Invalid request"}', "Bad Request: Client: Invalid request"],
    ['{"error":"invalid_client","error_description":"unknown client"}', "invalid_client: unknown client"],
    ['{"message":"Forbidden"}', "Forbidden"],
    ['{"error":"Unauthorized"}', "Unauthorized"],
    ["Organization not found", "Organization not found"],
    ['"text in JSON"', "text in JSON"],
    ["<html><head><style>p{}</style></head><body><h1>502</h1> Bad   Gateway</body></html>", "502 Bad Gateway"],
    ["", undefined],
    ["{}", undefined],
    ["[]", undefined],
    ["null", undefined],
  ])("%s", (body, reason) => {
    expect(vendorReason(body)).toBe(reason);
  });

  test("never throws, and gives text or nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const reason = vendorReason(body);
        expect(reason === undefined || reason.length > 0).toBe(true);
      }),
    );
  });
});

describe("an answer's error", () => {
  const error = (
    status: number,
    login: typeof byApp | typeof byToken = byApp,
    operation: OperationName = attempt.operation,
  ) =>
    answerError({ ...attempt, operation }, login, {
      status,
      reason: "the vendor's words",
      requestId: "req-1",
      mayHaveWorked: operation.endsWith("create"),
    });

  test("says what was attempted, on what, what came back, and keeps the parts", () => {
    expect(error(400)).toMatchObject({
      code: "invalid",
      status: 400,
      operation: "clientProviders.create",
      requestId: "req-1",
      reason: "the vendor's words",
      message: expect.stringMatching(
        /^Could not create client provider "okta-dev": Anypoint answered 400 saying: "the vendor's words" \(request id req-1\)\. Correct/,
      ),
    });
  });

  test("tells 401 from 403: the login, or a scope by name and place", () => {
    expect(error(401).message).toMatch(/connected app is enabled.*of the last `up`, unless --run-program/s);
    expect(error(401, byToken).message).toMatch(/set a new anypoint:accessToken.*--run-program/s);
    expect(error(401, byApp, "token.request").message).toMatch(/Check anypoint:clientId and anypoint:clientSecret/);
    expect(error(403)).toMatchObject({
      code: "forbidden",
      message: expect.stringMatching(
        /Login is fine.*grant the connected app the scope admin:orgclientproviders in the root organization/,
      ),
    });
    expect(error(403, byToken, "contracts.create").message).toMatch(
      /grant the owner of the access token the scopes manage:api_contracts, read:exchange in the environment/,
    );
  });

  test.each([
    [404, "not-found", /does not exist, or the connected app may not see it/],
    [405, "invalid", /root organization/],
    [407, "invalid", /that of the proxy/],
    [409, "conflict", /is there already/],
    [429, "rate-limited", /wait a minute/],
    [500, "server-error", /not known; the next run looks before/],
  ])("%i is %s", (status, code, message) => {
    expect(error(status)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("a fault of a read does not wonder whether it took effect", () => {
    expect(error(503, byApp, "clientProviders.list").message).not.toMatch(/not known/);
  });

  test("is one line of bounded length for any reason", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5000 }), (reason) => {
        const { message } = answerError(attempt, byApp, { status: 400, reason, mayHaveWorked: true });
        expect(message.length).toBeLessThan(1000);
        expect(message).not.toMatch(/[\n\r]/);
      }),
    );
  });
});

describe("no answer", () => {
  test("says whether it was late or not reachable, and what to check", () => {
    expect(noAnswerError(attempt, byApp, { reason: "ECONNREFUSED", mayHaveWorked: true })).toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/could not be reached \(ECONNREFUSED\)\. Whether it took effect.*HTTPS_PROXY/),
    });
    expect(noAnswerError(attempt, byApp, { timedOutAfterMs: 30_000, mayHaveWorked: false })).toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/gave no answer within 30 s\. Check/),
    });
  });
});

test("each operation has a verb and the scopes it needs", () => {
  for (const [name, { verb, scopes }] of Object.entries(OPERATIONS)) {
    expect(verb).toMatch(/^[a-z ]+$/);
    for (const scope of scopes) expect(scope).toMatch(/^[a-z]+:[a-z_]+$/);
    expect(scopes.length > 0 || ["token.request", "me.read"].includes(name)).toBe(true);
  }
});

describe("redaction", () => {
  const PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n";
  test.each([
    ['sent {"secret":"s3cr3t-value"}', "s3cr3t-value"],
    [`sent ${JSON.stringify({ key: PEM })}`, PEM],
    [`sent ${PEM}`, undefined],
    ["sent -----BEGIN RSA PRIVATE KEY-----\\nMIIE and cut off", undefined],
    ["Authorization: Bearer abc.def-ghi was refused", undefined],
    ["Authorization: SSWS 00abcDEF was refused", undefined],
    [`?secret=${encodeURIComponent("a b/c+d=")}`, "a b/c+d="],
  ])("takes the secret out of %s", (text, secret) => {
    const clean = redact(text, [secret, undefined]);
    expect(clean).toContain("[secret]");
    expect(clean).not.toMatch(/s3cr3t|MIIE|abc\.def|00abcDEF|a%20b/);
  });

  test("no secret of four characters or more survives", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!"[secret]".includes(secret));
        const clean = redact(`${before}${secret}${after}`, [secret]);
        expect(clean.replaceAll("[secret]", "\u0000").includes(secret)).toBe(false);
      }),
    );
  });
});
