/**
 * Makes the fixtures of a release: `node tests/engine/releases/make-fixture.ts [NAME [SCENARIO…]]`, with the Pulumi CLI on PATH. NAME is
 * the release's folder, default the version in package.json.
 *
 * It brings up the stack of each scenario by the code of this checkout, and writes the configuration, the exported deployment and what
 * the local services hold. Every secret and key is replaced by a placeholder, as are the services' addresses. Made once per release and
 * kept: an earlier commit's are made by this folder's scripts in a checkout of that commit.
 */
import { createPrivateKey } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { ROOT } from "../../../sandbox/engine.ts";
import type { Lab } from "../../../sandbox/lab.ts";
import { sandboxConfig } from "../../../sandbox/stack-config.ts";
import { type Bench, startBench } from "../harness.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";
import { type Values, keyValues, templateOf } from "./template.ts";

interface Deployment {
  readonly version: number;
  readonly deployment: {
    readonly manifest?: unknown;
    readonly secrets_providers?: unknown;
    readonly resources: readonly Record<string, unknown>[];
  };
}

type Stores = Record<"okta" | "anypoint", Record<string, Record<string, unknown>>>;

const fileOf = (scenario: string): string => join(folder, `${scenario}.json`);

async function make({ name, changes, byHand }: Scenario): Promise<void> {
  const bench = await startBench();
  const { lab, stack } = bench;
  try {
    let config = changes(lab.gateway.url);
    await bench.configure(config);
    const seed = stores(lab);
    await stack.up();
    if (byHand !== undefined) {
      config = { ...config, ...(await byHand(bench)) };
      await bench.configure(config);
      // What a person made stays when the stack goes.
      seed.anypoint.clientProviders = stores(lab).anypoint.clientProviders ?? {};
      await stack.up();
    }
    const { credentials, bootstrapJwk } = lab.save();
    const fixture = {
      config: sandboxConfig(lab, config),
      deployment: withoutTraces(await stack.exportStack()),
      lab: { credentials, bootstrapJwk, runtime: runtimeOf(lab), seed, made: difference(stores(lab), seed) },
    };
    const text = JSON.stringify(templateOf(fixture, await valuesOf(bench)));
    refuseSecrets(text, lab);
    const file = fileOf(name);
    await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
    process.stdout.write(`${name}: ${String(fixture.deployment.deployment.resources.length)} resources\n`);
  } finally {
    await bench.close();
  }
}

/** What the local services hold, without logs and caches. */
function stores(lab: Lab): Stores {
  const [okta, anypoint] = lab.snapshot() as [Stores["okta"], Stores["anypoint"]];
  return { okta, anypoint };
}

/** Of the caches, the two that the services could not make anew. */
function runtimeOf({ anypoint }: Lab): object {
  const { nextId, updatedAt } = anypoint.state.runtime;
  return { nextId, updatedAt };
}

/** The records that are not the same in the seed. */
function difference(all: Stores, seed: Stores): Stores {
  const records = (service: keyof Stores) =>
    Object.fromEntries(
      Object.entries(all[service]).map(([kind, of]) => [
        kind,
        Object.fromEntries(
          Object.entries(of).filter(
            ([id, record]) => JSON.stringify(record) !== JSON.stringify(seed[service][kind]?.[id]),
          ),
        ),
      ]),
    );
  return { okta: records("okta"), anypoint: records("anypoint") };
}

/**
 * Takes out where in the program each resource was made, which holds paths of this machine, the salt of the stack's passphrase, and the
 * engine's checksum.
 */
function withoutTraces({ version, deployment }: Deployment): Deployment {
  const { secrets_providers: _salt, manifest: _engine, ...rest } = deployment;
  const resources = rest.resources.map(({ sourcePosition: _position, stackTrace: _trace, ...resource }) => resource);
  return { version, deployment: { ...rest, resources } };
}

/** Every secret, key and address of the lab and the stack, by a name that is the same each time. */
async function valuesOf({ lab }: Bench): Promise<Values> {
  const { credentials, okta, anypoint } = lab.save();
  const values = new Map([
    ["okta-url", lab.okta.url],
    ["anypoint-url", lab.anypoint.url],
    ["gateway-url", lab.gateway.url],
    ["connected-app-secret", credentials.anypoint.clientSecret],
  ]);
  if (credentials.okta.apiToken !== undefined) values.set("okta-api-token", credentials.okta.apiToken);
  for (const app of Object.values(okta.apps)) {
    const name = app.label.toLowerCase().replace(/\W+/g, "-").replace(/-$/, "");
    for (const [index, { value }] of app.secrets.entries()) values.set(`${name}-secret-${index + 1}`, value);
  }
  const pems = [
    ["bootstrap-key", credentials.okta.privateKey],
    ...Object.values(anypoint.clientProviders).map(({ privateKey }) => ["manager-key", privateKey?.privateKey ?? ""]),
    ...okta.org.keys.map(({ privateJwk }, index) => [`org-key-${index + 1}`, pemOf(privateJwk)]),
    ...Object.values(okta.authorizationServers).flatMap(({ name, keys }) =>
      keys.map(({ privateJwk }, index) => [`${name}-key-${index + 1}`, pemOf(privateJwk)]),
    ),
  ];
  for (const [name = "", pem = ""] of pems) {
    const jwk = createPrivateKey(pem).export({ format: "jwk" });
    for (const [of, value] of await keyValues(name, pem, { ...jwk })) values.set(of, value);
  }
  return values;
}

const pemOf = (jwk: object): string =>
  createPrivateKey({ key: jwk as never, format: "jwk" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();

/** Throws when a secret, an address or a path of this machine is left in a fixture. */
function refuseSecrets(text: string, lab: Lab): void {
  const forbidden = [
    ...lab.secrets(),
    lab.okta.url,
    lab.anypoint.url,
    lab.gateway.url,
    ROOT,
    "PRIVATE KEY",
    "127.0.0.1",
  ];
  const left = forbidden.filter((value) => text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1)));
  if (left.length > 0)
    throw new Error(`The fixture would hold ${left.length} values that it must not; nothing was written.`);
}

const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
const [release = version, ...names] = process.argv.slice(2);
const folder = join(import.meta.dirname, release);
const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
const there = chosen.filter(({ name }) => existsSync(fileOf(name)));
if (there.length > 0) {
  throw new Error(
    `${there.map(({ name }) => fileOf(name)).join(", ")} is there already. Fixtures of a release are kept as they are.`,
  );
}
await mkdir(folder, { recursive: true });
for (const scenario of chosen) await make(scenario);
process.stdout.write(`Add "${release}" to RELEASES in expected-changes.ts, and run tests/engine/upgrades.test.ts.\n`);
