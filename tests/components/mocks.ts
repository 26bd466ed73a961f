/** Pulumi's mocks for component tests: records what is registered, with unwrapped inputs, and gives made-up ids. */
import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Inputs as the engine would get them; secrets unwrapped, undefined ones and the stored code left out. */
  readonly inputs: Record<string, unknown>;
  /** Of a resource that is imported. */
  readonly importId?: string;
}

const registered: Registered[] = [];

/** Outputs that a resource of a type would get from its provider. */
const OUTPUTS: Record<string, (name: string, inputs: Record<string, unknown>) => Record<string, unknown>> = {
  "okta:app/oAuth:OAuth": (name, inputs) => ({
    clientId: inputs.clientId ?? `client-of-${name}`,
    clientSecret: `secret-of-${name}`,
  }),
  "pulumi-nodejs:dynamic/okta-anypoint:SigningKey": () => ({
    kid: "kid-1",
    publicJwk: { kty: "RSA", n: "n", e: "AQAB", kid: "kid-1", use: "sig" },
    pem: "-----BEGIN PRIVATE KEY-----",
    createdAt: "2026-01-01T00:00:00.000Z",
  }),
  "pulumi-nodejs:dynamic/anypoint:ClientProvider": () => ({ providerId: "provider-1" }),
  "pulumi-nodejs:dynamic/anypoint:ManualClientProvider": (_, inputs) => ({ providerId: inputs.providerId }),
  "pulumi-nodejs:dynamic/anypoint:EnvironmentAssignment": (_, inputs) => ({
    environmentId: `id-of-${String(inputs.environment)}`,
    environmentName: inputs.environment,
  }),
  "pulumi-nodejs:dynamic/anypoint:ApiInstance": (_, inputs) => ({
    apiId: inputs.apiId ?? "19000002",
    organizationId: "org-1",
    environmentId: "env-1",
    groupId: "group-1",
    assetId: "orders-api",
    assetVersion: "1.0.0",
    productVersion: "v1",
  }),
  "pulumi-nodejs:dynamic/anypoint:ApiPolicy": () => ({ policyId: "55", resolvedVersion: "1.6.0" }),
  "pulumi-nodejs:dynamic/anypoint:ClientApplication": (name) => ({
    applicationId: "2500001",
    clientId: `client-of-${name}`,
    clientSecret: `secret-of-${name}`,
  }),
  "pulumi-nodejs:dynamic/anypoint:Contract": () => ({ contractId: "700001", status: "APPROVED" }),
};

/** Installs the mocks for a stack of this name; to be called before resources are made. */
export async function useMocks(stack = "dev"): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, id }) {
        const { __provider: _, ...rest } = plain(inputs) as Record<string, unknown>;
        if (type !== "pulumi:pulumi:Stack") {
          registered.push({ type, name, inputs: rest, ...(id && { importId: id }) });
        }
        return { id: `id-of-${name}`, state: { ...rest, ...OUTPUTS[type]?.(name, rest) } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "okta-anypoint",
    stack,
  );
}

/** The SDK's own way to wait until everything is registered; left out of its published types. */
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: (this: void) => Promise<void> };

/** Runs a program on the mocks and gives what it registered, components included, by name. */
export async function register(make: () => pulumi.Resource | undefined): Promise<Map<string, Registered>> {
  registered.length = 0;
  let refusal: Error | undefined;
  await pulumi.runtime.runInPulumiStack(async () => {
    try {
      make();
    } catch (error) {
      refusal = error as Error;
    }
    return {};
  });
  await waitForRPCs();
  if (refusal !== undefined) throw refusal;
  return new Map(registered.map((resource) => [resource.name, resource]));
}

/** Value of an output. */
export const value = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((v) => resolve(v)));

const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

function plain(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(plain);
  if (typeof input !== "object" || input === null) return input;
  if (SECRET_SIGNATURE in input) return plain((input as { value?: unknown }).value);
  return Object.fromEntries(
    Object.entries(input)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, plain(member)]),
  );
}
