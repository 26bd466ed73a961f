/**
 * The stack's outputs: a public interface, with a number. Names and types are only added to; anything else is a new number, and both are
 * exported for a release. JSON Schema for other languages: `outputs.schema.json`.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { verificationOutputSchema } from "../operations/verify/input.ts";
import { PROVIDER_MODES } from "./schema.ts";

/** Number of the interface below, the output `outputsVersion`. */
export const OUTPUTS_VERSION = 1;

const id = (what: string) => z.string().min(1).describe(what);
const url = (what: string) => z.url().describe(what);

/** One protected API instance: all that `ApiConsumer` in another stack needs to know. */
export const apiOutput = z.object({
  instanceId: id("Number of the instance in API Manager"),
  organizationId: id("Business group that owns it"),
  environmentId: id("Environment of the instance"),
  groupId: id("Group of its Exchange asset"),
  assetId: id("Its Exchange asset"),
  assetVersion: id("Version of the asset"),
  productVersion: id("Version group of the asset"),
  policyId: id("Number of the policy in API Manager"),
  policyVersion: id("Version of the policy's template"),
  scopes: z.array(z.string()).readonly().describe("Scopes that the policy asks for"),
  url: z.string().optional().describe("URL from the configuration, if given"),
});

/** One application in Exchange, hence a client in Okta. */
export const consumerOutput = z.object({
  applicationId: id("Number of the application in Exchange"),
  clientId: id("Client id in Okta"),
  clientSecret: z.string().optional().describe("Only with `exportConsumerSecrets: true`; a secret output"),
  contractStatus: id("`APPROVED`, `PENDING`, `REVOKED` or `REJECTED`; `NONE` without a contract"),
});

export const stackOutputs = z.object({
  outputsVersion: z.literal(OUTPUTS_VERSION).describe("Number of this interface"),
  orgUrl: url("The Okta org"),
  registrationUrl: url("Where Anypoint registers clients"),
  authorizeUrl: url("Where users are sent to log in"),
  tokenUrl: url("The org's token endpoint, which Anypoint uses as the Manager"),
  introspectionUrl: url("Where gateways introspect"),
  consumerTokenUrl: url("Where consumers get their tokens"),
  consumerIssuer: url("Issuer of the consumers' tokens"),
  managerClientId: id("App A, the Manager"),
  inspectorClientId: id("App B, the Inspector"),
  managerGeneration: z.int().min(1).describe("Generation of the Manager in use"),
  inspectorGeneration: z.int().min(1).describe("Generation of the Inspector in use"),
  activeKid: id("RFC 7638 thumbprint of the Manager's key"),
  keyCreatedAt: id("When that key was made, ISO 8601"),
  keyRotationDue: id("When it is to be rotated by `rotation.maxKeyAgeDays`, ISO 8601"),
  clientProviderId: id("Client provider in Anypoint; absent in mode `manual` until it is given").optional(),
  clientProviderMode: z
    .enum(PROVIDER_MODES)
    .describe("Who writes it: this stack (`managed`, `header`) or a person (`manual`)"),
  clientProviderName: id("Its name"),
  environments: z
    .array(z.object({ name: id("Name"), id: id("Id") }).readonly())
    .readonly()
    .describe("Environments that are offered the provider"),
  apis: z
    .record(z.string(), apiOutput.readonly())
    .readonly()
    .describe("Protected API instances, by their names in the configuration"),
  consumers: z
    .record(z.string(), consumerOutput.readonly())
    .readonly()
    .describe("Applications, by their names in the configuration"),
  verification: verificationOutputSchema
    .optional()
    .describe("What `npm run verify` looks at; no secret. Absent while no consumed API has a URL"),
});

export type ApiOutput = z.output<typeof apiOutput>;
export type ConsumerOutput = z.output<typeof consumerOutput>;
export type StackOutputs = z.output<typeof stackOutputs>;

/** The outputs as the program returns them. */
export type ProgramOutputs = {
  readonly [K in keyof Omit<StackOutputs, "apis" | "consumers">]: pulumi.Input<z.input<typeof stackOutputs>[K]>;
} & {
  readonly apis: Readonly<Record<string, pulumi.Input<ApiOutput>>>;
  readonly consumers: Readonly<Record<string, pulumi.Input<ConsumerOutput>>>;
};

