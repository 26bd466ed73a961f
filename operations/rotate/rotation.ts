/**
 * A rotation, step by step: make the new generation, prove it, give it to Anypoint in one PATCH, register one client, wait, retire
 * the old one. What is done is told from configuration and state, so each run goes on where the last one ended.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Settings } from "../../config/settings.ts";
import { CannotRun, type ExitCode } from "../command-line.ts";
import { type Plan, namesOf } from "./plan.ts";
import { proveInspector, proveManager } from "./proof.ts";
import { type Registrar, registerOnce } from "./registration.ts";
import { type RotatedStack, inspectorOf, managerOf, providerOf } from "./stack.ts";

export interface Rotation {
  readonly plan: Plan;
  readonly stack: RotatedStack;
  readonly settings: Settings;
  readonly registrar: Registrar;
  readonly drainMinutes: number;
  /** The former one is known to others: nothing goes back to it by itself. */
  readonly emergency: boolean;
  /** Gets a line per step. No secret is among them. */
  readonly tell: (line: string) => void;
  /** Milliseconds since the epoch, and a pause of milliseconds; for tests. */
  readonly now?: () => number;
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

const MINUTE = 60_000;

/** Does what is left. 0: the target is the only generation; 1: a step failed, and what it means was told. */
export async function rotate(rotation: Rotation): Promise<ExitCode> {
  const { plan, tell, stack } = rotation;
  const { app, target, active, retiring } = plan;
  const all = [...retiring, target];
  if (plan.create) {
    tell(`Making generation ${target}: pulumi up …`);
    await stack.bring(app, { generations: all, active });
    tell(`✓ generation ${target} is made, with its own ${app === "manager" ? "key, scopes and role" : "secret"}`);
  }
  // The way back to the one in use must not depend on its being well.
  const back = plan.undo && active === target;
  if (!back) {
    const unproven = await prove(rotation);
    if (unproven !== undefined) {
      tell(
        `✗ Generation ${target} can't do its work: ${unproven}.\n` +
          `Anypoint still uses generation ${active}; nothing was switched. Mend it and run the command again${plan.undo ? "" : ", or take the new one away with --undo"}.`,
      );
      return 1;
    }
    tell(
      `✓ generation ${target} is proven: ${app === "manager" ? "a token, the list of clients" : "an introspection"}`,
    );
  }
  if (active !== target) {
    tell(`Giving generation ${target} to the client provider: pulumi up …`);
    await stack.bring(app, { generations: all, active: target });
    tell(`✓ Anypoint uses generation ${target}`);
  }
  if (app === "manager" && !plan.undo && retiring.length > 0 && !(await registers(rotation))) return 1;
  if (retiring.length === 0) return done(rotation);
  await drain(rotation);
  const since = back ? undefined : await prove(rotation);
  if (since !== undefined) {
    tell(
      `✗ Generation ${target} can't do its work any more: ${since}.\nNothing was retired.${plan.undo ? "" : " `--undo` goes back."}`,
    );
    return 1;
  }
  tell(`Retiring generation ${retiring.join(", ")}: pulumi up …`);
  await stack.bring(app, { generations: [target], active: target });
  tell(`✓ generation ${retiring.join(", ")} is retired`);
  return done(rotation);
}

async function prove({ plan: { app, target }, stack, settings }: Rotation): Promise<string | undefined> {
  const resources = await stack.resources();
  return app === "manager"
    ? proveManager(settings.orgUrl, managerOf(resources, target, settings))
    : proveInspector(providerOf(resources, settings.stack).introspectionUrl, inspectorOf(resources, target, settings));
}

/** Whether a client could be registered by the new generation, or none can be; otherwise what it means was told. */
async function registers({ plan, stack, settings, registrar, tell, emergency }: Rotation): Promise<boolean> {
  const { app, target, retiring } = plan;
  const { providerId, apiId } = providerOf(await stack.resources(), settings.stack);
  const { clientDeletion } = settings.clientProvider;
  const result = await registerOnce(registrar, {
    ...{ stack: settings.stack, clientProviderId: providerId, clientDeletion },
    ...(apiId !== undefined && { apiId }),
  });
  switch (result.kind) {
    case "skipped":
      tell(`– no client was registered to try generation ${target}: ${result.why}`);
      return true;
    case "registered":
      tell(
        result.left === undefined
          ? `✓ a client was registered through Anypoint (${result.clientId}), and deleted again`
          : `✓ a client was registered through Anypoint (${result.clientId}), but could not be deleted: ${result.left} ` +
              `Look in Exchange, My applications, and with \`npm run orphans -- --stack ${settings.stack} --client-id ${result.clientId}\`.`,
      );
      return true;
    case "untried":
      tell(
        `✗ Whether Anypoint can register clients by generation ${target} could not be tried: ${result.why}\n` +
          "Nothing was retired; both generations work. Run the command again, or go back with --undo.",
      );
      return false;
    case "refused": {
      const former = Math.max(...retiring);
      tell(`✗ A registration through Anypoint failed: ${result.why}`);
      if (emergency) {
        tell(
          `Anypoint uses generation ${target}; nothing was retired. Mend it and run the command again. \`--undo\` goes back to generation ${former}.`,
        );
        return false;
      }
      tell(`Switching back to generation ${former}: pulumi up …`);
      await stack.bring(app, { generations: [...retiring, target], active: former });
      tell(
        `Anypoint uses generation ${former} again, as before. Mend it and run the command again, or take the new one away with --undo.`,
      );
      return false;
    }
  }
}

