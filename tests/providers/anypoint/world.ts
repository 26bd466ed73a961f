/** A local Okta and a local Anypoint over HTTP, and clients for them; what the tests of the CRUD functions share. */
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { AnypointClient, type ClientOptions } from "../../../providers/anypoint/client.ts";
import type { ClientProviderInputs } from "../../../providers/anypoint/client-provider-wire.ts";
import { type AnypointService, type AnypointSwitches, createAnypoint } from "../../../sandbox/anypoint/index.ts";
import { Faults } from "../../../sandbox/core/faults.ts";
import { Journal, type JournalEntry } from "../../../sandbox/core/journal.ts";
import { oktaId } from "../../../sandbox/core/ids.ts";
import { type LocalServer, startServer } from "../../../sandbox/core/server.ts";
import { type LocalOkta, createOkta } from "../../../sandbox/okta/index.ts";

export const CONNECTED_APP = {
  clientId: "connected-app",
  clientSecret: "connected-app-secret-value",
  name: "infrastructure",
};

/** Inputs of a provider that registers by private key. */
export type KeyProviderInputs = ClientProviderInputs &
  Required<Pick<ClientProviderInputs, "managerClientId" | "managerPrivateKey" | "managerScopes">>;

/** Token of the local Okta's super admin, with which a static header may register clients. */
export const API_TOKEN = "00api-token-of-the-super-admin";

export interface World {
  readonly anypoint: AnypointService;
  readonly url: string;
  readonly okta: LocalOkta;
  readonly oktaUrl: string;
  readonly journal: Journal;
  readonly faults: Faults;
  /** Ids of the root organization and of its environment Sandbox. */
  readonly organizationId: string;
  readonly environmentId: string;
  /** The instance `orders-api` / `legacy` on Anypoint's own provider. */
  readonly legacyApiId: string;
  /** A client with quick retries, logged in as the connected app or as another one. */
  client(options?: Partial<ClientOptions>, app?: { clientId: string; clientSecret: string }): AnypointClient;
  /** Right inputs of a client provider of the local Okta; its Manager may do anything there. */
  providerInputs(changes?: Partial<ClientProviderInputs>): KeyProviderInputs;
  /** The same by a static registration header in place of the Manager's key. */
  headerInputs(changes?: Partial<ClientProviderInputs>): ClientProviderInputs;
  /** Calls of our client since a position of the journal, as `METHOD path`, without logins and look-ups of organizations. */
  calls(after?: number): string[];
  entries(after?: number): JournalEntry[];
  snapshot(): unknown;
  close(): Promise<void>;
}

const managerKeys = generateKeyPair("RS256", { modulusLength: 2048, extractable: true });

/** An Okta org whose bootstrap app may register clients. Making one takes RSA keys, so each world gets a copy. */
const oktaState = (async () => {
  const publicJwk = await exportJWK((await managerKeys).publicKey);
  const bootstrap = {
    clientId: "mulesoft-client-manager",
    publicJwk: { ...publicJwk, kid: await calculateJwkThumbprint(publicJwk) },
  };
  const { state } = await createOkta({
    baseUrl: "http://127.0.0.1",
    journal: new Journal(),
    faults: new Faults(),
    bootstrap,
  });
  const [grant] = Object.values(state.grants);
  if (grant === undefined) throw new Error("the bootstrap app has no grants");
  for (const name of ["register", "read", "manage"]) {
    const id = oktaId("oag");
    state.grants[id] = { ...grant, id, scopeId: `okta.clients.${name}` };
  }
  return state;
})();

const usedUrls = new Set<string>();

/** A server at a URL that no earlier world had: clients that handlers share remember what they saw there. */
async function freshServer(): Promise<LocalServer> {
  for (;;) {
    const server = await startServer();
    if (!usedUrls.has(server.url)) {
      usedUrls.add(server.url);
      return server;
    }
    await server.close();
  }
}

export async function startWorld(switches: Partial<AnypointSwitches> = {}): Promise<World> {
  const managerPrivateKey = await exportPKCS8((await managerKeys).privateKey);
  const journal = new Journal();
  const faults = new Faults();
  const [oktaServer, anypointServer] = await Promise.all([startServer(), freshServer()]);
  const okta = await createOkta({
    baseUrl: oktaServer.url,
    journal,
    faults,
    apiToken: API_TOKEN,
    state: structuredClone(await oktaState),
  });
  const anypoint = await createAnypoint({
    baseUrl: anypointServer.url,
    journal,
    faults,
    connectedApp: CONNECTED_APP,
    switches,
  });
  oktaServer.serve(okta.app);
  anypointServer.serve(anypoint.app);

  const organizationId =
    Object.values(anypoint.state.organizations).find(({ parentId }) => parentId === null)?.id ?? "";
  const environmentId =
    Object.values(anypoint.state.environments).find(
      (environment) => environment.organizationId === organizationId && environment.name === "Sandbox",
    )?.id ?? "";
  const entries = (after = 0) =>
    journal.entries({ service: "anypoint", after }).filter(({ caller }) => caller === "okta-anypoint");

  const published = {
    name: "okta-test",
    issuer: oktaServer.url,
    registrationUrl: `${oktaServer.url}/oauth2/v1/clients`,
    authorizeUrl: `${oktaServer.url}/oauth2/v1/authorize`,
    tokenUrl: `${oktaServer.url}/oauth2/v1/token`,
    introspectionUrl: `${oktaServer.url}/oauth2/v1/introspect`,
    inspectorClientId: "0oainspector00000001",
    inspectorClientSecret: "inspector-secret-value",
    allowLocalClientDeletion: true,
    allowExternalClientModification: false,
    timeoutSeconds: 5,
    allowUntrustedCertificates: false,
  };
  const byKey = {
    managerClientId: "mulesoft-client-manager",
    managerPrivateKey,
    managerScopes: ["okta.clients.register", "okta.clients.read"],
  };

  return {
    anypoint,
    url: anypointServer.url,
    okta,
    oktaUrl: oktaServer.url,
    journal,
    faults,
    organizationId,
    environmentId,
    legacyApiId: Object.keys(anypoint.state.apiInstances)[0] ?? "",
    client: (options = {}, { clientId, clientSecret } = CONNECTED_APP) =>
      new AnypointClient({
        connection: { baseUrl: anypointServer.url, credentials: { kind: "connected app", clientId, clientSecret } },
        pauseMs: 1,
        ...options,
      }),
    providerInputs: (changes = {}) => ({ ...published, ...byKey, ...changes }),
    headerInputs: (changes = {}) => ({ ...published, registrationHeader: `SSWS ${API_TOKEN}`, ...changes }),
    calls: (after) =>
      entries(after)
        .filter(({ path }) => !/\/oauth2\/token|\/hierarchy|\/api\/me$|\/environments\?/.test(path))
        .map(({ method, path, status }) => `${method} ${shortened(path)} ${status}`),
    entries,
    snapshot: () => {
      const { runtime: _, ...rest } = anypoint.state;
      return structuredClone(rest);
    },
    close: async () => {
      await Promise.all([oktaServer.close(), anypointServer.close()]);
    },
  };
}

/** The tail of a path from the kind of object on, with ids as `*`. */
function shortened(path: string): string {
  const [bare = ""] = path.split("?");
  return bare
    .replace(/^.*?\/(?=clientProviders|clientManagementProviders|apis|exchange-policy-templates|applications)/, "")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\b\d{5,}\b/g, "*");
}
