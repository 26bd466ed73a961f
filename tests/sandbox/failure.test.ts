import { expect, test } from "@jest/globals";
import { type EngineEvent, LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import type { JournalEntry } from "../../sandbox/core/journal.ts";
import { describeFailure } from "../../sandbox/failure.ts";

const diagnostic = (message: string, more: object = {}) =>
  ({
    sequence: 1,
    timestamp: 1,
    diagnosticEvent: { message, prefix: "error: ", severity: "error", ...more },
  }) as EngineEvent;

const request = (status: number, path: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  ...{ seq: 1, at: "2026-01-01T00:00:00.000Z", caller: "okta-anypoint", service: "anypoint", method: "POST" },
  ...{ status, path, ...more },
});

const wholeOutput = new Error("code: -2\n stdout: \n stderr: Command failed: pulumi up --client=127.0.0.1:1\nUpdating");
const urn =
  "urn:pulumi:sandbox::okta-anypoint::okta-anypoint:index:InspectorApp$okta:app/oAuth:OAuth::okta-anypoint-inspector-app";

test("the engine's errors are told once each, without colours, with their resource, and nothing else of its output", () => {
  const events = [
    diagnostic("using a plugin from PATH\n", { severity: "warning" }),
    diagnostic("<{%fg 1%}>failed to create<{%reset%}>: \u001b[31mrefused\u001b[0m\n", { urn }),
    diagnostic("<{%fg 1%}>failed to create<{%reset%}>: \u001b[31mrefused\u001b[0m\n", { urn }),
    diagnostic("2 errors\n  - one\n  - two\n"),
    diagnostic("update failed\n"),
  ];
  const text = describeFailure({ error: wholeOutput, events, requests: [] }, 80);
  const [told, next] = text.split("\n\n");
  expect(told).toBe("OAuth okta-anypoint-inspector-app: failed to create: refused\n2 errors\n  - one\n  - two");
  expect(next).toMatch(/^What to do: /);
});

test("an error that is not the engine's is told itself", () => {
  expect(describeFailure({ error: new Error("no port is free"), events: [], requests: [] }, 80)).toMatch(
    /^no port is free\n/,
  );
});

test("a failed command is told by its error lines, never with its arguments", async () => {
  const command = await PulumiCommand.get();
  const workspace = await LocalWorkspace.create({
    pulumiCommand: command,
    envVars: { PULUMI_BACKEND_URL: "file:///missing" },
  });
  const error: unknown = await workspace
    .setConfig("none", "okta:apiToken", { value: "MADE-UP" })
    .catch((e: unknown) => e);
  expect((error as Error).message).toContain("MADE-UP");
  const text = describeFailure({ error, events: [], requests: [] }, 120);
  expect(text).toMatch(/^The Pulumi CLI failed: \w/);
  expect(text).not.toContain("MADE-UP");
});

test("refused requests of the step are listed, the newest of many", () => {
  const requests = [
    request(200, "/fine"),
    ...[1, 2, 3, 4, 5].map((n) => request(404, `/missing/${n}`)),
    request(0, "/cut", { fault: "cut" }),
  ];
  const text = describeFailure({ error: wholeOutput, events: [diagnostic("x")], requests }, 80);
  expect(text).toContain("the last 5 of 6:\n  404  okta-anypoint → anypoint: POST /missing/2\n");
  expect(text).toContain("  cut (fault)  okta-anypoint → anypoint: POST /cut");
  expect(text).not.toContain("/fine");
});

test("lines keep to the width, with their indent", () => {
  const events = [diagnostic(`start\n  - ${"word ".repeat(40)}end\n`)];
  const lines = describeFailure({ error: wholeOutput, events, requests: [] }, 80).split("\n");
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line.startsWith("  ")).length).toBeGreaterThan(2);
});
