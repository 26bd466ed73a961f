/** An API instance bound to the client provider, behind the policy "OpenID Connect access token enforcement". */
import * as pulumi from "@pulumi/pulumi";
import { enforcementConfiguration } from "../config/enforcement.ts";
import { ApiInstance, ApiPolicy } from "../providers/resources.ts";
import { Component, childOptions } from "./component.ts";

/** An instance named by its asset and label: created, or taken over with `adopt`. */
export interface ApiAsset {
  /** Exchange asset id. Replaces the instance. */
  readonly assetId: pulumi.Input<string>;
  /** Asset version, for example `1.0.0`. Update within the major version; another one needs another `label`. */
  readonly version: pulumi.Input<string>;
  /** Group of the asset. Default the organization that owns the environment. Replaces the instance. */
  readonly groupId?: pulumi.Input<string>;
  /** Instance label. Replaces the instance. */
  readonly label: pulumi.Input<string>;
  /** Take over an existing instance with this asset and label. Default false: it is created (Mule 4). */
  readonly adopt?: pulumi.Input<boolean>;
  /** Consumer endpoint. Update. */
  readonly endpointUri?: pulumi.Input<string>;
  /** `CH2` (default), `CH`, `HY` or `RF`. */
  readonly deploymentType?: pulumi.Input<string>;
}

export interface EnforcementArgs {
  /** Scopes that a token needs; none means that scopes are not checked. Update. */
  readonly scopes?: pulumi.Input<pulumi.Input<string>[]>;
  /** `AND` (default): all of them; `OR`: at least one. Update. */
  readonly scopeCriteria?: pulumi.Input<"AND" | "OR">;
  /** Hands the introspection's fields to the backend as `X-AGW-…` headers. Default false. Update. */
  readonly exposeHeaders?: pulumi.Input<boolean>;
  /** Version of the policy. Default: resolved once, then kept. Update. */
  readonly version?: pulumi.Input<string>;
  /** Place among the instance's policies, 1 first. Update. */
  readonly order?: pulumi.Input<number>;
  /** Further keys of the policy's template, checked against it. Update. */
  readonly configuration?: pulumi.Input<Record<string, unknown>>;
  /** Number of a policy that is there: it is taken over, and given back by a destroy. Replaces. */
  readonly policyId?: pulumi.Input<string>;
}

export interface ProtectedApiArgs {
  /** Environment by name or id. Replaces the instance. */
  readonly environment: pulumi.Input<string>;
  /** Business group that owns the environment, by name or id. Default the root organization. Replaces the instance. */
  readonly businessGroup?: pulumi.Input<string>;
  /** An existing instance by its number. Either this or `asset`. Replaces. */
  readonly instanceId?: pulumi.Input<string>;
  readonly asset?: ApiAsset;
  /** Id of the client provider. Update, refused while the instance has contracts, OIDC policies or is in a group. */
  readonly clientProviderId: pulumi.Input<string>;
  readonly policy?: EnforcementArgs;
}

/** Children: `<name>-instance`, `<name>-policy`. */
export class ProtectedApi extends Component {
  readonly instance: ApiInstance;
  readonly policy: ApiPolicy;

  constructor(name: string, args: ProtectedApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ProtectedApi", name, opts);
    if ((args.instanceId === undefined) === (args.asset === undefined)) {
      throw new pulumi.InputPropertyError({
        propertyPath: "asset",
        reason: `${name}: give either instanceId (an existing instance) or asset (one to create, or to adopt)`,
      });
    }
    const { asset, policy = {} } = args;

    this.instance = new ApiInstance(
      `${name}-instance`,
      {
        businessGroup: args.businessGroup,
        environment: args.environment,
        apiId: args.instanceId,
        ...(asset && {
          assetId: asset.assetId,
          assetVersion: asset.version,
          groupId: asset.groupId,
          label: asset.label,
          adopt: asset.adopt ?? false,
          endpointUri: asset.endpointUri,
          deploymentType: asset.deploymentType ?? "CH2",
        }),
        clientProviderId: args.clientProviderId,
      },
      childOptions(this),
    );
    this.policy = new ApiPolicy(
      `${name}-policy`,
      {
        organizationId: this.instance.organizationId,
        environmentId: this.instance.environmentId,
        apiId: this.instance.apiId,
        assetVersion: policy.version,
        order: policy.order,
        policyId: policy.policyId,
        configuration: pulumi
          .all([
            policy.scopes ?? [],
            policy.scopeCriteria ?? "AND",
            policy.exposeHeaders ?? false,
            policy.configuration ?? {},
          ])
          .apply(([scopes, scopeCriteria, exposeHeaders, configuration]) =>
            enforcementConfiguration({ scopes, scopeCriteria, exposeHeaders, configuration }),
          ),
      },
      // It waits through the instance.
      { parent: this },
    );
    this.registerOutputs({ apiId: this.instance.apiId, policyId: this.policy.policyId });
  }
}
