/** `okta.AppOauthApiScope`: all Okta API scopes granted to an app. It takes every grant of the app for its own. */
import type { ResourceModule } from "../../grpc/plugin.ts";
import type { Props } from "../../grpc/values.ts";
import { attempt, unlessMissing } from "../api-error.ts";
import type { OktaClient } from "../http.ts";

interface GrantAnswer {
  readonly id: string;
  readonly issuer: string;
  readonly scopeId: string;
}

const pathOf = (appId: unknown, id = ""): string => `/api/v1/apps/${String(appId)}/grants${id === "" ? "" : `/${id}`}`;

const scopesOf = (props: Props): string[] => (Array.isArray(props["scopes"]) ? props["scopes"].map(String) : []);

/** Sets come out of the real plugin ordered by hash; sorted is as good an order, and the same every time. */
const sorted = (scopes: string[]): string[] => [...scopes].sort();

async function grants(client: OktaClient, appId: unknown): Promise<GrantAnswer[] | undefined> {
  return attempt("failed to get application scope consent grants", async () => {
    const found = await client.v2.request<GrantAnswer[] | null>("GET", pathOf(appId));
    return found ?? undefined;
  });
}

async function grant(client: OktaClient, inputs: Props, scopes: string[]): Promise<void> {
  for (const scopeId of scopes) {
    await attempt("failed to create application scope consent grant: failed to grant application api scope", () =>
      client.v2.request("POST", pathOf(inputs["appId"]), { issuer: inputs["issuer"], scopeId }),
    );
  }
}

/** Revokes by grant id; a scope without a grant has nothing to revoke. */
async function revoke(client: OktaClient, appId: unknown, scopes: string[], found: GrantAnswer[]): Promise<void> {
  for (const scope of scopes) {
    const id = found.find(({ scopeId }) => scopeId === scope)?.id;
    if (id === undefined) continue;
    await attempt("failed to revoke application scope consent grant: failed to revoke application api scope", () =>
      unlessMissing(client.v2.request("DELETE", pathOf(appId, id))),
    );
  }
}

async function outputsOf(client: OktaClient, props: Props): Promise<Props | undefined> {
  const found = await grants(client, props["appId"]);
  return found && { ...props, scopes: sorted(found.map(({ scopeId }) => scopeId)) };
}

export const appOAuthApiScope: ResourceModule<OktaClient> = {
  token: "okta:index/appOauthApiScope:AppOauthApiScope",
  properties: {
    appId: { type: "string", required: true, replaces: true },
    issuer: { type: "string", required: true },
    scopes: { type: "set", required: true },
  },

  /** A failure on the way leaves the grants made so far behind, unknown to the state (inferred from the provider's code). */
  async create(client, inputs) {
    await grant(client, inputs, sorted(scopesOf(inputs)));
    const id = String(inputs["appId"]);
    return { id, outputs: (await outputsOf(client, inputs)) ?? inputs };
  },

  /** A missing app is an error, not a resource that is gone (inferred from the provider's code). */
  async read(client, id, state) {
    if (state["appId"] !== undefined) {
      const outputs = await outputsOf(client, state);
      return outputs && { id, outputs };
    }
    const found = await grants(client, id);
    const issuer = found?.[0]?.issuer;
    if (issuer === undefined) throw new Error("no application scope found");
    // The real plugin lists the grants once for the import and once for the read that follows it.
    const outputs = await outputsOf(client, { appId: id, issuer });
    return outputs && { id, outputs };
  },

  async update(client, _id, inputs) {
    const wanted = scopesOf(inputs);
    const before = (await grants(client, inputs["appId"])) ?? [];
    const had = before.map(({ scopeId }) => scopeId);
    await grant(client, inputs, sorted(wanted.filter((scope) => !had.includes(scope))));
    const now = (await grants(client, inputs["appId"])) ?? [];
    await revoke(client, inputs["appId"], sorted(had.filter((scope) => !wanted.includes(scope))), now);
    return (await outputsOf(client, inputs)) ?? inputs;
  },

  async delete(client, _id, state) {
    const found = (await unlessMissing(client.v2.request<GrantAnswer[]>("GET", pathOf(state["appId"])))) ?? [];
    await revoke(client, state["appId"], sorted(scopesOf(state)), found);
  },
};
