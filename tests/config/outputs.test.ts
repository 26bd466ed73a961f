import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  OUTPUTS_VERSION,
  type StackOutputs,
  outputsJsonSchema,
  readTwoAppOutputs,
  stackOutputs,
} from "../../config/outputs.ts";

const STACK = "acme/okta-anypoint/dev";

const api = {
  ...{ instanceId: "19000001", organizationId: "org", environmentId: "env", groupId: "org", assetId: "orders-api" },
  ...{ assetVersion: "1.0.0", productVersion: "v1", policyId: "7", policyVersion: "1.6.1", scopes: ["custom_scope"] },
};
const OUTPUTS: StackOutputs = {
  outputsVersion: OUTPUTS_VERSION,
  orgUrl: "https://acme.okta.com",
  registrationUrl: "https://acme.okta.com/oauth2/v1/clients",
  authorizeUrl: "https://acme.okta.com/oauth2/v1/authorize",
  tokenUrl: "https://acme.okta.com/oauth2/v1/token",
  introspectionUrl: "https://acme.okta.com/oauth2/aus1/v1/introspect",
  consumerTokenUrl: "https://acme.okta.com/oauth2/aus1/v1/token",
  consumerIssuer: "https://acme.okta.com/oauth2/aus1",
  ...{ managerClientId: "manager", inspectorClientId: "inspector", managerGeneration: 1, inspectorGeneration: 2 },
  ...{ activeKid: "kid", keyCreatedAt: "2026-01-01T00:00:00Z", keyRotationDue: "2026-07-01T00:00:00Z" },
  ...{ clientProviderId: "provider", clientProviderMode: "managed", clientProviderName: "okta-dev" },
  environments: [{ name: "Sandbox", id: "env" }],
  apis: { orders: api },
  consumers: { mobile: { applicationId: "5", clientId: "0oa5", clientSecret: "hunter2", contractStatus: "APPROVED" } },
};

let exported: Record<string, unknown>;

beforeEach(async () => {
  exported = { ...OUTPUTS };
  await pulumi.runtime.setMocks({
    newResource: ({ name, type, inputs }) =>
      type === "pulumi:pulumi:StackReference"
        ? { id: name, state: { name: STACK, outputs: exported, secretOutputNames: ["consumers"] } }
        : { id: name, state: inputs as Record<string, unknown> },
    call: () => ({}),
  });
});

const read = () => readTwoAppOutputs(new pulumi.StackReference(STACK));
/** An output keeps several promises of one failure; each must be met. */
interface Promises<T> {
  promise(): Promise<T>;
  allResources(): Promise<unknown>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}
async function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  const kept = output as unknown as Promises<T>;
  await Promise.allSettled([kept.isKnown, kept.isSecret, kept.allResources()]);
  return kept.promise();
}
const isSecret = (output: pulumi.Output<unknown>): Promise<boolean> =>
  (output as unknown as Promises<unknown>).isSecret;

describe("readTwoAppOutputs", () => {
  test("gives each output, and only those secret that are", async () => {
    const all = Object.entries(read()) as [string, pulumi.Output<unknown>][];
    const values = await Promise.all(all.map(async ([name, output]) => [name, await valueOf(output)] as const));
    expect(Object.fromEntries(values)).toEqual({ ...OUTPUTS, verification: undefined });
    const secret = await Promise.all(all.map(([, output]) => isSecret(output)));
    expect(all.map(([name]) => name).filter((_, index) => secret[index])).toEqual(["consumers"]);
  });

  test("leaves out what a newer release has added", async () => {
    exported.apis = { orders: { ...api, colour: "blue" } };
    expect(await valueOf(read().apis)).toEqual({ orders: api });
  });

  test.each<[string, Record<string, unknown>, keyof StackOutputs, RegExp]>([
    [
      "no stack of this project",
      { outputsVersion: undefined },
      "orgUrl",
      /dev has no output "outputsVersion": .*pulumi up/,
    ],
    ["another version", { outputsVersion: 2 }, "orgUrl", /dev has version 2 of the outputs, .* reads version 1/],
    [
      "a missing output",
      { clientProviderName: undefined },
      "clientProviderName",
      /dev has not the outputs .*: it lacks "clientProviderName"\. Run/,
    ],
    [
      "another shape",
      { apis: { orders: { ...api, scopes: "hunter2" } } },
      "apis",
      /dev has not the outputs .*: apis\.orders\.scopes: /,
    ],
    [
      "several of them, of which none is used",
      { orgUrl: "hunter2", keyCreatedAt: undefined },
      "tokenUrl",
      /: orgUrl: [^;]*; it lacks "keyCreatedAt"\./,
    ],
  ])("fails for %s, naming the stack and the output, never a value", async (_, over, name, message) => {
    Object.assign(exported, over);
    const error: unknown = await valueOf(read()[name] as pulumi.Output<unknown>).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(pulumi.RunError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("hunter2");
  });
});

describe("where `consumers` is secret there and its passphrase is not known here", () => {
  // The engine leaves out what it can't decrypt.
  beforeEach(() => {
    exported = { ...OUTPUTS, consumers: undefined };
  });

  test("the other outputs are read", async () => {
    expect(await valueOf(read().apis)).toEqual(OUTPUTS.apis);
  });

  test("`consumers` alone fails, and says so", async () => {
    await expect(valueOf(read().consumers)).rejects.toThrow(
      /dev .*it lacks "consumers", or holds it as a secret that this stack's passphrase does not open/,
    );
  });
});

describe("the JSON Schema", () => {
  const file = readFileSync(new URL("../../config/outputs.schema.json", import.meta.url), "utf8");

  test("is written (npm run docs:outputs)", () => {
    expect(JSON.parse(file)).toEqual(outputsJsonSchema());
  });

  test("takes the outputs and what is added to them, and refuses what lacks one", () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(file) as object);
    expect(validate(OUTPUTS)).toBe(true);
    expect(validate({ ...OUTPUTS, colour: "blue", apis: { orders: { ...api, colour: "blue" } } })).toBe(true);
    for (const name of Object.keys(stackOutputs.shape).filter(
      (each) => stackOutputs.shape[each as keyof StackOutputs].safeParse(undefined).success === false,
    )) {
      expect([name, validate({ ...OUTPUTS, [name]: undefined })]).toEqual([name, false]);
    }
  });
});
