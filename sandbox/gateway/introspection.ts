/** Token introspection (RFC 7662) as the gateway does it, and the cache of its answers. */
import type { ClientProvider } from "../anypoint/state.ts";

const USER_AGENT = "MuleGateway/4.9";

/** An active token's introspection answer. */
export type ActiveToken = Readonly<Record<string, unknown>>;

export type Introspection =
  | { readonly kind: "active"; readonly token: ActiveToken }
  | { readonly kind: "inactive" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "unusable"; readonly reason: string };

/**
 * Asks the provider's introspection endpoint. The Inspector's id and secret go in the body, the only way that the
 * gateway knows (confirmed: DOC-GW).
 */
export async function introspect(provider: ClientProvider, token: string, timeoutMs: number): Promise<Introspection> {
  const { id, secret } = provider.oidc.primary_client;
  let response: Response;
  let text: string;
  try {
    response = await fetch(provider.oidc.urls.introspect, {
      method: "POST",
      headers: { "user-agent": USER_AGENT, accept: "application/json" },
      body: new URLSearchParams({ token, client_id: id, client_secret: secret }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch {
    return { kind: "unreachable" };
  }
  if (!response.ok) return { kind: "unusable", reason: `status code ${response.status}` };
  const answer = parse(text);
  if (typeof answer?.["active"] !== "boolean") return { kind: "unusable", reason: "no member active" };
  return answer["active"] ? { kind: "active", token: answer } : { kind: "inactive" };
}

function parse(text: string): ActiveToken | null | undefined {
  try {
    return JSON.parse(text) as ActiveToken | null;
  } catch {
    return undefined;
  }
}

/** Active tokens until they expire, at most so many; the oldest goes first. */
export class TokenCache {
  readonly #entries = new Map<string, { readonly token: ActiveToken; readonly until: number }>();

  get(key: string, now: number): ActiveToken | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until > now) return entry.token;
    this.#entries.delete(key);
    return undefined;
  }

  /** Keeps a token until its `exp`, or for `maxSeconds` if that is sooner; one without `exp` is not kept (confirmed: DOC-GW). */
  put(key: string, token: ActiveToken, now: number, limits: { size: number; maxSeconds: number }): void {
    const exp = token["exp"];
    if (typeof exp !== "number" || limits.size <= 0) return;
    const cap = limits.maxSeconds < 0 ? Infinity : now + limits.maxSeconds * 1000;
    this.#entries.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < limits.size) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { token, until: Math.min(exp * 1000, cap) });
  }

  clear(): void {
    this.#entries.clear();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Access tokens that are kept. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }
}
