/** A pattern made by hand is found, taken over and given back, by the command line and the real engine. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse, parseDocument } from "yaml";
import type { StackOutputs } from "../../config/outputs.ts";
import { verify } from "../../operations/verify/index.ts";
import { readStack } from "../../operations/verify/stack.ts";
import { orgToken } from "../../providers/okta/access-token.ts";
import type { HandMadeOptions } from "../../sandbox/hand-made.ts";
import type { Lab } from "../../sandbox/lab.ts";
import { ASKS, type ByHand, adopt, stackFile, startByHandBench } from "./by-hand.ts";
import type { FailingAdopt } from "./failing-adopt.ts";
import { type Bench, recorded } from "./harness.ts";

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function startByHand(options: HandMadeOptions = {}): Promise<ByHand> {
  const started = await startByHandBench(options);
  ({ bench } = started);
  return started;
}

/** In a process of its own: the SDK also rejects a promise nobody waits for, which Jest would count. */
async function failing(scenario: string): Promise<FailingAdopt> {
  const script = fileURLToPath(new URL("failing-adopt.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, scenario]);
  return JSON.parse(stdout) as FailingAdopt;
}

/** Adds the URL that only a person knows. */
async function addUrl(of: Bench, url: string): Promise<void> {
  const document = parseDocument(await readFile(stackFile(of), "utf8"));
  document.setIn(["config", "okta-anypoint:apis", 0, "url"], url);
  await writeFile(stackFile(of), document.toString({ lineWidth: 0 }));
}

async function rowsOfVerification({ stack }: Bench): Promise<string[]> {
  const { workDir, envVars } = stack.workspace;
  const report = await verify(await readStack({ stackName: "sandbox", workDir, env: envVars }));
  return report.rows.map(({ check, status }) => `${check} ${status}`);
}

/** Both stores, with what a takeover of App B is known to leave behind put aside. */
function compared(lab: Lab, inspectorId: string): unknown {
  const stores = structuredClone(lab.snapshot()) as [{ apps: Record<string, Record<string, unknown>> }, unknown];
  const inspector = stores[0].apps[inspectorId] ?? {};
  for (const key of ["authenticationMethod", "lastUpdated", "passive"]) delete inspector[key];
  return JSON.parse(
    JSON.stringify(stores, (key, value: unknown) =>
      key === "scopes" && Array.isArray(value) ? value.toSorted() : typeof value === "string" ? value.trim() : value,
    ),
  );
}

/** A project whose stacks inherit a part of their settings. */
const PROJECT = `name: okta-anypoint
runtime: nodejs
config:
  okta-anypoint:defaults:
    value:
      manager: { modulusLength: 2048 }
      rotation: { drainMinutes: 30 }
      authorizationServer:
        create: { audience: api://mulesoft }
        allowClients: declared
`;

describe("with the Manager's own key", () => {
  test("found, written, brought up, verified, and given back", async () => {
    const { bench: b, made, keyFile } = await startByHand();
    const { lab, stack } = b;
    const before = compared(lab, made.inspector.id);
    await writeFile(join(stack.workspace.workDir, "Pulumi.yaml"), PROJECT);
    const text = (await readFile(stackFile(b), "utf8")).replace("config:", "config:\n  # Who runs the stack\n");
    await writeFile(stackFile(b), text);

    const position = lab.journal.position;
    const dry = await adopt(b, "--manager-key", keyFile, "--dry-run");
    expect([dry.code, await readFile(stackFile(b), "utf8")]).toEqual([0, text]);
    expect(dry.said).toContain("Nothing was written (--dry-run)");
    const unasked = await adopt(b, "--manager-key", keyFile);
    expect([unasked.code, await readFile(stackFile(b), "utf8")]).toEqual([2, text]);
    const { code, said } = await adopt(b, "--manager-key", keyFile, "--yes");
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("Written.") });
    expect(said).not.toContain("NEW KEY");
    expect(said).toMatch(/orders-of-jane .* left alone .* is owned by jane\.doe/);
    expect(said).toMatch(/manager-app +│ imported +│ stays as it is/);
    expect(said).toMatch(/inspector-app +│ imported +│ changes clientBasicSecret, tokenEndpointAuthMethod/);
    const [written, secrets] = [await readFile(stackFile(b), "utf8"), lab.secrets()];
    expect(written).toContain("# Who runs the stack");
    // What all stacks inherit stays where it stands; the server that they would create gives way to the one that is there.
    expect(written).not.toMatch(/modulusLength|drainMinutes|api:\/\/mulesoft/);
    expect(parse(written)).toMatchObject({ config: { "okta-anypoint:authorizationServer": { create: null } } });
    expect(await readFile(join(stack.workspace.workDir, "Pulumi.yaml"), "utf8")).toBe(PROJECT);
    for (const secret of secrets) expect([said.includes(secret), written.includes(secret)]).toEqual([false, false]);
    const writes = lab.journal
      .entries({ after: position })
      .filter(({ method, path }) => !ASKS.test(`${method} ${path}`));
    expect(writes).toEqual([]);
    expect(compared(lab, made.inspector.id)).toEqual(before);

    const again = await adopt(b);
    expect(again).toEqual({ code: 0, said: expect.stringContaining("The configuration holds all of it already.") });
    expect(await readFile(stackFile(b), "utf8")).toBe(written);

    await addUrl(b, made.api.url);
    const { summary, outputs } = await stack.up(recorded(b));
    expect(summary.resourceChanges).toEqual({ create: expect.any(Number), import: 4, update: 1 });
    const value = (name: keyof StackOutputs) => outputs[name]?.value as never;
    expect([value("managerClientId"), value("inspectorClientId"), value("clientProviderId")]).toEqual([
      made.manager.id,
      made.inspector.id,
      made.provider.id,
    ]);
    expect(value("apis")).toMatchObject({ "by-hand": { instanceId: made.api.id, policyId: made.api.policyId } });
    expect(value("consumers")).toMatchObject({
      "orders-web": { applicationId: made.application.id, clientId: made.application.clientId },
    });
    expect(value("activeKid")).toBe(made.manager.kid);
    // The last two need the probe, which a takeover does not make.
    const checks = [
      "token ok",
      "call ok",
      "no-token ok",
      "garbage-token ok",
      "missing-scope not-run",
      "no-contract not-run",
    ];
    expect(await rowsOfVerification(b)).toEqual(checks);

    const after = lab.journal.position;
    const preview = await stack.preview(recorded(b));
    expect(Object.keys(preview.changeSummary)).toEqual(["same"]);
    expect(b.calls("anypoint", after)).toEqual([]);
    expect((await adopt(b)).said).toContain("`pulumi up` would change nothing.");
    const refresh = await stack.refresh({ ...recorded(b), runProgram: true });
    expect(Object.keys(refresh.summary.resourceChanges ?? {})).toEqual(["same"]);

    await stack.destroy({ ...recorded(b), runProgram: true });
    expect(compared(lab, made.inspector.id)).toEqual(before);
  });
});

