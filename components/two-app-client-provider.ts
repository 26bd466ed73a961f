/** The whole two-app pattern from one object. */
import * as pulumi from "@pulumi/pulumi";
import { inspectorClientId, inspectorLabel, managerClientId, managerLabel } from "../config/app-names.ts";
import {
  type Generations,
  activeOf,
  generationClientId,
  generationLabel,
  generationName,
} from "../config/generations.ts";
import { probeApplicationName } from "../config/probe.ts";
import { orgUrls } from "../config/okta-urls.ts";
import { AnypointClientProvider, type AssignedEnvironment } from "./anypoint-client-provider.ts";
import { ApiAuthorizationServer, type ApiAuthorizationServerArgs } from "./api-authorization-server.ts";
import { ApiConsumer, type ApiConsumerArgs, type ContractTerms } from "./api-consumer.ts";
import { ClientAdminRole, type ClientAdminRoleArgs } from "./client-admin-role.ts";
import { Component, childOptions } from "./component.ts";
import { InspectorApp, type InspectorAppArgs } from "./inspector-app.ts";
import { type ClientDeletion, ManagerApp, type ManagerAppArgs } from "./manager-app.ts";
import { ProtectedApi, type ProtectedApiArgs } from "./protected-api.ts";
import type { AnypointClientProviderArgs } from "./anypoint-client-provider.ts";

export interface TwoAppClientProviderArgs {
  /** Okta org URL, for example `https://acme.okta.com`. */
  readonly orgUrl: pulumi.Input<string>;
  /** What becomes of clients on delete; sets both deletion switches and `okta.clients.manage`. Default `anypoint`. */
  readonly clientDeletion?: pulumi.Input<ClientDeletion>;
  /** The first generation, which a brought key and an adopted app belong to, and the numbers of all that there are. */
  readonly manager?: Omit<ManagerAppArgs, "orgUrl" | "clientDeletion" | "protect"> & Generations;
  readonly adminRole?: Omit<ClientAdminRoleArgs, "clientId" | "app">;
  /** As with the Manager; a given secret is that of the first generation. */
  readonly inspector?: Omit<InspectorAppArgs, "protect"> & Generations;
  /** The server that issues the consumers' tokens. Without it only the org issues tokens, which knows no custom scopes. */
  readonly authorizationServer?: Omit<ApiAuthorizationServerArgs, "orgUrl" | "clientIds" | "protect">;
  readonly clientProvider?: Pick<
    AnypointClientProviderArgs,
    | "mode"
    | "providerId"
    | "registrationHeader"
    | "providerName"
    | "timeoutSeconds"
    | "validateCertificates"
    | "privateKeyBlock"
    | "deleteWhileUsed"
    | "adopt"
  > & {
    readonly environments: readonly AssignedEnvironment[];
    /**
     * Where gateways introspect: `issuer` (default), the server that issues the consumers' tokens, as Okta demands; or
     * `org`, as MuleSoft's article has it, where tokens of a custom server are found inactive. Unverified for Anypoint.
     */
    readonly introspectAt?: "issuer" | "org";
  };
  /** APIs by name. */
  readonly apis?: Readonly<Record<string, Omit<ProtectedApiArgs, "clientProviderId">>>;
  /** Consumers by name. */
  readonly consumers?: Readonly<Record<string, ConsumerArgs>>;
  /** Adds a scope that no API asks for, and a consumer without contract, for the verification's two refusals. */
  readonly probe?: { readonly scope: string };
  /**
   * Whether Pulumi refuses to replace or delete what all consumers depend on: the client provider, both apps and a server
   * created here. Default as the component's options say.
   */
  readonly protect?: boolean;
}

export type ConsumerArgs = Omit<ApiConsumerArgs, "api" | "clientProviderId" | "clientDeletion" | "contract"> &
  ContractTerms & {
    /** Name of one of `apis`. */
    readonly api: string;
  };

/**
 * Manager app with role, Inspector app, authorization server, client provider, protected APIs and consumers.
 *
 * Children: `<name>-manager`, `<name>-manager-role`, `<name>-inspector`, `<name>-tokens`, `<name>-client-provider`,
 * `<name>-api-<api>`, `<name>-consumer-<consumer>`, `<name>-probe`; of later generations `<name>-manager-<number>`,
 * `<name>-manager-<number>-role`, `<name>-inspector-<number>`. While a provider that a person is to make is waited for
 * (`clientProvider.mode: manual` without an id), there are no assignments, APIs and consumers. They are destroyed in the reverse order, so that a
 * client can still be deleted while the Manager has its key, scopes and role.
 */
