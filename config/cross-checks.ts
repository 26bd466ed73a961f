/** What only shows when several settings, or settings and environment variables, are seen together. */
import { createPrivateKey } from "node:crypto";
import { readConnection } from "../providers/anypoint/connection.ts";
import { pemProblem } from "../providers/signing-key.ts";
import { allowedOn } from "./allow-clients.ts";
import { activeOf } from "./generations.ts";
import type { AnypointConfig, ApiConfig, OktaConfig, StackConfig } from "./schema.ts";

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

/** A namespace of the configuration as far as it can be read. */
export interface Readable<T> {
  /** Keys that can be read, with their defaults; of a list that can't be read as a whole, its items, null for the bad ones. */
  readonly values: Partial<T>;
  /** Keys that can't be read, or not as a whole. What is said of them would be noise. */
  readonly unreadable: ReadonlySet<string>;
}

/** The probe needs a server for its scope and an API for its consumer. */
export function wantsProbe(
  own: Pick<StackConfig, "authorizationServer" | "apis"> & { readonly verification: { readonly probe?: boolean } },
  stack: string,
): boolean {
  const possible = own.authorizationServer !== undefined && own.apis.length > 0;
  return possible && (own.verification.probe ?? PROBED_STACKS.has(stack));
}

export function oktaCredentialProblems(
  { values, unreadable }: Readable<OktaConfig>,
  env: Environment,
): SettingsProblem[] {
  const has = (key: keyof OktaConfig, variable: string) => values[key] !== undefined || Boolean(env[variable]);
  const ways = {
    "okta:apiToken": has("apiToken", "OKTA_API_TOKEN"),
    "okta:accessToken": has("accessToken", "OKTA_ACCESS_TOKEN"),
    "okta:clientId with okta:privateKey":
      has("clientId", "OKTA_API_CLIENT_ID") && has("privateKey", "OKTA_API_PRIVATE_KEY"),
  };
  if (values.privateKey !== undefined && !isPrivateKey(values.privateKey)) {
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
  // One that can't be read is a way that was meant.
  if (OKTA_LOGIN.some((key) => unreadable.has(key))) return [];
  return [
    {
      key: "okta:clientId",
      problem:
        "no way to log in to Okta. Give okta:clientId, okta:privateKey (secret) and okta:privateKeyId of a service app, or okta:apiToken (secret), or the plugin's variables OKTA_API_CLIENT_ID and OKTA_API_PRIVATE_KEY, or OKTA_API_TOKEN",
    },
  ];
}

const OKTA_LOGIN = ["clientId", "privateKey", "apiToken", "accessToken"] as const satisfies (keyof OktaConfig)[];

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}

/** What keeps the dynamic providers from connecting to Anypoint, by their own rules. */
export function anypointProblems(
  { values, unreadable }: Readable<AnypointConfig>,
  env: Environment,
): SettingsProblem[] {
  const read = (key: string) => values[key.slice("anypoint:".length) as keyof AnypointConfig];
  try {
    readConnection(read, env);
    return [];
  } catch (error) {
    const problem = (error as Error).message;
    const key = /anypoint:[A-Za-z]+/.exec(problem)?.[0] ?? "anypoint:clientId";
    // What is said to be missing may be there, and only not be readable.
    const meant = ANYPOINT_LOGIN.some((name) => unreadable.has(name)) && key !== "anypoint:host";
    return meant ? [] : [{ key, problem }];
  }
}

const ANYPOINT_LOGIN = ["clientId", "clientSecret", "accessToken"] as const satisfies (keyof AnypointConfig)[];

