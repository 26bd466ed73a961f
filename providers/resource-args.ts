/** Arguments of the dynamic resources. Each says whether a change updates or replaces the resource. */
import type * as pulumi from "@pulumi/pulumi";
import type { Expectations } from "../checks/expectations.ts";

/** Dotted paths under `oidc_dynamic_client_provider` at which Anypoint keeps the private-key block; the default is unverified. */
export interface PrivateKeyBlockArgs {
  /**
   * Where the authentication method is named; empty where nothing names it. Default
   * `client.registration.authentication_method`.
   */
  readonly methodPath?: pulumi.Input<string>;
  /** What selects private key JWT there. Default `private_key_jwt`. */
  readonly methodValue?: pulumi.Input<string | boolean>;
  /** Default `client.registration.private_key_jwt.client_id`. */
  readonly clientIdPath?: pulumi.Input<string>;
  /** Default `client.registration.private_key_jwt.private_key`. */
  readonly privateKeyPath?: pulumi.Input<string>;
  /** Default `client.registration.private_key_jwt.scopes`. */
  readonly scopesPath?: pulumi.Input<string>;
  /** A JSON array (default), or one string with spaces. */
  readonly scopesFormat?: pulumi.Input<"array" | "string">;
}

export interface ClientProviderArgs {
  /** Name in Access Management. Update. */
  readonly name: pulumi.Input<string>;
  /** Base of the discovery in which Anypoint finds the grant types to offer. Update. */
  readonly issuer: pulumi.Input<string>;
  /** RFC 7591 registration endpoint; Okta's is `https://<org>/oauth2/v1/clients`. Update. */
  readonly registrationUrl: pulumi.Input<string>;
  readonly authorizeUrl: pulumi.Input<string>;
  readonly tokenUrl: pulumi.Input<string>;
  /** Where gateways introspect tokens. Update. */
  readonly introspectionUrl: pulumi.Input<string>;
  /** Client id of the app with which Anypoint registers clients. Needed, unless `registrationHeader` is given. Update. */
  readonly managerClientId?: pulumi.Input<string>;
  /** Its private key, PKCS#8 PEM. Secret. Needed, unless `registrationHeader` is given. Update. */
  readonly managerPrivateKey?: pulumi.Input<string>;
  /** Scopes that Anypoint asks for when it registers. Needed, unless `registrationHeader` is given. Update. */
  readonly managerScopes?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * In place of the three: a static Authorization header for registrations, for example `SSWS 00…`, sent as it is. A
   * fallback: it never expires. Secret. Update.
   */
  readonly registrationHeader?: pulumi.Input<string>;
  /** Client with which gateways introspect. Its id is what tells our provider from another of the same name. Update. */
  readonly inspectorClientId: pulumi.Input<string>;
  /** Secret. Update. */
  readonly inspectorClientSecret: pulumi.Input<string>;
  /** "Enable client deletion in Anypoint Platform". Update. */
  readonly allowLocalClientDeletion: pulumi.Input<boolean>;
  /** "Enable client deletion and updates in IdP". Update. */
  readonly allowExternalClientModification: pulumi.Input<boolean>;
  /** How long Anypoint waits for the identity provider, 5 to 20 seconds. Default 5. Update. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** "Disable server certificate validation". Default false. Update. */
  readonly allowUntrustedCertificates?: pulumi.Input<boolean>;
  /** Update. */
  readonly privateKeyBlock?: pulumi.Input<PrivateKeyBlockArgs>;
  /** Whether a delete goes on although API instances of others are bound to the provider. Default false. Update. */
  readonly deleteWhileUsed?: pulumi.Input<boolean>;
  /** It must be there, with this name and Inspector: it is taken over and given back on delete. Default false. No change later. */
  readonly adopt?: pulumi.Input<boolean>;
}

/** What a client provider that a person made in the console must look like; nothing of it is ever written. */
export interface ManualClientProviderArgs {
  /** Its id. Left out while nobody has made it yet: then nothing is compared. Update. */
  readonly providerId?: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
  readonly issuer: pulumi.Input<string>;
  readonly registrationUrl: pulumi.Input<string>;
  readonly authorizeUrl: pulumi.Input<string>;
  readonly tokenUrl: pulumi.Input<string>;
  readonly introspectionUrl: pulumi.Input<string>;
  readonly inspectorClientId: pulumi.Input<string>;
  readonly allowLocalClientDeletion: pulumi.Input<boolean>;
  readonly allowExternalClientModification: pulumi.Input<boolean>;
  /** Default 5. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** Default false. */
  readonly allowUntrustedCertificates?: pulumi.Input<boolean>;
}

