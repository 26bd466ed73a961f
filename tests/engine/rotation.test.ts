/** Rotation by generations: both apps, while clients are registered and APIs are called all the time. */
import { setTimeout as sleep } from "node:timers/promises";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { UNUSED_REDIRECT_URI } from "../../config/schema.ts";
import { runCommandLine } from "../../operations/rotate/main.ts";
import { type StackLocation, readResources, stackOutputs } from "../../operations/stack-state.ts";
import { readStack } from "../../operations/verify/stack.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { createClientApplication, deleteClientApplication } from "../../providers/anypoint/client-application.ts";
import { readConnection } from "../../providers/anypoint/connection.ts";
import { sendToOkta } from "../../providers/okta/http.ts";
import { API_SCOPE } from "../../sandbox/stack-config.ts";
import { FAULTS } from "./fault-table.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

/** How long the gateway goes on with what it has, in seconds. */
const GATEWAY_LAG = 2;

type Deployment = Awaited<ReturnType<Bench["stack"]["exportStack"]>>;

let bench: Bench;
let location: StackLocation;

beforeAll(async () => {
  bench = await startBench();
  await bench.stack.up(recorded(bench));
  const { workDir, envVars } = bench.stack.workspace;
  location = { stackName: "sandbox", workDir, env: envVars };
  bench.lab.anypoint.switches.gatewaySyncSeconds = GATEWAY_LAG;
});
afterAll(() => bench.close());

const rotate = (...args: string[]) => rotateBy({}, ...args);

async function rotateBy(clock: Parameters<typeof runCommandLine>[2], ...args: string[]) {
  const said: string[] = [];
  const around = {
    ...{ env: { ...process.env, ...location.env }, workDir: location.workDir, color: false },
    stdout: (text: string) => said.push(text),
    stderr: (text: string) => said.push(text),
  };
  const code = await runCommandLine(["--stack", "sandbox", "--yes", ...args], around, clock);
  return { code, said: said.join("") };
}

const outputs = async () => stackOutputs(await readResources(location));
const configured = async (app: string) => {
  const file = await readFile(join(location.workDir, "Pulumi.sandbox.yaml"), "utf8");
  return (parse(file) as { config: Record<string, object> }).config[`okta-anypoint:${app}`];
};
const appsOf = (prefix: string) =>
  Object.values(bench.lab.okta.state.apps)
    .map(({ label }) => label)
    .filter((label) => label.startsWith(prefix));

/** Registers a client through Anypoint, and deletes it again. */
async function registerOne(name: string): Promise<void> {
  const { anypoint, credentials } = bench.lab;
  const config: Record<string, string> = {
    "anypoint:host": anypoint.url,
    "anypoint:clientId": credentials.anypoint.clientId,
    "anypoint:clientSecret": credentials.anypoint.clientSecret,
  };
  const client = new AnypointClient({ connection: readConnection((key) => config[key], {}) });
  const instance = Object.values(anypoint.state.apiInstances).find(({ providerId }) => providerId !== null);
  const { id, state } = await createClientApplication(client, {
    name,
    redirectUris: [UNUSED_REDIRECT_URI],
    grantTypes: ["authorization_code", "client_credentials"],
    ...{ apiId: String(instance?.id), clientProviderId: instance?.providerId ?? "", deletion: "remove" },
  });
  await deleteClientApplication(client, id, state, () => {});
}

/** Registers clients through Anypoint and calls the API with a new token each, again and again. Gives what failed. */
function traffic() {
  const failures = new Set<string>();
  const counts = { registrations: 0, calls: 0 };
  let running = true;
  const register = async () => {
    for (let number = 1; running; number += 1) {
      await registerOne(`traffic-${number}`);
      counts.registrations += 1;
      await sleep(50);
    }
  };
  const call = async () => {
    const {
      apis,
      okta: { tokenUrl = "" },
    } = await readStack(location);
    const [api] = apis;
    if (api === undefined) throw new Error("nothing to call");
    const { clientId, clientSecret } = api.consumer;
    while (running) {
      const { json } = await sendToOkta({
        url: tokenUrl,
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
        },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: API_SCOPE }).toString(),
      });
      const { access_token: token = "none" } = json as { access_token?: string };
      const { status } = await fetch(api.url, { headers: { authorization: `Bearer ${token}` } });
      if (status !== 200) failures.add(`the API answered ${status}`);
      counts.calls += 1;
      await sleep(50);
    }
  };
  const loops = [register(), call()].map((loop) => loop.catch((error: Error) => failures.add(error.message)));
  return {
    end: async () => {
      running = false;
      await Promise.all(loops);
      expect(counts.registrations).toBeGreaterThan(3);
      expect(counts.calls).toBeGreaterThan(20);
      return [...failures];
    },
  };
}

