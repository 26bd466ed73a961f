/** What would fail in `up`, found from the configuration alone by reading both organizations. */
import type { AnypointClient } from "../providers/anypoint/client.ts";
import type { OktaConnection } from "../providers/okta/login.ts";
import type { Expectations } from "./expectations.ts";
import type { Finding } from "./finding.ts";

export interface Around {
  readonly okta: OktaConnection;
  readonly anypoint: AnypointClient;
}

/** `former`: what an earlier run of the stack expected and was given, so that its own objects are no finding. */
export function checksBeforeUp(
  _expectations: Expectations,
  _around: Around,
  _former?: Expectations,
): Promise<Finding[]> {
  return Promise.resolve([]);
}
