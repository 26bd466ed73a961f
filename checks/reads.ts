/**
 * The reads of the checks: each is made once however many checks need it, a few at a time. What failed is remembered by side:
 * checks that needed it are unknown, and one finding says why. After a refused login or a silence nothing more is asked there.
 */
import { AnypointError } from "../providers/anypoint/errors.ts";
import { OktaError } from "../providers/okta/errors.ts";

/** A check's premise does not hold: what it needs could not be read, or another check found it missing. */
export class Premise extends Error {
  override readonly name = "Premise";
}

export interface Trouble {
  readonly error: OktaError | AnypointError;
  /** `okta.*` scope that the read needs. */
  readonly scope?: string;
}

/** Reads in flight at one time, of both sides together. */
const AT_ONCE = 4;

export class Reads {
  readonly #known = new Map<string, Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  readonly #troubles: Trouble[] = [];
  readonly #closed = new Set<string>();

  /** What went wrong, each once. */
  get troubles(): readonly Trouble[] {
    return this.#troubles;
  }

  /** Makes a read, or takes the one that was made. Throws {@link Premise} when it fails. */
  once<T>(side: "Okta" | "Anypoint", key: string, work: () => Promise<T>, scope?: string): Promise<T> {
    const name = `${side} ${key}`;
    const known = this.#known.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const result = this.#limited(() => this.#made(side, work, scope));
    this.#known.set(name, result);
    return result;
  }

  async #made<T>(side: "Okta" | "Anypoint", work: () => Promise<T>, scope: string | undefined): Promise<T> {
    if (this.#closed.has(side)) throw premiseOf(side);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OktaError || error instanceof AnypointError)) throw error;
      // Several reads may be in flight when the first of them finds that nobody answers.
      if (!this.#closed.has(side)) this.#troubles.push({ error, ...(scope !== undefined && { scope }) });
      if (endsTalk(error)) this.#closed.add(side);
      throw premiseOf(side);
    }
  }

  async #limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

/** Why what a side would have told is not known. */
export const premiseOf = (side: string): Premise => new Premise(`not read: see access of these checks to ${side}`);

/** Whether every further call would end alike. */
const endsTalk = (error: OktaError | AnypointError): boolean => isSilence(error) || isRefusedLogin(error);

export const isSilence = ({ code }: OktaError | AnypointError): boolean => code === "unreachable" || code === "timeout";

export function isRefusedLogin(error: OktaError | AnypointError): boolean {
  if (error instanceof AnypointError) {
    return error.code === "unauthorized" || (error.operation === "token.request" && (error.status ?? 500) < 429);
  }
  if (error.code === "misconfigured") return true;
  // 401 is an answer about the feature, too (E0000015).
  if (error.status === 401) return error.error !== "E0000015";
  return (
    error.error === "invalid_dpop_proof" || error.error === "use_dpop_nonce" || error.error === "unauthorized_client"
  );
}