describe("while clients are registered and the API is called", () => {
  test.each([
    ["manager", "none", "MuleSoft-Client-Manager (sandbox)"],
    ["inspector", "none", "MuleSoft-Token-Introspection (sandbox)"],
    ["manager", "thumbprint", "MuleSoft-Client-Manager (sandbox)"],
  ] as const)("the %s is rotated without one failure, assertion kid %s", async (app, assertionKid, label) => {
    bench.lab.anypoint.switches.assertionKid = assertionKid;
    const [generation] = ((await configured(app)) as { generations: number[] } | undefined)?.generations ?? [1];
    const next = (generation ?? 1) + 1;
    const former = await outputs();
    const load = traffic();
    const position = bench.lab.journal.position;
    const { code, said } = await rotate("--app", app, "--drain", String((2 * GATEWAY_LAG) / 60));
    expect({ failures: await load.end(), code, said }).toEqual({ failures: [], code: 0, said: expect.any(String) });
    if (app === "manager")
      expect(said).toMatch(/✓ a client was registered through Anypoint \(\S+\), and deleted again/);
    expect(await configured(app)).toMatchObject({ generations: [next], active: next });
    expect(appsOf(label)).toEqual([`${label} ${next}`]);
    const patches = bench
      .calls("anypoint", position)
      .filter(({ method, path }) => /^(PATCH|PUT|POST|DELETE)$/.test(method) && /clientProviders\/[^/]+$/.test(path));
    expect(patches).toHaveLength(1);
    const now = await outputs();
    expect(now[`${app}Generation`]).toBe(next);
    expect(now[`${app}ClientId`]).not.toBe(former[`${app}ClientId`]);
    expect(now.clientProviderId).toBe(former.clientProviderId);
  });

  test("a preview has nothing to do", async () => {
    const { changeSummary } = await bench.stack.preview(recorded(bench));
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });
});

