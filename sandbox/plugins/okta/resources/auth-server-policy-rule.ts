/** `okta.auth.ServerPolicyRule`: a rule of an access policy. One at a time: Okta renumbers the priorities of all. */
import { type ResourceModule, afterCreation } from "../../grpc/plugin.ts";
import type { Props } from "../../grpc/values.ts";
import { attempt, unlessMissing } from "../api-error.ts";
import type { OktaClient } from "../http.ts";
import { importParts } from "./import-id.ts";

interface IncludeExclude {
  readonly include?: string[];
  readonly exclude?: string[];
}

interface RuleAnswer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly priority?: number;
  readonly system?: boolean;
  readonly conditions: {
    readonly grantTypes?: IncludeExclude;
    readonly scopes?: IncludeExclude;
    readonly people?: { readonly groups?: IncludeExclude; readonly users?: IncludeExclude };
  };
  readonly actions: {
    readonly token: {
      readonly accessTokenLifetimeMinutes?: number;
      readonly refreshTokenLifetimeMinutes?: number;
      readonly refreshTokenWindowMinutes?: number;
      readonly inlineHook?: { readonly id: string } | null;
    };
  };
}

const pathOf = (props: Props, rest = ""): string =>
  `/api/v1/authorizationServers/${String(props["authServerId"])}/policies/${String(props["policyId"])}/rules${rest}`;

function ruleOutputs(rule: RuleAnswer): Props {
  const { grantTypes, scopes, people } = rule.conditions;
  const { token } = rule.actions;
  return {
    name: rule.name,
    type: rule.type,
    status: rule.status,
    priority: rule.priority,
    system: rule.system ?? false,
    accessTokenLifetimeMinutes: token.accessTokenLifetimeMinutes,
    refreshTokenLifetimeMinutes: token.refreshTokenLifetimeMinutes,
    refreshTokenWindowMinutes: token.refreshTokenWindowMinutes,
    inlineHookId: token.inlineHook?.id,
    grantTypeWhitelists: grantTypes?.include ?? [],
    scopeWhitelists: scopes?.include ?? [],
    groupWhitelists: people?.groups?.include ?? [],
    groupBlacklists: people?.groups?.exclude ?? [],
    userWhitelists: people?.users?.include ?? [],
    userBlacklists: people?.users?.exclude ?? [],
  };
}

function list(value: unknown): unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? (value as unknown[]) : undefined;
}

function ruleBody(inputs: Props): object {
  return {
    type: inputs["type"],
    name: inputs["name"],
    status: inputs["status"],
    priority: inputs["priority"],
    conditions: {
      grantTypes: { include: list(inputs["grantTypeWhitelists"]) },
      scopes: { include: list(inputs["scopeWhitelists"]) },
      people: {
        groups: { include: list(inputs["groupWhitelists"]), exclude: list(inputs["groupBlacklists"]) },
        users: { include: list(inputs["userWhitelists"]), exclude: list(inputs["userBlacklists"]) },
      },
    },
    actions: {
      token: {
        accessTokenLifetimeMinutes: inputs["accessTokenLifetimeMinutes"],
        refreshTokenLifetimeMinutes: inputs["refreshTokenLifetimeMinutes"] ?? 0,
        refreshTokenWindowMinutes: inputs["refreshTokenWindowMinutes"],
        inlineHook: inputs["inlineHookId"] ? { id: inputs["inlineHookId"] } : undefined,
      },
    },
  };
}

/** Runs when the rule is applied, not at preview, as in the real plugin. */
function assertConsistent(inputs: Props): void {
  const people = list(inputs["userWhitelists"]) ?? list(inputs["groupWhitelists"]);
  if (list(inputs["grantTypeWhitelists"])?.includes("implicit") === true && people === undefined) {
    throw new Error(
      `at least "user_whitelist" or "group_whitelist" should be provided when using 'implicit' in "grant_type_whitelist"`,
    );
  }
  const access = Number(inputs["accessTokenLifetimeMinutes"]);
  const refresh = Number(inputs["refreshTokenLifetimeMinutes"] ?? 0);
  const window = Number(inputs["refreshTokenWindowMinutes"]);
  if (refresh > 0 && refresh < access) {
    throw new Error(
      "'refresh_token_lifetime_minutes' must be greater than or equal to 'access_token_lifetime_minutes'",
    );
  }
  if (refresh > 0 && (access > window || refresh < window)) {
    throw new Error(
      "'refresh_token_window_minutes' must be between 'access_token_lifetime_minutes' and 'refresh_token_lifetime_minutes'",
    );
  }
}

async function outputsOf(client: OktaClient, id: string, props: Props): Promise<Props | undefined> {
  const rule = await attempt("failed to get auth server policy rule", () =>
    unlessMissing(client.v2.request<RuleAnswer>("GET", pathOf(props, `/${id}`))),
  );
  return rule && { ...props, ...ruleOutputs(rule) };
}

export const authServerPolicyRule: ResourceModule<OktaClient> = {
  token: "okta:auth/serverPolicyRule:ServerPolicyRule",
  autoname: true,
  properties: {
    authServerId: { type: "string", required: true },
    policyId: { type: "string", required: true },
    name: { type: "string" },
    priority: { type: "integer", required: true },
    grantTypeWhitelists: { type: "set", required: true },
    scopeWhitelists: { type: "set" },
    accessTokenLifetimeMinutes: { type: "integer", default: 60 },
    refreshTokenLifetimeMinutes: { type: "integer" },
    refreshTokenWindowMinutes: { type: "integer", default: 10080 },
    inlineHookId: { type: "string" },
    userWhitelists: { type: "set" },
    userBlacklists: { type: "set" },
    groupWhitelists: { type: "set" },
    groupBlacklists: { type: "set" },
    status: { type: "string", default: "ACTIVE" },
    type: { type: "string", default: "RESOURCE_ACCESS" },
    system: { type: "boolean", output: true },
  },

  create: (client, inputs) =>
    client.exclusively(async () => {
      assertConsistent(inputs);
      const created = await attempt("failed to create auth server policy rule", () =>
        client.v2.request<RuleAnswer>("POST", pathOf(inputs), ruleBody(inputs)),
      );
      const { id } = created;
      return afterCreation(
        () => ({ id, outputs: { ...inputs, ...ruleOutputs(created) } }),
        async () => ({ id, outputs: (await outputsOf(client, id, inputs)) ?? inputs }),
      );
    }),

  async read(client, importId, state) {
    const { id, parents } = importParts(importId, state, ["authServerId", "policyId"]);
    const outputs = await outputsOf(client, id, parents);
    return outputs && { id, outputs };
  },

  update: (client, id, inputs, state) =>
    client.exclusively(async () => {
      assertConsistent(inputs);
      const path = pathOf(inputs, `/${id}`);
      await attempt("failed to update auth server policy rule", () => client.v2.request("PUT", path, ruleBody(inputs)));
      if (inputs["status"] !== state["status"]) {
        const change = inputs["status"] === "ACTIVE" ? "activate" : "deactivate";
        await attempt("failed to change authorization server policy status", () =>
          client.v2.request("POST", `${path}/lifecycle/${change}`),
        );
      }
      return (await outputsOf(client, id, inputs)) ?? inputs;
    }),

  delete: (client, id, state) =>
    client.exclusively(async () => {
      await attempt("failed to delete auth server policy rule", () =>
        client.v2.request("DELETE", pathOf(state, `/${id}`)),
      );
    }),
};
