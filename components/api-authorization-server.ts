/** The custom authorization server that issues the consumers' tokens: created here, or one that exists. */
import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import { ACCESS_RULE_NAME, accessPolicyName } from "../config/access-policy.ts";
import { type AllowClients, allowedOn } from "../config/allow-clients.ts";
import { type ServerUrls, serverUrls } from "../config/okta-urls.ts";
import { Component, adoption, oktaChildOptions, protection } from "./component.ts";

export interface ScopeArgs {
  /** Scope name, as clients ask for it. Replaces the scope. */
  readonly name: string;
  readonly description?: pulumi.Input<string>;
}

export interface NewServerArgs {
  /** Name in Okta. Default `mulesoft-<stack>`. Update. */
  readonly name?: pulumi.Input<string>;
  /** The one audience of its tokens, for example `api://orders`. Update. */
  readonly audience: pulumi.Input<string>;
  readonly description?: pulumi.Input<string>;
}

export interface ApiAuthorizationServerArgs {
  /** Okta org URL. */
  readonly orgUrl: pulumi.Input<string>;
  /** Id of an existing server (`default`, `aus…`). Either this or `create`. */
  readonly serverId?: pulumi.Input<string>;
  /** A server to create; needs API Access Management (Okta answers 401 E0000015 without). */
  readonly create?: NewServerArgs;
  /** Scopes to create. Without consent, since clients made by Anypoint never ask a user. */
  readonly scopes?: readonly ScopeArgs[];
  /** Scopes that the server has, allowed by the rule too. */
  readonly existingScopes?: readonly string[];
  /**
   * Who may get tokens: `all` clients of the org, or the `declared` ones. Default `all` on a server created here,
   * `declared` on an existing one. With `all`, clients that request access later need no change of the stack. `unmanaged`
   * makes no access policy: those of an existing server decide.
   */
  readonly allowClients?: AllowClients;
  /** Client ids of the declared consumers; used with `declared`. */
  readonly clientIds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Client ids of other stacks' consumers, let through beside the declared ones; used with `declared`. Default none. */
  readonly furtherClients?: readonly string[];
  /** Place of the access policy when it is made, 1 first; on an existing server it may be moved later. Default 1. */
  readonly policyPriority?: pulumi.Input<number>;
  /** Life of an access token in minutes, 5 to 1440. Default 60. */
  readonly accessTokenLifetimeMinutes?: pulumi.Input<number>;
  /** Objects of an existing server that are imported, and left by a destroy. */
  readonly adopt?: AdoptedServerObjects;
  /** Whether Pulumi refuses to replace or delete a server created here. Default as the component's options say. */
  readonly protect?: boolean;
}

export interface AdoptedServerObjects {
  /** `serverId/scopeId` by scope name. */
  readonly scopes?: Readonly<Record<string, string>>;
  /** `serverId/policyId`. */
  readonly policy?: string;
  /** `serverId/policyId/ruleId`. */
  readonly rule?: string;
}

/** What people see of an adopted scope, policy or rule stays theirs. */
const SCOPE_LOOKS = ["description", "displayName", "metadataPublish", "default", "optional"];
const POLICY_LOOKS = ["name", "description", "priority"];
const RULE_LOOKS = ["name", "priority", "refreshTokenLifetimeMinutes", "refreshTokenWindowMinutes"];

/**
 * Scopes, and an access policy with one rule that lets clients have them by client credentials.
 *
 * The rule lists its scopes and never says `*`. Without any scope, or with `declared` and no client, there is nothing to
 * allow and so no policy. Children: `<name>-server`, `<name>-scope-<scope>`, `<name>-policy`, `<name>-rule`.
 * A scope or policy of another server is replaced, since Okta cannot move it.
 */
export class ApiAuthorizationServer extends Component {
  /** The server itself, for `dependsOn`; undefined for an existing one. */
  readonly server?: okta.auth.Server;
  readonly serverId: pulumi.Output<string>;
  readonly issuer: pulumi.Output<string>;
  readonly tokenUrl: pulumi.Output<string>;
  readonly introspectionUrl: pulumi.Output<string>;
  readonly scopeNames: readonly string[];

