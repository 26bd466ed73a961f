/** App B, the Inspector: the Okta web app whose secret gateways use to introspect tokens, and nothing else. */
import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import { inspectorClientId, inspectorLabel } from "../config/app-names.ts";
import { UNUSED_REDIRECT_URI } from "../config/schema.ts";
import { Component, LOOKS_OF_AN_APP, adoption, oktaChildOptions, protection } from "./component.ts";

export interface InspectorAppArgs {
  /** Label in Okta. Default `MuleSoft-Token-Introspection (<stack>)`. Update. */
  readonly label?: pulumi.Input<string>;
  /**
   * Client id, chosen by us so that a repeated create is refused rather than doubled; 6 to 100 characters. Default
   * `mulesoft-token-introspection-<stack>-1`. An app that is made keeps the one that it has. Not for an adopted app.
   */
  readonly clientId?: pulumi.Input<string>;
  /** The redirect URI that Okta demands of a web app; never used. Default one under `.invalid`. Update. */
  readonly redirectUri?: pulumi.Input<string>;
  /** Its client secret, in place of one that Okta makes. Of an adopted app its present one: reads never show it. Secret. Update. */
  readonly clientSecret?: pulumi.Input<string>;
  /** Id of an app that is there: imported, and left by a destroy. `label` must be its own. */
  readonly adoptAppId?: string;
  /** Whether Pulumi refuses to replace or delete the app. Default as the component's options say. */
  readonly protect?: boolean;
}

/** An app made by a person may have others of these; a service app does as well (confirmed: KB 005315457). */
const NOT_OURS = [...LOOKS_OF_AN_APP, "clientId", "type", "grantTypes", "responseTypes"];

/**
 * A web app that authenticates with its secret in the request body, as the gateway sends it (confirmed: gateway docs).
 * A confidential client of the org may introspect the tokens of all its clients (confirmed: MuleSoft's docs).
 * Child: `<name>-app`.
 */
export class InspectorApp extends Component {
  readonly clientId: pulumi.Output<string>;
  /** Secret. */
  readonly clientSecret: pulumi.Output<string>;
  readonly app: okta.app.OAuth;

  constructor(name: string, args: InspectorAppArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("InspectorApp", name, opts);

    this.app = new okta.app.OAuth(
      `${name}-app`,
      {
        label: args.label ?? inspectorLabel(pulumi.getStack()),
        ...(args.adoptAppId === undefined && { clientId: args.clientId ?? inspectorClientId(pulumi.getStack()) }),
        type: "web",
        grantTypes: ["authorization_code"],
        responseTypes: ["code"],
        redirectUris: [args.redirectUri ?? UNUSED_REDIRECT_URI],
        tokenEndpointAuthMethod: "client_secret_post",
        skipAuthenticationPolicy: true,
        // Sent along, so that no change of the app makes Okta find a new one.
        ...(args.clientSecret !== undefined && { clientBasicSecret: pulumi.secret(args.clientSecret) }),
      },
      oktaChildOptions(this, {
        ...adoption(args.adoptAppId),
        // One that was made before it got a client id of ours goes on with its own.
        ignoreChanges: args.adoptAppId === undefined ? ["clientId"] : NOT_OURS,
        // Two apps of one client id can't be at once.
        deleteBeforeReplace: args.adoptAppId === undefined,
        ...protection(args.protect),
      }),
    );
    this.clientId = this.app.clientId;
    this.clientSecret = pulumi.secret(args.clientSecret ?? this.app.clientSecret);
    this.registerOutputs({ clientId: this.clientId });
  }
}
