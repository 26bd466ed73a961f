/** Learning from a provider of the local Anypoint, whatever its names are. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { stackConfig } from "../../../config/schema.ts";
import { runCommandLine } from "../../../operations/learn/main.ts";
import type { LearnReport } from "../../../operations/learn/report.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { clientProviderShape } from "../../../providers/anypoint/client-provider-wire.ts";
import type { PrivateKeyBlockNames } from "../../../sandbox/anypoint/private-key-block.ts";
import { CONNECTED_APP, type World, startWorld } from "../../providers/anypoint/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

async function run(args: string[], answer?: string) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommandLine(["--host", world.url, ...args], {
    env: { ANYPOINT_CLIENT_ID: CONNECTED_APP.clientId, ANYPOINT_CLIENT_SECRET: CONNECTED_APP.clientSecret },
    workDir: "/nowhere",
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
    ...(answer !== undefined && { ask: () => Promise.resolve(answer) }),
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

const NAMES: PrivateKeyBlockNames = {
  methodPath: "client.registration.kind",
  methodValue: "oauth2_jwt",
  clientIdPath: "client.registration.token_client.id",
  privateKeyPath: "client.registration.token_client.signing.pem",
  scopesPath: "token_scopes",
  scopesFormat: "string",
};

/** A provider made by hand in an organization with these names. */
async function byHand(names: PrivateKeyBlockNames = NAMES, managerClientId = "0oaManager0000000001") {
  world.anypoint.switches.privateKeyBlock = names;
  const inputs = world.providerInputs({ name: "by-hand", managerClientId, privateKeyBlock: names });
  return (await createClientProvider(world.client(), inputs)).id;
}

const secrets = () => [
  world.providerInputs().managerPrivateKey,
  world.providerInputs().managerPrivateKey.slice(40, 80),
  "inspector-secret-value",
  CONNECTED_APP.clientSecret,
];

