/** What Okta leaves open or an org can switch off. Mutable at run time: the next request sees the change. */
import type { ClockSwitches } from "../core/clock.ts";
import { AT_ONCE, type VisibilitySwitches } from "../core/visibility.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface OktaSwitches extends ClockSwitches, VisibilitySwitches {
  /** Whether the org has API Access Management; without it every authorization server call gets 401 E0000015 (confirmed: recordings). Default true. */
  apiAccessManagement: boolean;
  /** Status of `access_denied` when no policy rule matches: reports say 401, no proof of 400 (unknown). Default 400. */
  accessDeniedStatus: 400 | 401;
  /** Org token when only some of the asked scopes are granted: the granted ones, or an error (unknown). Default `subset`. */
  partialScopeGrants: "subset" | "refuse";
  /** Whether a registered key without `use` verifies assertions (unknown; the vendor's own example has none). Default true. */
  acceptKeysWithoutUse: boolean;
  /** Values of `aud` taken in assertions besides the exact URL of the endpoint (unknown). Default none. */
  extraAudiences: string[];
  /** Whether an app with `client_secret_basic` may send its secret in the body (unknown). Default false. */
  bodyCredentialsOnBasicApps: boolean;
  /** Whether a client update through registration may leave out settings; the vendor's text says it fails. Default false. */
  partialClientUpdates: boolean;
  /** Limits that are enforced: 429 E0000047 beyond them. Default none; the headers then name a limit that nobody reaches. */
  rateLimits: RateLimits | undefined;
  /** Maintenance: whatever writes answers 503 E0000010 (confirmed: error codes); tokens are issued (inferred). Default false. */
  readOnly: boolean;
}

export const defaultSwitches = (): OktaSwitches => ({
  apiAccessManagement: true,
  accessDeniedStatus: 400,
  partialScopeGrants: "subset",
  acceptKeysWithoutUse: true,
  extraAudiences: [],
  bodyCredentialsOnBasicApps: false,
  partialClientUpdates: false,
  rateLimits: undefined,
  readOnly: false,
  clockSkewSeconds: 0,
  ...AT_ONCE,
});