/** The outputs as another stack reads them, each an output of its own: of one with secrets no other becomes secret. */
export type TwoAppOutputs = { readonly [K in keyof StackOutputs]-?: pulumi.Output<StackOutputs[K]> };

/**
 * The outputs of a stack of this project, for the program of another stack:
 * `readTwoAppOutputs(new pulumi.StackReference("acme/okta-anypoint/dev")).clientProviderId`.
 * The first output that is used fails the program, with all that is wrong, where that stack is none of this project, has another version
 * of the interface, lacks an output, or has one of another shape. What a newer release has added is not read.
 */
export function readTwoAppOutputs(stack: pulumi.StackReference): TwoAppOutputs {
  // Only what is wrong comes of it, and no value, so it needs no secrecy, which would spread to all outputs.
  const wrong = pulumi.all([stack.name, pulumi.unsecret(stack.outputs)]).apply(([name, all]) => whatIsWrong(name, all));
  const read = (name: keyof StackOutputs) =>
    pulumi.all([wrong, stack.getOutput(name), stack.name]).apply(([problem, value, other]) => {
      if (problem !== undefined) throw new pulumi.RunError(problem);
      if (name === MAY_BE_SEALED && isAbsent(value)) throw new pulumi.RunError(sealed(other));
      return stackOutputs.shape[name].parse(value);
    });
  const outputs = {};
  // Made when they are used: a failed output that nobody uses would end the program without a word of where it came from.
  for (const name of Object.keys(stackOutputs.shape) as (keyof StackOutputs)[]) {
    Object.defineProperty(outputs, name, { enumerable: true, get: () => read(name) });
  }
  return outputs as TwoAppOutputs;
}

/**
 * The one output that is secret there with `exportConsumerSecrets: true`. The engine leaves out what this stack's passphrase or key does
 * not open (confirmed: pulumi/pulumi PR 19533), which must not keep it from the other outputs.
 */
const MAY_BE_SEALED = "consumers";

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const sealed = (stack: string): string =>
  `Stack ${stack} can't be asked for its consumers: it lacks "${MAY_BE_SEALED}", or holds it as a secret that this stack's passphrase does not open (okta-anypoint:exportConsumerSecrets there).`;

/** Why the outputs are not those of the interface, in words that stand alone and have no value in them; undefined when they are. */
function whatIsWrong(stack: string, outputs: Record<string, unknown>): string | undefined {
  const { outputsVersion: version } = outputs;
  if (version === undefined) {
    return `Stack ${stack} has no output "outputsVersion": it is no okta-anypoint stack, or no \`pulumi up\` has come to its end there. Check the name, or run \`pulumi up\` in that stack.`;
  }
  if (version !== OUTPUTS_VERSION) {
    return `Stack ${stack} has version ${typeof version === "number" ? version : "?"} of the outputs, and this release of okta-anypoint reads version ${OUTPUTS_VERSION}. Use the release that the stack is deployed with.`;
  }
  const parsed = stackOutputs.safeParse(
    isAbsent(outputs[MAY_BE_SEALED]) ? { ...outputs, [MAY_BE_SEALED]: {} } : outputs,
  );
  if (parsed.success) return undefined;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const [name = ""] = path;
    return outputs[String(name)] === undefined ? `it lacks "${String(name)}"` : `${path.join(".")}: ${message}`;
  });
  return `Stack ${stack} has not the outputs that this release of okta-anypoint reads: ${problems.join("; ")}. Run \`pulumi up\` in that stack.`;
}

/**
 * Typed reading of one of another stack's outputs:
 * `outputOf(new pulumi.StackReference("acme/okta-anypoint/dev"), "clientProviderId")`.
 * Fails when that stack lacks the output; its version and shape are not looked at, see {@link readTwoAppOutputs}.
 */
export function outputOf<K extends keyof StackOutputs>(
  stack: pulumi.StackReference,
  name: K,
): pulumi.Output<NonNullable<StackOutputs[K]>> {
  return stack.requireOutput(name) as pulumi.Output<NonNullable<StackOutputs[K]>>;
}

/** JSON Schema (draft 2020-12) of the outputs, open for what later releases add. */
export const outputsJsonSchema = (): object => z.toJSONSchema(stackOutputs, { io: "input" });
