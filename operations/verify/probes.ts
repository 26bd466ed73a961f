/** What a diagnosis asks Okta to tell causes apart. */
import type { HttpClient } from "./http.ts";
import type { CompleteVerifyInput } from "./input.ts";
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
  };
}
