/** What a reviewer reads in a pull request: the text of `pulumi preview --diff`. And what the nightly look says of drift. */
import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import program from "../../index.ts";
import { runCommandLine as drift } from "../../operations/drift/main.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";
import { type ConfigValue, sandboxConfig } from "../../sandbox/stack-config.ts";
import { documentedScopes } from "../documented-scopes.ts";
import { type Bench, benchOver, recorded } from "./harness.ts";

let bench: Bench;
/** Counts the runs of the program, so that its code is another each time. */
let runs = 0;

/** As for the workflows: no login in the configuration. */
const withoutLogins = (lab: Lab, changes: Record<string, unknown>): Record<string, ConfigValue> =>
  Object.fromEntries(
    Object.entries(sandboxConfig(lab, changes)).filter(
      ([key]) => !/^(okta|anypoint):(clientId|privateKeyId|privateKey|clientSecret)$/.test(key),
    ),
  );

beforeAll(async () => {
  const lab = await startLab();
  bench = await benchOver(
    lab,
    (changes) => withoutLogins(lab, changes),
    async () => {
      runs++;
      return program();
    },
  );
  logIn(lab.credentials, documentedScopes("security.md", "Okta service app, `up`"));
  await bench.stack.up(recorded(bench));
});
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (/^(OKTA_API_|ANYPOINT_CLIENT_)/.test(name)) delete process.env[name];
  await bench.close();
});

/** Gives these logins in the environment. */
function logIn({ okta, anypoint }: Lab["credentials"], scopes: readonly string[]): void {
  Object.assign(process.env, {
    OKTA_API_CLIENT_ID: okta.clientId,
    OKTA_API_PRIVATE_KEY_ID: okta.privateKeyId,
    OKTA_API_PRIVATE_KEY: okta.privateKey,
    OKTA_API_SCOPES: scopes.join(","),
    ANYPOINT_CLIENT_ID: anypoint.clientId,
    ANYPOINT_CLIENT_SECRET: anypoint.clientSecret,
  });
}

const settingsNow = (): Record<string, unknown> =>
  Object.fromEntries(Object.entries(withoutLogins(bench.lab, {})).map(([key, { value }]) => [key, value]));

async function previewed(changes: Record<string, unknown> = {}): Promise<string> {
  await bench.configure(changes);
  bench.output.length = 0;
  await bench.stack.preview({ ...recorded(bench), diff: true, color: "never" });
  await bench.configure(Object.fromEntries(Object.keys(changes).map((key) => [key, settingsNow()[key]])));
  return stripVTControlCharacters(bench.output.join(""));
}

/** The part of the text about one resource. */
const about = (text: string, name: string): string =>
  text.split(/\n(?= {4,}\S{1,2}[ -]?\S+:\S+: \()/).find((part) => part.includes(`::${name}]`)) ?? "";

describe("the diff of a preview", () => {
  test("is empty where code but not configuration changed", async () => {
    const before = runs;
    const text = await previewed();
    expect(runs).toBeGreaterThan(before);
    expect(text).not.toMatch(/^\s*[~+-]/m);
    expect(text).toMatch(/\d+ unchanged/);
  });

  test("shows a changed setting as that property, and no code of ours", async () => {
    const apis = JSON.parse(String(settingsNow()["okta-anypoint:apis"])) as [{ policy: object }];
    apis[0].policy = { ...apis[0].policy, exposeHeaders: true };
    const text = await previewed({ "okta-anypoint:apis": apis });
    expect(about(text, "okta-anypoint-api-orders-policy")).toMatch(/~ exposeHeaders\s*: false => true/);
    expect(text).not.toContain("__provider");
    // Beside it the list that the preflight goes through, and the guard, which knows the ids of policies.
    const updated = [...text.matchAll(/~ \S+: \(update\)\s+\[id=[^\]]*\]\s+\[urn=\S*::([\w-]+)\]/g)].map(
      ([, name]) => name,
    );
    expect(updated).toEqual([
      "okta-anypoint-preflight",
      "okta-anypoint-api-orders-policy",
      "okta-anypoint-teardown-guard",
    ]);
  });

  test("shows a secret as such, and of a replacement for whose sake it is", async () => {
    const pem = generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    await bench.stack.setConfig("okta-anypoint:managerPrivateKey", { value: pem, secret: true });
    const text = await previewed();
    await bench.stack.removeConfig("okta-anypoint:managerPrivateKey");
    const key = about(text, "okta-anypoint-manager-key");
    expect(key).toMatch(/^\s*\+-/);
    expect(key).toMatch(/privateKeyPem\s*: \[secret\]/);
    expect(text).not.toContain("__provider");
    expect(text).not.toContain(pem.split("\n")[1]);
  });
});

