/** What the checks read at Okta, each once, with one token per scope: a scope that is not granted then spoils its own reads alone. */
import type {
  Application,
  AuthorizationServer,
  AuthorizationServerPolicy,
  AuthorizationServerPolicyRule,
  OAuth2Scope,
} from "@okta/okta-sdk-nodejs";
import { type OrgToken, orgToken } from "../../providers/okta/access-token.ts";
import type { z } from "zod";
import {
  type OktaClient,
  type OktaList,
  asDescribed,
  askOkta,
  findAtOkta,
  listAtOkta,
  oktaClient,
} from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { type OktaAnswer, type OktaRequest, sendToOkta } from "../../providers/okta/http.ts";
import { type OktaConnection, scopeToRead } from "../../providers/okta/login.ts";
import { type Reads, premiseOf } from "../reads.ts";
import { appShape, grantShape, policyShape, roleShape, ruleShape, scopeShape, serverShape } from "./shapes.ts";

const SCOPES = {
  apps: "okta.apps.manage",
  grants: "okta.appGrants.manage",
  roles: "okta.roles.manage",
  servers: "okta.authorizationServers.manage",
  org: "okta.orgs.read",
} as const;

/** What Okta said to a request that may rightly be refused. */
export type Tried<T> = { readonly value: T } | { readonly refused: OktaError };

export class OktaReader {
  readonly orgUrl: string;
  readonly #connection: OktaConnection | OktaError;
  readonly #reads: Reads;
  readonly #clients = new Map<string, OktaClient>();

  /** `connection`: the error where there is no usable one; every read then throws `Premise`. */
  constructor(connection: OktaConnection | OktaError, reads: Reads) {
    this.orgUrl = connection instanceof OktaError ? "" : connection.orgUrl;
    this.#connection = connection;
    this.#reads = reads;
  }

  /** An app by its id; undefined when it is not there. */
  app(appId: string): Promise<Application | undefined> {
    return this.#find("apps", `read the app ${appId}`, appShape, ({ applicationApi }) =>
      applicationApi.getApplication({ appId }),
    );
  }

  /** Names of the scopes granted to an app. */
  async grants(appId: string): Promise<string[]> {
    const grants = await this.#list("grants", `list the scopes of the app ${appId}`, grantShape, (client) =>
      client.applicationApi.listScopeConsentGrants({ appId }),
    );
    return grants.map(({ scopeId }) => scopeId);
  }

  /** Types of the admin roles of a client. */
  async roles(clientId: string): Promise<string[]> {
    const roles = await this.#list("roles", `list the admin roles of ${clientId}`, roleShape, (client) =>
      client.roleAssignmentApi.listRolesForClient({ clientId }),
    );
    return roles.map(({ type }) => String(type));
  }

  /** The server; undefined when it is not there, or what Okta says where the org has no such thing. */
  async server(authServerId: string): Promise<Tried<AuthorizationServer | undefined>> {
    return this.#read("servers", `read the authorization server ${authServerId}`, (client, attempt) =>
      tried(
        () =>
          found(attempt, serverShape, () =>
            findAtOkta(this.orgUrl, attempt, () =>
              client.authorizationServerApi.getAuthorizationServer({ authServerId }),
            ),
          ),
        ({ error }) => error === "E0000015",
      ),
    );
  }

  serverScopes(authServerId: string): Promise<OAuth2Scope[]> {
    return this.#list("servers", `list the scopes of the server ${authServerId}`, scopeShape, (client) =>
      client.authorizationServerApi.listOAuth2Scopes({ authServerId }),
    );
  }

  policies(authServerId: string): Promise<AuthorizationServerPolicy[]> {
    return this.#list("servers", `list the access policies of the server ${authServerId}`, policyShape, (client) =>
      client.authorizationServerApi.listAuthorizationServerPolicies({ authServerId }),
    );
  }

  rules(authServerId: string, policyId: string): Promise<AuthorizationServerPolicyRule[]> {
    return this.#list("servers", `list the rules of the access policy ${policyId}`, ruleShape, (client) =>
      client.authorizationServerApi.listAuthorizationServerPolicyRules({ authServerId, policyId }),
    );
  }

  /** Whether new service apps become super admin. Its scope is one that the stack itself does not need, so a refusal is no trouble. */
  publicClientAdmins(): Promise<Tried<boolean>> {
    return this.#read("org", "read the org setting for public client apps", ({ orgSettingApi }, attempt) =>
      tried(
        () =>
          askOkta(
            this.orgUrl,
            attempt,
            async () => (await orgSettingApi.getClientPrivilegesSetting()).clientPrivilegesSetting === true,
          ),
        ({ code, error }) => code === "refused" && error !== "invalid_client",
      ),
    );
  }

  /** A token for a service app of the stack, without `kid`, as Anypoint asks for it. */
  token(clientId: string, privateKey: string, scopes: readonly string[]): Promise<Tried<OrgToken>> {
    return this.#once(`token of ${clientId}`, () =>
      tried(
        () => orgToken(this.orgUrl, { clientId, privateKey }, scopes),
        ({ code, status }) => code === "refused" && (status ?? 500) < 429,
      ),
    );
  }

  /** A request that is not of the management API. Its answer is an answer, whatever its status. */
  send(request: OktaRequest): Promise<OktaAnswer> {
    return this.#once(`${request.method} ${request.url}`, () => sendToOkta(request));
  }

  #client(connection: OktaConnection, scope: string): OktaClient {
    let client = this.#clients.get(scope);
    if (client === undefined) this.#clients.set(scope, (client = oktaClient(connection, [scope])));
    return client;
  }

  async #once<T>(key: string, work: (connection: OktaConnection) => Promise<T>, scope?: string): Promise<T> {
    const connection = this.#connection;
    if (connection instanceof OktaError) throw premiseOf("Okta");
    return this.#reads.once("Okta", key, () => work(connection), scope);
  }

  #read<T>(
    area: keyof typeof SCOPES,
    attempt: string,
    call: (client: OktaClient, attempt: string) => Promise<T>,
  ): Promise<T> {
    const connection = this.#connection;
    const scope = connection instanceof OktaError ? SCOPES[area] : scopeToRead(connection, SCOPES[area]);
    return this.#once(attempt, (usable) => call(this.#client(usable, scope), attempt), scope);
  }

  /** A list of rows of this shape. */
  #list<T>(
    area: keyof typeof SCOPES,
    attempt: string,
    row: z.ZodType,
    call: (client: OktaClient) => OktaList<T>,
  ): Promise<T[]> {
    return this.#read(area, attempt, (client) => listAtOkta(this.orgUrl, attempt, row, () => call(client)));
  }

  #find<T>(
    area: keyof typeof SCOPES,
    attempt: string,
    shape: z.ZodType,
    call: (client: OktaClient) => Promise<T>,
  ): Promise<T | undefined> {
    return this.#read(area, attempt, (client) =>
      found(attempt, shape, () => findAtOkta(this.orgUrl, attempt, () => call(client))),
    );
  }
}

/** What was found, of this shape; undefined where nothing was. */
async function found<T>(attempt: string, shape: z.ZodType, find: () => Promise<T | undefined>): Promise<T | undefined> {
  const value = await find();
  if (value !== undefined) asDescribed(attempt, shape, value);
  return value;
}

/** What is refused as expected is a result; anything else is thrown. */
async function tried<T>(work: () => Promise<T>, expected: (error: OktaError) => boolean): Promise<Tried<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof OktaError && expected(error)) return { refused: error };
    throw error;
  }
}
