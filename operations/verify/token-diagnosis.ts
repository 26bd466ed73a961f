/** Why a token endpoint gave no token, or not the one asked for. */
import type { CompleteVerifyInput, Client } from "./input.ts";
import { diagnoseUnreachable } from "./network-diagnosis.ts";
import type { Refused, TokenResult } from "./oauth.ts";
import type { Diagnosis } from "./report.ts";

export interface TokenRequest {
  readonly okta: CompleteVerifyInput["okta"];
  readonly client: Client;
  readonly scopes: readonly string[];
  /** What another server said, shortened and free of secrets. */
  readonly quote: (text: string) => string;
}

/** Undefined when the token is the one that was asked for. */
export function diagnoseToken(result: TokenResult, request: TokenRequest): Diagnosis | undefined {
  const { okta, client, scopes } = request;
  switch (result.kind) {
    case "unreachable":
      return diagnoseUnreachable(result, "token URL", okta.tokenUrl);
    case "unusable":
      return {
        code: "token-unusable",
        cause: `The token URL ${okta.tokenUrl} answered ${result.status}, but no token response.`,
        whatToDo: "Check that it is the token endpoint of the server that issues the consumers' tokens.",
        patience: "never",
      };
    case "refused":
      return diagnoseRefusal(result, request);
    case "token": {
      const left = scopes.filter((scope) => result.scopes !== undefined && !result.scopes.includes(scope));
      if (left.length === 0) return undefined;
      return {
        code: "token-scope-not-granted",
        cause: `Okta gave ${client.clientId} (${client.name}) a token without ${left.join(", ")}.`,
        whatToDo: `Let a rule of the access policy of ${okta.issuer} give these scopes for client_credentials.`,
        patience: "never",
      };
    }
  }
}

function diagnoseRefusal(refused: Refused, { okta, client, scopes, quote }: TokenRequest): Diagnosis {
  const { status, error = "", description = "" } = refused;
  const said = quote([error, description].filter((part) => part !== "").join(": ")) || "no reason given";
  const seen = `${okta.tokenUrl} refused a token to ${client.clientId} (${client.name}): ${status}, ${said.replace(/\.$/, "")}`;
  const asked = scopes.join(", ") || "no scope";
  const never = (code: string, means: string, whatToDo: string): Diagnosis => ({
    code,
    cause: `${seen}. ${means}`,
    whatToDo,
    patience: "never",
  });

  if (status === 429 || status >= 500) {
    return {
      code: status === 429 ? "token-rate-limited" : "token-server-error",
      cause: `${seen}. Okta has a rate limit or a failure for the moment.`,
      whatToDo: "Run the verification again later.",
      patience: "briefly",
      waitingFor: "Okta's token endpoint",
    };
  }
  if (status === 404) {
    return never(
      "token-server-unknown",
      "There is no such authorization server, or it is inactive.",
      `Check the authorization server of ${okta.issuer} in Okta: Security, API, Authorization Servers.`,
    );
  }
  // The org server's refusals come with several error codes; its texts are the mark (confirmed: public reports).
  if (/custom scopes are not allowed|must use the private_key_jwt/i.test(description)) {
    return never(
      "token-org-server",
      "This is the org authorization server, which gives only okta.* scopes and only to private_key_jwt clients.",
      "Let the consumers' tokens come from a custom authorization server (authorizationServer in the stack's configuration).",
    );
  }
  if (error === "invalid_client") {
    return never(
      "token-client-refused",
      "The client is not known here, is deactivated, or its secret is another by now.",
      "Check in Okta that the application is active and in this org; after a new secret run `pulumi up --refresh --run-program`.",
    );
  }
  if (error === "access_denied") {
    return never(
      "token-access-policy",
      `No access policy of ${okta.issuer} has a rule that gives ${asked} to this client by client_credentials.`,
      "Add the client (or all clients) to an access policy with a rule for client_credentials and these scopes (authorizationServer.allowClients).",
    );
  }
  if (error === "consent_required" || /consent/i.test(description)) {
    return never(
      "token-consent",
      "A scope needs a user's consent, and client_credentials has no user.",
      `Set the consent of ${asked} to implicit in ${okta.issuer}.`,
    );
  }
  if (error === "invalid_scope") {
    return never(
      "token-scope-unknown",
      `Asked for ${asked}; the server ${okta.issuer} does not have that.`,
      `Create the scope on ${okta.issuer} (authorizationServer.scopes), or correct its name.`,
    );
  }
  if (error === "unauthorized_client") {
    return never(
      "token-grant-not-allowed",
      "The application does not have the client_credentials grant.",
      "Give the consumer grantTypes with client_credentials (and authorization_code, which Okta asks of web clients).",
    );
  }
  if (error === "invalid_dpop_proof" || error === "use_dpop_nonce") {
    return never(
      "token-dpop",
      "The application requires DPoP, which MuleSoft does not support.",
      "Switch off 'Require Demonstrating Proof of Possession (DPoP)' in the application in Okta.",
    );
  }
  return never("token-refused", "", "Look up the reason in Okta's system log.");
}
