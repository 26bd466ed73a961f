/** The protocol of Pulumi's dynamic-provider host, as far as this package takes part in it. */

/** Names of the handlers. Public and kept for ever: states hold them. */
export const HANDLER_NAMES = [
  "ClientProvider",
  "EnvironmentAssignment",
  "ApiInstance",
  "ApiPolicy",
  "ClientApplication",
  "Contract",
  "SigningKey",
  "Preflight",
  "ManualClientProvider",
  "TeardownGuard",
] as const;

export type HandlerName = (typeof HANDLER_NAMES)[number];

/** The property in which the host finds a resource's code. */
export const PROVIDER_KEY = "__provider";

/**
 * The code stored with a resource: one line that loads this package's `providers` entry from the program's folder.
 *
 * The SDK would store the provider's whole closure instead, twice per resource, and run that old text for ever on
 * `refresh` and `destroy`. This line makes them run the code of today.
 */
export const storedCode = (handler: HandlerName): string =>
  `exports.handler=()=>require("node:module").createRequire(process.cwd()+"/x.js")("okta-anypoint/providers").handler("${handler}")`;