/** What Node.js is told by to check no certificate, for all connections of a process. The sandbox has no need of it either. */
export function tlsProblems(env: Environment): SettingsProblem[] {
  return env.NODE_TLS_REJECT_UNAUTHORIZED === "0"
    ? [
        {
          key: "NODE_TLS_REJECT_UNAUTHORIZED",
          problem:
            "is 0 in the environment, so that anybody between here and Okta or Anypoint could pose as them. Take it out; name a company's own authority by NODE_EXTRA_CA_CERTS",
        },
      ]
    : [];
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

/** Contradictions inside the `okta-anypoint:` settings, as far as these can be read. */
export function crossProblems({ values, unreadable }: Readable<StackConfig>, stack: string): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const add = (key: string, problem: string) => problems.push({ key: `okta-anypoint:${key}`, problem });
  const readable = (...keys: (keyof StackConfig)[]) => keys.every((key) => !unreadable.has(key));
  const server = values.authorizationServer;
  const apis = itemsOf(values.apis);
  const consumers = itemsOf(values.consumers);
  const scopes = [...(server?.scopes ?? []).map(({ name }) => name), ...(server?.existingScopes ?? [])];
  const known = new Set(scopes);

  repeated(apis.map(([{ name }]) => name)).forEach((name) =>
    add("apis", `two APIs are named "${name}"; give each its own name`),
  );
  repeated(consumers.map(([{ name }]) => name)).forEach((name) =>
    add("consumers", `two consumers are named "${name}"; give each its own name`),
  );
  repeated(consumers.map(([{ applicationName, name }]) => applicationName ?? name)).forEach((name) =>
    add("consumers", `two consumers would make the application "${name}" in Exchange; names are unique there`),
  );
  repeated(scopes).forEach((scope) =>
    add("authorizationServer.scopes", `"${scope}" is listed twice; name it once, under scopes or under existingScopes`),
  );

  for (const [{ policy }, index] of apis) {
    const unknown = policy.scopes.filter((scope) => !known.has(scope) && !OIDC_SCOPES.has(scope));
    const listed = unknown.map((scope) => `"${scope}"`).join(", ");
    if (unknown.length > 0 && readable("authorizationServer")) {
      add(
        `apis[${index}].policy.scopes`,
        server === undefined
          ? `${listed}: the org's own server issues no custom scopes; add an authorizationServer`
          : `${listed} not on the authorization server; list it under authorizationServer.scopes (to create it) or existingScopes`,
      );
    }
    const ours = ["scopes", "scopeValidationCriteria", "exposeHeaders"].filter((key) => key in policy.configuration);
    if (ours.length > 0) {
      add(
        `apis[${index}].policy.configuration`,
        `${ours.join(", ")}: set by scopes, scopeCriteria and exposeHeaders; take it out here`,
      );
    }
  }
  for (const [consumer, index] of consumers) {
    if (readable("apis") && !apis.some(([{ name }]) => name === consumer.api)) {
      const names = apis.map(([{ name }]) => name).join(", ");
      add(
        `consumers[${index}].api`,
        `"${consumer.api}" is none of the apis (${names === "" ? "there are none" : names})`,
      );
    }
  }
  adoptionProblems({ values, unreadable }).forEach(([key, problem]) => add(key, problem));
  generationProblems(values).forEach(([key, problem]) => add(key, problem));
  const keyProblem = values.managerPrivateKey === undefined ? undefined : pemProblem(values.managerPrivateKey);
  if (keyProblem !== undefined) add("managerPrivateKey", keyProblem);
  if (server?.allowClients === "unmanaged" && server.create !== undefined) {
    add("authorizationServer.allowClients", "unmanaged is for an existing server: a new one has no access policy");
  }
  if (server !== undefined && server.furtherClients.length > 0 && allowedOn(server) !== "declared") {
    add(
      "authorizationServer.furtherClients",
      allowedOn(server) === "all"
        ? "is for allowClients: declared; with all, every client of the org gets tokens: take one of them out"
        : "is for allowClients: declared; with unmanaged the server's own policies decide: take it out",
    );
  }
  const { mode, id } = values.clientProvider ?? {};
  if (mode === "header" && readable("registrationHeader") && values.registrationHeader === undefined) {
    add(
      "registrationHeader",
      "is needed with clientProvider.mode: header; `pulumi config set --secret okta-anypoint:registrationHeader`",
    );
  }
  if (mode !== undefined && mode !== "header" && values.registrationHeader !== undefined) {
    add("registrationHeader", `is for clientProvider.mode: header, and the mode is ${mode}; take one of them out`);
  }
  if (mode !== undefined && mode !== "manual" && id !== undefined) {
    add(
      "clientProvider.id",
      `is for clientProvider.mode: manual; in mode ${mode} the provider is found by its name, so take it out`,
    );
  }
  const all = { apis: apis.map(([api]) => api), consumers: consumers.map(([consumer]) => consumer) };
  if (values.verifyAfterUp === true && readable("apis", "consumers") && verifiable(all).length === 0) {
    add("verifyAfterUp", "needs at least one consumer of an API that has a url to call");
  }
  const { probe, probeScope } = values.verification ?? {};
  const probeIsPossible = wantsProbe({ authorizationServer: server, apis: all.apis, verification: { probe } }, stack);
  if (probe === true && readable("authorizationServer", "apis") && !probeIsPossible) {
    add(
      "verification.probe",
      "needs an authorizationServer for the probe scope and at least one API for the probe consumer",
    );
  }
  if (probe !== false && probeScope !== undefined && known.has(probeScope)) {
    add("verification.probeScope", `"${probeScope}" is one of the server's own scopes; give one that no API uses`);
  }
  return problems;
}

