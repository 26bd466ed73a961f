// @ts-check
/** Names that processes agree on. */

/** Channel of `sandbox/core/exchanges.ts`. */
export const CHANNEL = "okta-anypoint:exchange";
/** Environment variable: folder where processes that a suite started write what they find. */
export const FINDINGS = "CONTRACT_FINDINGS";
/** Environment variable: folder where each suite writes what it found, for a look at all of them. */
export const RUN = "CONTRACT_RUN";
