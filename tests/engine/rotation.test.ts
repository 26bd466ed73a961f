/** Rotation by generations: both apps, while clients are registered and APIs are called all the time. */
import { setTimeout as sleep } from "node:timers/promises";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
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
import { type Bench, recorded, startBench } from "./harness.ts";

/** How long the gateway goes on with what it has, in seconds. */
const GATEWAY_LAG = 2;

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

async function rotate(...args: string[]) {
  const said: string[] = [];
  const code = await runCommandLine(["--stack", "sandbox", "--yes", ...args], {
    env: { ...process.env, ...location.env },
    workDir: location.workDir,
    color: false,
    stdout: (text) => said.push(text),
    stderr: (text) => said.push(text),
  });
  return { code, said: said.join("") };
}

const outputs = async () => stackOutputs(await readResources(location));
const configured = async (app: string) => {
  const file = await readFile(join(location.workDir, "Pulumi.sandbox.yaml"), "utf8");
  return (parse(file) as { config: Record<string, unknown> }).config[`okta-anypoint:${app}`];
};
const appsOf = (prefix: string) =>
  Object.values(bench.lab.okta.state.apps)
    .map(({ label }) => label)
    .filter((label) => label.startsWith(prefix));

/** Registers a client through Anypoint and calls the API with a new token, again and again. Gives what failed. */
function traffic() {
  const { lab } = bench;
  const { clientId, clientSecret } = lab.credentials.anypoint;
  const config: Record<string, string> = {
    "anypoint:host": lab.anypoint.url,
    "anypoint:clientId": clientId,
    "anypoint:clientSecret": clientSecret,
  };
  const failures = new Set<string>();
  const counts = { registrations: 0, calls: 0 };
  let running = true;
  const register = async () => {
    const anypoint = new AnypointClient({ connection: readConnection((key) => config[key], {}) });
    const [instance] = Object.values(lab.anypoint.state.apiInstances);
    for (let number = 1; running; number += 1) {
      const { id, state } = await createClientApplication(anypoint, {
        name: `traffic-${number}`,
        redirectUris: [UNUSED_REDIRECT_URI],
        grantTypes: ["authorization_code", "client_credentials"],
        ...{ apiId: String(instance?.id), clientProviderId: instance?.providerId ?? "", deletion: "remove" },
      });
      await deleteClientApplication(anypoint, id, state, () => {});
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
