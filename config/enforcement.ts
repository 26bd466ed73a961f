/** The configuration of the policy "OpenID Connect access token enforcement", from our settings for it. */

export interface EnforcementSettings {
  readonly scopes: readonly string[];
  readonly scopeCriteria: string;
  readonly exposeHeaders: boolean;
  /** Further keys of the policy's template. */
  readonly configuration: Readonly<Record<string, unknown>>;
}

/**
 * `skipClientIdValidation` is always sent as false unless the configuration says otherwise: with true, tokens of any
 * client of the Okta org pass (confirmed: gateway docs).
 */
export const enforcementConfiguration = ({
  scopes,
  scopeCriteria,
  exposeHeaders,
  configuration,
}: EnforcementSettings): Record<string, unknown> => ({
  skipClientIdValidation: false,
  ...configuration,
  scopes: scopes.join(" "),
  scopeValidationCriteria: scopeCriteria,
  exposeHeaders,
});