describe("the report", () => {
  test.each([
    ["--provider", "by-hand"],
    ["--provider", "ID"],
    ["--provider", "by-hand", "--read-secrets"],
  ])("of %s %s %s shows the names, the YAML to paste and no secret, and changes nothing", async (...args) => {
    const id = await byHand();
    const [before, position] = [world.snapshot(), world.journal.position];
    const { code, stdout, stderr } = await run(args.map((arg) => (arg === "ID" ? id : arg)));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`id ${id}`);
    const pasted = parse(stdout.slice(stdout.indexOf("okta-anypoint:clientProvider:\n"))) as Record<string, unknown>;
    expect(pasted).toEqual({ "okta-anypoint:clientProvider": { privateKeyBlock: NAMES } });
    for (const secret of secrets()) expect(stdout).not.toContain(secret);
    expect(world.snapshot()).toEqual(before);
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual([]);
  });

  test("Anypoint is asked for secrets on request alone", async () => {
    await byHand();
    const reader = ["read:orgclientproviders", "read:organization"];
    world.anypoint.addConnectedApp({ ...CONNECTED_APP, scopes: reader });
    expect((await run(["--provider", "by-hand"])).code).toBe(0);
    const { code, stderr } = await run(["--provider", "by-hand", "--read-secrets"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/403 .*secrets need the scope/);
  });

  test("as JSON; the default names need no configuration", async () => {
    await createClientProvider(world.client(), world.providerInputs({ name: "by-hand" }));
    const { code, stdout } = await run([
      "--provider",
      "by-hand",
      "--json",
      "--manager-client-id",
      "mulesoft-client-manager",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      provider: { name: "by-hand", organizationId: world.organizationId },
      privateKeyBlock: {},
      clientId: "mulesoft-client-manager",
      doubts: [],
    });
  });

  test("of a provider without the block says so and how to go on, with exit code 1", async () => {
    await createClientProvider(world.client(), world.headerInputs({ name: "by-hand" }));
    const { code, stdout } = await run(["--provider", "by-hand", "--read-secrets", "--check", "--yes"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/Was the provider made with "Use OAuth2 private key jwt"\?/);
    expect(stdout).not.toContain("00api-token");
  });

  test.each([
    ["none of the name", ["--provider", "nope"], /there is none of this name or id. There are: by-hand \(/],
    ["two sources", ["--provider", "by-hand", "--stack", "dev"], /Give either --stack NAME or --host HOST/],
    ["no provider", [], /required option '--provider/],
  ])("cannot run with %s", async (_, args, message) => {
    await byHand();
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("of a name that two providers have asks for the id", async () => {
    const id = await byHand();
    const twin = world.anypoint.state.clientProviders[id];
    if (twin !== undefined) world.anypoint.state.clientProviders["twin"] = { ...twin, providerId: "twin" };
    expect((await run(["--provider", "by-hand"])).stderr).toMatch(/several of this name .*Give the id as --provider/);
  });
});

describe("--check", () => {
  const args = ["--provider", "by-hand", "--check"];

  test("makes a throw-away provider with the names, reads it back, and deletes it", async () => {
    await byHand();
    const [before, position] = [world.snapshot(), world.journal.position];
    const { code, stdout } = await run([...args, "--yes"]);
    expect(stdout).toMatch(/Checked: client provider "okta-anypoint-learn-\w{10}" was made .*\nIt is deleted again/);
    expect(code).toBe(0);
    expect(world.snapshot()).toEqual(before);
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual([
      "POST clientProviders 201",
      "DELETE clientProviders/* 204",
    ]);
  });

  test.each([
    ["a refusal by the person", "n", /Not checked/],
    ["nobody to ask", undefined, /Nobody can be asked here: add --yes/],
  ])("writes nothing after %s", async (_, answer, message) => {
    await byHand();
    const position = world.journal.position;
    const { stderr } = await run(args, answer);
    expect(stderr).toMatch(message);
    expect(world.calls(position).filter((call) => !call.startsWith("GET"))).toEqual([]);
  });

  test.each([
    [
      "the names are refused",
      { method: "POST", path: "/clientProviders$", kind: "refuse", status: 400 },
      /The check failed/,
    ],
    ["the POST's answer is lost", { method: "POST", path: "/clientProviders$", kind: "cut" }, /Checked/],
    [
      "the read after it fails",
      { method: "GET", path: "/clientProviders/[^/]+$", skip: 1, kind: "refuse", status: 403 },
      /The check failed/,
    ],
    [
      "the DELETE fails at first",
      { method: "DELETE", path: "/clientProviders/", kind: "refuse", status: 403 },
      /Checked/,
    ],
  ] as const)("leaves nothing when %s", async (_, fault, told) => {
    await byHand();
    const before = world.snapshot();
    world.faults.add({ service: "anypoint", ...fault });
    const { code, stdout } = await run([...args, "--yes"]);
    expect(world.faults.pending).toEqual([]);
    expect(stdout).toMatch(told);
    expect(stdout).toContain("It is deleted again.");
    expect(code).toBe(stdout.includes("Checked") ? 0 : 1);
    expect(world.snapshot()).toEqual(before);
  });

  test("says loudly what it could not delete", async () => {
    await byHand();
    world.faults.add({ service: "anypoint", method: "DELETE", path: "/", kind: "refuse", status: 403, times: 99 });
    const { code, stdout } = await run([...args, "--yes"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/could NOT be deleted again: .*403.*Delete "okta-anypoint-learn-\w+" in Access Management/s);
  });
});

const key = fc.stringMatching(/^[a-z][a-z_]{0,8}[a-z]$/).map((text) => `x_${text}`);
const place = fc
  .tuple(fc.constantFrom("", "client", "client.registration", "token"), fc.array(key, { minLength: 1, maxLength: 3 }))
  .map(([start, keys]) => [...(start === "" ? [] : [start]), ...keys].join("."));

/** No place is another's, or inside another's. */
const apart = (places: readonly string[]): boolean =>
  places.every((one, i) => places.every((other, j) => i === j || (one !== other && !other.startsWith(`${one}.`))));

const anyNames: fc.Arbitrary<PrivateKeyBlockNames> = fc
  .record({
    places: fc.tuple(place, place, place, place).filter(apart),
    format: fc.constantFrom("array", "string"),
    method: fc.oneof(
      fc.record({ kind: fc.constant("text"), value: fc.stringMatching(/^[a-z][a-z_]{2,18}$/) }),
      fc.record({ kind: fc.constant("switch"), value: fc.constant(true) }),
      fc.record({ kind: fc.constant("none"), value: fc.constant("") }),
    ),
  })
  .map(({ places: [method, clientIdPath, privateKeyPath, scopesPath], format, method: { kind, value } }) => ({
    // A text under the name of a secret is left alone, and a switch must say what it is for.
    methodPath: kind === "none" ? "" : kind === "switch" ? `${method}_use_jwt` : `${method}_x`,
    methodValue: kind === "none" ? "private_key_jwt" : value,
    clientIdPath,
    privateKeyPath,
    scopesPath,
    scopesFormat: format,
  }));

test("whatever the names are, they are learned, and the configuration that is printed makes a provider", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyNames,
      fc.constantFrom("0oaManager0000000001", "mulesoft-client-manager-dev-1"),
      async (names, managerClientId) => {
        world.anypoint.state.clientProviders = {};
        await byHand(names, managerClientId);
        const hint = managerClientId.startsWith("0oa") ? [] : ["--manager-client-id", managerClientId];
        const json = await run(["--provider", "by-hand", "--json", ...hint]);
        const { privateKeyBlock: learned, names: all } = JSON.parse(json.stdout) as LearnReport;
        expect(all).toEqual(names);

        const text = await run(["--provider", "by-hand", ...hint]);
        const at = text.stdout.indexOf("okta-anypoint:clientProvider:\n");
        const pasted = at < 0 ? {} : (parse(text.stdout.slice(at).split("\n\n")[0] ?? "") as Record<string, object>);
        const { privateKeyBlock } = stackConfig.shape.clientProvider.parse({
          environments: ["Sandbox"],
          ...pasted["okta-anypoint:clientProvider"],
        });
        expect(privateKeyBlock ?? {}).toEqual(learned);
        const inputs = world.providerInputs({
          name: "by-stack",
          privateKeyBlock: clientProviderShape.privateKeyBlock.parse(privateKeyBlock),
        });
        const { id } = await createClientProvider(world.client(), inputs);
        expect(world.anypoint.state.clientProviders[id]?.privateKey).toEqual({
          clientId: inputs.managerClientId,
          privateKey: inputs.managerPrivateKey,
          scopes: inputs.managerScopes,
        });
      },
    ),
    { numRuns: 40 },
  );
});
