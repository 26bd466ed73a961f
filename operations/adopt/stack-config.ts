/**
 * The configuration of a stack that need not be complete yet: values as they are, and the two logins. Only what the look at
 * both sides needs is demanded.
 */
import { type ConfigText, DEFAULTS_KEY, type Tree, defaultsOf, withDefaults } from "../../config/defaults.ts";
import { OKTA_SCOPES } from "../../config/settings.ts";
import { type Connection, readConnection } from "../../providers/anypoint/connection.ts";
import { type OktaConnection, readOktaConnection } from "../../providers/okta/login.ts";
import { type StackLocation, withWorkspace } from "../stack-state.ts";
import { CannotRun } from "../command-line.ts";

export interface PartialConfig {
  /** All values by full key, as text. */
  readonly text: Readonly<Record<string, string>>;
  readonly secretKeys: ReadonlySet<string>;
  /**
   * Values of the `okta-anypoint:` namespace as they count, by their last part, objects and lists as such; secrets left out.
   */
  readonly own: Tree;
  /** Of these, what stands in the stack's own file. */
  readonly stored: Tree;
  /** And what all stacks of the project inherit. */
  readonly inherited: Tree;
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
  const text = Object.fromEntries(Object.entries(all).map(([key, { value }]) => [key, value]));
  const plain = Object.fromEntries(Object.entries(text).filter(([key]) => !secretKeys.has(key)));
  const { [DEFAULTS_KEY]: _, ...stored } = plain;
  const inherited = defaultsOf(plain) ?? {};
  return { text, secretKeys, own: ofNamespace(withDefaults(plain)), stored: ofNamespace(stored), inherited };
}

const ofNamespace = (text: ConfigText): Tree =>
  Object.fromEntries(
    Object.entries(text)
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), structured(value)]),
  );

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