export interface EnvironmentAssignmentArgs {
  /** Business group that owns the environment, by name or id. Default the root organization. Replaces, unless it is the same by another name. */
  readonly businessGroup?: pulumi.Input<string>;
  /** Environment by name or id. Replaces, unless it is the same by another name. */
  readonly environment: pulumi.Input<string>;
  /** Replaces. */
  readonly clientProviderId: pulumi.Input<string>;
  /** Whether new APIs get this provider by default, by being first in the list. Default false. Update. */
  readonly makeDefault?: pulumi.Input<boolean>;
}

export interface ApiInstanceArgs {
  /** Business group that owns the environment, by name or id. Default the root organization. Replaces, unless it is the same by another name. */
  readonly businessGroup?: pulumi.Input<string>;
  /** Environment by name or id. Replaces, unless it is the same by another name. */
  readonly environment: pulumi.Input<string>;
  /** Number of an existing instance to take over; or give `assetId`, `assetVersion` and `label`. Replaces. */
  readonly apiId?: pulumi.Input<string>;
  /** Exchange asset. Replaces. */
  readonly assetId?: pulumi.Input<string>;
  /** Update within the major version; another one is refused unless `label` changes too. */
  readonly assetVersion?: pulumi.Input<string>;
  /** Group of the asset. Default the organization that owns the environment. Replaces. */
  readonly groupId?: pulumi.Input<string>;
  /** Instance label. Replaces. */
  readonly label?: pulumi.Input<string>;
  /** Take over the one instance with this asset and label, if there is one. Default false: such an instance is an error. */
  readonly adopt?: pulumi.Input<boolean>;
  /** Client provider that the instance is bound to. Update, refused while contracts, OIDC policies or an API group hold it. */
  readonly clientProviderId: pulumi.Input<string>;
  /** Of a created instance: `mule4`, the default. Replaces. */
  readonly technology?: pulumi.Input<"mule4">;
  /** Consumer endpoint. Update. */
  readonly endpointUri?: pulumi.Input<string>;
  /** Of a created instance: `CH2` (default), `CH`, `HY` or `RF`. Replaces. */
  readonly deploymentType?: pulumi.Input<string>;
}

export interface PolicyPointcut {
  /** Methods as a regular expression: `GET|POST`. */
  readonly methodRegex: pulumi.Input<string>;
  /** Resource paths as a regular expression: `/orders.*`. */
  readonly uriTemplateRegex: pulumi.Input<string>;
}

export interface ApiPolicyArgs {
  /** The business group that owns the instance. Replaces. */
  readonly organizationId: pulumi.Input<string>;
  /** Replaces. */
  readonly environmentId: pulumi.Input<string>;
  /** Replaces. */
  readonly apiId: pulumi.Input<string>;
  /** Group of the policy's template. Default MuleSoft's own, `68ef9520-24e9-4cf2-b2f5-620025690913`. Replaces. */
  readonly groupId?: pulumi.Input<string>;
  /** Template. Default `openidconnect-access-token-enforcement`. Replaces. */
  readonly assetId?: pulumi.Input<string>;
  /** Template version. Default: the newest that applies to the instance, found once and then kept. Update. */
  readonly assetVersion?: pulumi.Input<string>;
  /**
   * Configuration by the template's own keys, checked against it; for the default template `skipClientIdValidation` is
   * false unless set. Update.
   */
  readonly configuration: pulumi.Input<Record<string, unknown>>;
  /** Place among the instance's policies, 1 first. Default: left to Anypoint. Update. */
  readonly order?: pulumi.Input<number>;
  /** Default false. Update. */
  readonly disabled?: pulumi.Input<boolean>;
  /** Methods and resources that it covers. Default all. Update. */
  readonly pointcut?: pulumi.Input<pulumi.Input<PolicyPointcut>[]>;
  /** Number of an existing policy to take over. Replaces. */
  readonly policyId?: pulumi.Input<string>;
}

