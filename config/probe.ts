/** The verification's consumer without contract. */

/** Name of its application in Exchange. */
export const probeApplicationName = (stack: string): string => `okta-anypoint-probe-${stack}`;
