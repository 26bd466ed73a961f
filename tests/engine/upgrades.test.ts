/**
 * Stacks as earlier releases left them, gone on with by today's code: nothing is replaced, nothing registered anew, and all of it can be
 * changed and destroyed. `releases/` has the fixtures, and `releases/expected-changes.ts` what the first `up` may change.
 */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { verify } from "../../operations/verify/index.ts";
import { readStack } from "../../operations/verify/stack.ts";
import { newSecret } from "../../sandbox/core/ids.ts";
import { ROOT } from "../../sandbox/engine.ts";
import type { Lab } from "../../sandbox/lab.ts";
import { type Bench, recorded } from "./harness.ts";
import { RELEASES, expectedChanges } from "./releases/expected-changes.ts";
import { FIXTURES, type Release, readFixture, startRelease } from "./releases/fixture.ts";

const LOGIN = /\/token$/;

/** What the engine did since a position of the events, as `operation name`, in the order of the alphabet. */
const changes = ({ events }: Bench, since: number): string[] =>
  events
    .slice(since)
    .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
    .filter(({ op }) => !["same", "read", "refresh"].includes(op))
    .map(({ op, urn }) => `${op} ${urn.split("::").at(-1) ?? ""}`)
    .sort();

/** Ids of all objects in both services. */
const ids = (lab: Lab) =>
  (lab.snapshot() as Record<string, object>[]).map((store) =>
    Object.fromEntries(Object.entries(store).map(([kind, records]) => [kind, Object.keys(records)])),
  );

/** Requests since a position that make or delete something. */
const makings = ({ lab }: Bench, after: number): string[] =>
  lab.journal
    .entries({ after })
    .filter(({ method, path }) => ["POST", "DELETE"].includes(method) && !LOGIN.test(path))
    .filter(({ service }) => service === "okta" || service === "anypoint")
    .map(({ method, path }) => `${method} ${path}`);

async function outputs({ stack }: Bench): Promise<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(await stack.outputs()).map(([name, { value }]) => [name, value as unknown]));
}

async function expectVerified({ lab, stack }: Bench): Promise<void> {
  lab.gateway.sync();
  const { workDir, envVars } = stack.workspace;
  const report = await verify(await readStack({ stackName: "sandbox", workDir, env: envVars }));
  expect(report.rows.map(({ check, status }) => [check, status])).toEqual(
    ["token", "call", "no-token", "garbage-token", "missing-scope", "no-contract"].map((check) => [check, "ok"]),
  );
}

/** A change for each kind of resource that can be changed in place. */
async function otherSettings({ stack }: Bench): Promise<Record<string, unknown>> {
  const config = await stack.getAllConfig();
  const of = (key: string) => JSON.parse(config[`okta-anypoint:${key}`]?.value ?? "null") as never;
  const provider = of("clientProvider") as { mode?: string; environments: unknown[] };
  const apis = of("apis") as { policy: object }[];
  return {
    "okta-anypoint:inspector": { label: "Renamed (sandbox)" },
    "okta-anypoint:clientProvider": {
      ...provider,
      environments: [{ environment: "Sandbox", makeDefault: provider.environments[0] === "Sandbox" }],
      ...(provider.mode !== "manual" && { timeoutSeconds: 20 }),
    },
    "okta-anypoint:apis": apis.map(({ policy, ...api }) => ({ ...api, policy: { ...policy, scopeCriteria: "OR" } })),
    "okta-anypoint:consumers": [{ name: "orders-mobile", api: "orders", approval: "approve" }],
  };
}

test("each folder is a release in the list", () => {
  expect([...new Set(FIXTURES.map(({ release }) => release))].sort()).toEqual([...RELEASES].sort());
});

