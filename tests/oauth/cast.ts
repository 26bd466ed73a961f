/** The clients that both servers have, under the same ids, keys and secrets. */
import { type TestKey, newKey } from "../sandbox/okta/local-okta.ts";

export interface CastClient {
  readonly id: string;
  readonly method: "private_key_jwt" | "client_secret_basic" | "client_secret_post" | "client_secret_jwt";
  readonly grantTypes: readonly string[];
  readonly keys: readonly TestKey[];
  /** Empty for clients that have keys. */
  readonly secret: string;
  readonly dpop: boolean;
}

export interface Cast {
  /** A key `k-1`. */
  readonly oneKey: CastClient;
  /** Keys `k-1` and `k-2`. */
  readonly twoKeys: CastClient;
  /** An EC key `ec-1`. */
  readonly elliptic: CastClient;
  /** Must prove possession (RFC 9449). */
  readonly dpop: CastClient;
  readonly basic: CastClient;
  readonly post: CastClient;
  readonly secretJwt: CastClient;
  /** May use the code flow only. */
  readonly codeOnly: CastClient;
  /** A secret of all that form-encoding changes. */
  readonly oddSecret: CastClient;
}

/** What clients with keys are granted at the org. */
export const ORG_SCOPES = ["okta.clients.read", "okta.clients.register"];
/** A scope that the org has and nobody was granted. */
export const UNGRANTED_ORG_SCOPE = "okta.apps.manage";
/** The scope of the API that everybody is granted at the custom server, and the one that nobody is. */
export const API_SCOPE = "orders.read";
export const UNGRANTED_API_SCOPE = "orders.write";
export const API_AUDIENCE = "api://apis";

const secretOf = (id: string): string => `secret-of-${id}-`.padEnd(40, "x");

const byKeys = (id: string, keys: TestKey[], dpop = false): CastClient => ({
  ...{ id, method: "private_key_jwt", secret: "", keys, dpop },
  grantTypes: ["client_credentials"],
});

const bySecret = (id: string, method: CastClient["method"], over: Partial<CastClient> = {}): CastClient => ({
  ...{ id, method, secret: secretOf(id), keys: [], dpop: false },
  grantTypes: ["authorization_code", "client_credentials"],
  ...over,
});

export async function makeCast(): Promise<Cast> {
  const first = await newKey("k-1");
  const second = await newKey("k-2");
  return {
    oneKey: byKeys("client-with-a-key", [first]),
    twoKeys: byKeys("client-with-two-keys", [first, second]),
    elliptic: byKeys("client-with-ec-key", [await newKey("ec-1", "ES256")]),
    dpop: byKeys("client-with-dpop", [first], true),
    basic: bySecret("client-by-basic", "client_secret_basic"),
    post: bySecret("client-by-post", "client_secret_post"),
    secretJwt: bySecret("client-by-secret-jwt", "client_secret_jwt"),
    codeOnly: bySecret("client-of-code-flow", "client_secret_basic", { grantTypes: ["authorization_code"] }),
    oddSecret: bySecret("client-with-odd-secret", "client_secret_basic", { secret: "a+b/c=d&e%41:f~g!h'(i)*j" }),
  };
}
