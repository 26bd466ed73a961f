/** What the Okta org has, read by the vendor's SDK. Nothing is written. */
import { z } from "zod";
import { all, asDescribed, askOkta, findAtOkta, oktaClient } from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import type { OktaConnection } from "../../providers/okta/login.ts";

const texts = z.array(z.string()).nullish();

/** The SDK's models as JSON; what another kind of app lacks stays undefined. */
const appModel = z.looseObject({
  id: z.string(),
  label: z.string(),
  status: z.string(),
  created: z.string().nullish(),
  signOnMode: z.string().nullish(),
  credentials: z
    .looseObject({
      oauthClient: z
        .looseObject({ client_id: z.string().nullish(), token_endpoint_auth_method: z.string().nullish() })
        .nullish(),
    })
    .nullish(),
  settings: z
    .looseObject({
      oauthClient: z
        .looseObject({
          application_type: z.string().nullish(),
          grant_types: texts,
          dpop_bound_access_tokens: z.boolean().nullish(),
          jwks_uri: z.string().nullish(),
          jwks: z
            .looseObject({ keys: z.array(z.looseObject({ kid: z.string().nullish(), n: z.string().nullish() })) })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

export interface SeenApp {
  readonly id: string;
  readonly clientId: string;
  readonly label: string;
  readonly status: string;
  /** `web`, `service`, … */
  readonly type: string;
  readonly method: string;
  readonly grantTypes: readonly string[];
  readonly dpop: boolean;
  readonly keys: readonly { readonly kid?: string; readonly n?: string }[];
  readonly jwksUri?: string;
  /** ISO 8601. */
  readonly created?: string;
}

const roleModel = z.looseObject({
  id: z.string(),
  type: z.string(),
  role: z.string().nullish(),
  "resource-set": z.string().nullish(),
  resourceSet: z.string().nullish(),
});
export type SeenRole = z.output<typeof roleModel>;

const serverModel = z.looseObject({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  status: z.string(),
  audiences: texts,
  created: z.string().nullish(),
});
export type SeenServer = z.output<typeof serverModel>;

const scopeModel = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  consent: z.string().nullish(),
  system: z.boolean().nullish(),
});
export type SeenScope = z.output<typeof scopeModel>;

const policyModel = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  created: z.string().nullish(),
  system: z.boolean().nullish(),
  conditions: z.looseObject({ clients: z.looseObject({ include: texts }).nullish() }).nullish(),
});
export type SeenPolicy = z.output<typeof policyModel>;

const people = z.looseObject({ include: texts, exclude: texts }).nullish();
const ruleModel = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  conditions: z
    .looseObject({
      grantTypes: z.looseObject({ include: texts }).nullish(),
      scopes: z.looseObject({ include: texts }).nullish(),
      people: z.looseObject({ users: people, groups: people }).nullish(),
    })
    .nullish(),
  actions: z
    .looseObject({
      token: z
        .looseObject({ accessTokenLifetimeMinutes: z.number().nullish(), inlineHook: z.unknown().optional() })
        .nullish(),
    })
    .nullish(),
});
export type SeenRule = z.output<typeof ruleModel>;

const json = <T extends z.ZodType>(schema: T, model: unknown): z.output<T> =>
  asDescribed("read what the org has", schema, JSON.parse(JSON.stringify(model)));

export class OktaSide {
  readonly orgUrl: string;
  readonly #client: ReturnType<typeof oktaClient>;
  #apps: Promise<SeenApp[]> | undefined;

  constructor(connection: OktaConnection, scopes: readonly string[]) {
    this.orgUrl = connection.orgUrl;
    this.#client = oktaClient(connection, scopes);
  }

  /** All OpenID Connect apps. */
  apps(): Promise<SeenApp[]> {
    const list = () => all(this.#client.applicationApi.listApplications({ limit: 200 }));
    this.#apps ??= this.#ask("list the apps", list).then((models) =>
      models.map((model) => json(appModel, model)).flatMap((app) => seen(app) ?? []),
    );
    return this.#apps;
  }

  /** An app by its id; of another kind, it counts as none. */
  async app(appId: string): Promise<SeenApp | undefined> {
    const get = () => this.#client.applicationApi.getApplication({ appId });
    const found = await findAtOkta(this.orgUrl, `read the app ${appId}`, get);
    return found === undefined ? undefined : seen(json(appModel, found));
  }

  async appOfClient(clientId: string): Promise<SeenApp | undefined> {
    return (await this.apps()).find((app) => app.clientId === clientId);
  }

