/** What all consumers depend on is neither replaced nor deleted while the stack is protected. One story, in order. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { readResources } from "../../operations/stack-state.ts";
import { API_SCOPE } from "../../sandbox/stack-config.ts";
import { type Bench, recorded, startBench } from "./harness.ts";
import type { Refused } from "./refused-ups.ts";

jest.setTimeout(120_000);

const MANAGER = { "okta-anypoint:manager": { clientId: "another-client-id" } };
const SERVER = { "okta-anypoint:authorizationServer": { id: "default", scopes: [API_SCOPE] } };
const ON = { "okta-anypoint:protect": true, "okta-anypoint:manager": undefined };
const OFF = { ...ON, "okta-anypoint:protect": false };
const PROTECTED = [
  "okta-anypoint-client-provider-provider",
  "okta-anypoint-inspector-app",
  "okta-anypoint-manager-app",
  "okta-anypoint-teardown-guard",
  "okta-anypoint-tokens-server",
];

describe("a protected stack", () => {
  let bench: Bench;
  let before: { lab: unknown; state: unknown };

  const deployment = async () => (await bench.stack.exportStack()).deployment as { resources: Exported[] };
  interface Exported {
    readonly urn: string;
    readonly id?: string;
    readonly inputs?: unknown;
    readonly protect?: boolean;
  }
  const named = ({ urn }: { urn: string }) => urn.slice(urn.lastIndexOf("::") + 2);
  const records = async () => (await deployment()).resources;
  const guarded = async () =>
    (await records())
      .filter(({ protect }) => protect)
      .map(named)
      .sort();
  // The engine keeps no order among resources and dependencies.
  const now = async () => ({
    lab: bench.lab.snapshot(),
    state: (await records())
      // A provider's inputs are the configuration, of an `up` that failed too.
      .filter(({ urn }) => !urn.includes("::pulumi:providers:"))
      .map(({ urn, id, inputs }) => ({ urn, id, inputs }))
      .sort(byUrn),
  });
  const byUrn = (one: Exported, other: Exported) => one.urn.localeCompare(other.urn);

  /** What the engine says of an operation that must fail. */
  async function refused(operation: Promise<unknown>): Promise<string> {
    bench.output.length = 0;
    await expect(operation).rejects.toThrow();
    return bench.output.join("");
  }

  beforeAll(async () => {
    bench = await startBench(ON);
    await bench.stack.up(recorded(bench));
    before = await now();
  });
  afterAll(() => bench.close());

  test("protects what all consumers depend on, and what a destroy meets first", async () => {
    expect(await guarded()).toEqual(PROTECTED);
  });

  test("a configuration that would cut off consumers is refused in words, and nothing is changed", async () => {
    await bench.configure({ ...MANAGER, ...SERVER });
    for (const operation of ["preview", "up"] as const) {
      const said = await refused(bench.stack[operation](recorded(bench)));
      expect(said).toContain("2 things would fail; nothing was changed anywhere.");
      expect(said).toContain(
        "App A, the Manager, would be replaced (okta-anypoint:manager.clientId mulesoft-client-manager-sandbox-1 → another-client-id)",
      );
      expect(said).toContain(
        "another authorization server (okta-anypoint:authorizationServer one of this stack → default)",
      );
      expect(said).toContain("set okta-anypoint:protect to false");
    }
    await bench.configure(ON);
    expect(await now()).toEqual(before);
  });

  test.each([true, false])(
    "a destroy is refused before it has deleted anything (--run-program: %s)",
    async (runProgram) => {
      const said = await refused(bench.stack.destroy({ ...recorded(bench), runProgram }));
      expect(said).toContain("because it is protected");
      expect(await now()).toEqual(before);
    },
  );

  test("protect: false alone changes no object, and then the preview warns of what is asked for", async () => {
    await bench.configure(OFF);
    const said = await refused(bench.stack.destroy(recorded(bench)));
    expect(said).toContain("because it is protected");
    const { summary } = await bench.stack.up(recorded(bench));
    expect(summary.resourceChanges).toEqual({ same: expect.any(Number), update: 1 });
    expect(await guarded()).toEqual([]);
    expect(bench.lab.snapshot()).toEqual(before.lab);

    await bench.configure({ ...OFF, ...MANAGER, ...SERVER });
    bench.output.length = 0;
    const { changeSummary } = await bench.stack.preview(recorded(bench));
    expect(changeSummary).toMatchObject({ delete: 1 });
    const warned = bench.output.join("");
    expect(warned).toContain("warning: App A, the Manager, would be replaced (okta-anypoint:manager.clientId");
    expect(warned).toContain("warning: Consumers would get their tokens from another authorization server");
    await bench.configure(OFF);
  });

  test("protected again, a destroy with protect: false and --run-program is one step", async () => {
    await bench.configure(ON);
    await bench.stack.up(recorded(bench));
    expect(await guarded()).toEqual(PROTECTED);
    await bench.configure(OFF);
    await bench.stack.destroy({ ...recorded(bench), runProgram: true });
    const { workDir, envVars } = bench.stack.workspace;
    expect(await readResources({ stackName: "sandbox", workDir, env: envVars })).toEqual([]);
    expect(Object.keys(bench.lab.anypoint.state.clientProviders)).toEqual([]);
  });
});

test("up --replace of the client provider is refused, and where it is not protected fails without a loss", async () => {
  const script = fileURLToPath(new URL("refused-ups.ts", import.meta.url));
  const plan = { first: ON, changes: [ON, OFF], replace: ["**client-provider-provider"] };
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(plan)]);
  const [on, off] = JSON.parse(stdout) as Refused[];
  expect(on?.text).toContain("as it is currently marked for protection");
  expect(off?.text).toContain("API instances that this stack does not delete with it are bound to it: ");
  expect(off?.text).toContain("It is never replaced (--replace)");
  expect([on?.unchanged, off?.unchanged]).toEqual([true, true]);
});
