/** The whole neighbourhood on this machine: a local Okta, a local Anypoint, a Mule gateway and a backend behind it. */
import { randomBytes } from "node:crypto";
import { exportPKCS8, exportJWK, generateKeyPair, calculateJwkThumbprint, type JWK } from "jose";
import { type AnypointService, type AnypointSwitches, createAnypoint } from "./anypoint/index.ts";
import type { ServerCertificate } from "./core/certificates.ts";
import { Faults } from "./core/faults.ts";
import { newSecret, uuid } from "./core/ids.ts";
import { Journal } from "./core/journal.ts";
import { startServer } from "./core/server.ts";
import { createBackend } from "./gateway/backend.ts";
import { type GatewayService, createGateway } from "./gateway/index.ts";
import { type LocalOkta, createOkta } from "./okta/index.ts";
import type { RateLimits } from "./okta/rate-limits.ts";

/** Who may log in to the lab: an Okta service app that is super admin, and an Anypoint connected app. */
export interface LabCredentials {
  readonly okta: {
    readonly clientId: string;
    readonly privateKeyId: string;
    readonly privateKey: string;
    /** Token of a super admin, for a static registration header. */
    readonly apiToken?: string;
  };
  readonly anypoint: { readonly clientId: string; readonly clientSecret: string };
}

export interface LabOptions {
  /** Ports, for a lab that people come back to. Default: free ones. */
  readonly ports?: {
    readonly okta: number;
    readonly anypoint: number;
    readonly gateway: number;
    readonly backend: number;
  };
  /** What an earlier lab left, see {@link Lab.save}. */
  readonly saved?: SavedLab;
  /** Has the servers speak HTTPS. */
  readonly certificate?: ServerCertificate;
  /** Limits that the Okta org enforces. Default none. */
  readonly rateLimits?: RateLimits;
  /** Behaviours of the local Anypoint, as other wire names of the private-key block. */
  readonly anypoint?: Partial<AnypointSwitches>;
}

/** State of a lab, plain JSON. Holds secrets of the lab alone. */
export interface SavedLab {
  readonly credentials: LabCredentials;
  readonly bootstrapJwk: JWK;
  readonly okta: LocalOkta["state"];
  readonly anypoint: AnypointService["state"];
}

export interface Lab {
  readonly okta: LocalOkta & { readonly url: string };
  readonly anypoint: AnypointService & { readonly url: string };
  readonly gateway: GatewayService & { readonly url: string };
  readonly credentials: LabCredentials;
  readonly journal: Journal;
  readonly faults: Faults;
  /** Every secret that any of the stores or the credentials hold. */
  secrets(): string[];
  /** Both stores without logs and caches, to be compared. */
  snapshot(): unknown;
  save(): SavedLab;
  close(): Promise<void>;
}

/** Starts the four servers on 127.0.0.1. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const journal = new Journal();
  const faults = new Faults();
  const { saved, ports, certificate } = options;
  const { credentials, bootstrapJwk } = saved ?? (await newCredentials());
  const oktaServer = await startServer(ports?.okta, certificate);
  const anypointServer = await startServer(ports?.anypoint, certificate);
  const gatewayServer = await startServer(ports?.gateway, certificate);
  const backendServer = await startServer(ports?.backend, certificate);

  const okta = await createOkta({
    baseUrl: oktaServer.url,
    journal,
    faults,
    state: saved?.okta,
    switches: { rateLimits: options.rateLimits },
    bootstrap: { clientId: credentials.okta.clientId, publicJwk: bootstrapJwk },
    apiToken: credentials.okta.apiToken,
  });
  const anypoint = await createAnypoint({
    baseUrl: anypointServer.url,
    journal,
    faults,
    state: saved?.anypoint,
    connectedApp: credentials.anypoint,
    switches: options.anypoint,
  });
  const backend = createBackend({ journal, faults });
  const gateway = await createGateway({
    baseUrl: gatewayServer.url,
    journal,
    faults,
    anypoint,
    backendUrl: backendServer.url,
  });
  oktaServer.serve(okta.app);
  anypointServer.serve(anypoint.app);
  gatewayServer.serve(gateway.app);
  backendServer.serve(backend.app);

  return {
    okta: Object.assign(okta, { url: oktaServer.url }),
    anypoint: Object.assign(anypoint, { url: anypointServer.url }),
    gateway: Object.assign(gateway, { url: gatewayServer.url }),
    credentials,
    journal,
    faults,
    secrets: () => [
      credentials.okta.privateKey,
      credentials.anypoint.clientSecret,
      ...okta.secrets(),
      ...anypoint.secrets(),
    ],
    snapshot: () => structuredClone([okta.state, anypoint.state].map(withoutRuntime)),
    save: () => structuredClone({ credentials, bootstrapJwk, okta: okta.state, anypoint: anypoint.state }),
    close: async () => {
      await Promise.all([oktaServer, anypointServer, gatewayServer, backendServer].map((server) => server.close()));
    },
  };
}

function withoutRuntime<T extends object>(state: T): Omit<T, "runtime"> {
  const { runtime: _, ...rest } = state as T & { runtime?: unknown };
  return rest;
}

async function newCredentials(): Promise<{ credentials: LabCredentials; bootstrapJwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    bootstrapJwk: { ...jwk, kid },
    credentials: {
      okta: {
        clientId: `0oa${randomBytes(9).toString("hex").slice(0, 17)}`,
        privateKeyId: kid,
        privateKey: await exportPKCS8(privateKey),
        apiToken: `00${newSecret()}`,
      },
      anypoint: { clientId: uuid().replaceAll("-", ""), clientSecret: newSecret() },
    },
  };
}
