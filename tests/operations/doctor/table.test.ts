import { stripVTControlCharacters } from "node:util";
import { expect, test } from "@jest/globals";
import type { DoctorReport } from "../../../operations/doctor/doctor.ts";
import { renderDoctor } from "../../../operations/doctor/table.ts";

const report: DoctorReport = {
  stack: "dev",
  ok: false,
  durationMs: 1234,
  findings: [
    { side: "stack", check: "stack-settings", title: "configuration", status: "ok", seen: "no setting is wrong" },
    {
      side: "Okta",
      check: "manager-key",
      title: "Manager's one key",
      status: "fail",
      code: "manager-keys-several",
      seen: "The app has 2 active keys (one, two). Anypoint sends no kid, and Okta then refuses every assertion.",
      whatToDo: "Leave one key.",
    },
    { side: "Okta", check: "manager-token", title: "token", status: "unknown", seen: "not asked: no key" },
    {
      side: "Okta",
      check: "manager-registration",
      title: "registration",
      status: "unknown",
      seen: "not asked: no key",
    },
    {
      side: "gateway",
      check: "api-gateway",
      title: "gateway of orders",
      status: "warn",
      code: "gateway-not-reporting",
      seen: "No gateway reports instance 1.",
      whatToDo: "Start it.",
    },
  ],
};

test("a line per check, then what fails, what is doubtful, what is not known, and the sum", () => {
  expect(renderDoctor(report, { width: 80 })).toBe(`\
┌─────────┬───────────────────┬──────────────────────────────────────┬─────────┐
│ side    │ check             │ seen                                 │ result  │
│ stack   │ configuration     │ no setting is wrong                  │ ok      │
│ Okta    │ Manager's one key │ The app has 2 active keys (one, two… │ FAIL    │
│ Okta    │ token             │ not asked: no key                    │ unknown │
│ Okta    │ registration      │ not asked: no key                    │ unknown │
│ gateway │ gateway of orders │ No gateway reports instance 1.       │ warn    │
└─────────┴───────────────────┴──────────────────────────────────────┴─────────┘

FAIL Okta, Manager's one key (manager-keys-several)
  The app has 2 active keys (one, two). Anypoint sends no kid, and Okta then
  refuses every assertion.
  What to do: Leave one key.

warn gateway, gateway of orders (gateway-not-reporting)
  No gateway reports instance 1.
  What to do: Start it.

Unknown: Okta, token; Okta, registration: not asked: no key.

Stack dev: something is broken: 1 ok, 1 warn, 1 fail, 2 unknown, in 1.2 s.
`);
});

test.each([60, 100])("%i columns hold it", (width) => {
  expect(
    renderDoctor(report, { width })
      .split("\n")
      .filter((line) => line.length > width),
  ).toEqual([]);
});

test("colours change nothing but the look", () => {
  const colored = renderDoctor(report, { color: true });
  expect(colored).toContain("\u001b[31mFAIL\u001b[39m");
  expect(stripVTControlCharacters(colored)).toBe(renderDoctor(report));
});
