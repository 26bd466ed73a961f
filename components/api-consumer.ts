/** A consumer of an API: an Exchange application, hence a client in Okta, and its contract. */
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_GRANT_TYPES, UNUSED_REDIRECT_URI } from "../config/schema.ts";
import { ClientApplication, Contract } from "../providers/resources.ts";
import { Component, childOptions } from "./component.ts";

/** Where a consumed API instance lives, as {@link ApiInstance} puts it out. */
export interface ConsumedApi {
  readonly apiId: pulumi.Input<string>;
  /** The business group that owns the instance. */
  readonly organizationId: pulumi.Input<string>;
  readonly environmentId: pulumi.Input<string>;
  readonly groupId: pulumi.Input<string>;
  readonly assetId: pulumi.Input<string>;
  readonly assetVersion: pulumi.Input<string>;
  readonly productVersion: pulumi.Input<string>;
}

export interface ApiConsumerArgs {
  readonly api: ConsumedApi;
  /** The client provider of the instance, in which the client is made. Replaces the application. */
  readonly clientProviderId: pulumi.Input<string>;
  /** Name of the application, unique in Exchange; becomes the client's name in Okta. Default the resource's name. Replaces. */
  readonly applicationName?: pulumi.Input<string>;
  readonly description?: pulumi.Input<string>;
  /** Home page of the application. Replaces. */
  readonly url?: pulumi.Input<string>;
  /**
   * Default authorization_code and client_credentials: Okta refuses a client without authorization_code, since Anypoint
   * registers web clients (confirmed: KB 001123173). Replaces.
   */
  readonly grantTypes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Default one under `.invalid`: Okta demands one even of clients that never redirect. Replaces. */
  readonly redirectUris?: pulumi.Input<pulumi.Input<string>[]>;
  /** What becomes of the application on delete; `keep` leaves it and removes its contract. Default `anypoint`. */
  readonly clientDeletion?: pulumi.Input<"keep" | "anypoint" | "everywhere">;
  /** The application is there: it is taken over, and left by a destroy. Default false. */
  readonly adopt?: pulumi.Input<boolean>;
  /** The contract; `false` makes an application without one. Default a contract without tier, left pending if need be. */
  readonly contract?: false | ContractTerms;
}

export interface ContractTerms {
  /** SLA tier by name. Update. */
  readonly tier?: pulumi.Input<string>;
  /** What to do about a contract that waits for approval: `leave-pending` (default), `wait` or `approve`. Update. */
  readonly approval?: pulumi.Input<"leave-pending" | "wait" | "approve">;
}

/** Children: `<name>-application`, `<name>-contract`. */
export class ApiConsumer extends Component {
  readonly application: ClientApplication;
  readonly applicationId: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** Secret. */
  readonly clientSecret: pulumi.Output<string>;
  /** Undefined without a contract. */
  readonly contract?: Contract;

  constructor(name: string, args: ApiConsumerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ApiConsumer", name, opts);

    this.application = new ClientApplication(
      `${name}-application`,
      {
        name: args.applicationName ?? name,
        description: args.description,
        url: args.url,
        grantTypes: args.grantTypes ?? [...DEFAULT_GRANT_TYPES],
        redirectUris: args.redirectUris ?? [UNUSED_REDIRECT_URI],
        apiId: args.api.apiId,
        clientProviderId: args.clientProviderId,
        deletion: pulumi
          .output(args.clientDeletion ?? "anypoint")
          .apply((value) => (value === "keep" ? "keep" : "remove")),
        adopt: args.adopt,
      },
      childOptions(this),
    );
    if (args.contract !== false) {
      this.contract = new Contract(
        `${name}-contract`,
        {
          applicationId: this.application.applicationId,
          apiId: args.api.apiId,
          organizationId: args.api.organizationId,
          environmentId: args.api.environmentId,
          groupId: args.api.groupId,
          assetId: args.api.assetId,
          assetVersion: args.api.assetVersion,
          productVersion: args.api.productVersion,
          tier: args.contract?.tier,
          approval: args.contract?.approval ?? "leave-pending",
        },
        // It waits through the application.
        { parent: this },
      );
      warnOfRefusal(this, this.contract, args.applicationName ?? name, args.contract?.approval);
    }
    this.applicationId = this.application.applicationId;
    this.clientId = this.application.clientId;
    this.clientSecret = pulumi.secret(this.application.clientSecret);
    this.registerOutputs({ applicationId: this.applicationId, clientId: this.clientId });
  }
}

/** Whether a contract is approved is up to the API's owner unless the stack is to approve it, so a refusal stays, and is said. */
function warnOfRefusal(
  consumer: ApiConsumer,
  contract: Contract,
  application: pulumi.Input<string>,
  approval: ContractTerms["approval"],
): void {
  pulumi.all([contract.status, contract.contractId, application, approval]).apply(([status, id, name, asked]) => {
    if (asked === "approve" || (status !== "REVOKED" && status !== "REJECTED")) return;
    void pulumi.log.warn(
      `Contract ${id} of "${name}" was ${status.toLowerCase()}: its calls get 403, and this stack leaves it so. Ask whoever did it; ` +
        "it is restored in API Manager, the instance, Contracts, or by consumers[].approval: approve and `pulumi up`.",
      consumer,
    );
  });
}
