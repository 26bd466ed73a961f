/** Every route of a lab's services with ids that are there and a login that may do everything, for tests that go through all of them. */
import { Agent, request } from "node:http";
import { makeByHand } from "../../sandbox/hand-made.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";

export interface Route {
  readonly service: "okta" | "anypoint";
  readonly method: string;
  /** As the service has it. */
  readonly pattern: string;
  /** With ids of objects that are there. */
  readonly path: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Walk {
  readonly lab: Lab;
  readonly routes: readonly Route[];
  /** Routes for whatever method or path, as `service METHOD path`. */
  readonly wildcards: readonly string[];
  /** Sends a path as it is written, without any resolving on this side. */
  send(
    service: "okta" | "anypoint" | "gateway",
    method: string,
    path: string,
    init?: { readonly body?: string; readonly type?: string; readonly anonymous?: boolean; readonly caller?: string },
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** A lab with a pattern that was made by hand: something of every kind is there. */
export async function startWalk(): Promise<Walk> {
  const lab = await startLab();
  const made = await makeByHand(lab);
  const { state: anypoint } = lab.anypoint;
  const tier = {
    name: "gold",
    description: null,
    autoApprove: true,
    status: "ACTIVE" as const,
    limits: [],
    createdAt: "",
  };
  anypoint.tiers[7] = { ...tier, id: 7, apiId: Number(made.api.id) };
  const [policyTemplate] = Object.values(anypoint.policies);
  const instance = anypoint.apiInstances[made.api.id];
  const contract = Object.values(anypoint.contracts).find(
    ({ applicationId }) => String(applicationId) === made.application.id,
  );
  const { okta } = lab;
  const secret = okta.state.apps[made.inspector.id]?.secrets[0];
  const claim = Object.values(okta.state.claims).find(({ serverId }) => serverId === made.server.id);
  const grant = Object.values(okta.state.grants).find(({ appId }) => appId === made.manager.id);
  const role = Object.values(okta.state.roles).find(({ clientId }) => clientId === made.manager.id);
  const accessPolicy = Object.keys(okta.state.accessPolicies)[0];

  const ids = (pattern: string): Record<string, string | undefined> => ({
    ...{ as: made.server.id, ruleId: made.server.ruleId, roleId: role?.id, grantId: grant?.id, secretId: secret?.id },
    id: pattern.includes("secrets") ? made.inspector.id : made.manager.id,
    keyId: okta.state.apps[made.manager.id]?.keys[0]?.id,
    childId: pattern.includes("/claims") ? claim?.id : made.server.scopeId,
    policyId: !pattern.includes("authorizationServers")
      ? pattern.startsWith("/api/v1/apps")
        ? accessPolicy
        : made.api.policyId
      : made.server.policyId,
    clientId: pattern.startsWith("/accounts") ? made.application.clientId : made.manager.id,
    organizationId: instance?.organizationId,
    environmentId: instance?.environmentId,
    providerId: made.provider.id,
    ...{ apiId: made.api.id, tierId: "7", contractId: String(contract?.id), applicationId: made.application.id },
    ...(pattern.includes("exchange-policy-templates")
      ? { groupId: policyTemplate?.groupId, assetId: policyTemplate?.assetId, version: policyTemplate?.assetVersion }
      : { groupId: instance?.groupId, assetId: instance?.assetId, version: instance?.assetVersion }),
    versionGroup: instance?.productVersion ?? "v1",
  });

  const routes: Route[] = [];
  const wildcards = new Set<string>();
  for (const service of ["okta", "anypoint", "gateway"] as const) {
    for (const { method, path: pattern } of lab[service].app.routes) {
      if (method === "ALL" || pattern.includes("*") || service === "gateway") {
        wildcards.add(`${service} ${method} ${pattern}`);
        continue;
      }
      const path = pattern.replace(/:(\w+)/g, (_all, name: string) => {
        const id = ids(pattern)[name];
        if (id === undefined) throw new Error(`no ${name} for ${pattern}`);
        return id;
      });
      routes.push({ service, method, pattern, path });
    }
  }

  const login = await fetch(`${lab.anypoint.url}/accounts/api/v2/oauth2/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      grant_type: "client_credentials",
      client_id: lab.credentials.anypoint.clientId,
      client_secret: lab.credentials.anypoint.clientSecret,
    }),
  });
  const anypointToken = ((await login.json()) as { access_token: string }).access_token;
  const authorization = {
    okta: `SSWS ${lab.credentials.okta.apiToken}`,
    anypoint: `Bearer ${anypointToken}`,
    gateway: "Bearer nobody",
  };
  // A connection that is kept may be closed by the server just when it is used again.
  const agent = new Agent({ keepAlive: false });

  return {
    lab,
    routes,
    wildcards: [...wildcards],
    send: (service, method, path, { body, type, anonymous, caller = "Noise" } = {}) =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(lab[service].url);
        const headers: Record<string, string> = {
          accept: "application/json",
          "user-agent": caller,
          ...(anonymous !== true && { authorization: authorization[service] }),
          ...(type !== undefined && { "content-type": type }),
          ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
        };
        const sent = request({ hostname, port, method, path, headers, agent }, (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
          );
        });
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => lab.close(),
  };
}
