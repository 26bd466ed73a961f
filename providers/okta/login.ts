/** Who runs the stack at Okta: from the stack's configuration, with the Okta plugin's environment variables as a fallback. */
import { effectiveValue } from "../../config/defaults.ts";
import { orgUrlProblem } from "../../config/okta-urls.ts";
import { OktaError } from "./errors.ts";

export type OktaLogin =
  | {
      readonly kind: "service app";
      readonly clientId: string;
      /** PEM. */
      readonly privateKey: string;
      readonly privateKeyId?: string;
    }
  | { readonly kind: "API token"; readonly apiToken: string }
  | { readonly kind: "access token"; readonly accessToken: string };

export interface OktaConnection {
  /** Org URL without a trailing slash. */
  readonly orgUrl: string;
  readonly login: OktaLogin;
  /** `okta.*` scopes that the login is said to have, by the same settings as for the plugin; left out where nothing says so. */
  readonly scopes?: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `okta-anypoint:orgUrl` and the login: `okta:apiToken`, `okta:accessToken`, or `okta:clientId` with `okta:privateKey`
 * and `okta:privateKeyId`; each with the plugin's own variable behind it. Throws {@link OktaError} when there is no usable one.
 */
export function readOktaConnection(config: (key: string) => string | undefined, env: Environment): OktaConnection {
  const value = (key: string, variable: string) => config(`okta:${key}`) || env[variable] || undefined;
  const orgUrl = effectiveValue(config, "okta-anypoint:orgUrl") ?? "";
  const problem = orgUrlProblem(orgUrl);
  if (problem !== undefined) throw new OktaError(`okta-anypoint:orgUrl: ${problem}`, { code: "misconfigured" });
  const [apiToken, accessToken] = [value("apiToken", "OKTA_API_TOKEN"), value("accessToken", "OKTA_ACCESS_TOKEN")];
  const clientId = value("clientId", "OKTA_API_CLIENT_ID");
  // CI systems hand over variables with their line breaks written as \\n.
  const privateKey = value("privateKey", "OKTA_API_PRIVATE_KEY")?.replaceAll("\\n", "\n");
  const privateKeyId = value("privateKeyId", "OKTA_API_PRIVATE_KEY_ID");
  const login = (): OktaLogin => {
    if (apiToken !== undefined) return { kind: "API token", apiToken };
    if (accessToken !== undefined) return { kind: "access token", accessToken };
    if (clientId !== undefined && privateKey !== undefined) {
      return { kind: "service app", clientId, privateKey, ...(privateKeyId !== undefined && { privateKeyId }) };
    }
    throw new OktaError(
      "No way to log in to Okta: give okta:clientId, okta:privateKey (secret) and okta:privateKeyId of a service app, or okta:apiToken (secret).",
      { code: "misconfigured" },
    );
  };
  const scopes = scopesIn(value("scopes", "OKTA_API_SCOPES"));
  return { orgUrl: orgUrl.replace(/\/+$/, ""), login: login(), ...(scopes !== undefined && { scopes }) };
}

/** A list as JSON in the configuration, with commas in the environment. What is neither is for the settings to refuse. */
function scopesIn(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  if (!text.trimStart().startsWith("[")) return text.split(",").map((scope) => scope.trim());
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The name by which a login has a scope to read with: `okta.apps.read` where it is said to have that and not `okta.apps.manage`, for which Okta
 * would then refuse the token (confirmed: Okta's guide on service apps; each scope is looked for among those granted).
 */
export function scopeToRead({ scopes = [] }: Pick<OktaConnection, "scopes">, manage: string): string {
  const read = manage.replace(/\.manage$/, ".read");
  return scopes.includes(read) && !scopes.includes(manage) ? read : manage;
}

/** Whether the login is said to have scopes to read alone: it previews, and somebody else brings up. */
export const readsAlone = ({ scopes = [] }: Pick<OktaConnection, "scopes">): boolean =>
  scopes.length > 0 && scopes.every((scope) => scope.endsWith(".read"));
