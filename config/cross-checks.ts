/** What only shows when several settings, or settings and environment variables, are seen together. */
import { createPrivateKey } from "node:crypto";
import { readConnection } from "../providers/anypoint/connection.ts";
import { pemProblem } from "../providers/signing-key.ts";
import type { ApiConfig, OktaConfig, StackConfig } from "./schema.ts";

/** One thing that is wrong: the config key (with a path inside it) and what would be right. */
export interface SettingsProblem {
  readonly key: string;
  readonly problem: string;
}

/** Stacks that get the verification's probe scope and probe consumer unless told otherwise. */
const PROBED_STACKS = new Set(["sandbox", "dev"]);

/** Scopes that every server has. */
const OIDC_SCOPES = new Set(["openid", "profile", "email", "address", "phone", "groups", "offline_access"]);

type Environment = Readonly<Record<string, string | undefined>>;

/** The probe needs a server for its scope and an API for its consumer. */
export function wantsProbe(own: StackConfig, stack: string): boolean {
  const possible = own.authorizationServer !== undefined && own.apis.length > 0;
  return possible && (own.verification.probe ?? PROBED_STACKS.has(stack));
}

export function oktaCredentialProblems(okta: OktaConfig, env: Environment): SettingsProblem[] {
  const has = (value: string | undefined, variable: string) => value !== undefined || Boolean(env[variable]);
  const ways = {
    "okta:apiToken": has(okta.apiToken, "OKTA_API_TOKEN"),
    "okta:accessToken": has(okta.accessToken, "OKTA_ACCESS_TOKEN"),
    "okta:clientId with okta:privateKey":
      has(okta.clientId, "OKTA_API_CLIENT_ID") && has(okta.privateKey, "OKTA_API_PRIVATE_KEY"),
  };
  if (okta.privateKey !== undefined && !isPrivateKey(okta.privateKey)) {
    return [{ key: "okta:privateKey", problem: "is not an unencrypted private key in PEM form, with its line breaks" }];
  }
  const given = Object.entries(ways).filter(([, present]) => present);
  if (given.length === 1) return [];
  if (given.length > 1) {
    return [
      {
        key: "okta:",
        problem: `has more than one way to log in to Okta (${given.map(([way]) => way).join("; ")}); leave one`,
      },
    ];
  }
  return [
    {
      key: "okta:clientId",
      problem:
        "no way to log in to Okta. Give okta:clientId, okta:privateKey (secret) and okta:privateKeyId of a service app, or okta:apiToken (secret), or the plugin's variables OKTA_API_CLIENT_ID and OKTA_API_PRIVATE_KEY, or OKTA_API_TOKEN",
    },
  ];
}

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}

/** What keeps the dynamic providers from connecting to Anypoint, by their own rules. */
export function anypointProblems(config: Readonly<Record<string, string>>, env: Environment): SettingsProblem[] {
  try {
    readConnection((key) => config[key], env);
    return [];
  } catch (error) {
    const problem = (error as Error).message;
    return [{ key: /anypoint:[A-Za-z]+/.exec(problem)?.[0] ?? "anypoint:clientId", problem }];
  }
}

/** What the verification can look at: consumers of APIs whose URL is known, each with its API. */
export function verifiable<C extends { readonly api: string }>(own: {
  readonly apis: readonly ApiConfig[];
  readonly consumers: readonly C[];
}): { consumer: C; api: ApiConfig & { readonly url: string } }[] {
  return own.consumers.flatMap((consumer) => {
    const api = own.apis.find(({ name }) => name === consumer.api);
    return api?.url === undefined ? [] : [{ consumer, api: { ...api, url: api.url } }];
  });
}

