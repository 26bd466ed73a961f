/** Why the gateway refuses a token that the issuer has just given: found out by introspecting it ourselves. */
import type { HttpAnswer } from "./http.ts";
import type { ApiToVerify } from "./input.ts";
import { diagnoseUnreachable } from "./network-diagnosis.ts";
import type { Introspection, IntrospectionResult } from "./oauth.ts";
import type { Probes } from "./probes.ts";
import type { CheckId, Diagnosis } from "./report.ts";

export interface CallContext {
  readonly check: Exclude<CheckId, "token">;
  readonly api: ApiToVerify;
  /** What the call carried; undefined without one. */
  readonly token?: string;
  readonly issuer: string;
  readonly probes: Probes;
  /** What another server said, shortened and free of secrets. */
  readonly quote: (text: string) => string;
}

/** The start of every cause: what was seen. */
export const withStatus = (answer: HttpAnswer, { quote }: CallContext): string => {
  const said = gatewayError(answer);
  return said === undefined
    ? `The API answered ${answer.status}`
    : `The API answered ${answer.status} ("${quote(said)}")`;
};

/** The gateway's `{"error":"…"}`; other bodies belong to the backend and may hold anything, so they are not shown. */
function gatewayError(answer: HttpAnswer): string | undefined {
  try {
    const { error } = JSON.parse(answer.body) as { error?: unknown };
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}

/** 401 for a token that the issuer has just given. */
export async function diagnoseUnauthorized(seen: string, context: CallContext, token: string): Promise<Diagnosis> {
  const { probes } = context;
  const atProvider = await probes.atProvider(token);
  if (atProvider.kind !== "introspection") return diagnoseIntrospection(seen, atProvider, context);
  if (!atProvider.active) return diagnoseInactive(seen, context, token);
  return {
    code: "gateway-cannot-introspect",
    cause: `${seen}, yet the same introspection from here finds the token active: the gateway does not reach Okta (it answers 401 then too), or it introspects elsewhere: the client provider in Anypoint has another URL than the stack says, or the gateway still holds an older one.`,
    whatToDo: `Check that the gateway reaches ${new URL(probes.introspectionUrl).origin} (firewall, proxy, certificate), and, with \`npm run doctor\`, that client provider and instance of ${context.api.name} are as the stack says; redeploy the application if it was bound after its start.`,
    patience: "long",
    waitingFor: "the client provider to reach the gateway",
  };
}

/** Inactive where the gateway asks: does the issuer itself know the token? */
async function diagnoseInactive(seen: string, context: CallContext, token: string): Promise<Diagnosis> {
  const { probes, issuer } = context;
  const own = await probes.issuerEndpoint();
  const elsewhere = own !== probes.introspectionUrl;
  const atIssuer = elsewhere ? await probes.atIssuer(token) : undefined;
  if (elsewhere && !(atIssuer?.kind === "introspection" && !atIssuer.active)) {
    const proof =
      atIssuer?.kind === "introspection"
        ? `while ${own}, of the server that issued it, says active`
        : `and ${own}, of the server that issued it, gave no usable answer to settle it`;
    return {
      code: "introspection-elsewhere",
      cause: `${seen}: the client provider's introspection URL ${probes.introspectionUrl} says inactive, ${proof}. Okta introspects a token only at the server that issued it.`,
      whatToDo: `Set the client provider's introspection URL to ${own} (clientProvider.introspectAt: issuer).`,
      patience: "never",
    };
  }
  return {
    code: "token-inactive",
    cause: `${seen}: the issuer ${issuer} itself says that its fresh token is inactive: it was revoked, or its client deactivated, or the Inspector belongs to another org.`,
    whatToDo: "Check in Okta that the consumer's app is active and that the Inspector is an app of the same org.",
    patience: "briefly",
    waitingFor: "Okta to know its token",
  };
}

/** The provider's introspection URL did not answer an introspection. */
function diagnoseIntrospection(
  seen: string,
  result: Exclude<IntrospectionResult, Introspection>,
  { probes, quote }: CallContext,
): Diagnosis {
  const where = probes.introspectionUrl;
  if (result.kind === "unreachable") {
    const network = diagnoseUnreachable(result, "introspection URL of the client provider", where);
    return { ...network, code: "introspection-unreachable", cause: `${seen}. ${network.cause}` };
  }
  if (result.kind === "unusable") {
    return {
      code: "introspection-unusable",
      cause: `${seen}: the introspection URL ${where} answered ${result.status}, but no introspection response.`,
      whatToDo:
        "Set the client provider's introspection URL to the introspection endpoint of the server that issues the tokens.",
      patience: "never",
    };
  }
  const said = quote([result.error, result.description].filter(Boolean).join(": ")) || "no reason given";
  if (result.status === 404 || result.status === 405) {
    return {
      code: "introspection-url-wrong",
      cause: `${seen}: the introspection URL ${where} does not exist (${result.status}, ${said}): a wrong path, or an authorization server that is deleted or inactive.`,
      whatToDo:
        "Set the client provider's introspection URL to the introspection endpoint of the server that issues the tokens.",
      patience: "never",
    };
  }
  if (result.status === 429 || result.status >= 500) {
    return {
      code: "introspection-failing",
      cause: `${seen}: Okta's introspection at ${where} fails for the moment (${result.status}, ${said}).`,
      whatToDo: "Run the verification again later; look at Okta's status page and rate limits.",
      patience: "briefly",
      waitingFor: "Okta's introspection",
    };
  }
  return {
    code: "inspector-refused",
    cause: `${seen}: Okta refuses the Inspector's credentials at ${where} (${result.status}, ${said}), so the gateway can check no token; it answers 500 or 401 then.`,
    whatToDo:
      "Check in Okta that the Inspector app is active and takes its secret in the body (client_secret_post). Is it gone: `npm run repair-state -- --stack NAME`, then `pulumi up`. Is its secret another by now, have a new one made: `npm run rotate -- --stack NAME --app inspector --emergency`; a refresh does not read it.",
    patience: "never",
  };
}

/** 403 for a token whose client has, or should have, a contract: scope, client id or contract? */
export async function diagnoseForbidden(
  seen: string,
  answer: HttpAnswer,
  context: CallContext,
  token: string,
): Promise<Diagnosis> {
  const { api, probes } = context;
  const found = await probes.atProvider(token);
  if (found.kind !== "introspection" || !found.active) return diagnoseUnauthorized(seen, context, token);
  const missing = missingScopes(api, found.scopes);
  if (missing.length > 0) {
    return {
      code: "scope-missing",
      cause: `${seen}: the token lacks ${missing.join(", ")}; introspection shows ${found.scopes.join(", ") || "no scope at all"}.`,
      whatToDo: `Let the access policy of ${context.issuer} give these scopes to the client ${api.consumer.clientId}.`,
      patience: "never",
    };
  }
  if (found.clientId === undefined) {
    return {
      code: "client-id-missing",
      cause: `${seen}: the introspection response has no client_id, so the gateway can match no contract.`,
      whatToDo:
        "Use an introspection endpoint that returns client_id, as Okta's do; look for a proxy in between that strips it.",
      patience: "never",
    };
  }
  if (/scope/i.test(gatewayError(answer) ?? "")) {
    return {
      code: "policy-scopes-differ",
      cause: `${seen}, yet the token has ${api.scopes.join(", ") || "every scope it was asked for"}: the policy on the gateway asks for other scopes.`,
      whatToDo: `Compare the scopes of the policy of ${api.name} in API Manager with ${api.scopes.join(", ") || "none"}; a change takes about a minute to the gateway.`,
      patience: "long",
      waitingFor: "the policy's scopes to reach the gateway",
    };
  }
  return {
    code: "contract-missing",
    cause: `${seen}, yet the token is active and has its scopes: the client ${api.consumer.clientId} (${api.consumer.name}) has no approved contract with this API instance, or it has not reached the gateway.`,
    whatToDo: `Approve the contract of ${api.consumer.name} in API Manager (approval: approve does it in the stack); check that the contract is with the instance that serves ${api.url}.`,
    patience: "long",
    waitingFor: "the contract to reach the gateway",
  };
}

/** The API's scopes that a token lacks; with OR one is enough. */
export function missingScopes(api: Pick<ApiToVerify, "scopes" | "scopeCriteria">, given: readonly string[]): string[] {
  const missing = api.scopes.filter((scope) => !given.includes(scope));
  return api.scopeCriteria === "OR" && missing.length < api.scopes.length ? [] : missing;
}

/**
 * 500: the gateway answers so when it cannot use the introspection response (confirmed: gateway documentation), and backends
 * fail too. A token that nobody issued tells them apart: it never gets to a backend.
 */
export async function diagnoseServerError(seen: string, context: CallContext, token: string): Promise<Diagnosis> {
  const { probes, api, check } = context;
  const found = await probes.atProvider(token);
  if (found.kind !== "introspection") return diagnoseIntrospection(seen, found, context);
  if (check === "garbage-token" || (await probes.toGarbage(api)) === 500) {
    return {
      code: "gateway-introspection-failed",
      cause: `${seen}, to a token that nobody issued too, which no backend sees; introspection works from here. So the gateway introspects in another way than the stack says: the client provider of ${api.name} holds another secret or URL, or the instance is bound to another provider, or to none.`,
      whatToDo: `\`npm run doctor\` compares provider and instance with the stack; what it names, \`pulumi up --refresh --run-program\` puts back. Restart the application of ${api.name} if it was bound after its start.`,
      patience: "briefly",
      waitingFor: "the client provider to reach the gateway",
    };
  }
  return {
    code: "upstream-error",
    cause: `${seen}, while a token that nobody issued is refused as it should be: the backend failed.`,
    whatToDo: `Look into the log of the application behind ${api.name}.`,
    patience: "briefly",
    waitingFor: "the backend",
  };
}
