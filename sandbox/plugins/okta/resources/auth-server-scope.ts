/** `okta.auth.ServerScope`. */
import { type ResourceModule, afterCreation } from "../../grpc/plugin.ts";
import type { Props } from "../../grpc/values.ts";
import { attempt, unlessMissing } from "../api-error.ts";
import type { OktaClient } from "../http.ts";
import { importParts } from "./import-id.ts";

interface ScopeAnswer {
  readonly id: string;
  readonly name: string;
  readonly description?: string | null;
  readonly displayName?: string | null;
  readonly consent?: string;
  readonly metadataPublish?: string;
  readonly default?: boolean;
  readonly optional?: boolean;
  readonly system?: boolean;
}

const pathOf = (serverId: unknown, id = ""): string =>
  `/api/v1/authorizationServers/${String(serverId)}/scopes${id === "" ? "" : `/${id}`}`;

function scopeOutputs(scope: ScopeAnswer): Props {
  return {
    name: scope.name,
    description: scope.description ?? undefined,
    displayName: scope.displayName ?? undefined,
    consent: scope.consent,
    metadataPublish: scope.metadataPublish,
    default: scope.default ?? false,
    optional: scope.optional ?? false,
    system: scope.system ?? false,
  };
}

/** The client of this resource sends empty strings (confirmed: recorded requests). */
function scopeBody(inputs: Props): object {
  return {
    consent: inputs["consent"],
    default: inputs["default"] ?? false,
    description: inputs["description"] ?? "",
    displayName: inputs["displayName"] ?? "",
    metadataPublish: inputs["metadataPublish"],
    name: inputs["name"],
    optional: inputs["optional"] ?? false,
  };
}

async function outputsOf(client: OktaClient, id: string, props: Props): Promise<Props | undefined> {
  const scope = await attempt("failed to get auth server scope", () =>
    unlessMissing(client.v3.request<ScopeAnswer>("GET", pathOf(props["authServerId"], id))),
  );
  return scope && { ...props, ...scopeOutputs(scope) };
}

export const authServerScope: ResourceModule<OktaClient> = {
  token: "okta:auth/serverScope:ServerScope",
  autoname: true,
  properties: {
    authServerId: { type: "string", required: true },
    name: { type: "string" },
    description: { type: "string" },
    displayName: { type: "string" },
    consent: { type: "string", default: "IMPLICIT" },
    metadataPublish: { type: "string", default: "ALL_CLIENTS" },
    default: { type: "boolean", default: false },
    optional: { type: "boolean" },
    system: { type: "boolean", output: true },
  },

  async create(client, inputs) {
    const created = await attempt("failed to create auth server scope", () =>
      client.v3.request<ScopeAnswer>("POST", pathOf(inputs["authServerId"]), scopeBody(inputs)),
    );
    const { id } = created;
    return afterCreation(
      () => ({ id, outputs: { ...inputs, ...scopeOutputs(created) } }),
      async () => ({ id, outputs: (await outputsOf(client, id, inputs)) ?? inputs }),
    );
  },

  async read(client, importId, state) {
    const { id, parents } = importParts(importId, state, ["authServerId"]);
    const outputs = await outputsOf(client, id, parents);
    return outputs && { id, outputs };
  },

  async update(client, id, inputs) {
    await attempt("failed to update auth server scope", () =>
      client.v3.request("PUT", pathOf(inputs["authServerId"], id), scopeBody(inputs)),
    );
    return (await outputsOf(client, id, inputs)) ?? inputs;
  },

  async delete(client, id, state) {
    await attempt("failed to delete auth server scope", () =>
      unlessMissing(client.v3.request("DELETE", pathOf(state["authServerId"], id))),
    );
  },
};
