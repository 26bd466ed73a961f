/** Reading a stack by the real engine, from a file backend of its own. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/verify/main.ts";
import { readStack } from "../../../operations/verify/stack.ts";
import { type Project, makeProject } from "../project.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  const { workspace } = project;
  for (const name of ["filled", "empty", "bare"]) await workspace.createStack(name);
  const [root] = resources();
  const bare = { ...root, urn: root!.urn.replaceAll("filled", "bare"), outputs: { orgUrl: "https://acme.okta.com" } };
  for (const [name, content] of Object.entries({ filled: resources(), bare: [bare] })) {
    const exported = await workspace.exportStack(name);
    const deployment = { ...(exported.deployment as object), resources: content };
    await workspace.importStack(name, { ...exported, deployment });
  }
});
afterAll(() => project.remove());

function resources() {
  const root = "urn:pulumi:filled::okta-anypoint::pulumi:pulumi:Stack::okta-anypoint-filled";
  const urn = (type: string, name: string) => `urn:pulumi:filled::okta-anypoint::${type}::${name}`;
  const secret = (value: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
  });
  const org = "https://acme.okta.com";
  const issuer = `${org}/oauth2/aus1`;
  const verification = {
    okta: { orgUrl: org, issuer, tokenUrl: `${issuer}/v1/token`, introspectionUrl: `${issuer}/v1/introspect` },
    inspector: { clientId: "0oaINSPECTOR" },
    apis: [
      { name: "orders", url: "https://api.acme.example", consumer: { name: "orders-app", clientId: "0oaCONSUMER" } },
    ],
  };
  const component = (type: string, name: string, clientId: string, clientSecret: string) => ({
    urn: urn(type, name),
    custom: false,
    type,
    outputs: { clientId, clientSecret: secret(clientSecret) },
    parent: root,
  });
  return [
    { urn: root, custom: false, type: "pulumi:pulumi:Stack", outputs: { verification } },
    component("okta:app/oAuth:OAuth", "inspector", "0oaINSPECTOR", "inspector-secret"),
    component("pulumi-nodejs:dynamic/anypoint:ClientApplication", "orders", "0oaCONSUMER", "consumer-secret"),
  ];
}

const read = (stackName: string, changes: Record<string, string> = {}) =>
  readStack({ stackName, workDir: project.folder, env: { ...project.env, ...changes } });

test("a stack's output and secrets, without selecting the stack", async () => {
  const selectedBefore = await selected();
  expect(await read("filled")).toMatchObject({
    okta: { issuer: "https://acme.okta.com/oauth2/aus1" },
    inspector: { clientSecret: "inspector-secret" },
    apis: [{ name: "orders", consumer: { clientSecret: "consumer-secret" } }],
    deadlineSeconds: 180,
  });
  expect(await selected()).toBe(selectedBefore);
  expect(selectedBefore).not.toBe("filled");
});

const selected = async () => (await project.workspace.listStacks()).find(({ current }) => current)?.name;

test("the secrets are encrypted where they are kept", async () => {
  const file = join(project.folder, "state", ".pulumi", "stacks", "okta-anypoint", "filled.json");
  expect(await readFile(file, "utf8")).not.toContain("consumer-secret");
});

test("what keeps it from being read is told", async () => {
  await expect(read("empty")).rejects.toThrow("The stack empty is empty. Run `pulumi up --stack empty` first.");
  await expect(read("other")).rejects.toThrow("there is no stack of this name in the backend");
  await expect(read("filled", { PULUMI_CONFIG_PASSPHRASE: "wrong" })).rejects.toThrow("incorrect passphrase");
  await expect(read("filled", { PATH: project.folder })).rejects.toThrow("the Pulumi CLI could not be started");
});

test("a stack without anything to verify is a failure, unless --if-any says that it is none", async () => {
  const verifying = async (...args: string[]) => {
    const told: string[] = [];
    const write = (text: string) => told.push(text);
    const around = { env: { ...process.env, ...project.env }, workDir: project.folder, color: false };
    const code = await runCommandLine(args, { ...around, stdout: write, stderr: write });
    return { code, told: told.join("") };
  };
  const what = expect.stringContaining('has no output "verification"');
  expect(await verifying("--stack", "bare")).toEqual({ code: 2, told: what });
  expect(await verifying("--stack", "bare", "--if-any")).toEqual({ code: 0, told: what });
  expect(await verifying("--stack", "empty", "--if-any")).toMatchObject({ code: 2 });
});
