/** `okta.auth.getServer`: an authorization server by its exact name. */
import type { FunctionModule } from "../../grpc/plugin.ts";
import { attempt } from "../api-error.ts";
import type { OktaClient } from "../http.ts";
import { type ServerAnswer, serverOutputs } from "../resources/auth-server.ts";

export const getServer: FunctionModule<OktaClient> = {
  token: "okta:auth/getServer:getServer",
  args: { name: { type: "string", required: true } },
  results: {
    id: { type: "string" },
    name: { type: "string" },
    description: { type: "string" },
    audiences: { type: "set" },
    issuer: { type: "string" },
    issuerMode: { type: "string" },
    status: { type: "string" },
    kid: { type: "string" },
    credentialsRotationMode: { type: "string" },
    credentialsLastRotated: { type: "string" },
    credentialsNextRotation: { type: "string" },
  },
  async invoke(client, args) {
    const name = String(args["name"]);
    const servers = await attempt(`failed to find authorization server '${name}'`, () =>
      client.v2.request<ServerAnswer[]>("GET", `/api/v1/authorizationServers?limit=200&q=${encodeURIComponent(name)}`),
    );
    const server = servers.find((candidate) => candidate.name === name);
    if (server === undefined) throw new Error(`authorization server with name '${name}' does not exist`);
    return { ...serverOutputs(server), id: server.id };
  },
};
