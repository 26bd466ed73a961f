/**
 * A local Anypoint Platform: Access Management, API Manager and Exchange, as far as client providers, API instances,
 * policies, applications and contracts go. Strict like the vendor's; applications really register at the identity provider.
 */
import { skewedClock, tellTime } from "../core/clock.ts";
import type { Faults } from "../core/faults.ts";
import type { Journal } from "../core/journal.ts";
import { knownParameters } from "../core/query.ts";
import { withoutPrototypes } from "../core/records.ts";
import { type LocalService, createServiceApp } from "../core/service.ts";
import { lateStore } from "../core/visibility.ts";
import { ALL_SCOPES, addAccess } from "./access.ts";
import { type AnypointSwitches, type Context, DEFAULT_SWITCHES } from "./context.ts";
import { QUERY_PARAMETERS } from "./query-parameters.ts";
import { addApiContractRoutes } from "./routes/api-contracts.ts";
import { addApiInstanceRoutes } from "./routes/api-instances.ts";
import { addApplicationRoutes } from "./routes/applications.ts";
import { addClientProviderRoutes } from "./routes/client-providers.ts";
import { addExchangeRoutes } from "./routes/exchange.ts";
import { addOrganizationRoutes } from "./routes/organizations.ts";
import { addPolicyRoutes } from "./routes/policies.ts";
import { DEFAULT_ORGANIZATION, type OrganizationSeed, createState } from "./seed.ts";
import { type AnypointState, secretsOf } from "./state.ts";

export type { AnypointSwitches } from "./context.ts";
export { ALL_SCOPES } from "./access.ts";
export type { AnypointState } from "./state.ts";

export interface AnypointOptions {
  /** URL at which the service is served, for example `http://127.0.0.1:4712`. */
  readonly baseUrl: string;
  readonly journal: Journal;
  readonly faults: Faults;
  /** What an earlier service left; `organization` is not used then. */
  readonly state?: AnypointState;
  readonly organization?: OrganizationSeed;
  /** The connected app that may log in. Default scopes: all that the routes know. */
  readonly connectedApp: ConnectedAppOptions;
  readonly switches?: Partial<AnypointSwitches>;
  /** Clock in milliseconds since the epoch, by which tokens expire and assertions are dated. */
  readonly now?: () => number;
}

export interface ConnectedAppOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name?: string;
  readonly scopes?: readonly string[];
}

export interface AnypointService extends LocalService<AnypointState> {
  /** Behaviours, to be changed at any time. */
  readonly switches: AnypointSwitches;
  readonly now: () => number;
  /** Adds a connected app, or replaces the one with its client id. */
  addConnectedApp(app: ConnectedAppOptions): void;
  /** What a gateway that serves an API instance reports: the instance is active from now on. */
  reportInstance(apiId: number): void;
}

/** What may show late. */
const LATE = [
  "clientProviders",
  "apiInstances",
  "policies",
  "tiers",
  "applications",
  "contracts",
] as const satisfies (keyof AnypointState)[];

/** A local Anypoint, ready to be served. */
export async function createAnypoint(options: AnypointOptions): Promise<AnypointService> {
  const switches: AnypointSwitches = { ...DEFAULT_SWITCHES, ...options.switches };
  const now = skewedClock(options.now ?? Date.now, switches);
  const state =
    options.state ?? createState(options.organization ?? DEFAULT_ORGANIZATION, new Date(now()).toISOString());
  // Not in labs that were saved before there were API groups.
  state.apiGroupInstances ??= {};
  withoutPrototypes(state);
  const replica = lateStore(state, LATE, switches);
  const context: Context = { state: replica.state, switches, now };

  const app = createServiceApp("anypoint", options.journal, options.faults);
  app.use(tellTime(now), knownParameters("anypoint", QUERY_PARAMETERS), replica.middleware);
  addAccess(app, context);
  addOrganizationRoutes(app, context);
  addClientProviderRoutes(app, context);
  addApiInstanceRoutes(app, context);
  addPolicyRoutes(app, context);
  addApiContractRoutes(app, context);
  addExchangeRoutes(app, context);
  addApplicationRoutes(app, context);

  const service: AnypointService = {
    name: "anypoint",
    app,
    state,
    switches,
    now,
    secrets: () => secretsOf(state),
    addConnectedApp({ clientId, clientSecret, name = "infrastructure", scopes = ALL_SCOPES }) {
      state.connectedApps[clientId] = { clientId, clientSecret, name, scopes: [...scopes] };
    },
    reportInstance(apiId) {
      state.runtime.lastActive[apiId] = new Date(now()).toISOString();
    },
  };
  service.addConnectedApp(options.connectedApp);
  return service;
}
