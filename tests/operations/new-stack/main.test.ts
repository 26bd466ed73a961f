import { existsSync } from "node:fs";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import type { Surroundings } from "../../../operations/command-line.ts";
import { runCommandLine } from "../../../operations/new-stack/main.ts";
import { type Lab, startLab } from "../../../sandbox/lab.ts";
import { type Project, makeProject } from "../project.ts";

const SETTINGS = `name: okta-anypoint
runtime: nodejs
config:
  okta-anypoint:defaults:
    value:
      clientProvider: { timeoutSeconds: 7 }
      authorizationServer: { id: default, scopes: [orders.read, orders.write] }
`;

let lab: Lab;
let project: Project;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  lab = await startLab();
  project = await makeProject(SETTINGS);
  folder = project.folder;
  await writeFile(join(folder, "bootstrap.pem"), lab.credentials.okta.privateKey);
  env = { ...project.env, ANYPOINT_CLIENT_SECRET: lab.credentials.anypoint.clientSecret };
});
afterAll(async () => {
  await lab.close();
  await project.remove();
});

async function run(args: readonly string[], changes: NodeJS.ProcessEnv = {}, asking: Partial<Surroundings> = {}) {
  const said: string[] = [];
  const write = (text: string) => said.push(text);
  const around = {
    env: { ...env, ...changes },
    workDir: folder,
    color: false,
    stdout: write,
    stderr: write,
    ...asking,
  };
  return { code: await runCommandLine(args, around), said: said.join("") };
}

const logins = () => [
  ...["--org-url", lab.okta.url, "--okta-client-id", lab.credentials.okta.clientId],
  ...["--okta-key-id", lab.credentials.okta.privateKeyId, "--okta-key-file", "bootstrap.pem"],
  ...["--anypoint-host", lab.anypoint.url, "--anypoint-client-id", lab.credentials.anypoint.clientId],
];

const stacks = async (): Promise<string[]> => (await project.workspace.listStacks()).map(({ name }) => name);

const file = (name: string) => join(folder, `Pulumi.${name}.yaml`);

test("all that is missing is in one list, before anything is asked of anybody", async () => {
  const { code, said } = await run(["bare"], { ANYPOINT_CLIENT_SECRET: "" });
  expect(code).toBe(2);
  expect(said).toContain("okta-anypoint:orgUrl");
  expect(said).toMatch(/anypoint:client/);
  expect(said).not.toContain("Trying");
  expect(said).toMatch(/Give these by flags .*Nothing was written\./);
  expect(existsSync(file("bare"))).toBe(false);
});

test("a stack is made with what differs from the defaults alone, and its secrets are encrypted", async () => {
  const { code, said } = await run(["good", ...logins(), "--environment", "Sandbox"]);
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("Made the stack good") });
  const text = await readFile(file("good"), "utf8");
  expect(text).toMatch(/okta-anypoint:clientProvider:\n\s+environments:\n\s+- Sandbox\n/);
  expect(text).not.toContain("timeoutSeconds");
  for (const secret of [lab.credentials.anypoint.clientSecret, lab.credentials.okta.privateKey.split("\n")[1]!]) {
    expect(text + said).not.toContain(secret);
  }
  const config = await project.workspace.getAllConfig("good");
  expect(config["anypoint:clientSecret"]).toEqual({ value: lab.credentials.anypoint.clientSecret, secret: true });
  expect(config["okta:privateKey"]).toEqual({ value: lab.credentials.okta.privateKey, secret: true });

  const again = await run(["good", ...logins(), "--environment", "Sandbox"]);
  expect(again).toEqual({ code: 2, said: expect.stringContaining("is there already, and is not overwritten") });
  await rm(file("good"));
  const taken = await run(["good", ...logins(), "--environment", "Sandbox"]);
  expect(taken).toEqual({ code: 2, said: expect.stringContaining("There is a stack good in the backend already") });
  expect(existsSync(file("good"))).toBe(false);
  expect(await stacks()).toContain("good");
});

test("a refused login, and an environment that is not there: nothing is made", async () => {
  const refused = await run(["wrong", ...logins(), "--environment", "Sandbox"], {
    ANYPOINT_CLIENT_SECRET: "wrong-one",
  });
  expect(refused.code).toBe(1);
  expect(refused.said).not.toContain("wrong-one");
  const nowhere = await run(["wrong", ...logins(), "--environment", "Nowhere"]);
  expect(nowhere).toEqual({ code: 2, said: expect.stringMatching(/Nowhere names nothing that is there.*Sandbox/) });
  const scope = await run([
    "wrong",
    ...logins(),
    "--environment",
    "Sandbox",
    "--api",
    "orders-api/legacy",
    "--scope",
    "x",
  ]);
  expect(scope).toEqual({ code: 2, said: expect.stringMatching(/"x" not on the authorization server/) });
  const none = await run(["wrong", ...logins()]);
  expect(none).toEqual({ code: 2, said: expect.stringContaining("add --environment") });
  expect(existsSync(file("wrong"))).toBe(false);
  expect(await stacks()).not.toContain("wrong");
});