  constructor(name: string, args: ApiAuthorizationServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ApiAuthorizationServer", name, opts);
    if ((args.serverId === undefined) === (args.create === undefined)) {
      throw new pulumi.InputPropertyError({
        propertyPath: "create",
        reason: `${name}: give either serverId (an existing authorization server) or create (a new one)`,
      });
    }
    if (args.create !== undefined) this.server = this.#server(name, args.create, args.protect);
    this.serverId = this.server?.id ?? pulumi.output(args.serverId ?? "");
    const urls: pulumi.Output<ServerUrls> = pulumi
      .all([args.orgUrl, this.serverId])
      .apply(([orgUrl, serverId]) => serverUrls(orgUrl, serverId));
    this.issuer = urls.issuer;
    this.tokenUrl = urls.tokenUrl;
    this.introspectionUrl = urls.introspectionUrl;

    const scopes = (args.scopes ?? []).map((scope) => this.#scope(name, scope, args.adopt?.scopes?.[scope.name]));
    this.scopeNames = [...(args.scopes ?? []).map((scope) => scope.name), ...(args.existingScopes ?? [])];

    const clients = allowedClients(args);
    if (clients !== undefined && this.scopeNames.length > 0) this.#access(name, args, clients, scopes);
    this.registerOutputs({ serverId: this.serverId, issuer: this.issuer, tokenUrl: this.tokenUrl });
  }

  #server(name: string, args: NewServerArgs, protect: boolean | undefined): okta.auth.Server {
    return new okta.auth.Server(
      `${name}-server`,
      {
        name: args.name ?? `mulesoft-${pulumi.getStack()}`,
        description: args.description ?? "",
        audiences: [args.audience],
        issuerMode: "ORG_URL",
      },
      oktaChildOptions(this, protection(protect)),
    );
  }

  #scope(name: string, scope: ScopeArgs, importId: string | undefined): okta.auth.ServerScope {
    return new okta.auth.ServerScope(
      `${name}-scope-${scope.name}`,
      {
        authServerId: this.serverId,
        name: scope.name,
        description: scope.description ?? "",
        consent: "IMPLICIT",
        metadataPublish: "ALL_CLIENTS",
      },
      oktaChildOptions(this, {
        replaceOnChanges: ["authServerId", "name"],
        deleteBeforeReplace: true,
        ...adoption(importId, SCOPE_LOOKS),
      }),
    );
  }

  #access(
    name: string,
    args: ApiAuthorizationServerArgs,
    clients: pulumi.Input<pulumi.Input<string>[]>,
    scopes: okta.auth.ServerScope[],
  ): void {
    const policy = new okta.auth.ServerPolicy(
      `${name}-policy`,
      {
        authServerId: this.serverId,
        name: accessPolicyName(pulumi.getStack()),
        description: "Lets consumers of the APIs get tokens by client credentials",
        priority: args.policyPriority ?? 1,
        clientWhitelists: clients,
      },
      oktaChildOptions(this, {
        replaceOnChanges: ["authServerId"],
        deleteBeforeReplace: true,
        // Policies of others move ours down; to write it back would only move theirs.
        ignoreChanges: args.create === undefined ? ["priority"] : [],
        ...adoption(args.adopt?.policy, POLICY_LOOKS),
      }),
    );
    new okta.auth.ServerPolicyRule(
      `${name}-rule`,
      {
        authServerId: this.serverId,
        policyId: policy.id,
        name: ACCESS_RULE_NAME,
        priority: 1,
        grantTypeWhitelists: ["client_credentials"],
        scopeWhitelists: [...this.scopeNames],
        accessTokenLifetimeMinutes: args.accessTokenLifetimeMinutes ?? 60,
      },
      oktaChildOptions(this, {
        replaceOnChanges: ["authServerId", "policyId"],
        deleteBeforeReplace: true,
        dependsOn: scopes,
        ...adoption(args.adopt?.rule, RULE_LOOKS),
      }),
    );
  }
}

/** The policy's list of clients; undefined when nobody is to be allowed. */
function allowedClients(args: ApiAuthorizationServerArgs): pulumi.Input<pulumi.Input<string>[]> | undefined {
  const allow = allowedOn(args);
  if (allow === "unmanaged") return undefined;
  if (allow === "all") return ["ALL_CLIENTS"];
  const declared = args.clientIds ?? [];
  const further = args.furtherClients ?? [];
  if (Array.isArray(declared) && declared.length + further.length === 0) return undefined;
  return pulumi.output(declared).apply((ids) => [...ids, ...further.filter((id) => !ids.includes(id))]);
}
