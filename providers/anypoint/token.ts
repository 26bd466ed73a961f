/** The access token: asked for when first needed, shared by all calls, renewed before it ends. */
import type { Credentials } from "./connection.ts";

export interface IssuedToken {
  readonly accessToken: string;
  /** Lifetime in seconds; undefined when the answer says none. */
  readonly expiresIn?: number;
}

interface Held {
  readonly token: Promise<string>;
  /** Epoch ms after which it is renewed; unknown while the login is under way. */
  renewAt: number;
}

/** Renewed this much before its end, but never before half its life. */
const MARGIN_MS = 60_000;

export class TokenSource {
  readonly #credentials: Credentials;
  readonly #login: (clientId: string, clientSecret: string) => Promise<IssuedToken>;
  readonly #now: () => number;
  #held: Held | undefined;

  constructor(
    credentials: Credentials,
    login: (clientId: string, clientSecret: string) => Promise<IssuedToken>,
    now: () => number = Date.now,
  ) {
    this.#credentials = credentials;
    this.#login = login;
    this.#now = now;
  }

  /** The token to use now. All callers share one login. */
  async get(): Promise<string> {
    if (this.#credentials.kind === "access token") return this.#credentials.accessToken;
    if (this.#held === undefined || this.#now() >= this.#held.renewAt) this.#held = this.#renew(this.#credentials);
    return this.#held.token;
  }

  /**
   * Forgets a token that Anypoint did not accept. Returns whether another one can be had; false for a given access token.
   * A token that is not the one held any more was already forgotten by another caller.
   */
  async discard(token: string): Promise<boolean> {
    if (this.#credentials.kind === "access token") return false;
    if (this.#held !== undefined && (await this.#held.token) === token) this.#held = undefined;
    return true;
  }

  #renew({ clientId, clientSecret }: Extract<Credentials, { kind: "connected app" }>): Held {
    const issued = this.#login(clientId, clientSecret);
    const held: Held = { token: issued.then(({ accessToken }) => accessToken), renewAt: Number.POSITIVE_INFINITY };
    issued.then(
      ({ expiresIn }) => {
        if (expiresIn === undefined) return;
        const life = expiresIn * 1000;
        held.renewAt = this.#now() + Math.max(life / 2, life - MARGIN_MS);
      },
      () => {
        // A login that failed is not kept: the next call tries again.
        if (this.#held === held) this.#held = undefined;
      },
    );
    return held;
  }
}
