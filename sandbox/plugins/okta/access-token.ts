/** The plugin's own access token, by client credentials with a private key JWT. */
import { createPrivateKey, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import type { Login } from "./configuration.ts";

type PrivateKeyLogin = Extract<Login, { kind: "privateKey" }>;

/** Sends one form to a path of the org. */
export type PostForm = (path: string, form: URLSearchParams) => Promise<Response>;

/** Seconds before its end at which a token is no longer used (confirmed: terraform-provider-okta). */
const EARLY_SECONDS = 2;

/** Gives the current token; fetches one when there is none or it is about to end. */
export class AccessTokenSource {
  readonly #login: PrivateKeyLogin;
  readonly #orgUrl: string;
  readonly #post: PostForm;
  #token: Promise<string> | undefined;
  #usableUntil = Number.POSITIVE_INFINITY;

  constructor(login: PrivateKeyLogin, orgUrl: string, post: PostForm) {
    this.#login = login;
    this.#orgUrl = orgUrl;
    this.#post = post;
  }

  get(): Promise<string> {
    if (this.#token === undefined || Date.now() >= this.#usableUntil) {
      this.#usableUntil = Number.POSITIVE_INFINITY;
      this.#token = this.#fetch().catch((error: unknown) => {
        this.#token = undefined;
        throw error;
      });
    }
    return this.#token;
  }

  async #fetch(): Promise<string> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      scope: this.#login.scopes.join(" "),
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: await this.#assertion(),
    });
    const response = await this.#post("/oauth2/v1/token", form);
    const answer = (await response.json().catch(() => ({}))) as { access_token?: string; expires_in?: number };
    // The real plugin drops the reason too (confirmed: terraform-provider-okta); the org's log has it.
    if (!response.ok || answer.access_token === undefined) throw new Error("empty access token");
    this.#usableUntil = Date.now() + ((answer.expires_in ?? 3600) - EARLY_SECONDS) * 1000;
    return answer.access_token;
  }

  /** `iss` = `sub` = client id, one hour, `kid` only where it is configured (confirmed: terraform-provider-okta). */
  async #assertion(): Promise<string> {
    const { clientId, privateKey, privateKeyId } = this.#login;
    const key = createPrivateKey(privateKey);
    const alg = key.asymmetricKeyType === "ec" ? "ES256" : "RS256";
    return new SignJWT()
      .setProtectedHeader({ alg, ...(privateKeyId !== undefined && { kid: privateKeyId }) })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(`${this.#orgUrl}/oauth2/v1/token`)
      .setIssuedAt()
      .setExpirationTime("1h")
      .setJti(randomUUID())
      .sign(key);
  }
}
