/**
 * The dynamic resources of this package, as a Pulumi program uses them. What they do is in `handlers/`; what each remote
 * object is and whose it may be, in `anypoint/`.
 *
 * Every Anypoint resource puts out `origin` (`created` or `adopted`) and, when it was adopted, `before`: the fields that
 * were changed, which a delete restores. A resource that was created is deleted.
 */
import * as pulumi from "@pulumi/pulumi";
import { type Definition, PackageResource } from "./package-resource.ts";
import type {
  ApiInstanceArgs,
  ApiPolicyArgs,
  ClientApplicationArgs,
  ClientProviderArgs,
  ContractArgs,
  EnvironmentAssignmentArgs,
  PreflightArgs,
  ManualClientProviderArgs,
  PublicJwk,
  SigningKeyArgs,
  TeardownGuardArgs,
} from "./resource-args.ts";

export type * from "./resource-args.ts";

/** Whether this stack made the remote object, or took over one that was there. */
export type Origin = "created" | "adopted";

const OWNERSHIP = ["origin", "before"];

/** An OpenID Connect Dynamic Client Registration provider of the root organization that registers by private key JWT. */
export class ClientProvider extends PackageResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly providerId: pulumi.Output<string>;
  /** The root organization. */
  declare readonly organizationId: pulumi.Output<string>;
  /** Grant types that Anypoint offers to applications; empty when they could not be read. */
  declare readonly supportedGrantTypes: pulumi.Output<string[]>;
  declare readonly origin: pulumi.Output<Origin>;

  constructor(name: string, args: ClientProviderArgs, opts?: pulumi.CustomResourceOptions) {
    const definition: Definition = {
      handler: "ClientProvider",
      single: true,
      outputs: ["providerId", "organizationId", "supportedGrantTypes", ...OWNERSHIP],
      secrets: ["managerPrivateKey", "registrationHeader", "inspectorClientSecret"],
    };
    super(definition, name, args, opts);
  }
}

/**
 * A client provider that a person makes and keeps up in the console. It is read and compared, and never written or deleted.
 * Without an id it is only a note that the provider is waited for. A stack that made the provider itself can hand it over
 * under the same name with an alias of type `pulumi-nodejs:dynamic/anypoint:ClientProvider`, and take it back the other way.
 */
export class ManualClientProvider extends PackageResource {
  declare readonly name: pulumi.Output<string>;
  /** Undefined while the provider is waited for. */
  declare readonly providerId: pulumi.Output<string | undefined>;
  /** The root organization; undefined while the provider is waited for. */
  declare readonly organizationId: pulumi.Output<string | undefined>;
  declare readonly supportedGrantTypes: pulumi.Output<string[]>;
  declare readonly origin: pulumi.Output<Origin>;

  constructor(name: string, args: ManualClientProviderArgs, opts?: pulumi.CustomResourceOptions) {
    const both = args.providerId === undefined ? ["providerId"] : [];
    const definition: Definition = {
      handler: "ManualClientProvider",
      outputs: [...both, "organizationId", "supportedGrantTypes", "origin"],
    };
    super(definition, name, args, opts);
  }
}

/** The offer of a client provider in one environment. The list is shared: only our own entry is added, moved or removed. */
export class EnvironmentAssignment extends PackageResource {
  /** The business group that owns the environment. */
  declare readonly organizationId: pulumi.Output<string>;
  declare readonly environmentId: pulumi.Output<string>;
  declare readonly environmentName: pulumi.Output<string>;
  declare readonly origin: pulumi.Output<Origin>;

  constructor(name: string, args: EnvironmentAssignmentArgs, opts?: pulumi.CustomResourceOptions) {
    const definition: Definition = {
      handler: "EnvironmentAssignment",
      single: true,
      outputs: ["organizationId", "environmentId", "environmentName", ...OWNERSHIP],
    };
    super(definition, name, args, opts);
  }
}

/** An API instance in API Manager, bound to a client provider: created, or taken over and given back on delete. */
export class ApiInstance extends PackageResource {
  declare readonly apiId: pulumi.Output<string>;
  /** The business group that owns the instance. */
  declare readonly organizationId: pulumi.Output<string>;
  declare readonly environmentId: pulumi.Output<string>;
  declare readonly environmentName: pulumi.Output<string>;
  declare readonly groupId: pulumi.Output<string>;
  declare readonly assetId: pulumi.Output<string>;
  declare readonly assetVersion: pulumi.Output<string>;
  declare readonly productVersion: pulumi.Output<string>;
  declare readonly label: pulumi.Output<string | undefined>;
  declare readonly clientProviderId: pulumi.Output<string>;
  declare readonly origin: pulumi.Output<Origin>;
  /** Of an adopted one: former values of the fields that were changed. */
  declare readonly before: pulumi.Output<Readonly<Record<string, unknown>> | undefined>;

