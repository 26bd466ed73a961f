/** Okta API scopes of App A, and what they depend on. */

/**
 * What becomes of a consumer's client when its application is deleted:
 * `keep` (nothing is deleted), `anypoint` (in Anypoint alone), `everywhere` (in Okta too).
 */
export type ClientDeletion = "keep" | "anypoint" | "everywhere";

/** Scopes that the Manager needs at Okta; `everywhere` adds `okta.clients.manage` (confirmed: KB 005315457). */
export function managerScopes(clientDeletion: ClientDeletion): string[] {
  const scopes = ["okta.clients.read", "okta.clients.register"];
  return clientDeletion === "everywhere" ? ["okta.clients.manage", ...scopes] : scopes;
}
