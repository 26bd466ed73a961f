/** `okta.auth.Server`. */
import { type ResourceModule, afterCreation } from "../../grpc/plugin.ts";
import type { Props } from "../../grpc/values.ts";
import { attempt, unlessMissing } from "../api-error.ts";
import type { OktaClient } from "../http.ts";

const PATH = "/api/v1/authorizationServers";

export interface ServerAnswer {
  readonly id: string;
  readonly name: string;
  readonly description?: string | null;
  readonly audiences: string[];
  readonly issuer: string;
  readonly issuerMode?: string;
  readonly status: string;
  readonly credentials?: {
    readonly signing?: { kid?: string; rotationMode?: string; lastRotated?: string; nextRotation?: string };
  };
}

export function serverOutputs(server: ServerAnswer): Props {
  const signing = server.credentials?.signing;
  return {
    name: server.name,
    description: server.description ?? undefined,
    audiences: server.audiences,
    issuer: server.issuer,
    issuerMode: server.issuerMode,
    status: server.status,
    kid: signing?.kid,
    credentialsRotationMode: signing?.rotationMode,
    credentialsLastRotated: signing?.lastRotated,
    credentialsNextRotation: signing?.nextRotation,
  };
}

/** The client of this resource leaves empty strings out (confirmed: recorded requests). */
function serverBody(inputs: Props): object {
  return {
    audiences: inputs["audiences"],
    credentials: { signing: { rotationMode: inputs["credentialsRotationMode"] } },
    description: inputs["description"] || undefined,
    issuerMode: inputs["issuerMode"],
    name: inputs["name"],
  };
}

async function read(client: OktaClient, id: string): Promise<{ id: string; outputs: Props } | undefined> {
  const server = await attempt("failed to get authorization server", () =>
    unlessMissing(client.v2.request<ServerAnswer>("GET", `${PATH}/${id}`)),
  );
  return server && { id, outputs: serverOutputs(server) };
}

async function update(client: OktaClient, id: string, inputs: Props, state: Props): Promise<Props> {
  if (inputs["status"] !== state["status"]) {
    const change = inputs["status"] === "ACTIVE" ? "activate" : "deactivate";
    await attempt(`failed to ${change} authorization server`, () =>
      client.v2.request("POST", `${PATH}/${id}/lifecycle/${change}`),
    );
  }
  await attempt("failed to update authorization server", () =>
    client.v2.request("PUT", `${PATH}/${id}`, serverBody(inputs)),
  );
  return { ...inputs, ...(await read(client, id))?.outputs };
}

export const authServer: ResourceModule<OktaClient> = {
  token: "okta:auth/server:Server",
  autoname: true,
  properties: {
    audiences: { type: "set", required: true },
    name: { type: "string" },
    description: { type: "string" },
    status: { type: "string", default: "ACTIVE" },
    credentialsRotationMode: { type: "string", default: "AUTO" },
    issuerMode: { type: "string", default: "ORG_URL" },
    issuer: { type: "string", output: true },
    kid: { type: "string", output: true },
    credentialsLastRotated: { type: "string", output: true },
    credentialsNextRotation: { type: "string", output: true },
  },

  async create(client, inputs) {
    const created = await attempt("failed to create authorization server", () =>
      client.v2.request<ServerAnswer>("POST", PATH, serverBody(inputs)),
    );
    const { id } = created;
    return afterCreation(
      () => ({ id, outputs: { ...inputs, ...serverOutputs(created) } }),
      async () => {
        if (inputs["credentialsRotationMode"] === "MANUAL") {
          // Only an update can set MANUAL; to this one the status counts as changed, from none (confirmed: recorded requests).
          await update(client, id, inputs, {});
        }
        return { id, outputs: { ...inputs, ...(await read(client, id))?.outputs } };
      },
    );
  },

  read,
  update,

  async delete(client, id) {
    await attempt("failed to deactivate authorization server", () =>
      unlessMissing(client.v2.request("POST", `${PATH}/${id}/lifecycle/deactivate`)),
    );
    await attempt("failed to delete authorization server", () =>
      unlessMissing(client.v2.request("DELETE", `${PATH}/${id}`)),
    );
  },
};
