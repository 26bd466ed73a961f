/**
 * Every check of what `up` has made: where it looks, and the causes that it can name. The table in docs/doctor.md is this one.
 * Names and codes are public: they are only added to.
 */
import type { Finding } from "./finding.ts";

interface Entry {
  readonly side: Finding["side"];
  /** `{}` stands for the name of the API, consumer or environment. */
  readonly title: string;
  readonly looksAt: string;
  /** What each code means. */
  readonly codes: Readonly<Record<string, string>>;
}

export const CATALOGUE = {
  "stack-settings": {
    side: "stack",
    title: "configuration",
    looksAt: "the stack's configuration, by the rules that `up` has",
    codes: { "setting-wrong": "a setting is wrong; one line each" },
  },
  "stack-state": {
    side: "stack",
    title: "state and outputs",
    looksAt: "the stack's outputs against the resources of its state",
    codes: {
      "stack-incomplete": "an `up` did not come to its end: something has no resource, or there are no outputs",
      "stack-outputs-old": "an output says another value than the state",
    },
  },
  "manager-key-age": {
    side: "stack",
    title: "age of the Manager's key",
    looksAt: "output `keyCreatedAt`",
    codes: { "manager-key-old": "the key is older than 180 days" },
  },
  "okta-access": {
    side: "Okta",
    title: "access of these checks to Okta",
    looksAt: "every read of the checks below, with the login that runs the stack",
    codes: {
      "okta-misconfigured": "the org URL or the login is missing or not usable",
      "okta-unreachable": "no answer, or none in time",
      "okta-login-refused": "Okta refuses the login",
      "okta-scope-missing": "a scope is not granted to the app that runs the stack",
      "okta-role-missing": "the scope is granted, and an admin role is missing",
      "okta-read-failed": "Okta answered something else than what was asked for",
    },
  },
  "manager-app": {
    side: "Okta",
    title: "Manager app",
    looksAt: "App A: there, active, a service app with client_credentials and private_key_jwt",
    codes: {
      "manager-missing": "the app is gone",
      "manager-inactive": "the app is deactivated: its tokens died at once",
      "manager-method": "its client authentication, type or grant types are others",
    },
  },
  "manager-dpop": {
    side: "Okta",
    title: "Manager without DPoP",
    looksAt: "App A's `dpop_bound_access_tokens`",
    codes: { "manager-dpop-on": "DPoP is required, which MuleSoft can't do" },
  },
  "manager-key": {
    side: "Okta",
    title: "Manager's one key",
    looksAt: "App A's public keys against the key of the state",
    codes: {
      "manager-keys-several": "there are several active keys: an assertion without `kid` is refused then",
      "manager-key-other": "the active key is not the state's, which Anypoint signs with",
      "manager-key-missing": "there is no active key",
    },
  },
  "manager-scopes": {
    side: "Okta",
    title: "Manager's scopes",
    looksAt: "App A's grants against those of the stack",
    codes: {
      "manager-scope-missing": "a scope is not granted",
      "manager-scope-surplus": "scopes are granted that registering clients does not need",
    },
  },
  "manager-role": {
    side: "Okta",
    title: "Manager's admin role",
    looksAt: "App A's role assignments",
    codes: {
      "manager-role-missing": "the role is not assigned: registrations are refused with 403 E0000006",
      "manager-role-surplus": "it has further roles",
    },
  },
  "public-client-admins": {
    side: "Okta",
    title: "org setting Public client app admins",
    looksAt: "`clientPrivilegesSetting` of the org (scope okta.orgs.read)",
    codes: { "public-client-admins-on": "every new service app becomes super admin" },
  },
  "manager-token": {
    side: "Okta",
    title: "token by the Manager's key",
    looksAt: "a token of the org with the state's key, without `kid`, as Anypoint asks for it",
    codes: {
      "manager-token-dpop": "refused: DPoP is required",
      "manager-token-client": "refused: Okta does not take client id and key",
      "manager-token-scope": "refused, or given without a scope that is needed",
      "manager-token-refused": "refused for another reason",
    },
  },
  "manager-registration": {
    side: "Okta",
    title: "registration lets the Manager in",
    looksAt: "`GET /oauth2/v1/clients?limit=1` with that token",
    codes: { "manager-registration-refused": "refused: the admin role or a scope is missing" },
  },
  "inspector-app": {
    side: "Okta",
    title: "Inspector app",
    looksAt: "App B: there, active, client_secret_post",
    codes: {
      "inspector-missing": "the app is gone",
      "inspector-inactive": "the app is deactivated",
      "inspector-method": "it does not take its secret in the body, where gateways send it",
    },
  },
  "inspector-introspection": {
    side: "Okta",
    title: "introspection by the Inspector",
    looksAt: "a nonsense token at the client provider's introspection URL, with the state's secret in the body",
    codes: {
      "inspector-refused": "401: the secret is another by now, or the app is inactive",
      "introspection-url-wrong": "404 or 405: a wrong path, or a server that is deleted or inactive",
      "introspection-failing": "429 or 5xx",
      "introspection-unusable": "an answer that is no introspection",
    },
  },
  "authorization-server": {
    side: "Okta",
    title: "authorization server",
    looksAt: "the server that issues the consumers' tokens: there and active",
    codes: {
      "server-missing": "the server is gone",
      "server-inactive": "the server is deactivated",
      "api-access-management-off": "the org has no API Access Management (401 E0000015)",
    },
  },
  "server-scopes": {
    side: "Okta",
    title: "scopes of the server",
    looksAt: "the scopes that APIs ask for, and those that the stack made",
    codes: {
      "server-scope-missing": "the server does not have a scope",
      "server-scope-consent": "a scope needs a user's consent, which client_credentials has not",
    },
  },
  "access-policy": {
    side: "Okta",
    title: "access policy of the server",
    looksAt: "whether an active rule gives each consumer its API's scopes by client_credentials",
    codes: {
      "access-policy-missing": "the stack's policy or rule is gone",
      "access-policy-inactive": "the stack's policy or rule is deactivated",
      "access-policy-refuses": "no rule lets a consumer have its scopes",
    },
  },
  issuer: {
    side: "Okta",
    title: "issuer of the consumers' tokens",
    looksAt: "discovery at the output `consumerIssuer`",
    codes: {
      "issuer-differs": "discovery names another issuer",
      "issuer-not-found": "there is no discovery document",
    },
  },
  "consumer-client": {
    side: "Okta",
    title: "client of {}",
    looksAt: "the Okta client of each application: there and active",
    codes: { "client-missing": "the client is gone", "client-inactive": "the client is deactivated" },
  },
  "anypoint-access": {
    side: "Anypoint",
    title: "access of these checks to Anypoint",
    looksAt: "every read of the checks below, with the login that runs the stack",
    codes: {
      "anypoint-misconfigured": "host or credentials are missing or not usable",
      "anypoint-unreachable": "no answer, or none in time",
      "anypoint-login-refused": "Anypoint refuses the login",
      "anypoint-scope-missing": "the connected app lacks a scope for reading",
      "anypoint-other-organization": "`anypoint:organizationId` is not the organization of the stack's client provider",
      "anypoint-read-failed": "Anypoint answered something else than what was asked for",
    },
  },
  "client-provider": {
    side: "Anypoint",
    title: "client provider",
    looksAt: "the provider by its id, field by field against the state; its private-key block",
    codes: {
      "provider-missing": "the provider is gone; its APIs are on Anypoint's own one",
      "provider-differs": "fields have other values, each named",
      "provider-no-key-block": "it does not register by private key JWT, or by the header in mode `header`",
    },
  },
  "client-provider-secrets": {
    side: "Anypoint",
    title: "secrets of the client provider",
    looksAt: "nothing: Anypoint masks them; `manager-token` and `inspector-introspection` try them at Okta",
    codes: {},
  },
  urls: {
    side: "Anypoint",
    title: "URLs belong together",
    looksAt: "the provider's URLs against the org and the server that issues the consumers' tokens",
    codes: {
      "introspection-elsewhere": "introspection is at another server than the tokens' issuer: they are inactive there",
      "introspection-at-org": "`introspectAt: org`: by Okta's rule the tokens are inactive there",
      "url-not-of-org": "issuer, registration, authorize or token URL is not the org's",
    },
  },
  assignment: {
    side: "Anypoint",
    title: "environment {}",
    looksAt: "the client providers that each environment is offered",
    codes: {
      "assignment-missing": "the provider is not among them",
      "assignment-default": "it comes first, so new APIs get it, and `makeDefault` does not say so",
    },
  },
  "api-instance": {
    side: "Anypoint",
    title: "instance of {}",
    looksAt: "each API instance: there, bound to the provider, not deprecated",
    codes: {
      "instance-missing": "the instance is gone",
      "instance-unbound": "it is bound to another client provider",
      "instance-deprecated": "it takes no new contracts",
    },
  },
  "api-policy": {
    side: "Anypoint",
    title: "policy of {}",
    looksAt: "the token policy: there, enabled, version and configuration as in the state",
    codes: {
      "policy-missing": "the policy is gone: the API is open",
      "policy-disabled": "the policy is disabled: the API is open",
      "policy-skips-clients": "skipClientIdValidation is not false: contracts are not checked",
      "policy-differs": "configuration or pointcut differ, each key named",
      "policy-version-other": "it has another version than the state says",
      "policy-version-old": "Anypoint serves a newer version",
    },
  },
  application: {
    side: "Anypoint",
    title: "application of {}",
    looksAt: "each application in Exchange, its client id and its client provider",
    codes: {
      "application-missing": "the application is gone",
      "application-client-other": "its client id is not the state's",
      "application-provider-other": "it is a client of another client provider",
    },
  },
  contract: {
    side: "Anypoint",
    title: "contract of {}",
    looksAt: "each contract's status",
    codes: {
      "contract-missing": "the contract is gone",
      "contract-pending": "it waits for approval",
      "contract-rejected": "it was rejected",
      "contract-revoked": "it was revoked",
    },
  },
  "api-gateway": {
    side: "gateway",
    title: "gateway of {}",
    looksAt: "whether a gateway has reported the instance (`status`, `lastActiveDate`)",
    codes: { "gateway-not-reporting": "no gateway reports it: its policy protects nothing" },
  },
} as const satisfies Record<string, Entry>;

export type CheckName = keyof typeof CATALOGUE;

/** Codes that a check can give. */
export type CodeOf<Name extends CheckName> = Extract<keyof (typeof CATALOGUE)[Name]["codes"], string>;

/** The catalogue as Markdown. */
export function catalogueTable(): string {
  const rows = (Object.entries(CATALOGUE) as [string, Entry][]).flatMap(([name, { side, looksAt, codes }]) => [
    `| ${side} | \`${name}\` | ${looksAt} | ${Object.entries(codes)
      .map(([code, meaning]) => `\`${code}\`: ${meaning}`)
      .join("<br>")} |`,
  ]);
  return ["| side | check | looks at | codes |", "|---|---|---|---|", ...rows].join("\n");
}
