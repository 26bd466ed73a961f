/** Another team's stack, from the npm package, with a passphrase and a connected app of its own, beside the stack that protects the API. */
import { execFile } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runCommandLine } from "../../operations/rotate/main.ts";
import { ROOT } from "../../sandbox/engine.ts";
import { API_SCOPE, type ConfigValue } from "../../sandbox/stack-config.ts";
import { installPackage } from "../package/install.ts";
import type { Ran, Run } from "./consumer-stack-run.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

const SCRIPT = fileURLToPath(new URL("consumer-stack-run.ts", import.meta.url));
/** As docs/other-stacks.md names them. */
const TEAM_SCOPES = [
  ...["read:organization", "create:client_applications", "read:client_applications", "read:exchange"],
  ...["read:api_contracts", "manage:api_contracts"],
];
const TEAM = { clientId: "team", clientSecret: "secret-of-the-team" };
const server = (furtherClients: string[]) => ({
  create: { name: "mulesoft-apis", audience: "api://mulesoft" },
  scopes: [API_SCOPE],
  allowClients: "declared",
  furtherClients,
});
/** What an operation did, or would do, beyond reading. */
const changed = (changes: Readonly<Record<string, number>> = {}): string[] =>
  Object.keys(changes).filter((op) => op !== "same" && op !== "read");

let bench: Bench;
let project: string;
/** What the team's engine has printed and failed with, in all. */
const said: string[] = [];

beforeAll(async () => {
  bench = await startBench({
    "okta-anypoint:consumers": [],
    "okta-anypoint:verification": { probe: false },
    "okta-anypoint:authorizationServer": server([]),
  });
  const [own] = Object.values(bench.lab.anypoint.state.connectedApps);
  bench.lab.anypoint.state.connectedApps[TEAM.clientId] = { ...own!, ...TEAM, name: "team", scopes: TEAM_SCOPES };
  await bench.stack.up(recorded(bench));
  project = join(bench.folder, "consumer");
  await mkdir(project);
  await cp(join(ROOT, "examples", "consumer-stack"), project, { recursive: true });
  await installPackage(project);
});
afterAll(() => bench.close());

async function team(operation: Run["operation"]): Promise<Ran> {
  const config: Record<string, ConfigValue> = {
    "orders-mobile:twoAppStack": { value: "organization/okta-anypoint/sandbox" },
    "orders-mobile:api": { value: "orders" },
    "anypoint:host": { value: bench.lab.anypoint.url },
    "anypoint:clientId": { value: TEAM.clientId },
    "anypoint:clientSecret": { value: TEAM.clientSecret, secret: true },
  };
  const run: Run = { project, operation, config, state: join(bench.folder, "state"), passphrase: "of the team" };
  const args = ["--disable-warning=ExperimentalWarning", SCRIPT, JSON.stringify(run)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  const ran = JSON.parse(stdout) as Ran;
  said.push(ran.text);
  expect(ran).toMatchObject({ changes: expect.any(Object) });
  return ran;
}

/** The answer to a request for a token by the team's outputs alone. */
async function tokenRequest({ clientId, clientSecret, tokenUrl, scope }: Ran["outputs"]): Promise<Response> {
  const basic = Buffer.from(`${String(clientId)}:${String(clientSecret)}`).toString("base64");
  return fetch(String(tokenUrl), {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: String(scope) }),
  });
}

/** What the API answers to a token of the team's. */
async function call(outputs: Ran["outputs"]): Promise<number> {
  const answer = await tokenRequest(outputs);
  expect(answer.status).toBe(200);
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return (await fetch(String(outputs["apiUrl"]), { headers: { authorization: `Bearer ${token}` } })).status;
}

/** Secrets of the first stack: none of them may reach the team. */
async function firstStacksSecrets(): Promise<string[]> {
  const text = JSON.stringify(await bench.stack.exportStack());
  // The export has them in clear under the first stack's passphrase.
  // All keys of one kind begin alike, so the second line is taken.
  const keys = [...text.matchAll(/PRIVATE KEY-----\\{1,2}n[A-Za-z0-9+/]{64}\\{1,2}n([A-Za-z0-9+/]{64})/g)];
  return [...new Set(keys.map(([, start]) => start!)), bench.lab.credentials.anypoint.clientSecret];
}

describe("a consumer in another team's stack", () => {
  let outputs: Ran["outputs"];

  test("comes up by the first stack's outputs, and gets a token once the first stack lists its client", async () => {
    const ran = await team("up");
    outputs = ran.outputs;
    expect(outputs).toMatchObject({ contractStatus: "APPROVED", clientId: expect.stringMatching(/./) });
    const refused = await tokenRequest(outputs);
    expect([refused.status, await refused.json()]).toEqual([400, expect.objectContaining({ error: "access_denied" })]);

    await bench.configure({ "okta-anypoint:authorizationServer": server([String(outputs["clientId"])]) });
    // There was no consumer, and so no access policy.
    const { summary } = await bench.stack.up(recorded(bench));
    expect(changed(summary.resourceChanges)).toEqual(["create"]);
    expect(await call(outputs)).toBe(200);
  });

  test("a second preview changes nothing, and makes no call to Anypoint", async () => {
    const position = bench.lab.journal.position;
    expect(changed((await team("preview")).changes)).toEqual([]);
    expect(bench.calls("anypoint", position)).toEqual([]);
  });

  test("a rotation of the Manager changes nothing for it", async () => {
    const { workDir, envVars } = bench.stack.workspace;
    const told: string[] = [];
    const code = await runCommandLine(["--stack", "sandbox", "--app", "manager", "--emergency", "--yes"], {
      ...{ env: { ...process.env, ...envVars }, workDir, color: false },
      ...{ stdout: (text: string) => told.push(text), stderr: (text: string) => told.push(text) },
    });
    expect({ code, told: told.join("") }).toEqual({ code: 0, told: expect.any(String) });
    expect(changed((await team("preview")).changes)).toEqual([]);
    expect(await call(outputs)).toBe(200);
  });

  test("no secret of the first stack is in what it can read", async () => {
    const secrets = await firstStacksSecrets();
    expect(secrets.length).toBeGreaterThan(1);
    const firstOutputs = JSON.stringify(
      Object.entries(await bench.stack.outputs()).map(([name, { value }]) => [name, value as unknown]),
    );
    // The backend's files, which the two stacks share, and all that the team's engine said.
    const seen = [await bench.stateText(), firstOutputs, ...said].join("\n");
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
    // Their own passphrase does not open the other's secrets.
    const env = { ...process.env, ...bench.stack.workspace.envVars, PULUMI_CONFIG_PASSPHRASE: "of the team" };
    const reading = promisify(execFile)(
      "pulumi",
      ["stack", "export", "--show-secrets", "--stack", "organization/okta-anypoint/sandbox"],
      { cwd: project, env },
    );
    await expect(reading).rejects.toMatchObject({ stderr: expect.stringContaining("passphrase") });
  });

  test("its destroy takes its own application, and leaves the first stack as it was", async () => {
    await team("destroy");
    const { applications, contracts } = bench.lab.anypoint.state;
    const names = Object.values(applications).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("orders-mobile"))).toEqual([]);
    expect(Object.keys(contracts)).toEqual([]);
    const { changeSummary } = await bench.stack.preview(recorded(bench));
    expect(changed(changeSummary)).toEqual([]);
  });
});