describe("when something is wrong", () => {
  let good: { okta: unknown; anypoint: unknown; deployment: Deployment; file: string };
  const file = () => join(location.workDir, "Pulumi.sandbox.yaml");

  beforeAll(async () => {
    const { okta, anypoint } = bench.lab;
    anypoint.switches.assertionKid = "none";
    anypoint.switches.gatewaySyncSeconds = 0;
    good = {
      ...structuredClone({ okta: okta.state, anypoint: anypoint.state }),
      deployment: await bench.stack.exportStack(),
      file: await readFile(file(), "utf8"),
    };
  });

  beforeEach(async () => {
    const { okta, anypoint } = structuredClone(good);
    Object.assign(bench.lab.okta.state, okta);
    Object.assign(bench.lab.anypoint.state, anypoint);
    await bench.stack.importStack(good.deployment);
    await writeFile(file(), good.file);
    bench.lab.faults.clear();
  });

  const used = () =>
    Object.values(bench.lab.anypoint.state.clientProviders).map(({ privateKey }) => privateKey?.clientId);
  const managers = () => appsOf("MuleSoft-Client-Manager");

  test("two keys on one app refuse every registration without kid, which is why there is a second app", async () => {
    const FAULT = FAULTS.find(({ name }) => name === "a second key on the Manager");
    FAULT?.on({ lab: bench.lab, resources: await readResources(location), config: {} });
    await expect(registerOne("with-two-keys")).rejects.toThrow(/401/);
    bench.lab.anypoint.switches.assertionKid = "thumbprint";
    await expect(registerOne("with-two-keys")).resolves.toBeUndefined();
    bench.lab.anypoint.switches.assertionKid = "none";
  });

  test("changes that wait for an up come first", async () => {
    await bench.configure({ "okta-anypoint:inspector": { ...(await configured("inspector")), label: "Renamed" } });
    const { code, said } = await rotate("--app", "manager");
    expect(code).toBe(2);
    expect(said).toMatch(/has changes that are not brought up: .*okta-anypoint-inspector-2-app/);
  });

  test("a registration that is refused switches back; --undo takes the new generation away", async () => {
    const before = { used: used(), managers: managers(), configured: await configured("manager") };
    const back = /✗ A registration through Anypoint failed: .*403[\s\S]*Switching back to generation \d/;
    bench.lab.faults.add({
      service: "okta",
      method: "POST",
      path: "^/oauth2/v1/clients$",
      kind: "refuse",
      status: 403,
    });
    const failed = await rotate("--app", "manager");
    expect(failed.said).toMatch(back);
    expect({ code: failed.code, used: used() }).toEqual({ code: 1, used: before.used });
    expect(managers()).toHaveLength(2);
    const undone = await rotate("--app", "manager", "--undo", "--drain", "0");
    expect(undone).toMatchObject({ code: 0, said: expect.stringMatching(/✓ generation \d is retired/) });
    expect({ used: used(), managers: managers(), configured: await configured("manager") }).toEqual(before);
  });

  test("a switch that fails is done by the next run, which waits and registers as the first would have", async () => {
    const fault = {
      service: "anypoint",
      method: "PATCH",
      path: "/clientProviders/[^/]+$",
      kind: "refuse",
      status: 403,
    } as const;
    bench.lab.faults.add(fault);
    const failed = await rotate("--app", "manager");
    expect(failed).toMatchObject({
      code: 2,
      said: expect.stringMatching(/Giving generation \d[\s\S]*`pulumi up` failed/),
    });
    const before = used();
    const drained: number[] = [];
    const again = await rotateBy(
      { pause: (time) => Promise.reject(new Error(`${drained.push(time)}`)) },
      "--app",
      "manager",
    );
    expect(again.said).toMatch(
      /✓ Anypoint uses generation \d[\s\S]*✓ a client was registered[\s\S]*Both generations work until/,
    );
    expect({ drained: drained.length, managers: managers().length }).toEqual({ drained: 1, managers: 2 });
    expect(used()).not.toEqual(before);
  });

  test("interrupted while it waits, it goes on where it was; an emergency waits for nothing", async () => {
    const interrupted = () => Promise.reject(new Error("Ctrl-C"));
    const first = await rotateBy({ pause: interrupted }, "--app", "inspector");
    expect(first.said).toMatch(/✓ Anypoint uses generation \d[\s\S]*Both generations work until/);
    expect(appsOf("MuleSoft-Token-Introspection")).toHaveLength(2);
    const second = await rotate("--app", "inspector", "--emergency");
    expect(second.said).not.toMatch(/is made|✓ Anypoint uses/);
    expect(second).toMatchObject({ code: 0, said: expect.stringMatching(/✓ generation \d is retired/) });
    expect(appsOf("MuleSoft-Token-Introspection")).toHaveLength(1);
  });

  test("by configuration alone, in one up: the provider has the new app before the old one goes", async () => {
    const position = bench.lab.journal.position;
    await bench.configure({ "okta-anypoint:manager": { generations: [9], active: 9 } });
    await bench.stack.up(recorded(bench));
    const writes = bench.lab.journal
      .entries({ after: position })
      .map(({ method, path }) => `${method} ${path.replace(/[^/]*$/, "")}`)
      .filter((call) => /^(PATCH .*clientProviders|DELETE \/api\/v1\/apps)\/$/.test(call));
    expect(writes).toEqual([expect.stringMatching(/^PATCH/), expect.stringMatching(/^DELETE/)]);
    expect(managers()).toEqual(["MuleSoft-Client-Manager (sandbox) 9"]);
  });

  test("a key that is too old is a warning of every preview, and no change", async () => {
    await bench.configure({ "okta-anypoint:rotation": { maxKeyAgeDays: 1 } });
    const text = JSON.stringify(good.deployment).replace(/(?<="createdAt":")[^"]+/g, "2020-01-01T00:00:00.000Z");
    await bench.stack.importStack(JSON.parse(text) as Deployment);
    const { stdout, changeSummary } = await bench.stack.preview(recorded(bench));
    expect(stdout).toMatch(/The Manager's key is \d{4} days old, more than rotation.maxKeyAgeDays \(1\)/);
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });
});