describe("without the Manager's key, and with the server's own objects", () => {
  test("a new key is announced and reaches both sides; scopes, policy and rule are imported and left", async () => {
    // App B as a service app, which the vendor's guide has too.
    const { bench: b, made } = await startByHand({ inspectorType: "service" });
    const { lab, stack } = b;
    const { code, said } = await adopt(b, "--own-server", "--yes");
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("A NEW KEY for App A") });
    expect(said).toMatch(/manager-app +│ imported +│ changes jwks/);
    const owned = () =>
      JSON.stringify([
        lab.okta.state.scopes[made.server.scopeId],
        lab.okta.state.serverPolicies[made.server.policyId],
        lab.okta.state.policyRules[made.server.ruleId],
      ]);
    const before = owned();
    const { summary } = await stack.up(recorded(b));
    expect(summary.resourceChanges).toEqual({ create: expect.any(Number), import: 7, update: 2 });
    expect(owned()).toBe(before);

    const key = lab.anypoint.state.clientProviders[made.provider.id]?.privateKey;
    expect(key?.clientId).toBe(made.manager.id);
    const [registered, ...others] = lab.okta.state.apps[made.manager.id]?.keys ?? [];
    expect([registered?.kid === made.manager.kid, others]).toEqual([false, []]);
    const app = { clientId: made.manager.id, privateKey: key?.privateKey ?? "" };
    expect((await orgToken(lab.okta.url, app, ["okta.clients.register"])).scopes).toEqual(["okta.clients.register"]);

    expect(Object.keys((await stack.preview(recorded(b))).changeSummary)).toEqual(["same"]);
    const again = await adopt(b, "--own-server");
    expect([again.code, again.said.includes("NEW KEY")]).toEqual([0, false]);

    await stack.destroy({ ...recorded(b), runProgram: true });
    expect(owned()).toBe(before);
    expect(lab.okta.state.apps[made.manager.id]?.keys).toEqual([registered]);
    const { clientProviders, apiInstances, policies, contracts } = lab.anypoint.state;
    expect(Object.keys(clientProviders)).toEqual([made.provider.id]);
    expect([apiInstances[made.api.id]?.providerId, policies[made.api.policyId]?.order]).toEqual([made.provider.id, 1]);
    expect(Object.values(contracts).map(({ status }) => status)).toEqual(["APPROVED", "APPROVED"]);
  });
});