  /** Okta API scopes granted to an app, sorted. */
  async grants(app: Pick<SeenApp, "id">): Promise<string[]> {
    const list = () => all(this.#client.applicationApi.listScopeConsentGrants({ appId: app.id }));
    const grants = await this.#ask(`read the grants of app ${app.id}`, list);
    return grants.flatMap(({ scopeId }) => scopeId ?? []).sort();
  }

  async roles({ clientId }: Pick<SeenApp, "clientId">): Promise<SeenRole[]> {
    const list = () => all(this.#client.roleAssignmentApi.listRolesForClient({ clientId }));
    return (await this.#ask(`read the roles of client ${clientId}`, list)).map((role) => json(roleModel, role));
  }

  /** The same of a client that need not be there; undefined when it is not. */
  async rolesOfClient(clientId: string): Promise<SeenRole[] | undefined> {
    const list = () => all(this.#client.roleAssignmentApi.listRolesForClient({ clientId }));
    const found = await findAtOkta(this.orgUrl, `read the roles of client ${clientId}`, list);
    return found?.map((role) => json(roleModel, role));
  }

  /** Values of an app's active secrets, newest first. */
  async secrets(app: SeenApp): Promise<string[]> {
    const list = () => all(this.#client.applicationSSOPublicKeysApi.listOAuth2ClientSecrets({ appId: app.id }));
    const secrets = await this.#ask(`read the secrets of app ${app.id}`, list);
    return secrets
      .filter(({ status }) => status === "ACTIVE")
      .sort((a, b) => String(b.created).localeCompare(String(a.created)))
      .flatMap(({ client_secret: value }) => value ?? []);
  }

  /** Custom authorization servers; undefined where the org has none to show (API Access Management is not licensed). */
  async servers(): Promise<SeenServer[] | undefined> {
    try {
      const list = () => all(this.#client.authorizationServerApi.listAuthorizationServers());
      return (await this.#ask("list the authorization servers", list)).map((server) => json(serverModel, server));
    } catch (error) {
      if (error instanceof OktaError && error.error === "E0000015") return undefined;
      throw error;
    }
  }

  /** A server by its id or `default`. */
  async server(id: string): Promise<SeenServer | undefined> {
    const get = () => this.#client.authorizationServerApi.getAuthorizationServer({ authServerId: id });
    const found = await findAtOkta(this.orgUrl, `read the authorization server ${id}`, get);
    return found === undefined ? undefined : json(serverModel, found);
  }

  /** Custom scopes of a server. */
  async scopes(serverId: string): Promise<SeenScope[]> {
    const list = () => all(this.#client.authorizationServerApi.listOAuth2Scopes({ authServerId: serverId }));
    const scopes = await this.#ask(`read the scopes of server ${serverId}`, list);
    return scopes.map((scope) => json(scopeModel, scope)).filter(({ system }) => system !== true);
  }

  async policies(serverId: string): Promise<SeenPolicy[]> {
    const list = () =>
      all(this.#client.authorizationServerApi.listAuthorizationServerPolicies({ authServerId: serverId }));
    return (await this.#ask(`read the access policies of server ${serverId}`, list)).map((one) =>
      json(policyModel, one),
    );
  }

  async rules(serverId: string, policyId: string): Promise<SeenRule[]> {
    const list = () =>
      all(this.#client.authorizationServerApi.listAuthorizationServerPolicyRules({ authServerId: serverId, policyId }));
    return (await this.#ask(`read the rules of access policy ${policyId}`, list)).map((one) => json(ruleModel, one));
  }

  #ask<T>(attempt: string, call: () => Promise<T>): Promise<T> {
    return askOkta(this.orgUrl, attempt, call);
  }
}

function seen(app: z.output<typeof appModel>): SeenApp | undefined {
  const credentials = app.credentials?.oauthClient;
  const client = app.settings?.oauthClient;
  if (app.signOnMode !== "OPENID_CONNECT" || !client) return undefined;
  return {
    id: app.id,
    clientId: credentials?.client_id ?? app.id,
    label: app.label,
    status: app.status,
    type: client.application_type ?? "",
    method: credentials?.token_endpoint_auth_method ?? "",
    grantTypes: client.grant_types ?? [],
    dpop: client.dpop_bound_access_tokens ?? false,
    keys: (client.jwks?.keys ?? []).map(({ kid, n }) => ({ kid: kid ?? undefined, n: n ?? undefined })),
    ...(client.jwks_uri && { jwksUri: client.jwks_uri }),
    ...(app.created && { created: app.created }),
  };
}
