/** A stack as an earlier release left it, with the local services in which it is, made from a fixture. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation/index.js";
import { type Lab, type SavedLab, startLab } from "../../../sandbox/lab.ts";
import type { ConfigValue } from "../../../sandbox/stack-config.ts";
import { type Bench, benchOver } from "../harness.ts";
import { filled, freshValues, placeholders } from "./template.ts";

type Stores = Pick<SavedLab, "okta" | "anypoint">;
type Records = Record<keyof Stores, Record<string, Record<string, unknown>>>;

/** With placeholders in place of secrets, keys and addresses. */
export interface Fixture {
  readonly config: Record<string, ConfigValue>;
  readonly deployment: Deployment;
  readonly lab: Pick<SavedLab, "credentials" | "bootstrapJwk"> & {
    readonly runtime: object;
    /** What was there without the stack. */
    readonly seed: Records;
    /** Records that the stack made or changed. */
    readonly made: Records;
  };
}

export interface FixtureName {
  readonly release: string;
  readonly scenario: string;
}

/** All fixtures, by folder and file. */
export const FIXTURES: readonly FixtureName[] = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: release }) =>
    readdirSync(join(import.meta.dirname, release)).map((file) => ({ release, scenario: file.replace(".json", "") })),
  );

export const readFixture = ({ release, scenario }: FixtureName): Fixture =>
  JSON.parse(readFileSync(join(import.meta.dirname, release, `${scenario}.json`), "utf8")) as Fixture;

export interface Release {
  readonly bench: Bench;
  /** The local services' snapshot without the stack. */
  readonly seed: unknown;
  /** Puts services and stack back to what the release left. */
  restore(): Promise<void>;
}

/** Starts the services of a fixture and imports its deployment, with secrets and keys of its own. */
export async function startRelease(fixture: Fixture): Promise<Release> {
  const secrets = await freshValues(placeholders(fixture));
  const { lab: saved, ...rest } = filled(fixture, secrets);
  const { credentials, bootstrapJwk, runtime, seed, made } = saved;
  const stores = {
    okta: { ...merged(seed.okta, made.okta), runtime: { issuedTokens: {}, usedAssertions: {} } },
    anypoint: { ...merged(seed.anypoint, made.anypoint), runtime: { ...runtime, accessTokens: {}, lastActive: {} } },
  } as unknown as Stores;
  const lab = await startLab({ saved: { credentials, bootstrapJwk, ...structuredClone(stores) } });
  const addresses = addressesOf(lab);
  const { config, deployment } = filled(rest, addresses);
  const bench = await benchOver(lab, (changes) => ({ ...config, ...texts(changes) }));
  // An import encrypts what is in clear by what the deployment itself names.
  const { encryptionSalt: salt } = await bench.stack.workspace.stackSettings("sandbox");
  const secrets_providers = { type: "passphrase", state: { salt } };
  const imported = { ...deployment, deployment: { ...(deployment.deployment as object), secrets_providers } };
  const restore = async () => {
    const { okta, anypoint } = filled(structuredClone(stores) as never, addresses) as Stores;
    Object.assign(lab.okta.state, okta);
    Object.assign(lab.anypoint.state, anypoint);
    lab.gateway.sync();
    await bench.stack.importStack(imported);
  };
  await restore();
  return {
    bench,
    seed: filled([withKinds(lab.okta.state, seed.okta), withKinds(lab.anypoint.state, seed.anypoint)], addresses),
    restore,
  };
}

/** Kinds of records that the local services have learnt since are empty in the seed. */
function withKinds({ runtime: _caches, ...state }: SavedLab["okta"] | SavedLab["anypoint"], seed: Records["okta"]) {
  return { ...Object.fromEntries(Object.keys(state).map((kind) => [kind, {}])), ...seed };
}

const merged = (seed: Records["okta"], made: Records["okta"]) =>
  Object.fromEntries(Object.entries(seed).map(([kind, records]) => [kind, { ...records, ...made[kind] }]));

const addressesOf = ({ okta, anypoint, gateway }: Lab) =>
  new Map([
    ["okta-url", okta.url],
    ["anypoint-url", anypoint.url],
    ["gateway-url", gateway.url],
  ]);

const texts = (changes: Record<string, unknown>): Record<string, ConfigValue> =>
  Object.fromEntries(
    Object.entries(changes).map(([key, value]) => [
      key,
      { value: typeof value === "string" ? value : JSON.stringify(value) },
    ]),
  );
