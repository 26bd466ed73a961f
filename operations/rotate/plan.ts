/** What is left to do of a rotation, told from the configuration and the state alone: so a rotation that was cut off goes on. */
import type { Settings } from "../../config/settings.ts";
import { generationClientId, generationLabel, generationName } from "../../config/generations.ts";
import { CannotRun } from "../command-line.ts";

export type AppName = "manager" | "inspector";

/** The configured generations of one of the two apps. */
export interface Configured {
  readonly generations: readonly number[];
  readonly active: number;
}

export interface Plan {
  readonly app: AppName;
  /** The generation that is to be the only one in the end. */
  readonly target: number;
  /** The one in use now; the target once it is switched to. */
  readonly active: number;
  /** Those that go in the end. */
  readonly retiring: readonly number[];
  /** Whether the target's app is yet to be made. */
  readonly create: boolean;
}

/**
 * Onwards to the newest generation, a new one where there is but one; or, with `undo`, back to the oldest.
 * Throws `CannotRun` where there is nothing to undo.
 */
export function planOf(app: AppName, { generations, active }: Configured, undo: boolean): Plan {
  const [lowest, highest] = [Math.min(...generations), Math.max(...generations)];
  if (undo && generations.length === 1) {
    throw new CannotRun(
      `There is nothing to undo: ${app}.generations has one generation, ${active}. What is retired can't be brought back; \`--app ${app}\` without --undo makes a new one.`,
    );
  }
  const target = undo ? lowest : generations.length === 1 ? highest + 1 : highest;
  return {
    ...{ app, target, active },
    retiring: generations.filter((one) => one !== target),
    create: !generations.includes(target),
  };
}

/** Names of a generation: of its app at Okta, and in the program. */
export function namesOf(app: AppName, generation: number, { manager, inspector }: Settings) {
  const { label, clientId } = app === "manager" ? manager : inspector;
  const resource = generationName(`okta-anypoint-${app}`, generation);
  return {
    label: generationLabel(label, generation),
    clientId: generationClientId(clientId, generation),
    app: `${resource}-app`,
    key: `${resource}-key`,
  };
}

/** What keeps a stack from being rotated by this command. */
export function objection(app: AppName, { clientProvider: { mode }, stack }: Settings): string | undefined {
  if (mode === "manual") {
    return (
      `Stack ${stack} has clientProvider.mode: manual, so a person gives the provider its new ${app === "manager" ? "key" : "secret"}. ` +
      `By configuration: set ${app}.generations: [1, 2] with ${app}.active: 2, \`pulumi up\`; \`npm run manual-steps -- --stack ${stack}\` has what to type into the form; ` +
      `an hour later set ${app}.generations: [2], \`pulumi up\`.`
    );
  }
  if (mode === "header" && app === "manager") {
    return `Stack ${stack} has clientProvider.mode: header: Anypoint does not use the Manager, but the header. Rotate that: \`pulumi config set --secret okta-anypoint:registrationHeader --stack ${stack}\`, then \`pulumi up\`.`;
  }
  return undefined;
}
