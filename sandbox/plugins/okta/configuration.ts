/** The provider configuration `okta:*` as the real plugin reads it, with the same environment variables. */
import { existsSync, readFileSync } from "node:fs";
import type { Properties } from "../grpc/properties.ts";
import type { Props } from "../grpc/values.ts";

export const CONFIGURATION: Properties = {
  orgName: { type: "string" },
  baseUrl: { type: "string" },
  httpProxy: { type: "string" },
  apiToken: { type: "string", secret: true },
  accessToken: { type: "string", secret: true },
  clientId: { type: "string" },
  privateKey: { type: "string", secret: true },
  privateKeyId: { type: "string" },
  scopes: { type: "set" },
  backoff: { type: "boolean" },
  minWaitSeconds: { type: "integer" },
  maxWaitSeconds: { type: "integer" },
  maxRetries: { type: "integer" },
  parallelism: { type: "integer" },
  requestTimeout: { type: "integer" },
  maxApiCapacity: { type: "integer" },
  logLevel: { type: "integer" },
};

export type Login =
  | { readonly kind: "apiToken"; readonly token: string }
  | { readonly kind: "accessToken"; readonly token: string }
  | {
      readonly kind: "privateKey";
      readonly clientId: string;
      /** PEM, PKCS#1 or PKCS#8. */
      readonly privateKey: string;
      readonly privateKeyId?: string;
      readonly scopes: readonly string[];
    };

export interface OktaConfiguration {
  /** Base URL without a trailing slash. */
  readonly orgUrl: string;
  readonly login: Login;
  readonly retries: {
    /** Tries again with waits that double, after {@link isPassing} and faults of the network; 0 with backoff off. */
    readonly limit: number;
    /** With backoff off: tries again after 429, each when the limit is reset (confirmed: plugin's SDK). */
    readonly atReset: number;
    readonly minWaitMs: number;
    readonly maxWaitMs: number;
  };
  /** 0 for none. */
  readonly requestTimeoutMs: number;
}

/** Reads the configuration; values come as strings, lists and numbers among them as JSON. Throws on what cannot work. */
export function readConfiguration(config: Props, env: NodeJS.ProcessEnv = process.env): OktaConfiguration {
  const text = (name: string, variable?: string): string | undefined => {
    const value = config[name] ?? (variable === undefined ? undefined : env[variable]);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const parsed = (name: string): unknown => {
    const value = config[name];
    return typeof value === "string" && value !== "" ? (JSON.parse(value) as unknown) : value;
  };
  // A 0 counts as not set (confirmed: provider code), so that no wait can be had for the asking.
  const number = (name: string, fallback: number): number => Number(parsed(name) ?? 0) || fallback;
  const seconds = (name: string, fallback: number): number => number(name, fallback) * 1000;

  const backoff = parsed("backoff") !== false;
  const maxRetries = number("maxRetries", 5);
  const scopes = parsed("scopes") ?? env["OKTA_API_SCOPES"]?.split(",");
  return {
    orgUrl: orgUrl(
      text("httpProxy", "OKTA_HTTP_PROXY"),
      text("orgName", "OKTA_ORG_NAME"),
      text("baseUrl", "OKTA_BASE_URL"),
    ),
    login: login({
      apiToken: text("apiToken", "OKTA_API_TOKEN"),
      accessToken: text("accessToken", "OKTA_ACCESS_TOKEN"),
      clientId: text("clientId", "OKTA_API_CLIENT_ID"),
      privateKey: text("privateKey", "OKTA_API_PRIVATE_KEY"),
      privateKeyId: text("privateKeyId", "OKTA_API_PRIVATE_KEY_ID"),
      scopes: Array.isArray(scopes) ? scopes.map(String) : [],
    }),
    retries: {
      limit: backoff ? maxRetries : 0,
      atReset: backoff ? 0 : maxRetries,
      minWaitMs: seconds("minWaitSeconds", 30),
      maxWaitMs: seconds("maxWaitSeconds", 300),
    },
    requestTimeoutMs: seconds("requestTimeout", 0),
  };
}

/** `httpProxy` stands in place of the whole URL; that is how the real plugin is pointed at a local service. */
function orgUrl(httpProxy: string | undefined, orgName: string | undefined, baseUrl: string | undefined): string {
  if (httpProxy !== undefined) return httpProxy.replace(/\/+$/, "");
  if (orgName === undefined || baseUrl === undefined) {
    throw new Error(
      "The Okta org is not set: give okta:orgName and okta:baseUrl (or OKTA_ORG_NAME and OKTA_BASE_URL).",
    );
  }
  return `https://${orgName}.${baseUrl}`;
}

interface LoginValues {
  readonly apiToken?: string;
  readonly accessToken?: string;
  readonly clientId?: string;
  readonly privateKey?: string;
  readonly privateKeyId?: string;
  readonly scopes: readonly string[];
}

function login(values: LoginValues): Login {
  const { apiToken, accessToken, clientId, privateKey, privateKeyId, scopes } = values;
  const given = [
    apiToken !== undefined && "apiToken",
    accessToken !== undefined && "accessToken",
    privateKey !== undefined && "privateKey",
  ].filter((name) => name !== false);
  if (given.length > 1) {
    throw new Error(`Conflicting Okta credentials: ${given.join(" and ")}. Give one of them.`);
  }
  if (apiToken !== undefined) return { kind: "apiToken", token: apiToken };
  if (accessToken !== undefined) return { kind: "accessToken", token: accessToken };
  if (privateKey !== undefined && clientId !== undefined && scopes.length > 0) {
    return { kind: "privateKey", clientId, privateKey: pem(privateKey), privateKeyId, scopes };
  }
  throw new Error(
    "No complete Okta credentials. Give one of: okta:apiToken (OKTA_API_TOKEN); okta:accessToken (OKTA_ACCESS_TOKEN); " +
      "or okta:clientId, okta:privateKey and okta:scopes, with okta:privateKeyId where the app has several keys " +
      "(OKTA_API_CLIENT_ID, OKTA_API_PRIVATE_KEY, OKTA_API_SCOPES, OKTA_API_PRIVATE_KEY_ID).",
  );
}

/** A PEM, given as text or as the path of a file. */
function pem(value: string): string {
  return !value.includes("-----BEGIN") && existsSync(value) ? readFileSync(value, "utf8") : value;
}
