/** Checks of an OAuth app that the plugin makes when it is applied, before any request (confirmed: provider code). */
import type { Props } from "../../grpc/values.ts";

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const SAML2_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const CIBA = "urn:openid:params:grant-type:ciba";

/** Direct authentication grants, valid for every type. */
const DIRECT = [
  "urn:okta:params:oauth:grant-type:oob",
  "urn:okta:params:oauth:grant-type:otp",
  "http://auth0.com/oauth/grant-type/mfa-oob",
  "http://auth0.com/oauth/grant-type/mfa-otp",
];
const COMMON = ["implicit", SAML2_BEARER, TOKEN_EXCHANGE, DEVICE, "interaction_code", ...DIRECT];

interface GrantTypeRule {
  /** Taken when the program names none. */
  readonly required: readonly string[];
  readonly valid: readonly string[];
}

const GRANT_TYPES: Readonly<Record<string, GrantTypeRule>> = {
  web: {
    required: ["authorization_code"],
    valid: ["authorization_code", "refresh_token", "client_credentials", CIBA, ...COMMON],
  },
  native: {
    required: ["authorization_code"],
    valid: ["authorization_code", "refresh_token", "password", JWT_BEARER, ...COMMON],
  },
  browser: { required: [], valid: ["authorization_code", "refresh_token", ...COMMON] },
  service: { required: ["client_credentials"], valid: ["client_credentials", ...COMMON] },
};

export const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** The grant types of the program, or the least that the type needs. */
export function grantTypesOf(props: Props): string[] {
  const given = strings(props["grantTypes"]);
  const rule = GRANT_TYPES[String(props["type"])];
  if (given.length > 0 || rule === undefined) return given;
  return [...(rule.required.length > 0 ? rule.required : rule.valid)];
}

/** The response types of the program, or those that go with the grant types. */
export function responseTypesOf(props: Props): string[] {
  const given = strings(props["responseTypes"]);
  if (given.length > 0) return given;
  const grants = grantTypesOf(props);
  const some = (...wanted: string[]): boolean => wanted.some((grant) => grants.includes(grant));
  return [
    ...(some("implicit", "client_credentials") ? ["token"] : []),
    ...(some("password", "authorization_code", "refresh_token") ? ["code"] : []),
  ];
}

/** Throws on the first thing that the plugin would refuse. */
export function assertValidApp(props: Props): void {
  assertGrantTypes(String(props["type"]), strings(props["grantTypes"]));
  const keys = Array.isArray(props["jwks"]) && props["jwks"].length > 0;
  if (props["tokenEndpointAuthMethod"] === "private_key_jwt" && !keys && !props["jwksUri"]) {
    throw new Error("'jwks' or 'jwks_uri' is required when 'token_endpoint_auth_method' is 'private_key_jwt'");
  }
  if (props["loginMode"] !== undefined && props["loginMode"] !== "DISABLED") {
    if (!props["loginUri"]) {
      throw new Error("you have to set up 'login_uri' to configure any 'login_mode' besides 'DISABLED'");
    }
    if (props["loginMode"] === "OKTA" && strings(props["loginScopes"]).length === 0) {
      throw new Error("you have to set up non-empty 'login_scopes' when 'login_mode' is 'OKTA'");
    }
  }
  const responses = strings(props["responseTypes"]);
  if (strings(props["grantTypes"]).includes("implicit") && !responses.some((r) => r === "token" || r === "id_token")) {
    throw new Error(
      "'response_types' must contain at least one of ['token', 'id_token'] when 'grant_types' contains 'implicit'",
    );
  }
}

function assertGrantTypes(type: string, given: string[]): void {
  const rule = GRANT_TYPES[type];
  if (given.length === 0 || rule === undefined) return;
  const complete = rule.required.every((grant) => given.includes(grant));
  if (complete && given.every((grant) => rule.valid.includes(grant))) return;
  const needed = rule.required.length === 0 ? "" : `[${rule.required.join(", ")}] and `;
  throw new Error(
    `failed conditional validation for field "grant_types" of type "${type}", it can contain ${needed}[${rule.valid.join(", ")}], got [${given.join(", ")}]`,
  );
}
