/** The whole life of a stack by the real engine. The tests are one story and run in order. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { StackOutputs } from "../../config/outputs.ts";
import { verify } from "../../operations/verify/index.ts";
import { readStack } from "../../operations/verify/stack.ts";
import { API_SCOPE } from "../../sandbox/stack-config.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

/** GETs of the Okta plugin's own that configure and refresh make, whatever the program. */
const READ = /^(GET .*|POST \/(oauth2\/v1|accounts\/api\/v2\/oauth2)\/token)$/;

describe("the whole pattern", () => {
  let bench: Bench;
  let before: unknown;

  beforeAll(async () => {
    bench = await startBench();
    before = bench.lab.snapshot();
  });
  afterAll(() => bench.close());

  const outputs = async () =>
    Object.fromEntries(
      Object.entries(await bench.stack.outputs()).map(([name, { value }]) => [name, value as unknown]),
    ) as unknown as StackOutputs;

  test("preview of an empty stack only reads", async () => {
    const position = bench.lab.journal.position;
    const { changeSummary } = await bench.stack.preview(recorded(bench));
    expect(changeSummary).toEqual({ create: expect.any(Number) });
    const calls = [...bench.calls("anypoint", position), ...bench.calls("okta", position)];
    expect(calls.filter(({ method, path }) => !READ.test(`${method} ${path}`))).toEqual([]);
  });

  test("the first up converges", async () => {
    const { summary } = await bench.stack.up(recorded(bench));
    expect(summary.result).toBe("succeeded");
    const all = await outputs();
    expect(all.apis.orders?.scopes).toEqual([API_SCOPE]);
    expect(all.consumers["orders-mobile"]?.contractStatus).toBe("APPROVED");
    expect(all.introspectionUrl).toBe(`${all.consumerIssuer}/v1/introspect`);
  });

  test("the verification is green in every row", async () => {
    const { workDir, envVars } = bench.stack.workspace;
    const input = await readStack({ stackName: "sandbox", workDir, env: envVars });
    const report = await verify(input);
    expect(report.rows.map(({ check, observed, status }) => [check, observed, status])).toEqual([
      ["token", "200", "ok"],
      ["call", "200", "ok"],
      ["no-token", expect.stringMatching(/^40[01]$/), "ok"],
      ["garbage-token", "401", "ok"],
      ["missing-scope", "403", "ok"],
      ["no-contract", "403", "ok"],
    ]);
  });

  test("a second preview and a second up change nothing and ask Anypoint nothing", async () => {
    const position = bench.lab.journal.position;
    const preview = await bench.stack.preview(recorded(bench));
    const up = await bench.stack.up(recorded(bench));
    expect(Object.keys(preview.changeSummary)).toEqual(["same"]);
    expect(Object.keys(up.summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(bench.calls("anypoint", position)).toEqual([]);
    expect(bench.calls("okta", position).filter(({ method, path }) => !READ.test(`${method} ${path}`))).toEqual([]);
  });

  test("refresh right after finds no drift", async () => {
    const { summary } = await bench.stack.refresh({ ...recorded(bench), runProgram: true });
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("no secret that the services know is in the state, in what was printed, in events or in the journal", async () => {
    const haystacks = {
      state: await bench.stateText(),
      output: bench.output.join(""),
      // The SDK's own debug messages hold every output in clear; Pulumi shows them with --debug alone.
      events: JSON.stringify(bench.events.filter(({ diagnosticEvent }) => diagnosticEvent?.prefix !== "debug: ")),
      journal: JSON.stringify(bench.lab.journal.entries()),
      outputs: JSON.stringify(await outputs()),
    };
    const secrets = bench.lab.secrets().flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
    expect(secrets.length).toBeGreaterThan(10);
    for (const [name, text] of Object.entries(haystacks)) {
      expect([name, text.length > 100]).toEqual([name, true]);
      expect([name, secrets.filter((secret) => text.includes(secret)).length]).toEqual([name, 0]);
    }
  });

  test("the stored code of each dynamic resource is one short line, and a policy's record is small", async () => {
    const { deployment } = (await bench.stack.exportStack()) as {
      deployment: { resources: { type: string; inputs?: Record<string, unknown> }[] };
    };
    const dynamic = deployment.resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
    expect(dynamic.length).toBeGreaterThan(5);
    for (const { inputs } of dynamic) expect(JSON.stringify(inputs?.__provider).length).toBeLessThanOrEqual(200);
    const policy = dynamic.find(({ type }) => type.endsWith(":ApiPolicy"));
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(3000);
  });

  test("destroy leaves both services as they were", async () => {
    await bench.stack.destroy({ ...recorded(bench), runProgram: true });
    expect(bench.lab.snapshot()).toEqual(before);
  });
});
