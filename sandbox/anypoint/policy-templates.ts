/** Policy templates of Exchange: versions, configuration schemas, and which need an OIDC client provider. */

/** Group of MuleSoft's own policies. */
export const MULESOFT_GROUP = "68ef9520-24e9-4cf2-b2f5-620025690913";
export const OIDC_POLICY = "openidconnect-access-token-enforcement";

/** Configuration of an older template: one entry per property. */
export interface ListedProperty {
  readonly propertyName: string;
  readonly name: string;
  readonly type: string;
  readonly options?: readonly { readonly name: string; readonly value: string }[];
  readonly optional: boolean;
  readonly sensitive: boolean;
}

export interface PolicyTemplate {
  readonly id: string;
  readonly groupId: string;
  readonly assetId: string;
  readonly assetVersion: string;
  readonly name: string;
  readonly category: string;
  /** Type of client provider that the policy authorises against; undefined: any. */
  readonly identityManagement?: "openid-dynamic-client";
  /** A list for older versions, a JSON Schema for newer ones. */
  readonly configuration: readonly ListedProperty[] | Readonly<Record<string, unknown>>;
}

const listed = (propertyName: string, name: string, type: string, optional = true): ListedProperty => ({
  propertyName,
  name,
  type,
  optional,
  sensitive: false,
});

const oidcListed: readonly ListedProperty[] = [
  listed("scopes", "Scopes", "string"),
  {
    ...listed("scopeValidationCriteria", "Scope validation criteria", "radio"),
    options: [
      { name: "Contains all scopes", value: "AND" },
      { name: "Contains any scope", value: "OR" },
    ],
  },
  listed("exposeHeaders", "Expose Headers", "boolean"),
  listed("skipClientIdValidation", "Skip Client Id Validation", "boolean"),
];

const oidcSchema = {
  $schema: "https://json-schema.org/draft/2019-09/schema",
  title: "OpenID Connect access token enforcement",
  type: "object",
  additionalProperties: false,
  properties: {
    scopes: { title: "Scopes", type: "string", default: "" },
    scopeValidationCriteria: {
      title: "Scope validation criteria",
      type: "string",
      oneOf: [
        { const: "AND", title: "Contains all scopes" },
        { const: "OR", title: "Contains any scope" },
      ],
      default: "AND",
    },
    exposeHeaders: { title: "Expose Headers", type: "boolean", default: false },
    skipClientIdValidation: { title: "Skip Client Id Validation", type: "boolean", default: true },
    authenticationTimeout: { title: "Authentication timeout", type: "number", default: 10_000 },
    secureTrustStore: { title: "Validate TLS certificate", type: "boolean", default: false },
    maxFederationExpirationTime: { title: "Maximum federation expiration time", type: "number", default: -1 },
    maxCacheSize: { title: "Maximum cache size", type: "number", default: 1000 },
  },
};

const oidc = (id: string, assetVersion: string, configuration: PolicyTemplate["configuration"]): PolicyTemplate => ({
  id,
  groupId: MULESOFT_GROUP,
  assetId: OIDC_POLICY,
  assetVersion,
  name: "OpenID Connect access token enforcement",
  category: "Security",
  identityManagement: "openid-dynamic-client",
  configuration,
});

/** Newest version of an asset first. */
export const POLICY_TEMPLATES: readonly PolicyTemplate[] = [
  oidc("348742", "1.6.0", oidcSchema),
  oidc("294109", "1.5.0", [...oidcListed, listed("authenticationTimeout", "Authentication timeout", "int")]),
  oidc("203544", "1.4.0", oidcListed),
  {
    id: "312010",
    groupId: MULESOFT_GROUP,
    assetId: "client-id-enforcement",
    assetVersion: "1.3.3",
    name: "Client ID Enforcement",
    category: "Security",
    configuration: [
      listed("credentialsOriginHasHttpBasicAuthenticationHeader", "Credentials origin", "radio", false),
      listed("clientIdExpression", "Client ID Expression", "expression", false),
      listed("clientSecretExpression", "Client Secret Expression", "expression"),
    ],
  },
  {
    id: "312044",
    groupId: MULESOFT_GROUP,
    assetId: "rate-limiting-sla-based",
    assetVersion: "1.3.2",
    name: "Rate Limiting - SLA based",
    category: "Quality of Service",
    configuration: [
      listed("clientIdExpression", "Client ID Expression", "expression", false),
      listed("clientSecretExpression", "Client Secret Expression", "expression"),
      listed("clusterizable", "Distributed", "boolean"),
      listed("exposeHeaders", "Expose Headers", "boolean"),
    ],
  },
  {
    id: "1939",
    groupId: MULESOFT_GROUP,
    assetId: "rate-limiting",
    assetVersion: "1.4.0",
    name: "Rate Limiting",
    category: "Quality of Service",
    configuration: [
      listed("rateLimits", "Rate Limits", "rateLimits", false),
      listed("clusterizable", "Distributed", "boolean"),
      listed("exposeHeaders", "Expose Headers", "boolean"),
    ],
  },
];

/** One version of a template, or its newest when no version is given. */
export const findTemplate = (groupId: string, assetId: string, version?: string): PolicyTemplate | undefined =>
  POLICY_TEMPLATES.find(
    (template) =>
      template.groupId === groupId &&
      template.assetId === assetId &&
      (version === undefined || template.assetVersion === version),
  );
