/** What a destroy meets first. */
import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./component.ts";

export interface DestroyGuardArgs {
  /** Whether Pulumi refuses a destroy. */
  readonly protect: boolean;
  /** What must not go while the guard stands. */
  readonly guarded: readonly pulumi.Resource[];
}

/**
 * A resource without substance that depends on all that it guards, and so is the first that a destroy would delete. While it is
 * protected, that destroy ends before it has deleted anything. The protection of the guarded resources alone does not do that:
 * without a preview Pulumi deletes what depends on them before it comes to them (measured).
 */
export class DestroyGuard extends pulumi.ComponentResource {
  constructor(name: string, { protect, guarded }: DestroyGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("DestroyGuard"), name, {}, pulumi.mergeOptions(opts, { protect, dependsOn: [...guarded] }));
    this.registerOutputs({});
  }
}