test("no fixture holds a key, a secret or an address", () => {
  // Secrets and members of keys are 40 characters and more of a mixture that names and ids do not have.
  const secretLike = /(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{40,}/g;
  expect(newSecret()).toMatch(secretLike);
  for (const name of FIXTURES) {
    const text = JSON.stringify(readFixture(name));
    expect([name, text.match(secretLike)]).toEqual([name, null]);
    expect(text).not.toMatch(/PRIVATE KEY|127\.0\.0\.1|localhost/);
  }
});

test("the stored code of each record still resolves to a handler", () => {
  const lines = new Set(
    FIXTURES.flatMap((name) => {
      const { resources } = readFixture(name).deployment.deployment as { resources: { inputs?: object }[] };
      return resources.flatMap(({ inputs = {} }) => ("__provider" in inputs ? [inputs.__provider] : []));
    }),
  );
  expect(lines.size).toBeGreaterThan(7);
  const script = `
    const load = require("require-from-string");
    const handlers = ${JSON.stringify([...lines])}.map((code) => load(code).handler());
    console.log(JSON.stringify(handlers.map((handler) => Object.keys(handler).sort().join())));`;
  // Under node itself, as in Pulumi's host.
  const output = execFileSync(process.execPath, ["--no-warnings", "-e", script], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect(JSON.parse(output)).toEqual([...lines].map(() => "check,configure,create,delete,diff,read,update"));
});

describe.each(FIXTURES)("a stack of $release, $scenario", ({ release, scenario }) => {
  const fixture = readFixture({ release, scenario });
  let it: Release;
  let bench: Bench;

  beforeAll(async () => {
    it = await startRelease(fixture);
    ({ bench } = it);
  });
  afterAll(() => bench.close());

  test("a preview shows the expected changes alone", async () => {
    const since = bench.events.length;
    await bench.stack.preview(recorded(bench));
    expect(changes(bench, since)).toEqual(expectedChanges(release));
  });

  test("a refresh finds nothing changed", async () => {
    const { summary } = await bench.stack.refresh({ ...recorded(bench), runProgram: true });
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("the first up, by a login that is no longer super admin, makes and deletes no object, and keeps the outputs", async () => {
    const { lab, stack } = bench;
    const [before, position, since] = [ids(lab), lab.journal.position, bench.events.length];
    const formerOutputs = await outputs(bench);
    const role = Object.values(lab.okta.state.roles).find(({ type }) => type === "SUPER_ADMIN")!;
    role.type = "ORG_ADMIN";
    try {
      await stack.up(recorded(bench));
    } finally {
      role.type = "SUPER_ADMIN";
    }
    expect(changes(bench, since)).toEqual(expectedChanges(release));
    expect(ids(lab)).toEqual(before);
    expect(makings(bench, position)).toEqual([]);
    expect(await outputs(bench)).toMatchObject(formerOutputs);
    await expectVerified(bench);
  });

  test("the next preview changes nothing and asks Anypoint nothing", async () => {
    const position = bench.lab.journal.position;
    const { changeSummary } = await bench.stack.preview(recorded(bench));
    expect(Object.keys(changeSummary)).toEqual(["same"]);
    expect(bench.calls("anypoint", position)).toEqual([]);
  });

  test("a change of the configuration updates its records in place", async () => {
    const [before, since] = [ids(bench.lab), bench.events.length];
    await bench.configure(await otherSettings(bench));
    await bench.stack.up(recorded(bench));
    // The record of what hosts the dynamic resources is named default.
    const asked = ["default", "okta-anypoint-api-orders-policy", "okta-anypoint-client-provider-Sandbox"];
    if (scenario !== "by-hand") asked.push("okta-anypoint-client-provider-provider");
    asked.push("okta-anypoint-consumer-orders-mobile-contract", "okta-anypoint-inspector-app");
    asked.push("okta-anypoint-preflight");
    if (scenario === "existing") asked.push("okta-anypoint-verification-command");
    expect(changes(bench, since)).toEqual(asked.map((name) => `update ${name}`));
    expect(ids(bench.lab)).toEqual(before);
    await expectVerified(bench);
  });

  test("a destroy leaves both services as they were without the stack", async () => {
    await bench.stack.destroy({ ...recorded(bench), runProgram: true });
    expect(bench.lab.snapshot()).toEqual(it.seed);
  });
});

test("a stack is destroyed as it was left, without an up and without its program", async () => {
  const it = await startRelease(readFixture(FIXTURES[0]!));
  const { bench } = it;
  try {
    await bench.stack.destroy(recorded(bench));
    expect(bench.lab.snapshot()).toEqual(it.seed);
  } finally {
    await bench.close();
  }
});
