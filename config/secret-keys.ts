/** Keys whose values must be stored encrypted. */
export const SECRET_KEYS = [
  "okta-anypoint:managerPrivateKey",
  "okta-anypoint:registrationHeader",
  "okta-anypoint:inspectorClientSecret",
  "okta:privateKey",
  "okta:apiToken",
  "okta:accessToken",
  "anypoint:clientSecret",
  "anypoint:accessToken",
] as const;
