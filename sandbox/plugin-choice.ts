/** Which Okta and Command plugins an engine uses: the real ones, where both are installed, or their stand-ins. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export type PluginChoice = "real" | "standin" | "auto";
export type Plugins = "real" | "standin";

export const PLUGIN_CHOICES: readonly PluginChoice[] = ["real", "standin", "auto"];

/** Environment variable that chooses where no option does: for `npm test`, and for the sandbox without `--plugins`. */
export const PLUGINS_VARIABLE = "PLUGINS";

/** The plugins that the program needs, in the versions that the packages ask the engine for. */
const REAL = [
  { name: "okta", version: "7.0.0" },
  { name: "command", version: "1.2.1" },
];

/** The engine's own folder, where plugins are installed. */
const home = (): string => process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");

/** Where `pulumi plugin install` puts the program of a plugin. */
function programOf({ name, version }: (typeof REAL)[number]): string {
  const file = `pulumi-resource-${name}${process.platform === "win32" ? ".exe" : ""}`;
  return join(home(), "plugins", `resource-${name}-v${version}`, file);
}

/**
 * Which plugins will be used: the real ones where both are installed, unless told otherwise. Throws when `real` is not to be had, with the
 * files that were looked for and the commands that install them.
 */
export function choosePlugins(choice: PluginChoice): Plugins {
  if (choice === "standin") return "standin";
  const missing = REAL.filter((plugin) => !existsSync(programOf(plugin)));
  if (missing.length === 0) return "real";
  if (choice === "auto") return "standin";
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(" and ");
  const installs = missing.map(({ name, version }) => `pulumi plugin install resource ${name} ${version}`);
  throw new Error(
    `The real plugins are not installed: ${names} missing, looked for ${missing.map(programOf).join(" and ")}. Install: ${installs.join("; ")}.`,
  );
}

/** What PLUGINS asks for; a fallback where it is not set. Throws on a value that it can't have. */
export function askedPlugins(fallback: PluginChoice): PluginChoice {
  const asked = process.env[PLUGINS_VARIABLE] || fallback;
  const choice = PLUGIN_CHOICES.find((one) => one === asked);
  if (choice !== undefined) return choice;
  throw new Error(`${PLUGINS_VARIABLE} is "${asked}"; it can be ${PLUGIN_CHOICES.join(", ")}.`);
}

/** For people: which plugins these are, and where they come from. */
export function describePlugins(plugins: Plugins): string {
  const versions = REAL.map(({ name, version }) => `pulumi-${name} ${version}`).join(" and ");
  return plugins === "real" ? `the real ones, ${versions} of ${join(home(), "plugins")}` : `stand-ins of ${versions}`;
}
