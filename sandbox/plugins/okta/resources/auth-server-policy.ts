/** `okta.auth.ServerPolicy`: an access policy of an authorization server. */
import { type ResourceModule, afterCreation } from "../../grpc/plugin.ts";
import type { Props } from "../../grpc/values.ts";
import { attempt, unlessMissing } from "../api-error.ts";
import type { OktaClient } from "../http.ts";
import { importParts } from "./import-id.ts";

interface PolicyAnswer {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly status: string;
  readonly priority?: number;
  readonly conditions: { readonly clients: { readonly include?: string[] } };
}

const pathOf = (serverId: unknown, rest = ""): string =>
  `/api/v1/authorizationServers/${String(serverId)}/policies${rest}`;

function policyOutputs(policy: PolicyAnswer): Props {
  return {
    name: policy.name,
    description: policy.description,
    status: policy.status,
    priority: policy.priority,
    clientWhitelists: policy.conditions.clients.include ?? [],
  };
}

function policyBody(inputs: Props): object {
  return {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: inputs["name"],
    description: inputs["description"] || undefined,
    status: inputs["status"],
    priority: inputs["priority"],
    conditions: { clients: { include: inputs["clientWhitelists"] } },
  };
}

async function outputsOf(client: OktaClient, id: string, props: Props): Promise<Props | undefined> {
  const policy = await attempt("failed to get auth server policy", () =>
    unlessMissing(client.v2.request<PolicyAnswer>("GET", pathOf(props["authServerId"], `/${id}`))),
  );
  return policy && { ...props, ...policyOutputs(policy) };
}

export const authServerPolicy: ResourceModule<OktaClient> = {
  token: "okta:auth/serverPolicy:ServerPolicy",
  autoname: true,
  properties: {
    authServerId: { type: "string", required: true },
    name: { type: "string" },
    description: { type: "string", required: true },
    priority: { type: "integer", required: true },
    clientWhitelists: { type: "set", required: true },
    status: { type: "string", default: "ACTIVE" },
  },

  async create(client, inputs) {
    if (inputs["status"] === "INACTIVE") {
      throw new Error("can not create an inactive auth server policy, only existing ones can be deactivated");
    }
    const created = await attempt("failed to create authorization server policy", () =>
      client.v2.request<PolicyAnswer>("POST", pathOf(inputs["authServerId"]), policyBody(inputs)),
    );
    const { id } = created;
    return afterCreation(
      () => ({ id, outputs: { ...inputs, ...policyOutputs(created) } }),
      async () => ({ id, outputs: (await outputsOf(client, id, inputs)) ?? inputs }),
    );
  },

  async read(client, importId, state) {
    const { id, parents } = importParts(importId, state, ["authServerId"]);
    const outputs = await outputsOf(client, id, parents);
    return outputs && { id, outputs };
  },

  async update(client, id, inputs, state) {
    const path = pathOf(inputs["authServerId"], `/${id}`);
    await attempt("failed to update auth server policy", () => client.v2.request("PUT", path, policyBody(inputs)));
    if (inputs["status"] !== state["status"]) {
      const change = inputs["status"] === "ACTIVE" ? "activate" : "deactivate";
      await attempt("failed to change authorization server policy status", () =>
        client.v2.request("POST", `${path}/lifecycle/${change}`),
      );
    }
    return (await outputsOf(client, id, inputs)) ?? inputs;
  },

  async delete(client, id, state) {
    await attempt("failed to delete auth server policy", () =>
      client.v2.request("DELETE", pathOf(state["authServerId"], `/${id}`)),
    );
  },
};
