/** Two stacks of one project side by side, over the defaults of the checkout's own Pulumi.yaml: each has its own settings, and its own objects. */
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import program from "../../index.ts";
import { ROOT, removeFolder, sandboxStack } from "../../sandbox/engine.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";
import { LOGINS_ALONE, sandboxConfig } from "../../sandbox/stack-config.ts";
import { plugins } from "./plugins.ts";

let lab: Lab;
let folder: string;
let dev: Stack;
let prod: Stack;

beforeAll(async () => {
  await mkdir(join(ROOT, ".sandbox"), { recursive: true });
  folder = await mkdtemp(join(ROOT, ".sandbox", "test-"));
  lab = await startLab();
  dev = await stack("dev", {
    "okta-anypoint:clientProvider": { environments: ["Sandbox"], clientDeletion: "everywhere", timeoutSeconds: 10 },
    "okta-anypoint:authorizationServer": { allowClients: "all" },
  });
  prod = await stack("prod", {
    "okta-anypoint:manager": { modulusLength: 3072 },
    "okta-anypoint:clientProvider": { environments: ["Sandbox"] },
    "okta-anypoint:authorizationServer": { create: { name: "apis of prod" }, accessTokenLifetimeMinutes: 15 },
  });
  // What all stacks of the project inherit, as it is shipped.
  const { config } = parse(await readFile(join(ROOT, "Pulumi.yaml"), "utf8")) as { config: object };
  const file = join(folder, "project", "Pulumi.yaml");
  const project = parse(await readFile(file, "utf8")) as object;
  await writeFile(file, stringify({ ...project, config }));
});
afterAll(async () => {
  await lab.close();
  await removeFolder(folder);
});

/** A stack of the one project, with what differs from the defaults. */
const stack = (stackName: string, changes: Record<string, unknown>): Promise<Stack> =>
  sandboxStack({
    ...{ folder, stackName, program, plugins },
    config: sandboxConfig(lab, {
      ...LOGINS_ALONE,
      "okta-anypoint:apis": [
        {
          name: "orders",
          environment: "Sandbox",
          asset: { assetId: "orders-api", version: "1.0.0", label: stackName },
          policy: { scopes: ["custom_scope"] },
        },
      ],
      "okta-anypoint:consumers": [{ name: "orders-mobile", api: "orders" }],
      ...changes,
    }),
  });

/** Every object of both sides by its kind and id, but for what all stacks share: the lists of environments, and what a read or a login leaves. */
function objects(): Map<string, string> {
  const found = new Map<string, string>();
  for (const store of lab.snapshot() as Record<string, Record<string, unknown>>[]) {
    for (const [kind, all] of Object.entries(store)) {
      if (kind === "environments" || typeof all !== "object") continue;
      for (const [id, one] of Object.entries(all)) found.set(`${kind} ${id}`, JSON.stringify(one));
    }
  }
  return found;
}

/** Those of the one that are not, or are other, in the other. */
const missing = (from: ReadonlyMap<string, string>, there: ReadonlyMap<string, string>): string[] =>
  [...from].filter(([name, one]) => there.get(name) !== one).map(([name]) => name);

const offered = (): string[] =>
  Object.values(lab.anypoint.state.environments).find(
    ({ name, clientProviderIds }) => name === "Sandbox" && clientProviderIds.length > 0,
  )?.clientProviderIds ?? [];

test("each has its own settings, and neither an up nor a destroy of one touches the other", async () => {
  const seed = objects();
  const ofDev = await dev.up();
  const afterDev = objects();
  const ofProd = await prod.up();
  const both = objects();
  expect(missing(afterDev, both)).toEqual([]);

  const settings = [ofDev, ofProd].map(({ outputs }) => {
    const value = (name: string): string => String(outputs[name]?.value);
    const { anypoint, okta } = lab;
    const provider = anypoint.state.clientProviders[value("clientProviderId")]!;
    const server = Object.values(okta.state.authorizationServers).find(({ id }) =>
      value("consumerIssuer").endsWith(id),
    )!;
    const policy = Object.values(okta.state.serverPolicies).find(({ serverId }) => serverId === server.id)!;
    const rule = Object.values(okta.state.policyRules).find(({ policyId }) => policyId === policy.id)!;
    const manager = Object.values(okta.state.apps).find(({ clientId }) => clientId === value("managerClientId"))!;
    return {
      name: provider.name,
      timeout: provider.oidc.client_request_timeout,
      external: provider.oidc.allow_external_client_modification,
      server: server.name,
      audiences: server.audiences,
      minutes: rule.token.accessTokenLifetimeMinutes,
      anyClient: policy.clients.includes("ALL_CLIENTS"),
      keyBits: Buffer.from(manager.keys[0]?.n ?? "", "base64url").length * 8,
    };
  });
  const shared = { audiences: ["api://mulesoft"] };
  expect(settings).toEqual([
    {
      ...{ ...shared, name: "okta-dev", timeout: 10_000, external: true },
      ...{ server: "mulesoft-apis", minutes: 60, anyClient: true, keyBits: 2048 },
    },
    {
      ...{ ...shared, name: "okta-prod", timeout: 5000, external: false },
      ...{ server: "apis of prod", minutes: 15, anyClient: false, keyBits: 3072 },
    },
  ]);

  // Of dev's own nothing is to be done either.
  await dev.preview({ expectNoChanges: true });
  await dev.destroy({ runProgram: true });
  const left = objects();
  const own = missing(both, afterDev);
  expect(own.length).toBeGreaterThan(10);
  expect(missing(new Map([...both].filter(([name]) => own.includes(name))), left)).toEqual([]);
  expect(missing(seed, left)).toEqual([]);
  expect([...left.keys()].filter((name) => !seed.has(name) && !own.includes(name))).toEqual([]);
  expect(offered()).toEqual([ofProd.outputs.clientProviderId?.value]);
  await prod.preview({ expectNoChanges: true });
});
