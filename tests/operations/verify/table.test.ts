import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { CHECKS, type VerifyReport, type VerifyRow } from "../../../operations/verify/report.ts";
import { renderReport } from "../../../operations/verify/table.ts";

const row = (check: VerifyRow["check"], rest: Partial<VerifyRow>): VerifyRow => ({
  api: "orders",
  check,
  ...CHECKS[check],
  observed: "200",
  status: "ok",
  ...rest,
});

const report: VerifyReport = {
  ok: false,
  durationMs: 61_234,
  rows: [
    row("token", {}),
    row("call", {
      observed: "401",
      status: "failed",
      code: "introspection-elsewhere",
      cause:
        "The API answered 401: the client provider introspects at another server than the one that issued the token.",
      whatToDo: "Set the introspection URL to https://acme.okta.com/oauth2/aus1/v1/introspect.",
    }),
    row("missing-scope", { observed: "-", status: "not-run", cause: "There is no probe." }),
    row("no-contract", { observed: "-", status: "not-run", cause: "There is no probe." }),
  ],
};

test("a line per check, then causes, then what was not run, then the sum", () => {
  expect(renderReport(report)).toBe(`\
┌────────┬───────────────────────────────┬──────────┬──────────┬─────────┐
│ API    │ check                         │ expected │ observed │ result  │
│ orders │ token from the issuing server │ 200      │ 200      │ ok      │
│ orders │ call with the token           │ 200      │ 401      │ FAILED  │
│ orders │ token without the scope       │ 403      │ -        │ not run │
│ orders │ client without a contract     │ 403      │ -        │ not run │
└────────┴───────────────────────────────┴──────────┴──────────┴─────────┘

orders, call with the token: expected 200, observed 401
  The API answered 401: the client provider introspects at another server than the one that issued the token.
  What to do: Set the introspection URL to https://acme.okta.com/oauth2/aus1/v1/introspect.

Not run: orders, token without the scope; orders, client without a contract. There is no probe.

Verification failed: 1 ok, 1 failed, 2 not run, in 61.2 s.
`);
});

describe("width", () => {
  test.each([60, 70, 120])("%i columns hold everything but long words", (width) => {
    const wide = { ...report, rows: report.rows.map((one) => ({ ...one, api: "an-api-with-quite-a-long-name" })) };
    const lines = renderReport(wide, { width }).split("\n");
    const tooLong = lines.filter((line) => line.length > width && !line.trim().startsWith("https://"));
    expect(tooLong).toEqual([]);
  });
});

describe("colours", () => {
  test("none unless asked for", () => {
    const plain = renderReport(report);
    expect(stripVTControlCharacters(plain)).toBe(plain);
  });

  test("change nothing but the look", () => {
    const colored = renderReport(report, { color: true });
    expect(colored).toContain("\u001b[31mFAILED\u001b[39m");
    expect(stripVTControlCharacters(colored)).toBe(renderReport(report));
  });
});