/** Waits until the provider has had the target long enough: gateways fetch it by and by, and calls are under way. */
async function drain({ stack, settings, drainMinutes, tell, now = Date.now, pause = wait }: Rotation): Promise<void> {
  const { modified } = providerOf(await stack.resources(), settings.stack);
  const since = modified === undefined ? now() : Date.parse(modified);
  const end = since + drainMinutes * MINUTE;
  if (end <= now()) return;
  tell(
    `Both generations work until ${new Date(end).toISOString()} (drainMinutes ${drainMinutes}). ` +
      "This may be interrupted: the same command goes on later.",
  );
  let told = now();
  while (now() < end) {
    await pause(Math.min(end - now(), 15_000));
    if (now() - told < 5 * MINUTE || now() >= end) continue;
    told = now();
    tell(`${Math.ceil((end - now()) / MINUTE)} minutes left …`);
  }
}

function done({ plan: { app, target, retiring }, settings, tell }: Rotation): ExitCode {
  const { adopt, managerPrivateKey, inspectorClientSecret, stack } = settings;
  const first = retiring.includes(1);
  const adopted = app === "manager" ? adopt.managerApp : adopt.inspectorApp;
  const given = app === "manager" ? managerPrivateKey : inspectorClientSecret;
  const key = app === "manager" ? "managerPrivateKey" : "inspectorClientSecret";
  if (first && adopted !== undefined) {
    tell(
      `The app "${namesOf(app, 1, settings).label}" (${adopted}) was adopted, so it stays at Okta, with its ${app === "manager" ? "key" : "secret"}: deactivate and delete it there.`,
    );
  }
  if (first && given !== undefined) {
    tell(`The configuration's ${key} was generation 1's: \`pulumi config rm okta-anypoint:${key} --stack ${stack}\`.`);
  }
  tell(
    `Done: ${app} generation ${target}. Commit Pulumi.${stack}.yaml; \`npm run verify -- --stack ${stack}\` shows that tokens still get through.`,
  );
  return 0;
}

/** What is about to happen, for the question before it. */
export function describe(plan: Plan, settings: Settings, drainMinutes: number): string {
  const { app, target, active, retiring, create, undo, unknown } = plan;
  const { label, clientId } = namesOf(app, target, settings);
  const steps = [
    ...(create ? [`make "${label}" (${clientId}) at Okta (pulumi up)`] : []),
    ...(undo && active === target
      ? []
      : [app === "manager" ? "prove it: a token by its key, and the list of clients" : "prove it: an introspection"]),
    ...(active === target
      ? []
      : [`give it to client provider ${settings.clientProvider.name}, in one PATCH (pulumi up)`]),
    ...(app === "manager" && !undo && retiring.length > 0
      ? ["register one client through Anypoint, and delete it again; should Okta refuse that, switch back"]
      : []),
    ...(retiring.length === 0
      ? []
      : [
          drainMinutes === 0
            ? "wait for nothing"
            : `let both work until the provider has had it for ${drainMinutes} minutes`,
          `retire generation ${retiring.join(", ")}, with its ${app === "manager" ? "key" : "secret"} (pulumi up)`,
        ]),
  ];
  return [
    `The ${app === "manager" ? "Manager" : "Inspector"} of stack ${settings.stack} becomes generation ${target}; Anypoint uses generation ${active} now.`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...(unknown.length > 0
      ? [
          `The state has no app of generation ${unknown.join(", ")}. Was its \`pulumi up\` cut off, run \`npm run repair-state -- --stack ${settings.stack}\` before.`,
        ]
      : []),
  ].join("\n");
}

/** Changes that wait for an `up` would come along with the rotation, unseen. */
export async function requireNothingPending({ stack, settings }: Pick<Rotation, "stack" | "settings">): Promise<void> {
  const pending = await stack.pending();
  if (pending.length === 0) return;
  throw new CannotRun(
    `Stack ${settings.stack} has changes that are not brought up: ${pending.join(", ")}. Nothing was done. ` +
      `Look at \`pulumi preview --stack ${settings.stack}\`, run \`pulumi up\`, then the command again.`,
  );
}
