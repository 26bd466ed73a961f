/** `okta.app.OauthRoleAssignment`: an admin role of a service app. */
import type { ResourceModule } from "../../grpc/plugin.ts";
import type { Props } from "../../grpc/values.ts";
import { attempt } from "../api-error.ts";
import type { OktaClient } from "../http.ts";
import { importParts } from "./import-id.ts";

interface RoleAnswer {
  readonly id: string;
  readonly label?: string;
  readonly status?: string;
  readonly type: string;
  readonly role?: string;
  readonly "resource-set"?: string;
}

const pathOf = (clientId: unknown, id = ""): string =>
  `/oauth2/v1/clients/${String(clientId)}/roles${id === "" ? "" : `/${id}`}`;

function roleOutputs(clientId: unknown, role: RoleAnswer): Props {
  return {
    clientId,
    type: role.type,
    role: role.role,
    resourceSet: role["resource-set"],
    label: role.label,
    status: role.status,
  };
}

export const appOAuthRoleAssignment: ResourceModule<OktaClient> = {
  token: "okta:app/oauthRoleAssignment:OauthRoleAssignment",
  properties: {
    clientId: { type: "string", required: true, replaces: true },
    type: { type: "string", required: true, replaces: true },
    resourceSet: { type: "string", replaces: true },
    role: { type: "string", replaces: true },
    label: { type: "string", output: true },
    status: { type: "string", output: true },
  },

  validate: (inputs) =>
    inputs["type"] === "CUSTOM" && (inputs["resourceSet"] === undefined || inputs["role"] === undefined)
      ? [
          {
            property: "type",
            reason:
              "Missing attribute configuration. When type is set to 'CUSTOM', the resource_set and role attributes must be set.",
          },
        ]
      : [],

  async create(client, inputs) {
    const role = await attempt("Unable to assign role to client", () =>
      client.v2.request<RoleAnswer>("POST", pathOf(inputs["clientId"]), {
        type: inputs["type"],
        "resource-set": inputs["resourceSet"],
        role: inputs["role"],
      }),
    );
    return { id: role.id, outputs: roleOutputs(inputs["clientId"], role) };
  },

  /** An assignment that is gone is an error here, not a resource that is gone (inferred from the provider's code). */
  async read(client, importId, state) {
    const { id, parents } = importParts(importId, state, ["clientId"]);
    const role = await attempt("Unable to read role assignment", () =>
      client.v2.request<RoleAnswer>("GET", pathOf(parents["clientId"], id)),
    );
    return { id, outputs: roleOutputs(parents["clientId"], role) };
  },

  async update() {
    throw new Error(
      "Update not supported: OAuth Role Assignments cannot be updated. If you get to this contact the provider maintainers as this should not be hit.",
    );
  },

  async delete(client, id, state) {
    await attempt("Unable to delete role assignment", () => client.v2.request("DELETE", pathOf(state["clientId"], id)));
  },
};
