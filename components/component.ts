/** What the components share: the type token and the rule that a child is parented here and takes on the caller's options. */
import * as pulumi from "@pulumi/pulumi";
import { tellingOfRepair } from "./cut-off.ts";

/** Type token of a component of this package. Public: renaming one needs an alias. */
export const componentType = (name: string): string => `okta-anypoint:index:${name}`;

const waits = new WeakMap<pulumi.Resource, pulumi.ResourceOptions["dependsOn"]>();

/**
 * A component whose `dependsOn` its children have in its place: the engine fails to complete a component when a refresh with the
 * program finds that something it depends on is gone ("registration isn't pending", measured with 3.259.0).
 */
export abstract class Component extends pulumi.ComponentResource {
  constructor(kind: string, name: string, opts: pulumi.ComponentResourceOptions = {}) {
    const { dependsOn, ...own } = opts;
    super(componentType(kind), name, {}, own);
    if (dependsOn !== undefined) waits.set(this, dependsOn);
  }
}

/** Options of a child: parented to its component, waiting for what that waits for, plus what this child needs. */
export function childOptions(
  parent: pulumi.Resource,
  extra: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  const dependsOn = waits.get(parent);
  return pulumi.mergeOptions({ parent, ...(dependsOn !== undefined && { dependsOn }) }, extra);
}

/** The same for a child that the Okta plugin makes. */
export function oktaChildOptions(
  parent: pulumi.Resource,
  extra: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(childOptions(parent, extra), tellingOfRepair());
}

/**
 * Options of a child that may be there already: with an id it is imported, its properties named by `leave` stay as they are,
 * and a destroy leaves it. The id may stay in the program: one that was imported is not imported again.
 */
export function adoption(importId: string | undefined, leave: readonly string[] = []): pulumi.CustomResourceOptions {
  return importId === undefined ? {} : { import: importId, retainOnDelete: true, ignoreChanges: [...leave] };
}

/** Option of a child that consumers depend on; left to the component's own options when nothing is said. */
export const protection = (protect: boolean | undefined): pulumi.CustomResourceOptions =>
  protect === undefined ? {} : { protect };

/**
 * Settings of an adopted Okta app that have nothing to do with its work here. Some of them the plugin does not read, so that an
 * import would differ from its defaults (inferred: provider code).
 */
export const LOOKS_OF_AN_APP = [
  ...["hideIos", "hideWeb", "autoSubmitToolbar", "accessibilitySelfService", "accessibilityErrorRedirectUrl"],
  ...["accessibilityLoginRedirectUrl", "adminNote", "enduserNote", "clientUri", "logoUri", "tosUri", "policyUri"],
  ...["loginMode", "loginScopes", "loginUri", "redirectUris", "postLogoutRedirectUris", "wildcardRedirect"],
  ...["userNameTemplate", "userNameTemplateType", "userNameTemplateSuffix", "autoKeyRotation", "pkceRequired"],
  ...["implicitAssignment", "consentMethod", "issuerMode", "refreshTokenRotation", "refreshTokenLeeway"],
  ...[
    "authenticationPolicy",
    "skipAuthenticationPolicy",
    "profile",
    "groupsClaim",
    "appSettingsJson",
    "participateSlo",
  ],
  ...["frontchannelLogoutUri", "frontchannelLogoutSessionRequired", "network"],
] as const;