describe("a preview that fails", () => {
  test("of an id that is not there: one error, and nothing is made", async () => {
    const { text, writes } = await failing("unknown id");
    expect(text).toMatch(/okta-anypoint-manager-app/);
    expect(text).toMatch(/failed to get OAuth application: .*Not found: Resource not found: 0oaNotThere/);
    expect(writes).toEqual([]);
  });

  test("of what the configuration holds beside: its errors are told, and nothing is written", async () => {
    const { text, code, changed, writes } = await failing("unknown environment");
    expect(text).toContain("The preview with this configuration failed; nothing was written.");
    expect(text).toContain('Could not find environment "Nowhere"');
    expect([code, changed, writes]).toEqual([1, false, []]);
  });

  test("another app in the configuration than was found is no matter of a preview", async () => {
    const { bench: b, made, keyFile } = await startByHand();
    await adopt(b, "--manager-key", keyFile, "--yes");
    const text = await readFile(stackFile(b), "utf8");
    await writeFile(stackFile(b), text.replace(`managerApp: ${made.manager.id}`, "managerApp: 0oaNotThere"));
    const { code, said } = await adopt(b);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining("okta-anypoint:adopt.managerApp") });
  });
});

describe("a configuration with which the first up would replace something", () => {
  test("is not written", async () => {
    const { bench: b, made, keyFile } = await startByHand();
    // Another role than the app has: a role assignment can only be replaced.
    for (const role of Object.values(b.lab.okta.state.roles)) {
      if (role.clientId === made.manager.id) role.type = "ORG_ADMIN";
    }
    const document = parseDocument(await readFile(stackFile(b), "utf8"));
    document.setIn(["config", "okta-anypoint:manager"], document.createNode({ adminRole: { type: "APP_ADMIN" } }));
    await writeFile(stackFile(b), document.toString({ lineWidth: 0 }));
    const before = await readFile(stackFile(b), "utf8");
    const { code, said } = await adopt(b, "--manager-key", keyFile, "--yes");
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(/manager-role-assignment.*REPLACED/) });
    expect(said).toContain("this is no takeover. Nothing was written.");
    expect(said).toContain("okta-anypoint:manager.adminRole.type: the configuration says APP_ADMIN, found ORG_ADMIN");
    expect(await readFile(stackFile(b), "utf8")).toBe(before);
  });
});