/** Contradictions inside the `okta-anypoint:` settings. */
export function crossProblems(own: StackConfig, stack: string): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const add = (key: string, problem: string) => problems.push({ key: `okta-anypoint:${key}`, problem });
  const server = own.authorizationServer;
  const known = new Set([...(server?.scopes ?? []).map(({ name }) => name), ...(server?.existingScopes ?? [])]);

  repeated(own.apis.map(({ name }) => name)).forEach((name) =>
    add("apis", `two APIs are named "${name}"; give each its own name`),
  );
  repeated(own.consumers.map(({ name }) => name)).forEach((name) =>
    add("consumers", `two consumers are named "${name}"; give each its own name`),
  );
  repeated(own.consumers.map(({ applicationName, name }) => applicationName ?? name)).forEach((name) =>
    add("consumers", `two consumers would make the application "${name}" in Exchange; names are unique there`),
  );
  repeated([...(server?.scopes ?? []).map(({ name }) => name), ...(server?.existingScopes ?? [])]).forEach((scope) =>
    add("authorizationServer.scopes", `"${scope}" is listed twice; name it once, under scopes or under existingScopes`),
  );

  own.apis.forEach((api, index) => {
    const unknown = api.policy.scopes.filter((scope) => !known.has(scope) && !OIDC_SCOPES.has(scope));
    if (unknown.length > 0 && server === undefined) {
      add(
        `apis[${index}].policy.scopes`,
        `${unknown.map((scope) => `"${scope}"`).join(", ")}: the org's own server issues no custom scopes; add an authorizationServer`,
      );
    } else if (unknown.length > 0) {
      add(
        `apis[${index}].policy.scopes`,
        `${unknown.map((scope) => `"${scope}"`).join(", ")} not on the authorization server; list it under authorizationServer.scopes (to create it) or existingScopes`,
      );
    }
    const ours = ["scopes", "scopeValidationCriteria", "exposeHeaders"].filter(
      (key) => key in api.policy.configuration,
    );
    if (ours.length > 0) {
      add(
        `apis[${index}].policy.configuration`,
        `${ours.join(", ")}: set by scopes, scopeCriteria and exposeHeaders; take it out here`,
      );
    }
  });
  own.consumers.forEach((consumer, index) => {
    if (!own.apis.some(({ name }) => name === consumer.api)) {
      const names = own.apis.map(({ name }) => name).join(", ");
      add(
        `consumers[${index}].api`,
        `"${consumer.api}" is none of the apis (${names === "" ? "there are none" : names})`,
      );
    }
  });
  adoptionProblems(own).forEach(([key, problem]) => add(key, problem));
  const keyProblem = own.managerPrivateKey === undefined ? undefined : pemProblem(own.managerPrivateKey);
  if (keyProblem !== undefined) add("managerPrivateKey", keyProblem);
  if (server?.allowClients === "unmanaged" && server.create !== undefined) {
    add("authorizationServer.allowClients", "unmanaged is for an existing server: a new one has no access policy");
  }
  if (own.verifyAfterUp && verifiable(own).length === 0) {
    add("verifyAfterUp", "needs at least one consumer of an API that has a url to call");
  }
  if (own.verification.probe === true && !wantsProbe(own, stack)) {
    add(
      "verification.probe",
      "needs an authorizationServer for the probe scope and at least one API for the probe consumer",
    );
  }
  const { probe, probeScope } = own.verification;
  if (probe !== false && probeScope !== undefined && known.has(probeScope)) {
    add("verification.probeScope", `"${probeScope}" is one of the server's own scopes; give one that no API uses`);
  }
  return problems;
}

/** Ids of objects that are there need the settings that name the same objects. */
function adoptionProblems({ adopt, manager, managerPrivateKey, authorizationServer: server }: StackConfig) {
  const problems: [key: string, problem: string][] = [];
  const need = (missing: boolean, key: string, what: string) => missing && problems.push([key, `needs ${what}`]);
  const onServer = Object.keys(adopt.serverScopes).length > 0 || adopt.accessPolicy !== undefined;
  need(
    adopt.managerApp !== undefined && manager.clientId === undefined,
    "adopt.managerApp",
    "manager.clientId, the client id of that app",
  );
  need(adopt.managerGrants && adopt.managerApp === undefined, "adopt.managerGrants", "adopt.managerApp");
  need(adopt.managerRole !== undefined && adopt.managerApp === undefined, "adopt.managerRole", "adopt.managerApp");
  need(adopt.accessRule !== undefined && adopt.accessPolicy === undefined, "adopt.accessRule", "adopt.accessPolicy");
  need(onServer && server?.id === undefined, "adopt", "authorizationServer.id, the server of its scopes and policy");
  need(
    manager.kid !== undefined && managerPrivateKey === undefined,
    "manager.kid",
    "managerPrivateKey, the key itself",
  );
  const scopes = (server?.scopes ?? []).map(({ name }) => name);
  for (const name of Object.keys(adopt.serverScopes)) {
    need(!scopes.includes(name), "adopt.serverScopes", `"${name}" under authorizationServer.scopes`);
  }
  return problems;
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