export class TwoAppClientProvider extends Component {
  /** The generation that Anypoint registers clients with. */
  readonly manager: ManagerApp;
  /** The generation that gateways introspect with. */
  readonly inspector: InspectorApp;
  readonly authorizationServer?: ApiAuthorizationServer;
  readonly clientProvider: AnypointClientProvider;
  readonly apis: Readonly<Record<string, ProtectedApi>>;
  readonly consumers: Readonly<Record<string, ApiConsumer>>;
  /** The verification's consumer without contract. */
  readonly probe?: ApiConsumer;
  /** Where consumers get tokens, and who issues them. */
  readonly consumerTokenUrl: pulumi.Output<string>;
  readonly consumerIssuer: pulumi.Output<string>;
  /** What the client provider was given. */
  readonly introspectionUrl: pulumi.Output<string>;

  constructor(name: string, args: TwoAppClientProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("TwoAppClientProvider", name, opts);
    const child = childOptions(this);
    const { protect } = args;
    const org = pulumi.output(args.orgUrl).apply(orgUrls);
    const consumerCount = Object.keys(args.consumers ?? {}).length;
    const waiting = args.clientProvider?.mode === "manual" && args.clientProvider.providerId === undefined;

    // The declared clients are made after the server whose URLs the provider needs.
    const [clientIds, resolveClientIds] = pulumi.deferredOutput<string[]>();
    if (args.authorizationServer !== undefined) {
      const { scopes = [], ...server } = args.authorizationServer;
      this.authorizationServer = new ApiAuthorizationServer(
        `${name}-tokens`,
        {
          ...server,
          orgUrl: args.orgUrl,
          protect,
          scopes:
            args.probe === undefined ? scopes : [...scopes, { name: args.probe.scope, description: "Verification" }],
          clientIds: waiting || (consumerCount === 0 && args.probe === undefined) ? [] : clientIds,
        },
        child,
      );
    }
    // Apps go before the server when all is deleted; of it the server alone, since its policy may wait for the clients.
    const server = this.authorizationServer?.server;
    const app = childOptions(this, server && { dependsOn: [server] });
    const managers = this.#managers(name, args, app);
    this.manager = managers.active.app;
    const inspectors = this.#inspectors(name, args, app);
    this.inspector = inspectors.active;

    this.consumerTokenUrl = this.authorizationServer?.tokenUrl ?? org.tokenUrl;
    this.consumerIssuer = this.authorizationServer?.issuer ?? org.issuer;
    const atOrg = args.clientProvider?.introspectAt === "org" || this.authorizationServer === undefined;
    this.introspectionUrl = atOrg
      ? org.introspectionUrl
      : (this.authorizationServer?.introspectionUrl ?? org.introspectionUrl);
    if (args.clientProvider?.introspectAt === "org" && this.authorizationServer !== undefined) {
      void pulumi.log.warn(
        "introspectAt: org sends tokens of the custom authorization server to the org's introspection, which by Okta's rule " +
          "finds them inactive; APIs then answer 401. `npm run verify` shows what happens.",
        this,
      );
    }

    const { introspectAt: _, environments = [], ...provider } = args.clientProvider ?? {};
    this.clientProvider = new AnypointClientProvider(
      `${name}-client-provider`,
      {
        ...provider,
        orgUrl: args.orgUrl,
        introspectionUrl: this.introspectionUrl,
        managerClientId: this.manager.clientId,
        managerPrivateKey: this.manager.privateKey,
        managerScopes: this.manager.scopes,
        inspectorClientId: this.inspector.clientId,
        inspectorClientSecret: this.inspector.clientSecret,
        clientDeletion: args.clientDeletion,
        environments,
        protect,
      },
      // Of all generations: the provider is given the active one before a former one is deleted.
      childOptions(this, { dependsOn: [...managers.all, ...inspectors.all] }),
    );

    this.apis = mapValues(
      waiting ? {} : (args.apis ?? {}),
      (api, key) =>
        new ProtectedApi(
          `${name}-api-${key}`,
          { ...api, clientProviderId: this.clientProvider.providerId },
          childOptions(this, { dependsOn: [...this.clientProvider.assignments] }),
        ),
    );
    this.consumers = mapValues(waiting ? {} : (args.consumers ?? {}), ({ api, tier, approval, ...consumer }, key) =>
      this.#consumer(`${name}-consumer-${key}`, api, args, {
        applicationName: key,
        ...consumer,
        contract: { tier, approval },
      }),
    );
    const firstApi = Object.keys(this.apis)[0];
    if (args.probe !== undefined && firstApi !== undefined) {
      this.probe = this.#consumer(`${name}-probe`, firstApi, args, {
        applicationName: probeApplicationName(pulumi.getStack()),
        description: "Has no contract, so that the verification can see a refusal",
        contract: false,
      });
    }
    resolveClientIds(
      pulumi.all(
        [...Object.values(this.consumers), ...(this.probe ? [this.probe] : [])].map(({ clientId }) => clientId),
      ),
    );
    this.registerOutputs({ clientProviderId: waiting ? undefined : this.clientProvider.providerId });
  }

  /** Each with its role. */
  #managers(name: string, args: TwoAppClientProviderArgs, opts: pulumi.ComponentResourceOptions) {
    const { generations, active, ...first } = args.manager ?? {};
    const made = ofGenerations({ generations, active }, "manager", (generation) => {
      const app = new ManagerApp(
        generationName(`${name}-manager`, generation),
        {
          ...(generation === 1 ? first : laterManager(first, generation)),
          orgUrl: args.orgUrl,
          clientDeletion: args.clientDeletion,
          protect: protectionOf(args.protect, { generations, active }, generation),
        },
        opts,
      );
      const adopted = generation === 1 && first.adopt !== undefined;
      const { importId, ...adminRole } = args.adminRole ?? {};
      const role = new ClientAdminRole(
        `${generationName(`${name}-manager`, generation)}-role`,
        {
          ...adminRole,
          ...(generation === 1 && { importId }),
          clientId: app.clientId,
          ...(!adopted && { app: app.app }),
        },
        childOptions(this),
      );
      return { app, role };
    });
    return { active: made.active, all: made.all.flatMap(({ app, role }) => [app, role]) };
  }

  #inspectors(name: string, args: TwoAppClientProviderArgs, opts: pulumi.ComponentResourceOptions) {
    const { generations, active, ...first } = args.inspector ?? {};
    return ofGenerations(
      { generations, active },
      "inspector",
      (generation) =>
        new InspectorApp(
          generationName(`${name}-inspector`, generation),
          {
            ...(generation === 1 ? first : laterInspector(first, generation)),
            protect: protectionOf(args.protect, { generations, active }, generation),
          },
          opts,
        ),
    );
  }

  #consumer(
    name: string,
    api: string,
    args: TwoAppClientProviderArgs,
    consumer: Omit<ApiConsumerArgs, "api" | "clientProviderId" | "clientDeletion">,
  ): ApiConsumer {
    const target = this.apis[api];
    if (target === undefined) {
      throw new pulumi.InputPropertyError({
        propertyPath: "consumers",
        reason: `${name}: "${api}" is none of the apis (${Object.keys(this.apis).join(", ") || "there are none"})`,
      });
    }
    return new ApiConsumer(
      name,
      {
        ...consumer,
        api: target.instance,
        clientProviderId: this.clientProvider.providerId,
        clientDeletion: args.clientDeletion,
      },
      childOptions(this, { dependsOn: [target] }),
    );
  }
}

