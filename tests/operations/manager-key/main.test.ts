import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runCommandLine } from "../../../operations/manager-key/main.ts";
import type { StackResource } from "../../../operations/stack-state.ts";

const PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQ-the-manager\n-----END PRIVATE KEY-----\n";
const SECRET = "inspector-secret-value";

const resource = (type: string, outputs: Record<string, unknown>): StackResource => ({
  ...{ urn: `urn:${type}`, type, inputs: {}, outputs },
});
const key = (kid: string, pem: string) => resource("pulumi-nodejs:dynamic/okta-anypoint:SigningKey", { kid, pem });
const RESOURCES = [
  resource("pulumi:pulumi:Stack", { activeKid: "kid-2", inspectorClientId: "0oaInspector" }),
  key("kid-1", "-----BEGIN PRIVATE KEY-----\nolder\n-----END PRIVATE KEY-----\n"),
  key("kid-2", PEM),
  resource("okta:app/oAuth:OAuth", { clientId: "mulesoft-client-manager-dev-1", clientSecret: "" }),
  resource("okta:app/oAuth:OAuth", { clientId: "0oaInspector", clientSecret: SECRET }),
];

let workDir: string;
beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), "manager-key-"));
});
afterEach(() => rm(workDir, { recursive: true, force: true }));

interface Terminal {
  readonly columns?: number;
  readonly answer?: string;
  readonly resources?: readonly StackResource[];
}

async function run(args: string[], { columns, answer, resources = RESOURCES }: Terminal = {}) {
  const [out, err, asked]: [string[], string[], string[]] = [[], [], []];
  const around = {
    ...{ env: {}, workDir, color: false, columns },
    stdout: (text: string) => out.push(text),
    stderr: (text: string) => err.push(text),
    ...(answer !== undefined && {
      ask: (question: string) => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    }),
  };
  const code = await runCommandLine(["--stack", "dev", ...args], around, () => Promise.resolve(resources));
  return { code, stdout: out.join(""), stderr: err.join(""), asked };
}

describe("at a terminal", () => {
  test("asks, then prints the active key to standard output alone", async () => {
    const { code, stdout, stderr, asked } = await run([], { columns: 80, answer: "y" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: PEM });
    expect(asked).toEqual(["Print the Manager's private key of stack dev here? [y/N] "]);
    expect(stderr).toMatch(/whoever has it can act as that app/);
    expect(stderr).not.toContain("MIIEvQ");
  });

  test("prints nothing when the answer is no", async () => {
    const { code, stdout } = await run([], { columns: 80, answer: "" });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test("prints the Inspector's secret on request", async () => {
    const { code, stdout } = await run(["--inspector-secret"], { columns: 80, answer: "yes" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${SECRET}\n` });
  });
});

describe("where standard output is no terminal", () => {
  test("refuses without --yes, and prints with it", async () => {
    const refused = await run([], { answer: "y" });
    expect(refused).toMatchObject({ code: 2, stdout: "", asked: [] });
    expect(refused.stderr).toMatch(/no terminal.*Give --out FILE .*or --yes/s);
    expect(await run(["--yes"])).toMatchObject({ code: 0, stdout: PEM, asked: [] });
  });
});

describe("--out", () => {
  test("writes a file for its owner alone, and prints no secret", async () => {
    const { code, stdout, stderr } = await run(["--out", "manager.pem"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).not.toContain("MIIEvQ");
    const file = join(workDir, "manager.pem");
    expect(await readFile(file, "utf8")).toBe(PEM);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("never overwrites", async () => {
    await writeFile(join(workDir, "manager.pem"), "mine");
    const { code, stderr } = await run(["--out", "manager.pem"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is a file already, which is never overwritten.*another --out/);
    expect(await readFile(join(workDir, "manager.pem"), "utf8")).toBe("mine");
  });
});

test.each([
  ["no key", [], [], /there is none. Run `pulumi up --stack dev` first/],
  ["several keys, none of them the active one", [], [key("a", PEM), key("b", PEM)], /there are several/],
  ["no Inspector", ["--inspector-secret"], [key("a", PEM)], /the Inspector's client secret in the state of stack dev/],
])("a state with %s cannot run", async (_, args, resources, message) => {
  const { code, stdout, stderr } = await run([...args, "--yes"], { resources });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
});

test("of another generation than the one in use, by its name in the program", async () => {
  const named = (type: string, name: string, outputs: Record<string, unknown>) => ({
    ...resource(type, outputs),
    urn: `urn:pulumi:dev::okta-anypoint::${type}::okta-anypoint-${name}`,
  });
  const resources = [
    resource("pulumi:pulumi:Stack", { activeKid: "kid-1", inspectorClientId: "inspector-1" }),
    named("pulumi-nodejs:dynamic/okta-anypoint:SigningKey", "manager-key", { kid: "kid-1", pem: "first" }),
    named("pulumi-nodejs:dynamic/okta-anypoint:SigningKey", "manager-2-key", { kid: "kid-2", pem: "second" }),
    named("okta:app/oAuth:OAuth", "inspector-app", { clientId: "inspector-1", clientSecret: "first secret" }),
    named("okta:app/oAuth:OAuth", "inspector-2-app", { clientId: "inspector-2", clientSecret: "second secret" }),
  ];
  const of = async (...args: string[]) => (await run(["--yes", ...args], { resources })).stdout.trim();
  expect([await of(), await of("--generation", "2"), await of("--generation", "1")]).toEqual([
    "first",
    "second",
    "first",
  ]);
  expect([await of("--inspector-secret"), await of("--inspector-secret", "--generation", "2")]).toEqual([
    "first secret",
    "second secret",
  ]);
});
