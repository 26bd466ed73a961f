/**
 * What would fail in `up`, found from the configuration alone by reading both organizations. One list: every check runs
 * whose premise holds.
 */
import type { AnypointClient } from "../providers/anypoint/client.ts";
import { equal } from "../providers/anypoint/json-values.ts";
import type { OktaConnection } from "../providers/okta/login.ts";
import { anypointBeforeUp } from "./before-up/anypoint.ts";
import { oktaBeforeUp } from "./before-up/okta.ts";
import type { Expectations } from "./expectations.ts";
import type { Finding } from "./finding.ts";

export interface Around {
  readonly okta: OktaConnection;
  readonly anypoint: AnypointClient;
}

export interface Sides {
  readonly okta: boolean;
  readonly anypoint: boolean;
}

/** The sides of which something else is expected than formerly; both before the first `up`. */
export function changedSides(expectations: Expectations, former: Expectations | undefined): Sides {
  const same = (keys: readonly (keyof Expectations)[]) =>
    former !== undefined && keys.every((key) => equal(expectations[key], former[key]));
  return {
    okta: !same(["oktaScopes", "manager", "inspector", "laterManagers", "laterInspectors", "authorizationServer"]),
    anypoint: !same(["clientProvider", "environments", "apis", "applications"]),
  };
}

/**
 * `former`: what an earlier run of the stack expected and was given. An object of the same name in both is the stack's own,
 * so that it is there is no finding. Left out before the first `up`.
 */
export async function checksBeforeUp(
  expectations: Expectations,
  { okta, anypoint }: Around,
  former?: Expectations,
  sides: Sides = { okta: true, anypoint: true },
): Promise<Finding[]> {
  const found = await Promise.all([
    sides.okta ? oktaBeforeUp(expectations, okta, former) : [],
    sides.anypoint ? anypointBeforeUp(expectations, anypoint, former) : [],
  ]);
  const findings = found.flat();
  const ours =
    former === undefined &&
    findings.some(({ code, seen }) => code === "okta-client-id-taken" && seen.includes(expectations.manager.clientId));
  return ours ? findings.map(perhapsOurs) : findings;
}

/**
 * Codes of findings that would be none if the stack itself had made the object, and of what the first `up` needs of a login and
 * later ones mostly do not.
 */
const FIRST_UP = new Set([
  "okta-app-exists",
  "okta-client-id-taken",
  "okta-scope-exists",
  "okta-scope-missing",
  "okta-not-super-admin",
  "anypoint-provider-exists",
  "anypoint-api-exists",
  "anypoint-application-exists",
]);

/**
 * The Manager's client id holds the stack's name, so where it is there already, the stack may well have made it all: by a release
 * that kept no record of this, or it is about to be taken over. Whose it is then shows when each object is made.
 */
const perhapsOurs = (finding: Finding): Finding =>
  FIRST_UP.has(finding.code ?? "") ? { ...finding, status: "warn" } : finding;
