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

/** What the last `up` that went through has made of them. */
export interface Made {
  /** The one that Anypoint uses. */
  readonly active: number;
  /** Those whose app is in the state. */
  readonly generations: readonly number[];
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
  /** Whether a new rotation begins with it. */
  readonly begins: boolean;
  readonly undo: boolean;
  /** Those to retire of which the state has no app: never made, or by an `up` that was cut off. */
  readonly unknown: readonly number[];
}

/**
 * Onwards to the newest generation, a new one where there is but one; or, with `undo`, back to the oldest. Which ones are to be is told
 * from the configuration, what is done of it from the state. Throws `CannotRun` where there is nothing to undo.
 */
export function planOf(app: AppName, { generations, active }: Configured, made: Made, undo: boolean): Plan {
  const [lowest, highest] = [Math.min(...generations), Math.max(...generations)];
  if (undo && generations.length === 1) {
    throw new CannotRun(
      `There is nothing to undo: ${app}.generations has one generation, ${active}. What is retired can't be brought back; \`--app ${app}\` without --undo makes a new one.`,
    );
  }
  const target = undo ? lowest : generations.length === 1 ? highest + 1 : highest;
  const retiring = generations.filter((one) => one !== target);
  return {
    ...{ app, target, active: made.active, retiring, undo },
    create: !made.generations.includes(target),
    begins: !generations.includes(target),
    unknown: retiring.filter((one) => !made.generations.includes(one)),
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
export function objection(app: AppName, settings: Settings): string | undefined {
  const {
    clientProvider: { mode },
    stack,
  } = settings;
  if (mode === "manual") {
    const next = Math.max(...settings[app].generations) + 1;
    const all = [...settings[app].generations, next].join(", ");
    const secret = app === "manager" ? "" : " --inspector-secret";
    return (
      `Stack ${stack} has clientProvider.mode: manual, so a person gives the provider its new ${app === "manager" ? "key" : "secret"}. By configuration:\n` +
      `  1. ${app}.generations: [${all}], ${app}.active: ${settings[app].active}; \`pulumi up\` makes ${namesOf(app, next, settings).clientId}\n` +
      `  2. \`npm run manager-key -- --stack ${stack} --generation ${next}${secret} --out FILE\`; type that and the client id into the provider's form in Anypoint\n` +
      `  3. ${app}.active: ${next}; \`pulumi up\`\n` +
      `  4. an hour later ${app}.generations: [${next}]; \`pulumi up\``
    );
  }
  if (mode === "header" && app === "manager") {
    return `Stack ${stack} has clientProvider.mode: header: Anypoint does not use the Manager, but the header. Rotate that: \`pulumi config set --secret okta-anypoint:registrationHeader --stack ${stack}\`, then \`pulumi up\`.`;
  }
  return undefined;
}