/** The readable items of a list, each with its place. */
const itemsOf = <T>(list: readonly (T | null)[] = []): [T, number][] =>
  list.flatMap((item, index) => (item === null ? [] : [[item, index] as [T, number]]));

/** One generation is active, of those that there are. */
function generationProblems({ manager, inspector }: Partial<StackConfig>): [key: string, problem: string][] {
  return Object.entries({ manager, inspector }).flatMap(([key, app]): [string, string][] => {
    if (app === undefined) return [];
    const { generations } = app;
    const listed = generations.join(", ");
    const [twice] = repeated(generations.map(String));
    if (twice !== undefined) return [[`${key}.generations`, `lists generation ${twice} twice`]];
    const active = activeOf(app);
    if (active === undefined) {
      return [[`${key}.active`, `say which of the generations ${listed} Anypoint uses; only one of them is active`]];
    }
    return generations.includes(active)
      ? []
      : [[`${key}.active`, `generation ${active} is none of ${key}.generations (${listed})`]];
  });
}

/** Ids of objects that are there need the settings that name the same objects. */
function adoptionProblems({ values, unreadable }: Readable<StackConfig>): [key: string, problem: string][] {
  const { adopt, manager, inspector, managerPrivateKey, authorizationServer: server } = values;
  const problems: [key: string, problem: string][] = [];
  /** `by`: the key under which the needed setting stands; what can't be read there may be what is needed. */
  const need = (missing: boolean, by: keyof StackConfig, key: string, what: string) => {
    if (missing && !unreadable.has(by)) problems.push([key, `needs ${what}`]);
  };
  if (adopt !== undefined) {
    const { managerApp, managerGrants, managerRole, inspectorApp, accessPolicy, accessRule, serverScopes } = adopt;
    const onServer = Object.keys(serverScopes).length > 0 || accessPolicy !== undefined;
    const ofManager = "manager.clientId, the client id of that app";
    need(managerApp !== undefined && manager?.clientId === undefined, "manager", "adopt.managerApp", ofManager);
    need(managerGrants && managerApp === undefined, "adopt", "adopt.managerGrants", "adopt.managerApp");
    need(managerRole !== undefined && managerApp === undefined, "adopt", "adopt.managerRole", "adopt.managerApp");
    need(accessRule !== undefined && accessPolicy === undefined, "adopt", "adopt.accessRule", "adopt.accessPolicy");
    if (inspectorApp !== undefined && inspector?.clientId !== undefined) {
      problems.push([
        "inspector.clientId",
        "is for an app to make; the one of adopt.inspectorApp has its own: take it out",
      ]);
    }
    const ofServer = "authorizationServer.id, the server of its scopes and policy";
    need(onServer && server?.id === undefined, "authorizationServer", "adopt", ofServer);
    const scopes = (server?.scopes ?? []).map(({ name }) => name);
    for (const name of Object.keys(serverScopes)) {
      const listed = `"${name}" under authorizationServer.scopes`;
      need(!scopes.includes(name), "authorizationServer", "adopt.serverScopes", listed);
    }
  }
  // Both are about the first generation.
  const keyless = manager?.kid !== undefined && managerPrivateKey === undefined && manager.generations.includes(1);
  need(keyless, "managerPrivateKey", "manager.kid", "managerPrivateKey, the key itself");
  return problems;
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
