/**
 * A local Mule gateway in front of a backend: enforces the access token policy of the API instances that the local
 * Anypoint knows. URL of an API: `{gateway}/{environment}/{asset}/{label}/…`, lower case, blanks as hyphens; an instance
 * without a label is addressed by its id. Other policies than the access token enforcement are not enforced.
 */
import type { AnypointService } from "../anypoint/index.ts";
import type { AnypointState, ApiInstance, Policy } from "../anypoint/state.ts";
import { findTemplate, OIDC_POLICY } from "../anypoint/policy-templates.ts";
import type { Faults } from "../core/faults.ts";
import type { Journal } from "../core/journal.ts";
import { type LocalService, createServiceApp } from "../core/service.ts";
import { TokenCache } from "./introspection.ts";
import { enforce } from "./policy.ts";

export interface GatewaySwitches {
  /** Answer for a missing or malformed token: 400 (confirmed: DOC-GW), or 401 as newer gateways may. Default 400. */
  missingTokenStatus: 400 | 401;
  /** False: policies and contracts are not loaded yet, every API answers 503. Default true. */
  policiesLoaded: boolean;
  /** False: its network lets it reach no identity provider. Default true. */
  reachesIdentityProvider: boolean;
}

export interface GatewayOptions {
  readonly baseUrl: string;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly anypoint: Pick<AnypointService, "state" | "switches" | "now" | "reportInstance">;
  /** URL of the service behind all APIs. */
  readonly backendUrl: string;
  readonly switches?: Partial<GatewaySwitches>;
}

export interface GatewayService extends LocalService<Record<string, never>> {
  readonly switches: GatewaySwitches;
  /** Fetches policies, contracts and client providers now, and reports the instances. */
  sync(): void;
  /** Forgets introspected tokens. */
  clearCache(): void;
  /** URL under which an API instance is served. Throws when it is not known. */
  urlOf(apiId: number): string;
}

/** What a gateway keeps of Anypoint between two synchronizations. */
type View = Pick<
  AnypointState,
  "environments" | "apiInstances" | "policies" | "contracts" | "applications" | "clientProviders"
>;

const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length"];

const slug = (name: string): string => name.toLowerCase().replaceAll(/\s+/g, "-");

const segments = (view: View, instance: ApiInstance): [string, string, string] => [
  slug(view.environments[instance.environmentId]?.name ?? ""),
  slug(instance.assetId),
  slug(instance.instanceLabel ?? String(instance.id)),
];

const matching = (view: View, path: readonly string[]): ApiInstance | undefined =>
  Object.values(view.apiInstances).find((instance) =>
    segments(view, instance).every((segment, index) => segment === path[index]),
  );

/** A segment as it was meant; one that can't be decoded is taken as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A local gateway, ready to be served. */
export async function createGateway(options: GatewayOptions): Promise<GatewayService> {
  const { anypoint } = options;
  const switches: GatewaySwitches = {
    missingTokenStatus: 400,
    policiesLoaded: true,
    reachesIdentityProvider: true,
    ...options.switches,
  };
  const cache = new TokenCache();
  let view: View | undefined;
  let syncedAt = -Infinity;

  function sync(): void {
    const { environments, apiInstances, policies, contracts, applications, clientProviders } = anypoint.state;
    view = structuredClone({ environments, apiInstances, policies, contracts, applications, clientProviders });
    syncedAt = anypoint.now();
    for (const { id } of Object.values(apiInstances)) anypoint.reportInstance(id);
  }

  /** With no delay configured the store itself is looked at, so that everything is current. */
  function currentView(): View {
    const seconds = anypoint.switches.gatewaySyncSeconds;
    if (seconds <= 0) return anypoint.state;
    if (view === undefined || anypoint.now() - syncedAt >= seconds * 1000) sync();
    return view ?? anypoint.state;
  }

  const app = createServiceApp("gateway", options.journal, options.faults);

  app.all("/:environment/:asset/:label/*", async (c) => {
    const url = new URL(c.req.url);
    const path = url.pathname.split("/").slice(1).map(decoded);
    const current = currentView();
    const instance = matching(current, path);
    if (instance === undefined || !switches.policiesLoaded) {
      // An API that Anypoint has and the gateway not yet is held back until its policies are there.
      return matching(anypoint.state, path) === undefined
        ? c.json({ error: "No listener for this endpoint." }, 404)
        : c.json({ error: "API policies are not loaded yet." }, 503);
    }
    anypoint.reportInstance(instance.id);
    const rest = `/${url.pathname.split("/").slice(4).join("/")}`;

    const headers: Record<string, string> = {};
    for (const policy of policiesOf(current, instance, c.req.method, rest)) {
      const provider = instance.providerId === null ? undefined : current.clientProviders[instance.providerId];
      const verdict = await enforce(
        policy,
        { provider, approvedClients: approvedClients(current, instance) },
        c.req.header("authorization"),
        { ...switches, cache, now: anypoint.now() },
      );
      if (verdict.kind === "refuse") {
        if (verdict.status === 401) c.header("www-authenticate", 'Bearer realm="OpenId Client Realm"');
        return c.json({ error: verdict.error }, verdict.status);
      }
      Object.assign(headers, verdict.headers);
    }
    return forward(c.req.raw, `${options.backendUrl}${rest}${url.search}`, headers);
  });

  app.notFound((c) => c.json({ error: "No listener for this endpoint." }, 404));

  return {
    name: "gateway",
    app,
    state: {},
    switches,
    secrets: () => cache.keys().map((key) => key.split(" ")[1] ?? ""),
    sync,
    clearCache: () => cache.clear(),
    urlOf(apiId) {
      const instance = anypoint.state.apiInstances[apiId];
      if (instance === undefined) throw new Error(`No API instance ${apiId} in the local Anypoint.`);
      return `${options.baseUrl}/${segments(anypoint.state, instance).join("/")}`;
    },
  };
}

/** Enabled access token policies that apply to a request, in their order. */
function policiesOf(view: View, instance: ApiInstance, method: string, path: string): Policy[] {
  return Object.values(view.policies)
    .filter(
      (policy) =>
        policy.apiId === instance.id &&
        !policy.disabled &&
        policy.assetId === OIDC_POLICY &&
        findTemplate(policy.groupId, policy.assetId) !== undefined &&
        (policy.pointcutData === null ||
          policy.pointcutData.some(
            ({ methodRegex, uriTemplateRegex }) => whole(methodRegex, method) && whole(uriTemplateRegex, path),
          )),
    )
    .sort((a, b) => a.order - b.order);
}

const whole = (pattern: string, text: string): boolean => new RegExp(`^(?:${pattern})$`).test(text);

function approvedClients(view: View, instance: ApiInstance): Set<string> {
  const approved = Object.values(view.contracts).filter(
    ({ apiId, status }) => apiId === instance.id && status === "APPROVED",
  );
  return new Set(approved.map(({ applicationId }) => view.applications[applicationId]?.clientId ?? ""));
}

async function forward(request: Request, url: string, added: Record<string, string>): Promise<Response> {
  const headers = new Headers(request.headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  headers.set("user-agent", "MuleGateway/4.9");
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  const body = ["GET", "HEAD"].includes(request.method) ? undefined : await request.arrayBuffer();
  const answer = await fetch(url, { method: request.method, headers, body, redirect: "manual" });
  const answered = new Headers(answer.headers);
  // The body was decoded on the way, so that the headers about its encoding are no longer true.
  for (const name of ["content-encoding", "content-length", ...HOP_BY_HOP]) answered.delete(name);
  return new Response(answer.body, { status: answer.status, headers: answered });
}
