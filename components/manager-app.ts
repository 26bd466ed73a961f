/** App A, the Manager: the Okta service app with which Anypoint registers and manages clients. */
import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import { managerClientId, managerLabel } from "../config/app-names.ts";
import { type ClientDeletion, managerScopes } from "../config/manager-scopes.ts";
import { SigningKey } from "../providers/resources.ts";
import { publicJwkOf } from "../providers/signing-key.ts";
import { Component, LOOKS_OF_AN_APP, adoption, childOptions, oktaChildOptions, protection } from "./component.ts";

export type { ClientDeletion };

export interface ManagerAppArgs {
  /** Okta org URL, for example `https://acme.okta.com`. A change is an update that Okta's grants do not feel. */
  readonly orgUrl: pulumi.Input<string>;
  /** Label in Okta. Default `MuleSoft-Client-Manager (<stack>)`. Update. */
  readonly label?: pulumi.Input<string>;
  /**
   * Client id, chosen by us so that a repeated create is refused rather than doubled; 6 to 100 characters. Default
   * `mulesoft-client-manager-<stack>-1`. Replaces the app.
   */
  readonly clientId?: pulumi.Input<string>;
  /** See {@link ClientDeletion}; decides whether `okta.clients.manage` is granted. Default `anypoint`. Update. */
  readonly clientDeletion?: pulumi.Input<ClientDeletion>;
  /**
   * RSA key size in bits: 2048 (default), 3072 or 4096. Replaces the key: the app, then the client provider are updated with
   * the new one, and between the two no client can be registered.
   */
  readonly modulusLength?: pulumi.Input<number>;
  /** An RSA private key as PEM (PKCS#8 or PKCS#1) to use in place of a generated one. Secret. Replaces the key. */
  readonly privateKeyPem?: pulumi.Input<string>;
  /** Name of the brought key at Okta, where it is registered already under another one. Replaces the key's record. */
  readonly kid?: string;
  /** An app that is there: imported, and left by a destroy. `clientId` and `label` must be its own. */
  readonly adopt?: AdoptedManager;
  /** Whether Pulumi refuses to replace or delete the app. Default as the component's options say. */
  readonly protect?: boolean;
}

export interface AdoptedManager {
  /** Id of the app in Okta. */
  readonly appId: string;
  /** Whether it has grants, which are then imported too. Default false: they are made. */
  readonly grants?: boolean;
}

/**
 * An API Services app with client credentials, `private_key_jwt` and exactly one public key, and its Okta API scopes.
 *
 * | fixed | value | why |
 * | --- | --- | --- |
 * | type, grant | `service`, `client_credentials` | what Anypoint's private key JWT uses (confirmed: KB 005315457) |
 * | keys | one | Anypoint's form has no `kid`; Okta refuses an assertion without one as soon as there are two keys |
 * | DPoP | off | MuleSoft has none (confirmed: KB 005315457); the Okta plugin always sends it as off |
 * | access policy | none | Okta advises against one on a service app |
 *
 * Children: `<name>-key`, `<name>-app`, `<name>-scopes`. The role is {@link ClientAdminRole}.
 */
export class ManagerApp extends Component {
  readonly appId: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** RFC 7638 thumbprint of the only key. */
  readonly kid: pulumi.Output<string>;
  /** When the key was made, ISO 8601. */
  readonly keyCreatedAt: pulumi.Output<string>;
  /** PKCS#8 PEM. Secret. */
  readonly privateKey: pulumi.Output<string>;
  /** Scopes granted, sorted. */
  readonly scopes: pulumi.Output<string[]>;
  /** The app itself, for `deletedWith` and `dependsOn`. */
  readonly app: okta.app.OAuth;

  constructor(name: string, args: ManagerAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ManagerApp", name, opts);
    const stack = pulumi.getStack();
    const key = new SigningKey(
      `${name}-key`,
      { modulusLength: args.modulusLength, privateKeyPem: args.privateKeyPem, kid: args.kid },
      childOptions(this),
    );
    const { kid, privateKeyPem, adopt } = args;
    // Of a key that Okta has already, a preview shows that nothing changes.
    const publicJwk =
      kid === undefined || privateKeyPem === undefined
        ? key.publicJwk
        : pulumi.unsecret(pulumi.output(privateKeyPem)).apply((pem) => publicJwkOf(pem, kid));
    this.app = new okta.app.OAuth(
      `${name}-app`,
      {
        label: args.label ?? managerLabel(stack),
        clientId: args.clientId ?? managerClientId(stack),
        type: "service",
        grantTypes: ["client_credentials"],
        responseTypes: ["token"],
        tokenEndpointAuthMethod: "private_key_jwt",
        jwks: [publicJwk.apply(({ kid, kty, e, n }) => ({ kid, kty, e, n }))],
        skipAuthenticationPolicy: true,
      },
      oktaChildOptions(this, { ...adoption(adopt?.appId, LOOKS_OF_AN_APP), ...protection(args.protect) }),
    );
    this.scopes = pulumi.output(args.clientDeletion ?? "anypoint").apply(managerScopes);
    new okta.AppOauthApiScope(
      `${name}-scopes`,
      { appId: this.app.id, issuer: args.orgUrl, scopes: this.scopes },
      oktaChildOptions(this, {
        ...adoption(adopt?.grants === true ? adopt.appId : undefined),
        // An adopted app stays, so what was made for it does not go with it.
        ...(adopt === undefined && { deletedWith: this.app }),
      }),
    );

    this.appId = this.app.id;
    this.clientId = this.app.clientId;
    this.kid = key.kid;
    this.keyCreatedAt = key.createdAt;
    this.privateKey = pulumi.secret(key.pem);
    this.registerOutputs({ appId: this.appId, clientId: this.clientId, kid: this.kid, scopes: this.scopes });
  }
}
