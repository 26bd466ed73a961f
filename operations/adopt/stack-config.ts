/**
 * The configuration of a stack that need not be complete yet: values as they are, and the two logins. Only what the look at
 * both sides needs is demanded.
 */
import { OKTA_SCOPES } from "../../config/settings.ts";
import { type Connection, readConnection } from "../../providers/anypoint/connection.ts";
import { type OktaConnection, readOktaConnection } from "../../providers/okta/login.ts";
import { type StackLocation, withWorkspace } from "../stack-state.ts";
import { CannotRun } from "../command-line.ts";

export interface PartialConfig {
  /** All values by full key, as text. */
  readonly text: Readonly<Record<string, string>>;
  readonly secretKeys: ReadonlySet<string>;
  /** Values of the `okta-anypoint:` namespace by their last part, objects and lists as such; secrets left out. */
  readonly own: Readonly<Record<string, unknown>>;
}

export interface Logins {
  readonly okta: OktaConnection;
  readonly oktaScopes: readonly string[];
  readonly anypoint: Connection;
}

const NAMESPACE = "okta-anypoint:";

/** Reads the configuration of a stack. Throws `CannotRun` when there is no such stack. */
export async function readPartialConfig(location: StackLocation): Promise<PartialConfig> {
  const all = await withWorkspace(location, (workspace) => workspace.getAllConfig(location.stackName));
  const secretKeys = new Set(Object.keys(all).filter((key) => all[key]?.secret));
  const own = Object.entries(all)
    .filter(([key, { secret }]) => key.startsWith(NAMESPACE) && secret !== true)
    .map(([key, { value }]) => [key.slice(NAMESPACE.length), structured(value)]);
  return {
    text: Object.fromEntries(Object.entries(all).map(([key, { value }]) => [key, value])),
    secretKeys,
    own: Object.fromEntries(own) as Record<string, unknown>,
  };
}

/** The two logins. Throws `CannotRun` with all that is missing for them. */
export function readLogins({ text }: PartialConfig, env: Readonly<Record<string, string | undefined>>): Logins {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  const okta = attempt(() => readOktaConnection((key) => text[key], env));
  const anypoint = attempt(() => readConnection((key) => text[key], env));
  if (okta === undefined || anypoint === undefined) {
    throw new CannotRun(
      `Could not look at both sides; nothing was asked.\n${problems.map((one) => `  - ${one}`).join("\n")}`,
    );
  }
  const scopes = structured(text["okta:scopes"] ?? env.OKTA_API_SCOPES?.split(",") ?? [...OKTA_SCOPES]);
  return { okta, oktaScopes: Array.isArray(scopes) ? scopes.map(String) : [...OKTA_SCOPES], anypoint };
}

/** Objects and lists come as JSON; everything else stays text. */
function structured(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
