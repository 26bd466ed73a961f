/** Names at Okta of what lets consumers have tokens. */

/** Of the access policy of a stack. */
export const accessPolicyName = (stack: string): string => `MuleSoft consumers (${stack})`;

/** Of its one rule. */
export const ACCESS_RULE_NAME = "Client credentials";