/** Makes each generation. Throws when none of them is the active one. */
function ofGenerations<T>(
  { generations = [1], active }: Generations,
  what: "manager" | "inspector",
  make: (generation: number) => T,
): { readonly active: T; readonly all: T[] } {
  const number = activeOf({ generations, active });
  const all = new Map(generations.map((generation) => [generation, make(generation)]));
  const chosen = number === undefined ? undefined : all.get(number);
  if (chosen === undefined) {
    throw new pulumi.InputPropertyError({
      propertyPath: `${what}.active`,
      reason: `name one of the generations ${generations.join(", ")}`,
    });
  }
  return { active: chosen, all: [...all.values()] };
}

/** The active generation is protected; a former one is to be retired. */
const protectionOf = (protect: boolean | undefined, generations: Generations, generation: number) =>
  protect === undefined ? undefined : protect && generation === activeOf(generations);

/** A later generation has a key of its own, made here. */
function laterManager(
  { label, clientId, modulusLength }: Omit<ManagerAppArgs, "orgUrl" | "clientDeletion">,
  generation: number,
) {
  const stack = pulumi.getStack();
  return {
    modulusLength,
    label: pulumi.output(label ?? managerLabel(stack)).apply((text) => generationLabel(text, generation)),
    clientId: pulumi.output(clientId ?? managerClientId(stack)).apply((base) => generationClientId(base, generation)),
  };
}

/** A later generation has a secret of its own, made by Okta. */
function laterInspector({ label, clientId, redirectUri }: InspectorAppArgs, generation: number) {
  const stack = pulumi.getStack();
  return {
    redirectUri,
    label: pulumi.output(label ?? inspectorLabel(stack)).apply((text) => generationLabel(text, generation)),
    clientId: pulumi.output(clientId ?? inspectorClientId(stack)).apply((base) => generationClientId(base, generation)),
  };
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
