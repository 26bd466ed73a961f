/** What a destroy leaves behind in each mode of `clientDeletion`: told by the engine, listed and removed by `orphans`. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { runCommandLine } from "../../operations/orphans/main.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

let bench: Bench;
afterEach(() => bench.close());

const NAMES = ["okta-anypoint-probe-sandbox", "orders-mobile-sandbox"];

/** Brings the stack up and destroys it; gives the stores before, the clients that were made, and what the engine told. */
async function upAndDestroy(clientDeletion: string) {
  bench = await startBench({ "okta-anypoint:clientProvider": { environments: ["Sandbox"], clientDeletion } });
  const before = bench.lab.snapshot();
  await bench.stack.up(recorded(bench));
  const clients = Object.values(bench.lab.anypoint.state.applications)
    .map(({ id, name, clientId }) => ({ applicationId: String(id), name, clientId }))
    .sort((one, other) => one.name.localeCompare(other.name));
  expect(clients.map(({ name }) => name)).toEqual(NAMES);
  bench.events.length = 0;
  bench.output.length = 0;
  await bench.stack.destroy({ ...recorded(bench), runProgram: true });
  const told = bench.events
    .flatMap(({ diagnosticEvent }) => (diagnosticEvent === undefined ? [] : [diagnosticEvent.message.trim()]))
    .filter((message) => message.startsWith("application "));
  // What people see is what was told.
  for (const line of told) expect(bench.output.join("")).toContain(line);
  return { before, clients, told };
}

/** `npm run orphans -- …` on the bench's stack. */
async function orphans(...args: string[]) {
  const { workDir, envVars } = bench.stack.workspace;
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(["--stack", "sandbox", ...args], {
    env: { ...process.env, ...envVars },
    workDir,
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

/** Client ids of the command in the last line that the engine told, as a person would paste it. */
function pasted(told: readonly string[]): string[] {
  const [, args] = /npm run orphans -- --stack sandbox (.*)$/.exec(told.at(-1) ?? "") ?? [];
  return args?.split(" ") ?? [];
}

describe("clientDeletion: everywhere", () => {
  test("leaves nothing, and says nothing", async () => {
    const { before, told } = await upAndDestroy("everywhere");
    expect(told).toEqual([]);
    expect(bench.lab.snapshot()).toEqual(before);
    expect(await orphans()).toEqual({ code: 0, stdout: "Nothing of stack sandbox is left behind.\n", stderr: "" });
  });
});

describe("clientDeletion: anypoint", () => {
  test("leaves the clients in Okta; the command that is told removes exactly these", async () => {
    const { before, clients, told } = await upAndDestroy("anypoint");
    expect(told).toHaveLength(2);
    for (const { name, clientId } of clients) {
      expect(
        told.filter((line) =>
          line.startsWith(`application "${name}" was deleted in Anypoint; its client ${clientId} stays in Okta`),
        ),
      ).toHaveLength(1);
    }
    expect(Object.keys(bench.lab.anypoint.state.applications)).toEqual([]);

    // After a destroy the state is gone, so by their names alone they are guesses.
    const listed = await orphans();
    expect({ code: listed.code, stderr: listed.stderr }).toEqual({ code: 1, stderr: "" });
    for (const { name, clientId } of clients) {
      expect(listed.stdout).toMatch(
        new RegExp(`^  ${clientId} "${name}", made \\d{4}-\\d\\d-\\d\\d: a guess, has the name`, "m"),
      );
    }
    const guessed = await orphans("--remove", "--yes");
    expect(guessed.code).toBe(1);
    expect(Object.keys(bench.lab.okta.state.apps)).toEqual(
      expect.arrayContaining(clients.map(({ clientId }) => clientId)),
    );

    const args = pasted(told);
    expect(args.filter((arg) => arg.startsWith("0oa")).sort()).toEqual(clients.map(({ clientId }) => clientId).sort());
    const position = bench.lab.journal.position;
    const asked = await orphans(...args);
    expect(asked).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Delete these 2 clients at http.*add --yes/),
    });
    expect(
      bench.calls("okta", position).filter(({ method, path }) => method !== "GET" && path !== "/oauth2/v1/token"),
    ).toEqual([]);
    const removed = await orphans(...args, "--yes");
    expect({ code: removed.code, stderr: removed.stderr }).toEqual({ code: 0, stderr: "" });
    for (const { name, clientId } of clients)
      expect(removed.stdout).toContain(`Deleted in Okta: ${clientId} "${name}".`);
    expect(bench.lab.snapshot()).toEqual(before);
    expect((await orphans()).code).toBe(0);
  });
});

describe("clientDeletion: keep", () => {
  test("leaves applications and clients, without contracts; both are listed, and no client in use is removed", async () => {
    const { before, clients, told } = await upAndDestroy("keep");
    expect(told).toHaveLength(2);
    for (const { name, applicationId, clientId } of clients) {
      expect(
        told.filter((line) =>
          line.startsWith(
            `application "${name}" (${applicationId}) stays in Anypoint, and its client ${clientId} in Okta`,
          ),
        ),
      ).toHaveLength(1);
    }
    expect(Object.keys(bench.lab.anypoint.state.contracts)).toEqual([]);
    const listed = await orphans();
    expect(listed.code).toBe(1);
    for (const { name, applicationId, clientId } of clients) {
      expect(listed.stdout).toContain(`  ${applicationId} "${name}", client ${clientId} in Okta`);
    }
    expect(listed.stdout).not.toContain("a guess");

    const left = structuredClone(bench.lab.okta.state.apps);
    const refused = await orphans(...pasted(told), "--yes");
    expect(refused.code).toBe(1);
    for (const { name, applicationId, clientId } of clients) {
      expect(refused.stdout).toContain(
        `${clientId} is left alone: application "${name}" (${applicationId}) in Anypoint has it.`,
      );
    }
    expect(bench.lab.okta.state.apps).toEqual(left);

    // Deleted by hand in Exchange.
    bench.lab.anypoint.state.applications = {};
    expect((await orphans(...pasted(told), "--yes")).code).toBe(0);
    expect(bench.lab.snapshot()).toEqual(before);
  });
});

describe("while the stack is there", () => {
  test("a client whose application was deleted by hand is certain, and nothing of the stack's own is ever removed", async () => {
    bench = await startBench({
      "okta-anypoint:clientProvider": { environments: ["Sandbox"], clientDeletion: "anypoint" },
      "okta-anypoint:verification": { probe: false },
    });
    await bench.stack.up(recorded(bench));
    expect((await orphans()).code).toBe(0);
    const { okta, anypoint } = bench.lab;
    const [application] = Object.values(anypoint.state.applications);
    const own = Object.values(okta.state.apps)
      .map(({ clientId }) => clientId)
      .filter((clientId) => clientId !== application?.clientId);
    expect(own).toHaveLength(3);
    anypoint.state.applications = {};
    const { code, stdout } = await orphans(...own.flatMap((id) => ["--client-id", id]), "--remove", "--yes");
    expect(code).toBe(1);
    for (const id of own) expect(stdout).toContain(`${id} is left alone: it belongs to the stack itself`);
    expect(stdout).toContain(`Deleted in Okta: ${application?.clientId} "orders-mobile-sandbox".`);
    expect(Object.values(okta.state.apps).map(({ clientId }) => clientId)).toEqual(own);
  });
});
