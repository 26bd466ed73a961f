/** Rate limits as an org has them: a bucket per family of endpoints, a window that its first request opens, a share per client. */

export interface RateLimits {
  /** Length of a window; Okta's are about 60 s and follow no wall clock (confirmed: rate limit reference). */
  readonly windowSeconds: number;
  /** Requests per window, by bucket. */
  readonly requests: Readonly<Record<Bucket, number>>;
  /**
   * What one API token or one app may use of a bucket, from 0 to 1. Default 0.5 (confirmed: rate limit reference; an admin may give
   * each another share).
   */
  readonly share?: number;
}

export type Bucket = "apps" | "app" | "clients" | "management" | "token" | "oauth" | "other";

/** Limits of a free org as last published (confirmed: former reference of the management limits; now only the console shows them). */
export const FREE_ORG_LIMITS: RateLimits = {
  windowSeconds: 60,
  requests: { apps: 20, app: 100, clients: 25, management: 100, token: 300, oauth: 300, other: 100 },
};

const SHARE = 0.5;

/** Of a path that is limited: the first that fits. */
const BUCKETS: readonly (readonly [RegExp, Bucket])[] = [
  [/^\/api\/v1\/apps\/[^/]+$/, "app"],
  [/^\/api\/v1\/apps(\/|$)/, "apps"],
  [/^\/api\/v1\//, "management"],
  [/^\/oauth2\/v1\/clients(\/|$)/, "clients"],
  [/^\/oauth2\/([^/]+\/)?v1\/token$/, "token"],
  [/^\/oauth2\/([^/]+\/)?v1\//, "oauth"],
];

export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** End of the window in seconds since the epoch. */
  readonly reset: number;
}

interface Window {
  readonly reset: number;
  used: number;
  readonly byCaller: Map<string, number>;
}

export class RateLimiter {
  readonly #windows = new Map<string, Window>();

  /**
   * Counts a request, unless it is refused. `caller`: the client id or token that it was made with, undefined without one. The headers tell
   * the caller's own share, which is what it can act upon (inferred).
   */
  take(limits: RateLimits, path: string, caller: string | undefined, now: number): Allowance {
    const bucket = BUCKETS.find(([pattern]) => pattern.test(path))?.[1] ?? "other";
    // Each server's token endpoint has a bucket of its own, and so have its other endpoints.
    const key =
      bucket === "token" || bucket === "oauth" ? `${bucket} ${/^\/oauth2\/(.*?)v1\//.exec(path)?.[1]}` : bucket;
    let window = this.#windows.get(key);
    if (window === undefined || window.reset <= now) {
      window = { reset: now + limits.windowSeconds, used: 0, byCaller: new Map() };
      this.#windows.set(key, window);
    }
    const whole = limits.requests[bucket];
    const limit = caller === undefined ? whole : Math.max(1, Math.floor(whole * (limits.share ?? SHARE)));
    const own = caller === undefined ? window.used : (window.byCaller.get(caller) ?? 0);
    const left = Math.min(whole - window.used, limit - own);
    if (left > 0) {
      window.used += 1;
      if (caller !== undefined) window.byCaller.set(caller, own + 1);
    }
    return { allowed: left > 0, limit, remaining: Math.max(0, left - 1), reset: window.reset };
  }
}
