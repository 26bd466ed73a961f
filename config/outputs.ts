/** The stack's outputs: a public interface. Names and types are only added to. */
import type * as pulumi from "@pulumi/pulumi";
import type { ProviderMode } from "./schema.ts";
import type { VerificationOutput } from "../operations/verify/input.ts";

export interface ApiOutput {
  /** Number of the instance in API Manager. */
  readonly instanceId: string;
  /** Business group that owns it. */
  readonly organizationId: string;
  readonly environmentId: string;
  /** The Exchange asset: with the ids above, all that `ApiConsumer` in another stack needs to know. */
  readonly groupId: string;
  readonly assetId: string;
  readonly assetVersion: string;
  readonly productVersion: string;
  readonly policyId: string;
  readonly policyVersion: string;
  /** Scopes that the policy asks for. */
  readonly scopes: readonly string[];
  /** URL from the configuration, if given. */
  readonly url?: string;
}

export interface ConsumerOutput {
  readonly applicationId: string;
  /** Client id in Okta. */
  readonly clientId: string;
  /** Only with `exportConsumerSecrets: true`; a secret output. */
  readonly clientSecret?: string;
  /** `APPROVED`, `PENDING`, `REVOKED` or `REJECTED`; `NONE` without a contract. */
  readonly contractStatus: string;
}

export interface StackOutputs {
  readonly orgUrl: string;
  readonly registrationUrl: string;
  readonly authorizeUrl: string;
  /** The org's token endpoint, which Anypoint uses as the Manager. */
  readonly tokenUrl: string;
  /** Where gateways introspect. */
  readonly introspectionUrl: string;
  /** Where consumers get their tokens. */
  readonly consumerTokenUrl: string;
  /** Issuer of the consumers' tokens. */
  readonly consumerIssuer: string;
  readonly managerClientId: string;
  readonly inspectorClientId: string;
  /** Numbers of the generations in use. */
  readonly managerGeneration: number;
  readonly inspectorGeneration: number;
  /** RFC 7638 thumbprint of the Manager's key. */
  readonly activeKid: string;
  /** When that key was made, ISO 8601. */
  readonly keyCreatedAt: string;
  /** When it is to be rotated by `rotation.maxKeyAgeDays`, ISO 8601. */
  readonly keyRotationDue: string;
  /** Absent in mode `manual` until the provider's id is given. */
  readonly clientProviderId?: string;
  /** Who writes the client provider: `managed`, `header` (this stack) or `manual` (a person). */
  readonly clientProviderMode: ProviderMode;
  readonly clientProviderName: string;
  readonly environments: readonly { readonly name: string; readonly id: string }[];
  readonly apis: Readonly<Record<string, ApiOutput>>;
  readonly consumers: Readonly<Record<string, ConsumerOutput>>;
  /** What `npm run verify` looks at; no secret. Absent while no consumed API has a URL. */
  readonly verification?: VerificationOutput;
}

/** The outputs as the program returns them. */
export type ProgramOutputs = {
  readonly [K in keyof Omit<StackOutputs, "apis" | "consumers">]: pulumi.Input<StackOutputs[K]>;
} & {
  readonly apis: Readonly<Record<string, pulumi.Input<ApiOutput>>>;
  readonly consumers: Readonly<Record<string, pulumi.Input<ConsumerOutput>>>;
};

/**
 * Typed reading of another stack's outputs:
 * `outputOf(new pulumi.StackReference("acme/okta-anypoint/dev"), "clientProviderId")`.
 * Fails when that stack lacks the output.
 */
export function outputOf<K extends keyof StackOutputs>(
  stack: pulumi.StackReference,
  name: K,
): pulumi.Output<NonNullable<StackOutputs[K]>> {
  return stack.requireOutput(name) as pulumi.Output<NonNullable<StackOutputs[K]>>;
}
