/** The modes of the client provider, and changes from one to another, by the real engine. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import type { ExitCode, Surroundings } from "../../operations/command-line.ts";
import { runCommandLine as runLearn } from "../../operations/learn/main.ts";
import { runCommandLine as runManagerKey } from "../../operations/manager-key/main.ts";
import { runCommandLine as runManualSteps } from "../../operations/manual-steps/main.ts";
import { verify } from "../../operations/verify/index.ts";
import { readStack } from "../../operations/verify/stack.ts";
import type { ClientProvider } from "../../sandbox/anypoint/state.ts";
import { makeByHand } from "./manual-form.ts";
import { type Bench, recorded, startBench } from "./harness.ts";
import type { Refused } from "./refused-ups.ts";

// Stories of several ups each.
jest.setTimeout(180_000);

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const PROVIDER = { environments: ["Sandbox"], clientDeletion: "everywhere" };
const mode = (changes: object) => ({ "okta-anypoint:clientProvider": { ...PROVIDER, ...changes } });

/** Output of the engine since the last call. */
function said({ output }: Bench): string {
  return output.splice(0).join("");
}

/** Runs `refused-ups.ts` in a process of its own: the SDK also rejects promises nobody waits for, which Jest would count. */
async function refusedUps(first: object, changes: readonly object[], byHand?: object): Promise<Refused[]> {
  const script = fileURLToPath(new URL("refused-ups.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify({ first, changes, byHand })]);
  return JSON.parse(stdout) as Refused[];
}

const providers = ({ lab }: Bench): ClientProvider[] => Object.values(lab.anypoint.state.clientProviders);

async function types({ stack }: Bench): Promise<string[]> {
  const { deployment } = (await stack.exportStack()) as { deployment: { resources: { type: string }[] } };
  return deployment.resources.map(({ type }) => type.replace(/^.*:/, ""));
}

/** A preview that changes nothing and asks Anypoint nothing. */
async function expectSettled(it: Bench): Promise<void> {
  const position = it.lab.journal.position;
  const { changeSummary } = await it.stack.preview(recorded(it));
  expect(Object.keys(changeSummary)).toEqual(["same"]);
  expect(it.calls("anypoint", position)).toEqual([]);
}

/** Runs a command line on the bench's stack, as by hand: the engine is found by the process's environment. */
async function command(
  { stack }: Bench,
  run: (args: readonly string[], around: Surroundings) => Promise<ExitCode>,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const former = { ...process.env };
  Object.assign(process.env, stack.workspace.envVars);
  try {
    const code = await run(["--stack", "sandbox", ...args], {
      ...{ env: process.env, workDir: stack.workspace.workDir, color: false },
      stdout: (text) => out.push(text),
      stderr: (text) => err.push(text),
    });
    expect({ code, stderr: code === 0 ? "" : err.join("") }).toEqual({ code: 0, stderr: "" });
  } finally {
    process.env = former;
  }
  return { stdout: out.join(""), stderr: err.join("") };
}

async function expectVerified({ stack }: Bench): Promise<void> {
  const { workDir, envVars } = stack.workspace;
  const report = await verify(await readStack({ stackName: "sandbox", workDir, env: envVars }));
  expect(report.rows.map(({ check, status }) => [check, status])).toEqual(
    ["token", "call", "no-token", "garbage-token", "missing-scope", "no-contract"].map((check) => [check, "ok"]),
  );
}

async function expectNoSecret(it: Bench): Promise<void> {
  const haystacks = [
    await it.stateText(),
    JSON.stringify(it.events.filter(({ diagnosticEvent }) => diagnosticEvent?.prefix !== "debug: ")),
    JSON.stringify(it.lab.journal.entries()),
  ];
  const secrets = it.lab.secrets().flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  for (const text of haystacks) expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

describe("mode manual", () => {
  test("first prints the steps and waits; with the id, converges, and never writes or deletes the provider", async () => {
    bench = await startBench(mode({ mode: "manual" }));
    const it = bench;
    const { lab, stack } = it;
    await stack.preview(recorded(it));
    expect(said(it)).toContain("Token Client Private Key: the whole text of manager.pem");

    await stack.up(recorded(it));
    const first = said(it);
    const outputs = await stack.outputs();
    expect(first).toContain(`Token Client ID: ${String(outputs.managerClientId?.value)}`);
    expect(first).toContain(`Client ID: ${String(outputs.inspectorClientId?.value)}`);
    expect(first).toContain(`Token Introspection URL: ${String(outputs.introspectionUrl?.value)}`);
    expect(first.match(/Token Client API Scopes:/g)).toHaveLength(1);
    expect(first).toContain("these wait: the environments Sandbox; the APIs orders; the consumers orders-mobile");
    expect(outputs.clientProviderId).toBeUndefined();
    expect(outputs.clientProviderMode?.value).toBe("manual");
    // The preflight has looked at it; nothing was written.
    const asked = lab.journal.entries({ service: "anypoint" }).map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((call) => !/^(GET .*|POST .*\/oauth2\/token)$/.test(call))).toEqual([]);
    await expectSettled(it);

    const steps = await command(it, runManualSteps, []);
    expect(first.replaceAll(/\s+/g, " ")).toContain(steps.stdout.replaceAll(/\s+/g, " ").trim());
    const pem = await command(it, runManagerKey, ["--yes"]);
    const secret = await command(it, runManagerKey, ["--yes", "--inspector-secret"]);
    const id = await makeByHand(it);
    const [made] = providers(it);
    expect([pem.stdout, secret.stdout.trim()]).toEqual([
      made?.privateKey?.privateKey,
      made?.oidc.primary_client.secret,
    ]);
    const learned = await command(it, runLearn, ["--provider", "okta-sandbox"]);
    expect(learned.stdout).toContain(`id ${id}`);
    expect(learned.stdout).toContain("These are the default names: nothing has to be configured.");

    await it.configure(mode({ mode: "manual", id }));
    const before = structuredClone(providers(it));
    const up = await stack.up(recorded(it));
    expect(up.outputs.clientProviderId?.value).toBe(id);
    expect(providers(it)).toEqual(before);
    await expectVerified(it);
    await expectSettled(it);
    const { summary } = await stack.refresh({ ...recorded(it), runProgram: true });
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    await expectNoSecret(it);

    await stack.destroy({ ...recorded(it), runProgram: true });
    expect(providers(it)).toEqual(before);
    expect(Object.keys(lab.anypoint.state.applications)).toEqual([]);
  });

  test("a provider that is not as the stack says is refused in one list, and nothing is registered", async () => {
    const [refused] = await refusedUps(mode({ mode: "manual" }), [mode({ mode: "manual", id: "{id}" })], {
      client_request_timeout: 9000,
      allow_local_client_deletion: false,
    });
    expect(refused?.text).toContain("Client request timeout (seconds): it is 9, and must be 5");
    expect(refused?.text).toContain("Enable client deletion in Anypoint Platform: it is off, and must be on");
    expect(refused?.text).not.toContain("manual-client-provider.ts");
    expect(refused?.unchanged).toBe(true);
  });
});

describe("a change of mode", () => {
  test("managed to manual without the provider's own id is refused, and nothing is deleted", async () => {
    const [waiting, another] = await refusedUps(mode({}), [
      mode({ mode: "manual" }),
      mode({ mode: "manual", id: "another-id" }),
    ]);
    expect(waiting?.text).toContain(`this stack itself made client provider "okta-sandbox"`);
    expect(waiting?.text).toContain(`pulumi config set --path okta-anypoint:clientProvider.id ${waiting?.id}`);
    expect(another?.text).toContain("there is no client provider another-id");
    expect([waiting?.unchanged, another?.unchanged]).toEqual([true, true]);
  });

  test("managed to manual with the provider's id is one update that writes nothing, and so is the way back", async () => {
    bench = await startBench(mode({}));
    const it = bench;
    const { lab, stack } = it;
    await stack.up(recorded(it));
    const before = lab.snapshot();
    const id = providers(it)[0]?.providerId ?? "";

    await it.configure(mode({ mode: "manual", id }));
    const handedOver = await stack.up(recorded(it));
    // The provider's, the preflight's, which looks at what is expected now, and the guard's: the provider stays from here on.
    expect(handedOver.summary.resourceChanges).toEqual({ same: expect.any(Number), update: 3 });
    expect(lab.snapshot()).toEqual(before);
    expect(await types(it)).not.toContain("ClientProvider");
    await expectSettled(it);

    await it.configure(mode({}));
    const back = await stack.up(recorded(it));
    expect(back.summary.resourceChanges).toEqual({ same: expect.any(Number), update: 2 });
    expect(lab.snapshot()).toEqual(before);
    expect(await types(it)).not.toContain("ManualClientProvider");
    await expectSettled(it);
    await stack.destroy({ ...recorded(it), runProgram: true });
    // What a person looked after in between counts as adopted.
    expect(providers(it).map(({ providerId }) => providerId)).toEqual([id]);
  });

  test("manual that waits to managed makes the provider", async () => {
    bench = await startBench(mode({ mode: "manual" }));
    const it = bench;
    const before = it.lab.snapshot();
    await it.stack.up(recorded(it));
    await it.configure(mode({}));
    const { outputs } = await it.stack.up(recorded(it));
    expect(providers(it).map(({ providerId }) => providerId)).toEqual([outputs.clientProviderId?.value]);
    await expectSettled(it);
    await expectVerified(it);
    await it.stack.destroy({ ...recorded(it), runProgram: true });
    expect(it.lab.snapshot()).toEqual(before);
  });

  test("header to managed and back is one update each, and nothing of the other way is left", async () => {
    const it = await benchByHeader();
    const { stack } = it;
    await stack.up(recorded(it));
    await stack.removeConfig("okta-anypoint:registrationHeader");
    await it.configure(mode({}));
    const toKey = await stack.up(recorded(it));
    expect(toKey.summary.resourceChanges).toEqual({ same: expect.any(Number), update: 1 });
    expect(providers(it)[0]?.privateKey?.clientId).toBe(String(toKey.outputs.managerClientId?.value));
    expect(providers(it)[0]?.oidc.client.registration).toBeUndefined();
    await expectSettled(it);

    await byHeader(it);
    const toHeader = await stack.up(recorded(it));
    expect(toHeader.summary.resourceChanges).toEqual({ same: expect.any(Number), update: 1 });
    expect(providers(it)[0]?.privateKey).toBeUndefined();
    await expectSettled(it);
    await expectNoSecret(it);
  });
});

const headerOf = ({ lab }: Bench): string => `SSWS ${lab.credentials.okta.apiToken ?? ""}`;

async function byHeader(it: Bench): Promise<void> {
  await it.configure(mode({ mode: "header" }));
  await it.stack.setConfig("okta-anypoint:registrationHeader", { value: headerOf(it), secret: true });
}

async function benchByHeader(): Promise<Bench> {
  bench = await startBench(mode({}));
  await byHeader(bench);
  return bench;
}

describe("mode header", () => {
  test("converges, settles, and goes without a trace", async () => {
    const it = await benchByHeader();
    const { lab, stack } = it;
    const before = lab.snapshot();
    await stack.up(recorded(it));
    expect(providers(it)[0]?.oidc.client.registration?.authorization).toBe(headerOf(it));
    expect(providers(it)[0]?.privateKey).toBeUndefined();
    await expectVerified(it);
    await expectSettled(it);
    const { summary } = await stack.refresh({ ...recorded(it), runProgram: true });
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    await expectNoSecret(it);
    await stack.destroy({ ...recorded(it), runProgram: true });
    expect(lab.snapshot()).toEqual(before);
  });
});