export interface ClientApplicationArgs {
  /** Name in Exchange, unique there; becomes the client's name at the identity provider. Replaces. */
  readonly name: pulumi.Input<string>;
  readonly description?: pulumi.Input<string>;
  /** Home page. */
  readonly url?: pulumi.Input<string>;
  readonly redirectUris: pulumi.Input<pulumi.Input<string>[]>;
  /** `authorization_code`, `implicit`, `password`, `client_credentials`, `refresh_token`. */
  readonly grantTypes: pulumi.Input<pulumi.Input<string>[]>;
  /** Instance whose client provider makes the client. Update, as long as the provider stays the same. */
  readonly apiId: pulumi.Input<string>;
  /** Client provider of that instance. Replaces. */
  readonly clientProviderId: pulumi.Input<string>;
  /** What a delete does: `remove` (default), or `keep` the application. Update. */
  readonly deletion?: pulumi.Input<"keep" | "remove">;
  /** Name of the stack, for the command in what a delete says of a client that stays. Default this stack's. No change. */
  readonly stack?: pulumi.Input<string>;
  /** It must be there, as described and ours: it is taken over and left on delete. Default false. No change later. */
  readonly adopt?: pulumi.Input<boolean>;
}

export interface ContractArgs {
  /** Replaces, as all that names the two sides does. */
  readonly applicationId: pulumi.Input<string>;
  readonly apiId: pulumi.Input<string>;
  /** The business group that owns the instance. */
  readonly organizationId: pulumi.Input<string>;
  readonly environmentId: pulumi.Input<string>;
  readonly groupId: pulumi.Input<string>;
  readonly assetId: pulumi.Input<string>;
  /** That of the request. Update, which changes nothing in Anypoint; so does `productVersion`. */
  readonly assetVersion: pulumi.Input<string>;
  readonly productVersion: pulumi.Input<string>;
  /** SLA tier by name. Default none. Update. */
  readonly tier?: pulumi.Input<string>;
  /**
   * What to do about a contract that waits for approval: `leave-pending` (default), `wait` for somebody to approve it,
   * `approve` it ourselves. Update.
   */
  readonly approval?: pulumi.Input<"leave-pending" | "wait" | "approve">;
  /** How long `wait` waits, in seconds. Default 300. Update. */
  readonly waitSeconds?: pulumi.Input<number>;
}

/** What a teardown takes away, by which others are told from this stack. Every change is an update, which asks nothing. */
export interface TeardownGuardArgs {
  /** Left out while there is none. */
  readonly clientProviderId?: pulumi.Input<string>;
  readonly clientProviderName: pulumi.Input<string>;
  /** An adopted provider stays; then only contracts with instances that are deleted count. */
  readonly clientProviderOrigin?: pulumi.Input<"created" | "adopted">;
  /** Whether a delete goes on although others use what goes. Default false. */
  readonly deleteWhileUsed?: pulumi.Input<boolean>;
  readonly instances: pulumi.Input<
    pulumi.Input<{
      readonly apiId: pulumi.Input<string>;
      readonly organizationId: pulumi.Input<string>;
      readonly environmentId: pulumi.Input<string>;
      readonly origin: pulumi.Input<"created" | "adopted">;
      /** Of an adopted one: the provider that it gets back, empty for Anypoint's own; left out when it keeps the one it has. */
      readonly formerProviderId?: pulumi.Input<string | undefined>;
    }>[]
  >;
  readonly applications: pulumi.Input<
    pulumi.Input<{
      readonly applicationId: pulumi.Input<string>;
      readonly origin: pulumi.Input<"created" | "adopted">;
    }>[]
  >;
  /** Numbers of the stack's own policies. */
  readonly policies: pulumi.Input<pulumi.Input<string>[]>;
}

export interface SigningKeyArgs {
  /** RSA key size in bits: 2048 (default), 3072 or 4096. Replaces. */
  readonly modulusLength?: pulumi.Input<number>;
  /** A key of your own, PKCS#8 or PKCS#1 PEM, in place of a generated one. Secret. Replaces. */
  readonly privateKeyPem?: pulumi.Input<string>;
  /** Name of a brought key, where it has another one at Okta than its RFC 7638 thumbprint. Replaces. */
  readonly kid?: pulumi.Input<string>;
  /** Any values; a change of one makes a new key. Replaces. */
  readonly keepers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

export interface PublicJwk {
  readonly kty: string;
  readonly n: string;
  readonly e: string;
  readonly kid: string;
}

/** What a stack's configuration expects of the two organizations. Update, which looks at both again. */
export type PreflightArgs = Expectations;
