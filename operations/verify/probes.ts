/** What a diagnosis asks Okta to tell causes apart. */
import { randomBytes } from "node:crypto";
import type { HttpClient } from "./http.ts";
import type { ApiToVerify, CompleteVerifyInput } from "./input.ts";
import { type IntrospectionResult, introspect, introspectionEndpoint } from "./oauth.ts";

/** The probes of one API's token. An active token is not asked about again. */
export interface Probes {
  /** The URL that the gateway introspects at. */
  readonly introspectionUrl: string;
  /** The issuer's own introspection endpoint. */
  issuerEndpoint(): Promise<string>;
  /** Introspection as the gateway does it: the Inspector, at the provider's introspection URL. */
  atProvider(token: string): Promise<IntrospectionResult>;
  /** Introspection by the Inspector where the token was issued. */
  atIssuer(token: string): Promise<IntrospectionResult>;
  /** Status that an API answers to a token that nobody issued; undefined without an answer. No backend gets to see it. */
  toGarbage(api: Pick<ApiToVerify, "url" | "method">): Promise<number | undefined>;
}

/** A bearer token in the shape of a JWT that nobody issued; a new one each time, so that no cache knows it. */
export function garbageToken(): string {
  const part = (bytes: number) => randomBytes(bytes).toString("base64url");
  return `${Buffer.from('{"alg":"RS256","kid":"garbage"}').toString("base64url")}.${part(120)}.${part(256)}`;
}

/** Probes with the Inspector's credentials. */
export function createProbes(http: HttpClient, { okta, inspector }: CompleteVerifyInput): Probes {
  let endpoint: Promise<string> | undefined;
  const issuerEndpoint = () => (endpoint ??= introspectionEndpoint(http, okta));
  /** Only answers that hold for the token are remembered; a failing introspection may recover. */
  const remember = (ask: (token: string) => Promise<IntrospectionResult>) => {
    let known: { token: string; result: IntrospectionResult } | undefined;
    return async (token: string) => {
      if (known?.token === token && known.result.kind === "introspection" && known.result.active) return known.result;
      const result = await ask(token);
      known = { token, result };
      return result;
    };
  };
  return {
    introspectionUrl: okta.introspectionUrl,
    issuerEndpoint,
    atProvider: remember((token) => introspect(http, okta, inspector, token)),
    atIssuer: remember(async (token) =>
      introspect(http, { issuer: okta.issuer, introspectionUrl: await issuerEndpoint() }, inspector, token),
    ),
    toGarbage: async ({ url, method }) => {
      const answer = await http.send({ url, method, headers: { authorization: `Bearer ${garbageToken()}` } });
      return answer.kind === "answer" ? answer.status : undefined;
    },
  };
}
