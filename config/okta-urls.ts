/** What follows from the Okta org URL and from the server that issues the consumers' tokens. */
import { isLoopback } from "./loopback.ts";

export interface OrgUrls {
  /** Issuer of the client provider: always the org, never a custom server (confirmed: KB 005315457). */
  readonly issuer: string;
  readonly registrationUrl: string;
  readonly authorizeUrl: string;
  /** The org's token endpoint: the only one that issues `okta.*` scopes (confirmed: Okta guides). */
  readonly tokenUrl: string;
  readonly introspectionUrl: string;
}

/** URLs of the org authorization server. `orgUrl` has no trailing slash. */
export function orgUrls(orgUrl: string): OrgUrls {
  return {
    issuer: orgUrl,
    registrationUrl: `${orgUrl}/oauth2/v1/clients`,
    authorizeUrl: `${orgUrl}/oauth2/v1/authorize`,
    tokenUrl: `${orgUrl}/oauth2/v1/token`,
    introspectionUrl: `${orgUrl}/oauth2/v1/introspect`,
  };
}

export interface ServerUrls {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly introspectionUrl: string;
}

/** URLs of a custom authorization server, by its id (`aus…` or `default`). */
export function serverUrls(orgUrl: string, serverId: string): ServerUrls {
  const issuer = `${orgUrl}/oauth2/${serverId}`;
  return { issuer, tokenUrl: `${issuer}/v1/token`, introspectionUrl: `${issuer}/v1/introspect` };
}

export interface OktaProviderAddress {
  readonly orgName: string;
  readonly baseUrl: string;
  /** Set for an org served on loopback over HTTP: the plugin takes it in place of the org's address. */
  readonly httpProxy?: string;
}

/** How the Okta plugin is told the org: it builds `https://{orgName}.{baseUrl}` (confirmed: plugin schema). */
export function oktaProviderAddress(orgUrl: string): OktaProviderAddress {
  // With the port, where there is one: a server on this machine has one, Okta's own orgs never do.
  const { protocol, host } = new URL(orgUrl);
  if (protocol === "http:") return { orgName: "local", baseUrl: "invalid", httpProxy: orgUrl };
  const dot = host.indexOf(".");
  return { orgName: host.slice(0, dot), baseUrl: host.slice(dot + 1) };
}

/** What is wrong with an org URL, in words that say what would be right; undefined when nothing is. */
export function orgUrlProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return `"${text}" is not a URL. Give the Okta org URL, for example https://acme.okta.com.`;
  }
  if (url.username !== "" || url.password !== "") return "must not carry credentials. Give the bare org URL.";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return `"${text}" must start with https:// (http:// is taken only for a server on this machine).`;
  }
  if (url.pathname.startsWith("/oauth2/")) {
    return `"${text}" names an authorization server; clients are registered at the org. Use ${url.origin}, and name the server under authorizationServer.`;
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return `"${text}" has more than a host. Use ${url.origin}.`;
  }
  if (/-admin\.((okta|oktapreview|okta-emea|okta-gov)\.com|okta\.mil)$/.test(url.hostname)) {
    return `"${text}" is the admin console. Use ${url.origin.replace("-admin.", ".")}.`;
  }
  if (url.protocol === "https:" && !url.hostname.includes(".")) {
    return `"${text}" has no domain. Give the full org URL, for example https://acme.okta.com.`;
  }
  return undefined;
}
