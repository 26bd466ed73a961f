/** Several stacks in one environment, and several people on one stack: real engines in processes of their own. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import program from "../../index.ts";
import { ROOT, removeFolder, sandboxStack } from "../../sandbox/engine.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";
import { API_SCOPE, sandboxConfig } from "../../sandbox/stack-config.ts";
import type { Outcome, Plan } from "./company-stack.ts";
import { plugins } from "./plugins.ts";

const SCRIPT = fileURLToPath(new URL("company-stack.ts", import.meta.url));
const LIST = "/clientManagementProviders$";

describe("company", () => {
  let lab: Lab;
  let folder: string;
  const running: Promise<unknown>[] = [];

  beforeAll(async () => {
    await mkdir(join(ROOT, ".sandbox"), { recursive: true });
    folder = await mkdtemp(join(ROOT, ".sandbox", "test-"));
    lab = await startLab();
  });
  afterEach(() => lab.faults.clear());
  afterAll(async () => {
    await Promise.allSettled(running);
    await lab.close();
    await removeFolder(folder);
  });

  /** Each stack has objects of its own names, and an API in the one environment. */
  const config = (stackName: string, provider: object = {}) =>
    sandboxConfig(lab, {
      "okta-anypoint:authorizationServer": {
        create: { name: `server of ${stackName}`, audience: "api://mulesoft" },
        scopes: [API_SCOPE],
      },
      "okta-anypoint:clientProvider": { environments: ["Sandbox"], clientDeletion: "everywhere", ...provider },
      "okta-anypoint:apis": [
        {
          name: "orders",
          environment: "Sandbox",
          asset: { assetId: "orders-api", version: "1.0.0", label: stackName },
          policy: { scopes: [API_SCOPE] },
        },
      ],
      "okta-anypoint:verification": { probe: false },
    });

  /** Runs the engine in a process of its own. */
  function run(stackName: string, operation: Plan["operation"]): Promise<Outcome> {
    const plan: Plan = { folder, stackName, operation, config: config(stackName) };
    const args = ["--disable-warning=ExperimentalWarning", SCRIPT, JSON.stringify(plan)];
    const child = promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
    running.push(child);
    return child.then(({ stdout }) => JSON.parse(stdout) as Outcome);
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(5);
  }

  /** Holds the next request of a kind; it is let go by what is given back. */
  function hold(method: string, path: string): () => void {
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    lab.faults.add({ service: "anypoint", method, path, kind: "delay", until });
    return release;
  }

  const offered = () =>
    Object.values(lab.anypoint.state.environments)
      .find(({ name }) => name === "Sandbox")!
      .clientProviderIds.map((id) => lab.anypoint.state.clientProviders[id]?.name ?? id);

  const held = () => lab.faults.pending.length === 0;

  /** Names of all that there is, on both sides. */
  const names = () => {
    const { anypoint, okta } = lab;
    return {
      offered: offered(),
      providers: Object.values(anypoint.state.clientProviders).map(({ name }) => name),
      instances: Object.values(anypoint.state.apiInstances).map(({ instanceLabel }) => instanceLabel),
      applications: Object.values(anypoint.state.applications).map(({ name }) => name),
      servers: Object.values(okta.state.authorizationServers).map(({ name }) => name),
    };
  };

  test("two stacks at once, one writing the list between the other's read and write: both are offered", async () => {
    const release = hold("PUT", LIST);
    const position = lab.journal.position;
    const writes = () =>
      lab.journal.entries({ service: "anypoint", after: position }).filter(({ path }) => path.endsWith("Providers"));
    const ups = [run("alpha", "up"), run("beta", "up")];
    await until(held);
    // The quicker one has written, and seen its entry in the list.
    await until(() =>
      /PUT GET$/.test(
        writes()
          .map(({ method }) => method)
          .join(" "),
      ),
    );
    expect(offered()).toHaveLength(1);
    release();
    expect((await Promise.all(ups)).map(({ succeeded }) => succeeded)).toEqual([true, true]);
    expect(offered().sort()).toEqual(["okta-alpha", "okta-beta"]);
  });

  /** What a preview in this process changes, and what it tells of the environment's default. */
  async function preview(stackName: string, provider: object = {}) {
    const stack = await sandboxStack({
      ...{ folder, stackName, program, plugins },
      config: config(stackName, provider),
    });
    const lines: string[] = [];
    const { changeSummary } = await stack.preview({ onOutput: (text) => lines.push(text) });
    // While the engine runs it prints each line as well.
    const told =
      lines
        .join("")
        .split("Diagnostics:")[1]
        ?.match(/New APIs of environment .*/g) ?? [];
    return { changes: Object.keys(changeSummary), told };
  }

  test("a preview tells once what becomes the default of new APIs, and only then", async () => {
    const [first] = Object.values(lab.anypoint.state.environments).find(
      ({ name }) => name === "Sandbox",
    )!.clientProviderIds;
    expect((await preview("gamma")).told).toEqual([]);
    const asked = await preview("gamma", { environments: [{ environment: "Sandbox", makeDefault: true }] });
    expect(asked.told).toEqual([
      expect.stringMatching(`"Sandbox" of "Acme" will get this stack's client provider .*in place of ${first}\\.`),
    ]);
    const second = offered()[1]!.replace("okta-", "");
    expect(await preview(second)).toEqual({ changes: ["same"], told: [] });
    const moved = await preview(second, { environments: [{ environment: "Sandbox", makeDefault: true }] });
    expect(moved.changes).toContain("update");
    expect(moved.told).toHaveLength(1);
  });

  test("a destroy of one leaves the other as it is", async () => {
    expect(await run("alpha", "destroy")).toMatchObject({ succeeded: true });
    expect(names()).toEqual({
      offered: ["okta-beta"],
      providers: ["okta-beta"],
      instances: ["legacy", "beta"],
      applications: ["orders-mobile-beta"],
      servers: ["default", "server of beta"],
    });
    expect(await preview("beta")).toEqual({ changes: ["same"], told: [] });
  });

  test("a second engine on one stack is refused by the backend's lock, and the first one ends well", async () => {
    const release = hold("DELETE", "/clientProviders/[^/]+$");
    const first = run("beta", "destroy");
    await until(held);
    const second = await run("beta", "up");
    expect(second.succeeded).toBe(false);
    expect(second.text).toMatch(/the stack is currently locked by 1 lock\(s\)[^]*`pulumi cancel`/);
    // Who only looks is not kept waiting.
    expect((await preview("beta")).changes).toContain("same");
    release();
    expect(await first).toMatchObject({ succeeded: true });
    expect(offered()).toEqual([]);

    const { told } = await preview("gamma");
    expect(told).toEqual([expect.stringContaining('"Sandbox" of "Acme" will get this stack\'s client provider')]);
    expect(told[0]).toContain("it is the only external one there");
  });
});