  constructor(name: string, args: ApiInstanceArgs, opts?: pulumi.CustomResourceOptions) {
    const asked: Readonly<Record<string, unknown>> = { ...args };
    const both = ["apiId", "groupId", "assetId", "assetVersion", "label"];
    const definition: Definition = {
      handler: "ApiInstance",
      outputs: [
        ...["organizationId", "environmentId", "environmentName", "productVersion", ...OWNERSHIP],
        ...both.filter((key) => asked[key] === undefined),
      ],
    };
    super(definition, name, args, opts);
  }
}

/** A policy of an API instance. */
export class ApiPolicy extends PackageResource {
  declare readonly policyId: pulumi.Output<string>;
  /** Version of the template in use. */
  declare readonly resolvedVersion: pulumi.Output<string>;
  declare readonly origin: pulumi.Output<Origin>;

  constructor(name: string, args: ApiPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    const definition: Definition = {
      handler: "ApiPolicy",
      outputs: [...(args.policyId === undefined ? ["policyId"] : []), "resolvedVersion", ...OWNERSHIP],
    };
    super(definition, name, args, opts);
  }
}

/**
 * An application in Exchange, and with it a client at the identity provider. A change of name, description, url, redirect
 * URIs or grant types replaces it, the old one going first: Anypoint does not promise to update OpenID Connect clients.
 */
export class ClientApplication extends PackageResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly applicationId: pulumi.Output<string>;
  /** The root organization. */
  declare readonly organizationId: pulumi.Output<string>;
  /** Client id at the identity provider. */
  declare readonly clientId: pulumi.Output<string>;
  /** Secret. */
  declare readonly clientSecret: pulumi.Output<string>;
  /** Who owns the application in Exchange, where it says so. */
  declare readonly owner: pulumi.Output<string | undefined>;
  declare readonly origin: pulumi.Output<Origin>;

  constructor(name: string, args: ClientApplicationArgs, opts?: pulumi.CustomResourceOptions) {
    const definition: Definition = {
      handler: "ClientApplication",
      single: true,
      outputs: ["applicationId", "organizationId", "clientId", "clientSecret", "owner", ...OWNERSHIP],
      secrets: ["clientSecret"],
    };
    super(definition, name, { ...args, stack: args.stack ?? pulumi.getStack() }, opts);
  }
}

/** The contract of an application with an API instance. Revoked, then deleted. */
export class Contract extends PackageResource {
  declare readonly contractId: pulumi.Output<string>;
  /** `APPROVED`, `PENDING`, `REJECTED` or `REVOKED`. */
  declare readonly status: pulumi.Output<string>;
  declare readonly origin: pulumi.Output<Origin>;

  constructor(name: string, args: ContractArgs, opts?: pulumi.CustomResourceOptions) {
    super({ handler: "Contract", single: true, outputs: ["contractId", "status", ...OWNERSHIP] }, name, args, opts);
  }
}

/**
 * Looks for all that would fail in `up`, and fails with one list of it. It makes nothing anywhere, and looks again only when
 * what is expected has changed. Register it first, and go on when it is there: {@link Preflight.passed}.
 */
export class Preflight extends PackageResource {
  constructor(name: string, args: PreflightArgs, opts?: pulumi.CustomResourceOptions) {
    super({ handler: "Preflight", module: "okta-anypoint", outputs: [] }, name, { ...args }, opts);
  }

  /** Resolves when nothing was found; never, while the engine ends the program, when something was. */
  passed(): Promise<void> {
    return new Promise((resolve) => {
      this.urn.apply(() => resolve());
    });
  }
}

/**
 * Stands before a teardown: deleted before all that it depends on, it refuses with one list while API instances, applications or
 * contracts that are not this stack's use what would go. Register it last. It asks Anypoint only when it is deleted.
 */
export class TeardownGuard extends PackageResource {
  constructor(name: string, args: TeardownGuardArgs, opts?: pulumi.CustomResourceOptions) {
    super({ handler: "TeardownGuard", outputs: [] }, name, { ...args }, opts);
  }
}

/** An RSA signing key, made here and kept, encrypted, in the stack's state alone. */
export class SigningKey extends PackageResource {
  /** RFC 7638 thumbprint (SHA-256, base64url), unless another name was given. */
  declare readonly kid: pulumi.Output<string>;
  declare readonly publicJwk: pulumi.Output<PublicJwk>;
  /** Private key, PKCS#8 PEM, not encrypted. Secret. */
  declare readonly pem: pulumi.Output<string>;
  /** When this resource was made, ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: SigningKeyArgs = {}, opts?: pulumi.CustomResourceOptions) {
    const definition: Definition = {
      handler: "SigningKey",
      module: "okta-anypoint",
      outputs: [...(args.kid === undefined ? ["kid"] : []), "publicJwk", "pem", "createdAt"],
      secrets: ["pem", "privateKeyPem"],
    };
    super(definition, name, args, opts);
  }
}
