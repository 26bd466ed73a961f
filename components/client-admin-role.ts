/** The admin role without which Okta refuses the Manager's registrations with 403. */
import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import { Component, adoption, oktaChildOptions } from "./component.ts";

export interface ClientAdminRoleArgs {
  /** Client id of the app that gets the role. Replaces the assignment. */
  readonly clientId: pulumi.Input<string>;
  /** The app, so that the assignment counts as gone with it; to be left out for one that a destroy leaves. */
  readonly app?: pulumi.Resource;
  /**
   * Role type. Default `APP_ADMIN`, the one that MuleSoft names (confirmed: KB 005315457); others bring a warning.
   * `CUSTOM` needs `role` and `resourceSet`. Replaces the assignment.
   */
  readonly type?: pulumi.Input<string>;
  /** Id of a custom role. Replaces the assignment. */
  readonly role?: pulumi.Input<string>;
  /** Id of the resource set of a custom role. Replaces the assignment. */
  readonly resourceSet?: pulumi.Input<string>;
  /** An assignment that is there, as `clientId/roleAssignmentId`: imported, and left by a destroy. */
  readonly importId?: string;
}

/** What to know about a role other than the default; undefined for the default. */
export function roleWarning(type: string): string | undefined {
  switch (type) {
    case "APP_ADMIN":
      return undefined;
    case "SUPER_ADMIN":
    case "ORG_ADMIN":
      return `The Manager app gets ${type}, far more than registering clients needs. APP_ADMIN suffices (confirmed by MuleSoft's article).`;
    default:
      return (
        `The Manager app gets ${type} in place of APP_ADMIN. MuleSoft's article says that custom roles often fail to ` +
        `authorize client creation: a request for access then ends with Okta's 403 E0000006. Verify before you rely on it.`
      );
  }
}

/** Assigns an Okta admin role to a service app. Needs an Okta super admin. Child: `<name>-assignment`. */
export class ClientAdminRole extends Component {
  readonly roleType: pulumi.Output<string>;

  constructor(name: string, args: ClientAdminRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ClientAdminRole", name, opts);

    this.roleType = pulumi.output(args.type ?? "APP_ADMIN");
    this.roleType.apply((type) => {
      const warning = roleWarning(type);
      if (warning !== undefined) void pulumi.log.warn(warning, this);
    });
    new okta.app.OauthRoleAssignment(
      `${name}-assignment`,
      { clientId: args.clientId, type: this.roleType, role: args.role, resourceSet: args.resourceSet },
      oktaChildOptions(this, { ...adoption(args.importId), ...(args.app !== undefined && { deletedWith: args.app }) }),
    );
    this.registerOutputs({ roleType: this.roleType });
  }
}