test("where the file can't be written the stack is taken back", async () => {
  const project = await readFile(join(folder, "Pulumi.yaml"), "utf8");
  await writeFile(join(folder, "Pulumi.yaml"), `${project}stackConfigDir: not-there\n`);
  try {
    const { code, said } = await run(["late", ...logins(), "--environment", "Sandbox"]);
    expect({ code, said }).toEqual({ code: 2, said: expect.stringMatching(/Could not write .*ENOENT/) });
  } finally {
    await writeFile(join(folder, "Pulumi.yaml"), project);
  }
  expect(await stacks()).not.toContain("late");
  expect((await readdir(folder)).filter((name) => name.includes("late"))).toEqual([]);
});

test("at a terminal it asks for what no flag says, and secrets hidden", async () => {
  const { okta, anypoint } = lab.credentials;
  const answers: [RegExp, string][] = [
    [/org URL/, lab.okta.url],
    [/service app/, okta.clientId],
    [/kid/, okta.privateKeyId],
    [/private key/, "bootstrap.pem"],
    [/^Anypoint: /, lab.anypoint.url],
    [/connected app/, anypoint.clientId],
    [/environment; numbers/, "1"],
    [/api; numbers/, "1"],
    [/^Scopes/, "orders.read, orders.write"],
  ];
  const hidden: string[] = [];
  const { code, said } = await run(
    ["asked"],
    { ANYPOINT_CLIENT_SECRET: undefined },
    {
      ask: (question) => Promise.resolve(answers.find(([about]) => about.test(question))?.[1] ?? ""),
      askSecret: (question) => {
        hidden.push(question);
        return Promise.resolve(anypoint.clientSecret);
      },
    },
  );
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("Made the stack asked") });
  expect(await readFile(file("asked"), "utf8")).toMatch(/scopes:\n\s+- orders.read\n\s+- orders.write\n/);
  expect(hidden).toEqual([expect.stringContaining("client secret")]);
  expect(said).not.toContain(anypoint.clientSecret);
});

test("an API token, a business group's environment, an API by its label, scopes, and another secrets provider", async () => {
  const { okta, anypoint } = lab.credentials;
  const [instance] = Object.values(lab.anypoint.state.apiInstances);
  const label = `${instance!.assetId}/${instance!.instanceLabel ?? ""}`;
  const args = [
    ...["--org-url", lab.okta.url, "--anypoint-host", lab.anypoint.url, "--anypoint-client-id", anypoint.clientId],
    ...["--environment", "Sandbox", "--environment", "Payments/Sandbox", "--api", label],
    ...["--scope", "orders.read", "--scope", "orders.write", "--secrets-provider", "passphrase"],
  ];
  const { code, said } = await run(["full", ...args], { OKTA_API_TOKEN: okta.apiToken });
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("Made the stack full") });
  const { config } = parse(await readFile(file("full"), "utf8")) as { config: Record<string, unknown> };
  expect(config).toMatchObject({
    "okta-anypoint:clientProvider": {
      environments: ["Sandbox", { environment: "Sandbox", businessGroup: "Payments" }],
    },
    "okta-anypoint:apis": [
      {
        ...{ name: "orders-api", environment: "Sandbox", instanceId: Number(instance!.id) },
        policy: { scopes: ["orders.read", "orders.write"] },
      },
    ],
    "okta:apiToken": { secure: expect.stringMatching(/^v1:/) },
  });
  expect(config).not.toHaveProperty("okta:clientId");
  expect((await readFile(file("full"), "utf8")) + said).not.toContain(okta.apiToken);
});

test("without logins, which pipelines bring", async () => {
  const { code, said } = await run(["piped", ...logins(), "--environment", "Sandbox", "--no-logins"]);
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("Its logins come from the environment") });
  const { config } = parse(await readFile(file("piped"), "utf8")) as { config: Record<string, unknown> };
  expect(Object.keys(config).sort()).toEqual([
    ...["anypoint:host", "okta-anypoint:clientProvider", "okta-anypoint:orgUrl"],
  ]);
});

test("a secrets provider that is none: no stack stays", async () => {
  const args = [...logins(), "--environment", "Sandbox", "--secrets-provider", "nosuch://key"];
  const { code, said } = await run(["odd", ...args]);
  expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining("Could not make the stack odd") });
  expect(existsSync(file("odd"))).toBe(false);
  expect(await stacks()).not.toContain("odd");
});

test("without a passphrase no stack stays", async () => {
  const { code, said } = await run(["locked", ...logins(), "--environment", "Sandbox"], {
    PULUMI_CONFIG_PASSPHRASE: undefined,
  });
  expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining("Could not make the stack locked") });
  expect(existsSync(file("locked"))).toBe(false);
  expect(await stacks()).not.toContain("locked");
});