const out: string[] = [];
beforeEach(() => void (out.length = 0));
const look = () => {
  const { workDir, envVars } = bench.stack.workspace;
  return drift(["--stack", "sandbox", "--out", "drift.md"], {
    ...{ env: { ...process.env, ...envVars }, workDir, color: false },
    stdout: (text) => out.push(text),
    stderr: () => undefined,
  });
};

/** Apps of the same keys and secrets that may read alone: their logins. */
function readers({ okta, anypoint, credentials }: Lab, scopes: readonly string[]): Lab["credentials"] {
  const clientId = "reads";
  const { apps, grants, roles } = okta.state;
  const app = Object.values(apps).find((one) => one.clientId === credentials.okta.clientId)!;
  apps[clientId] = { ...app, id: clientId, clientId, label: clientId };
  const [grant] = Object.values(grants);
  for (const scopeId of scopes) grants[`reads-${scopeId}`] = { ...grant!, id: scopeId, appId: clientId, scopeId };
  const [role] = Object.values(roles);
  roles[`${clientId}/one`] = { ...role!, id: "one", clientId, type: "READ_ONLY_ADMIN" };
  const { connectedApps } = anypoint.state;
  const connected = connectedApps[credentials.anypoint.clientId]!;
  connectedApps[clientId] = { ...connected, clientId, scopes: documentedScopes("security.md", "reading") };
  return { okta: { ...credentials.okta, clientId }, anypoint: { ...credentials.anypoint, clientId } };
}

describe("logins that may read alone", () => {
  const scopes = documentedScopes("pull-requests.md", "Okta service app");
  afterEach(() => logIn(bench.lab.credentials, documentedScopes("security.md", "Okta service app, `up`")));

  test("preview what did not change and what did on both sides, and look for drift, without a failure", async () => {
    logIn(readers(bench.lab, scopes), scopes);
    const after = bench.lab.journal.position;
    expect(await previewed()).toMatch(/Resources:\n\s+\d+ unchanged/);

    const apis = JSON.parse(String(settingsNow()["okta-anypoint:apis"])) as [{ policy: object }];
    apis[0].policy = { ...apis[0].policy, exposeHeaders: true };
    const server = JSON.parse(String(settingsNow()["okta-anypoint:authorizationServer"])) as { scopes: object[] };
    server.scopes.push({ name: "another_scope" });
    const text = await previewed({ "okta-anypoint:apis": apis, "okta-anypoint:authorizationServer": server });
    expect(text).toMatch(/\+ 1 to create/);

    expect({ code: await look(), said: out.join("") }).toEqual({
      code: 0,
      said: expect.stringContaining("both sides are as the last `pulumi up` left them"),
    });
    const calls = [...bench.calls("okta", after), ...bench.calls("anypoint", after)];
    expect(calls.length).toBeGreaterThan(50);
    const made = calls.map(({ method, path }) => `${method} ${path}`);
    expect(made.filter((call) => !/^(GET .*|POST .*\/(token|introspect))$/.test(call))).toEqual([]);
    expect(calls.filter(({ status }) => status === 403)).toEqual([]);
  });
});

describe("npm run drift", () => {
  test("says that there is none, then what only the doctor sees, and then what somebody changed and deleted, without touching anything", async () => {
    expect(await look()).toBe(0);
    expect(out.join("")).toContain("both sides are as the last `pulumi up` left them");

    out.length = 0;
    const manager = Object.values(bench.lab.okta.state.apps).find(({ clientId }) => clientId.includes("manager"));
    manager!.dpopBound = true;
    expect(await look()).toBe(1);
    expect(out.join("")).toMatch(/a refresh finds nothing changed[^]*\| manager-dpop-on \|/);
    expect(out.join("")).not.toContain("as the last `pulumi up` left them");
    expect(await readFile(join(bench.stack.workspace.workDir, "drift.md"), "utf8")).toBe(out.join(""));
    manager!.dpopBound = false;

    const { clientProviders, policies } = bench.lab.anypoint.state;
    const [provider] = Object.values(clientProviders).filter(({ name }) => name === "okta-sandbox");
    Object.assign(provider!, { name: "okta-by-hand" });
    const policy = Object.keys(policies).at(-1)!;
    delete policies[policy];
    const [state, snapshot] = [await bench.stateText(), bench.lab.snapshot()];
    // As docs/operations.md has it for a pipeline of one's own.
    const alone = { ...recorded(bench), runProgram: true, expectNoChanges: true };
    await expect(bench.stack.previewRefresh(alone)).rejects.toThrow(/no changes were expected/);
    out.length = 0;
    expect(await look()).toBe(1);
    expect(out.join("")).toMatch(/\| okta-anypoint-api-orders-policy \| `gone` \|/);
    expect(out.join("")).toMatch(/\| okta-anypoint-client-provider-provider \| `name`/);
    expect(await readFile(join(bench.stack.workspace.workDir, "drift.md"), "utf8")).toBe(out.join(""));
    expect(await bench.stateText()).toBe(state);
    expect(bench.lab.snapshot()).toEqual(snapshot);
  });
});
