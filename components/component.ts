/** What the components share: the type token and the rule that a child is parented here and takes on the caller's options. */
import * as pulumi from "@pulumi/pulumi";
import { tellingOfRepair } from "./cut-off.ts";

/** Type token of a component of this package. Public: renaming one needs an alias. */
export const componentType = (name: string): string => `okta-anypoint:index:${name}`;

/** Options of a child: parented to its component, plus what this child needs. */
export function childOptions(
  parent: pulumi.Resource,
  extra: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions({ parent }, extra);
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
