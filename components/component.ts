/** What the components share: the type token and the rule that a child is parented here and takes on the caller's options. */
import * as pulumi from "@pulumi/pulumi";

/** Type token of a component of this package. Public: renaming one needs an alias. */
export const componentType = (name: string): string => `okta-anypoint:index:${name}`;

/** Options of a child: parented to its component, plus what this child needs. */
export function childOptions(
  parent: pulumi.Resource,
  extra: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions({ parent }, extra);
}
