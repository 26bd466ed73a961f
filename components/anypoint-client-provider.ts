/** The OpenID Connect Dynamic Client Registration provider in Anypoint, assigned to environments. */
import * as pulumi from "@pulumi/pulumi";
import { orgUrls } from "../config/okta-urls.ts";
import {
  ClientProvider,
  type ClientProviderArgs,
  EnvironmentAssignment,
  ManualClientProvider,
  type Origin,
} from "../providers/resources.ts";
import type { ProviderMode } from "../config/schema.ts";
import { Component, childOptions, protection } from "./component.ts";
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
  /**
   * Who writes the provider. `managed` (default): this stack, with the Manager's private key. `header`, a fallback: this stack,
   * with a static registration header. `manual`: a person in the console; the stack compares, and writes nothing.
   * Between `managed` and `header` an update. To `manual` with the provider's own `providerId` an update, without it refused;
   * from `manual` an update that takes over the provider of our name and Inspector.
   */
  readonly mode?: ProviderMode;
  /** Mode `manual`: id of the provider that a person made. Left out: nothing that needs the provider is registered. */
  readonly providerId?: pulumi.Input<string>;
  /** Mode `header`: the Authorization header of registrations, for example `SSWS 00…`. Secret. Update. */
  readonly registrationHeader?: pulumi.Input<string>;
  /** Client id, private key (PKCS#8 PEM, secret) and scopes of the Manager app; used in mode `managed`. Update. */
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
  /** Whether it is deleted although API instances of others are bound to it. Default false. Update. */
  readonly deleteWhileUsed?: pulumi.Input<boolean>;
  /** The provider is there: it is taken over, and given back by a destroy. Default false. */
  readonly adopt?: pulumi.Input<boolean>;
  /** Whether Pulumi refuses to replace or delete the provider. Default as the component's options say. */
  readonly protect?: boolean;
}

/** Children: `<name>-provider`, `<name>-<business group>-<environment>`. */
export class AnypointClientProvider extends Component {
  /** Mode `manual` without an id: a person has yet to make the provider. */
  readonly waiting: boolean;
  readonly providerName: pulumi.Output<string>;
  /** Whether a destroy deletes the provider, or leaves it. */
  readonly origin: pulumi.Output<Origin>;
  readonly environments: pulumi.Output<{ name: string; id: string }[]>;
  /** Assignments, to depend on before an API instance is bound to the provider. */
  readonly assignments: readonly EnvironmentAssignment[];
  readonly #providerId: pulumi.Output<string> | undefined;

  constructor(name: string, args: AnypointClientProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AnypointClientProvider", name, opts);

    const urls = pulumi.output(args.orgUrl).apply(orgUrls);
    const deletion = pulumi.output(args.clientDeletion ?? "anypoint");
    const published = {
      name: args.providerName ?? `okta-${pulumi.getStack()}`,
      issuer: urls.issuer,
      registrationUrl: urls.registrationUrl,
      authorizeUrl: urls.authorizeUrl,
      tokenUrl: urls.tokenUrl,
      introspectionUrl: args.introspectionUrl ?? urls.introspectionUrl,
      inspectorClientId: args.inspectorClientId,
      allowLocalClientDeletion: deletion.apply((value) => value !== "keep"),
      allowExternalClientModification: deletion.apply((value) => value === "everywhere"),
      timeoutSeconds: args.timeoutSeconds ?? 5,
      allowUntrustedCertificates: pulumi.output(args.validateCertificates ?? true).apply((validate) => !validate),
    };
    if (args.mode === "header") {
      void pulumi.log.warn(
        "clientProvider.mode: header is a fallback: Anypoint registers clients with a static header, which never expires and may do all that its owner may.",
        this,
      );
    }
    const provider =
      args.mode === "manual"
        ? new ManualClientProvider(
            `${name}-provider`,
            { ...published, providerId: args.providerId },
            childOptions(this, { aliases: [{ type: CLIENT_PROVIDER }], ...protection(args.protect) }),
          )
        : new ClientProvider(
            `${name}-provider`,
            {
              ...published,
              ...registration(args),
              inspectorClientSecret: pulumi.secret(args.inspectorClientSecret),
              privateKeyBlock: args.privateKeyBlock,
              deleteWhileUsed: args.deleteWhileUsed,
              adopt: args.adopt,
            },
            childOptions(this, { aliases: [{ type: MANUAL_CLIENT_PROVIDER }], ...protection(args.protect) }),
          );
    this.waiting = args.mode === "manual" && args.providerId === undefined;
    // In mode manual the id is an input, and so known where it is not waited for.
    const providerId = provider.providerId as pulumi.Output<string>;
    this.#providerId = this.waiting ? undefined : providerId;
    this.providerName = provider.name;
    this.origin = provider.origin;

    this.assignments = (this.waiting ? [] : (args.environments ?? [])).map(
      ({ environment, businessGroup, makeDefault }) =>
        new EnvironmentAssignment(
          [name, businessGroup, environment].filter((part) => part !== undefined).join("-"),
          { businessGroup, environment, clientProviderId: providerId, makeDefault: makeDefault ?? false },
          // It waits through the provider.
          { parent: this },
        ),
    );
    this.environments = pulumi.all(
      this.assignments.map(({ environmentName, environmentId }) => ({ name: environmentName, id: environmentId })),
    );
    this.registerOutputs({ providerId: this.#providerId, environments: this.environments });
  }

  /** Throws while the provider is waited for, see {@link waiting}. */
  get providerId(): pulumi.Output<string> {
    if (this.#providerId !== undefined) return this.#providerId;
    throw new pulumi.InputPropertyError({
      propertyPath: "providerId",
      reason: "mode is manual and the provider's id is not given yet, so nothing can depend on the provider",
    });
  }
}

/** The two types of the one child, each an alias of the other, so that a change of mode is an update and deletes nothing. */
const CLIENT_PROVIDER = "pulumi-nodejs:dynamic/anypoint:ClientProvider";
const MANUAL_CLIENT_PROVIDER = "pulumi-nodejs:dynamic/anypoint:ManualClientProvider";

/** How Anypoint logs in to register clients. */
function registration(args: AnypointClientProviderArgs): Partial<ClientProviderArgs> {
  if (args.mode !== "header") {
    return {
      managerClientId: args.managerClientId,
      managerPrivateKey: pulumi.secret(args.managerPrivateKey),
      managerScopes: args.managerScopes,
    };
  }
  if (args.registrationHeader === undefined) {
    throw new pulumi.InputPropertyError({ propertyPath: "registrationHeader", reason: "is needed in mode header" });
  }
  return { registrationHeader: pulumi.secret(args.registrationHeader) };
}
