/** The OpenID Connect Dynamic Client Registration provider in Anypoint, assigned to environments. */
import * as pulumi from "@pulumi/pulumi";
import { orgUrls } from "../config/okta-urls.ts";
import { ClientProvider, type ClientProviderArgs, EnvironmentAssignment } from "../providers/resources.ts";
import { childOptions, componentType } from "./component.ts";
import type { ClientDeletion } from "./manager-app.ts";

/** An environment that is offered the provider. */
export interface AssignedEnvironment {
  /** Name or id. Replaces the assignment. */
  readonly environment: string;
  /** Business group that owns it, by name or id. Default the root organization. Replaces the assignment. */
  readonly businessGroup?: string;
  /** Whether new APIs of the environment get this provider by default. Default false: it is put after those that are there. */
  readonly makeDefault?: pulumi.Input<boolean>;
}

export interface AnypointClientProviderArgs {
  /** Name in Anypoint. Default `okta-<stack>`. Update. */
  readonly providerName?: pulumi.Input<string>;
  /** Okta org URL: issuer, and base of the registration, authorize and token URL. Update. */
  readonly orgUrl: pulumi.Input<string>;
  /** Where gateways introspect. Must belong to the server that issues the consumers' tokens. Default the org's. Update. */
  readonly introspectionUrl?: pulumi.Input<string>;
  /** Client id, private key (PKCS#8 PEM, secret) and scopes of the Manager app. Update. */
  readonly managerClientId: pulumi.Input<string>;
  readonly managerPrivateKey: pulumi.Input<string>;
  readonly managerScopes: pulumi.Input<pulumi.Input<string>[]>;
  /** Client id and secret of the Inspector app. Update. */
  readonly inspectorClientId: pulumi.Input<string>;
  readonly inspectorClientSecret: pulumi.Input<string>;
  /** Sets Anypoint's two deletion switches. Default `anypoint`. Update. */
  readonly clientDeletion?: pulumi.Input<ClientDeletion>;
  /** How long Anypoint waits for Okta, 5 to 20 seconds. Default 5. Update. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** Whether Anypoint checks Okta's TLS certificate. Default true. Update. */
  readonly validateCertificates?: pulumi.Input<boolean>;
  /** Environments that are offered the provider. */
  readonly environments?: readonly AssignedEnvironment[];
  /** Names of the private-key block on the wire, whose default is unverified. Update. */
  readonly privateKeyBlock?: ClientProviderArgs["privateKeyBlock"];
  /** The provider is there: it is taken over, and given back by a destroy. Default false. */
  readonly adopt?: pulumi.Input<boolean>;
}

/** Children: `<name>-provider`, `<name>-<business group>-<environment>`. */
export class AnypointClientProvider extends pulumi.ComponentResource {
  readonly providerId: pulumi.Output<string>;
  readonly providerName: pulumi.Output<string>;
  readonly environments: pulumi.Output<{ name: string; id: string }[]>;
  /** Assignments, to depend on before an API instance is bound to the provider. */
  readonly assignments: readonly EnvironmentAssignment[];

  constructor(name: string, args: AnypointClientProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("AnypointClientProvider"), name, {}, opts);

    const urls = pulumi.output(args.orgUrl).apply(orgUrls);
    const deletion = pulumi.output(args.clientDeletion ?? "anypoint");
    const provider = new ClientProvider(
      `${name}-provider`,
      {
        name: args.providerName ?? `okta-${pulumi.getStack()}`,
        issuer: urls.issuer,
        registrationUrl: urls.registrationUrl,
        authorizeUrl: urls.authorizeUrl,
        tokenUrl: urls.tokenUrl,
        introspectionUrl: args.introspectionUrl ?? urls.introspectionUrl,
        managerClientId: args.managerClientId,
        managerPrivateKey: pulumi.secret(args.managerPrivateKey),
        managerScopes: args.managerScopes,
        inspectorClientId: args.inspectorClientId,
        inspectorClientSecret: pulumi.secret(args.inspectorClientSecret),
        allowLocalClientDeletion: deletion.apply((value) => value !== "keep"),
        allowExternalClientModification: deletion.apply((value) => value === "everywhere"),
        timeoutSeconds: args.timeoutSeconds ?? 5,
        allowUntrustedCertificates: pulumi.output(args.validateCertificates ?? true).apply((validate) => !validate),
        privateKeyBlock: args.privateKeyBlock,
        adopt: args.adopt,
      },
      childOptions(this),
    );
    this.providerId = provider.providerId;
    this.providerName = provider.name;

    this.assignments = (args.environments ?? []).map(
      ({ environment, businessGroup, makeDefault }) =>
        new EnvironmentAssignment(
          [name, businessGroup, environment].filter((part) => part !== undefined).join("-"),
          { businessGroup, environment, clientProviderId: provider.providerId, makeDefault: makeDefault ?? false },
          childOptions(this),
        ),
    );
    this.environments = pulumi.all(
      this.assignments.map(({ environmentName, environmentId }) => ({ name: environmentName, id: environmentId })),
    );
    this.registerOutputs({ providerId: this.providerId, environments: this.environments });
  }
}
