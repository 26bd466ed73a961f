/** Where Anypoint is and who we are there: from the stack's configuration, with environment variables as a fallback. */
import { isLoopback } from "../../config/loopback.ts";
import { AnypointError } from "./errors.ts";

/** Control planes by name (confirmed: docs.mulesoft.com host lists). */
export const CONTROL_PLANES = {
  US: "anypoint.mulesoft.com",
  EU: "eu1.anypoint.mulesoft.com",
  GOV: "gov.anypoint.mulesoft.com",
  CA: "ca1.platform.mulesoft.com",
  JP: "jp1.platform.mulesoft.com",
} as const;

export type Credentials =
  | { readonly kind: "connected app"; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: "access token"; readonly accessToken: string };

export interface Connection {
  /** Base URL without a trailing slash. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Root organization; found by asking Anypoint when left out. */
  readonly organizationId?: string;
}

/** Reads one value of the configuration by its full key, for example `anypoint:host`. */
export type ReadConfig = (key: string) => string | undefined;

/**
 * The connection that a stack's configuration describes: `anypoint:host` (default `US`), `anypoint:clientId` and
 * `anypoint:clientSecret`, or `anypoint:accessToken`, and `anypoint:organizationId`; where a key is missing, `ANYPOINT_HOST`,
 * `ANYPOINT_CLIENT_ID`, `ANYPOINT_CLIENT_SECRET` and `ANYPOINT_ACCESS_TOKEN`. Configuration wins over the environment as a
 * whole, but for one mix: a configured client id may have its secret in the environment, as CI systems hand it over.
 */
export function readConnection(
  config: ReadConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Connection {
  const [id, secret, token] = ["clientId", "clientSecret", "accessToken"].map((key) =>
    given(config(`anypoint:${key}`)),
  );
  const secretOfId = id !== undefined && token === undefined ? environment.ANYPOINT_CLIENT_SECRET : undefined;
  return {
    baseUrl: baseUrlOf(given(config("anypoint:host")) ?? given(environment.ANYPOINT_HOST) ?? "US"),
    credentials:
      credentialsOf(id, secret ?? secretOfId, token) ??
      credentialsOf(
        environment.ANYPOINT_CLIENT_ID,
        environment.ANYPOINT_CLIENT_SECRET,
        environment.ANYPOINT_ACCESS_TOKEN,
      ) ??
      missingCredentials(),
    organizationId: given(config("anypoint:organizationId")),
  };
}

/** The base URL for a control plane's name, a host, or an http(s) URL. Throws for anything else, and for http beyond loopback. */
export function baseUrlOf(host: string): string {
  const named = CONTROL_PLANES[host.toUpperCase() as keyof typeof CONTROL_PLANES];
  if (named !== undefined) return `https://${named}`;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(host) ? host : `https://${host}`;
  const planes = Object.keys(CONTROL_PLANES).join(", ");
  if (!URL.canParse(text)) {
    throw misconfigured(`anypoint:host is "${host}", which is no host. Give ${planes}, a host name, or a base URL.`);
  }
  const url = new URL(text);
  if (!url.hostname.includes(".") && !isLoopback(url.hostname)) {
    throw misconfigured(
      `anypoint:host is "${url.hostname}", which is no control plane and no full host name. Give ${planes}, or a host name.`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw misconfigured("anypoint:host carries a user name or password. Give the bare host.");
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw misconfigured(`anypoint:host has a path or query (${url.host}${url.pathname}). Give the bare host.`);
  }
  const loopback = isLoopback(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw misconfigured(
      `anypoint:host is ${url.protocol}//${url.host}: credentials go over https alone; http is for this machine only (127.0.0.1, localhost).`,
    );
  }
  return url.origin;
}

function credentialsOf(
  clientId: string | undefined,
  clientSecret: string | undefined,
  accessToken: string | undefined,
): Credentials | undefined {
  const [id, secret, token] = [given(clientId), given(clientSecret), given(accessToken)];
  if (token !== undefined && id === undefined && secret === undefined) {
    return { kind: "access token", accessToken: token };
  }
  if (token !== undefined) {
    throw misconfigured(
      "Both a connected app (anypoint:clientId, anypoint:clientSecret) and anypoint:accessToken are given. Give one of them.",
    );
  }
  if (id !== undefined && secret !== undefined) return { kind: "connected app", clientId: id, clientSecret: secret };
  if (id === undefined && secret === undefined) return undefined;
  const missing = id === undefined ? "anypoint:clientId" : "anypoint:clientSecret";
  throw misconfigured(
    `${missing} is missing beside its other half. Set it with \`pulumi config set${id === undefined ? "" : " --secret"} ${missing}\`.`,
  );
}

function missingCredentials(): never {
  throw misconfigured(
    "There are no Anypoint credentials. Set anypoint:clientId and, with --secret, anypoint:clientSecret of a connected app " +
      "(or ANYPOINT_CLIENT_ID and ANYPOINT_CLIENT_SECRET in the environment), or anypoint:accessToken. " +
      "`pulumi refresh` and `pulumi destroy` need --run-program to see configuration that was set after the last `up`.",
  );
}

const given = (value: string | undefined): string | undefined => (value?.trim() ? value.trim() : undefined);

const misconfigured = (message: string): AnypointError => new AnypointError(message, { code: "misconfigured" });
