/** Why an API call was not answered as it should be, by its status, with what to do about it. */
import type { HttpAnswer, Unreachable } from "./http.ts";
import type { ApiToVerify } from "./input.ts";
import {
  type CallContext,
  diagnoseForbidden,
  diagnoseServerError,
  diagnoseUnauthorized,
  withStatus,
} from "./gateway-diagnosis.ts";
import { diagnoseUnreachable } from "./network-diagnosis.ts";
import type { Diagnosis } from "./report.ts";

/** Whether an answer is what the check expects. */
export function isExpected(check: CallContext["check"], status: number): boolean {
  switch (check) {
    case "call":
      return status >= 200 && status < 300;
    case "no-token":
      // Without protected resource metadata the policy answers 400 (confirmed: gateway documentation).
      return status === 401 || status === 400;
    case "garbage-token":
      return status === 401;
    case "missing-scope":
    case "no-contract":
      return status === 403;
  }
}

/** Why an answer is not the expected one. */
export async function diagnoseCall(answer: HttpAnswer | Unreachable, context: CallContext): Promise<Diagnosis> {
  const { check, api } = context;
  if (answer.kind === "unreachable") return diagnoseUnreachable(answer, `API ${api.name}`, api.url);
  const { status } = answer;
  const seen = withStatus(answer, context);

  if (status >= 200 && status < 300) return diagnoseLetIn(status, check, api);
  if (status === 401 && context.token !== undefined) return diagnoseUnauthorized(seen, context, context.token);
  if (status === 403 && check === "call") return diagnoseForbidden(seen, answer, context, context.token ?? "");
  if (status === 500 && context.token !== undefined) return diagnoseServerError(seen, context, context.token);
  if (status === 503) {
    return {
      code: "gateway-not-ready",
      cause: `${seen}: the gateway has not loaded the API's policies or contracts yet, or the API is not running.`,
      whatToDo: "Check in Runtime Manager that the application runs and in API Manager that the instance is active.",
      patience: "long",
      waitingFor: "the gateway to load the API's policies",
    };
  }
  if (status === 404) {
    return {
      code: "path-wrong",
      cause: `${seen}: nothing is served at this path.`,
      whatToDo: `Correct the url of the API ${api.name} (${api.method} ${api.url}).`,
      patience: "briefly",
      waitingFor: "the path to be served",
    };
  }
  if (status === 405) {
    return {
      code: "method-wrong",
      cause: `${seen}: the path exists, but not for ${api.method}.`,
      whatToDo: `Give the API ${api.name} a url that answers ${api.method}.`,
      patience: "never",
    };
  }
  if (status >= 300 && status < 400) {
    return {
      code: "redirected",
      cause: `${seen}: something redirects the call (redirects are not followed, for the token's sake).`,
      whatToDo: `Give the API ${api.name} the final url, with https:// and without a login page in front.`,
      patience: "never",
    };
  }
  if (status === 429) {
    return {
      code: "rate-limited",
      cause: `${seen}: a rate limit or the contract's SLA tier is used up.`,
      whatToDo: "Run the verification again later, or give the consumer a larger tier.",
      patience: "briefly",
      waitingFor: "the rate limit",
    };
  }
  if (status >= 500) {
    return {
      code: "upstream-error",
      cause: `${seen}: the backend behind the gateway failed, or the gateway itself.`,
      whatToDo: `Look into the log of the application behind ${api.name}.`,
      patience: "briefly",
      waitingFor: "the backend",
    };
  }
  if (status === 400) {
    return {
      code: "bad-request",
      cause: `${seen}: the gateway takes the token for malformed or finds it in two places, or the backend refuses the request.`,
      whatToDo: `Give the API ${api.name} a url that answers 2xx to a plain ${api.method}, without access_token in its query.`,
      patience: "never",
    };
  }
  if (status === 403) {
    return {
      code: "refused-otherwise",
      cause: `${seen}: something other than the token policy refuses the call: another policy (client id enforcement, IP list) that comes first, or a firewall.`,
      whatToDo: `Look at the policies of ${api.name} in API Manager and their order.`,
      patience: "never",
    };
  }
  return {
    code: "unexpected-status",
    cause: `${seen}, which neither the policy nor a healthy API answers.`,
    whatToDo: `Look into the log of the application behind ${api.name}.`,
    patience: "never",
  };
}

/** 2xx where the policy should have refused. */
function diagnoseLetIn(status: number, check: CallContext["check"], api: ApiToVerify): Diagnosis {
  if (check === "missing-scope") {
    return {
      code: "scopes-not-enforced",
      cause: `A token without the API's scopes was let in (${status}): the policy on the gateway does not ask for ${api.scopes.join(", ")}.`,
      whatToDo: `Look at the scopes of the policy of ${api.name} in API Manager; a change takes about a minute to the gateway.`,
      patience: "long",
      waitingFor: "the policy's scopes to reach the gateway",
    };
  }
  if (check === "no-contract") {
    return {
      code: "contract-not-enforced",
      cause: `A client without a contract was let in (${status}): the policy skips client id validation (skipClientIdValidation), or the probe client has a contract after all.`,
      whatToDo: `Set skipClientIdValidation to false in the policy of ${api.name}, and revoke a contract of the probe's application.`,
      patience: "long",
      waitingFor: "the contract check to reach the gateway",
    };
  }
  const what = check === "no-token" ? "A call without a token" : "A garbage token";
  return {
    code: "policy-missing",
    cause: `${what} was let in (${status}): no token policy applies to this path, or it has not reached the gateway.`,
    whatToDo: `Check that ${api.name} is served by the API instance that has the policy (its id in the application's autodiscovery), and that the policy covers this path and method.`,
    patience: "long",
    waitingFor: "the policy to reach the gateway",
  };
}
