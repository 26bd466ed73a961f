/** The stack that is rotated: what its state says of a generation, and `up` with other generations configured. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { EngineEvent, PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { deployedOf } from "../../checks/deployed.ts";
import { managerScopes } from "../../config/manager-scopes.ts";
import type { Settings } from "../../config/settings.ts";
import { CannotRun } from "../command-line.ts";
import { runOwnProgram } from "../own-program.ts";
import { replaceFile, stackFile, withValues } from "../stack-file.ts";
import {
  type StackLocation,
  type StackResource,
  readResources,
  readStackSettings,
  stackOutputs,
} from "../stack-state.ts";
import { type AppName, type Configured, type Made, namesOf } from "./plan.ts";
import type { InspectorCredentials, ManagerCredentials } from "./proof.ts";

export class RotatedStack {
  readonly #location: StackLocation;
  readonly #env: NodeJS.ProcessEnv;
  readonly #program: PulumiFn;

  constructor(location: StackLocation, env: NodeJS.ProcessEnv, program: PulumiFn) {
    this.#location = location;
    this.#env = env;
    this.#program = program;
  }

  settings(): ReturnType<typeof readStackSettings> {
    return readStackSettings(this.#location, this.#env);
  }

  resources(): Promise<StackResource[]> {
    return readResources(this.#location);
  }

  /** Names of the resources that an `up` would change now. Throws `CannotRun` with the engine's words when it can't be told. */
  async pending(): Promise<string[]> {
    const events = await this.#run("preview");
    return events.flatMap(({ resourcePreEvent }) => {
      const { op = "same", urn = "", type = "" } = resourcePreEvent?.metadata ?? {};
      const nothing = op === "same" || type.startsWith("okta-anypoint:") || type.startsWith("pulumi:");
      return nothing ? [] : [urn.split("::").at(-1) ?? urn];
    });
  }

  /** Writes the generations of an app into the stack's file, and brings it up. Throws `CannotRun` with the engine's words. */
  async bring(app: AppName, { generations, active }: Configured): Promise<void> {
    const { config } = await this.settings();
    const key = `okta-anypoint:${app}`;
    // Without what the stack inherits: that stays where it stands.
    const own = JSON.parse(config[key] || "{}") as Record<string, unknown>;
    const { file } = await stackFile(this.#location);
    const text = existsSync(file) ? await readFile(file, "utf8") : "";
    const value = { ...own, generations: [...generations].sort((a, b) => a - b), active };
    await replaceFile(file, withValues(text, { [app]: value }));
    await this.#run("up");
  }

  async #run(operation: "preview" | "up"): Promise<readonly EngineEvent[]> {
    const { events, errors } = await runOwnProgram(this.#location, this.#program, (stack, recording) =>
      stack[operation](recording),
    );
    if (errors.length > 0) throw new CannotRun(`\`pulumi ${operation}\` failed:\n${errors.join("\n")}`);
    return events;
  }
}

/** What the last `up` that went through has made of the generations. */
export function madeOf(app: AppName, resources: readonly StackResource[], settings: Settings): Made {
  const { generations, active } = settings[app];
  const said = stackOutputs(resources)[`${app}Generation`];
  const has = (generation: number) => named(resources, namesOf(app, generation, settings).app) !== undefined;
  // A stack of an earlier release says nothing, and has the first.
  const first = has(1) ? 1 : active;
  return { active: typeof said === "number" ? said : first, generations: generations.filter(has) };
}

/** What the state has of a generation of the Manager. Throws `CannotRun` when it lacks something. */
export function managerOf(resources: readonly StackResource[], generation: number, settings: Settings) {
  const names = namesOf("manager", generation, settings);
  const clientId = named(resources, names.app)?.outputs.clientId;
  const privateKey = named(resources, names.key)?.outputs.pem;
  if (typeof clientId !== "string" || typeof privateKey !== "string") throw lacking(names.app, settings.stack);
  const scopes = managerScopes(settings.clientProvider.clientDeletion);
  return { clientId, privateKey, scopes } satisfies ManagerCredentials;
}

/** What the state has of a generation of the Inspector. Throws `CannotRun` when it lacks something. */
export function inspectorOf(resources: readonly StackResource[], generation: number, settings: Settings) {
  const names = namesOf("inspector", generation, settings);
  const app = named(resources, names.app);
  const clientId = app?.outputs.clientId;
  // Of an adopted app no read shows the secret: it is the one that was given.
  const clientSecret = app?.inputs.clientBasicSecret ?? app?.outputs.clientSecret;
  if (typeof clientId !== "string" || typeof clientSecret !== "string") throw lacking(names.app, settings.stack);
  return { clientId, clientSecret } satisfies InspectorCredentials;
}

/** The client provider and an API instance that is bound to it. Throws `CannotRun` when there is no provider. */
export function providerOf(resources: readonly StackResource[], stack: string) {
  const { provider, apis } = deployedOf(resources);
  const record = resources.find(({ type }) => type === "pulumi-nodejs:dynamic/anypoint:ClientProvider");
  if (provider === undefined || record === undefined) throw lacking("client provider", stack);
  const api = apis.find(({ clientProviderId }) => clientProviderId === provider.providerId);
  return { ...provider, modified: record.modified, ...(api !== undefined && { apiId: api.place.apiId }) };
}

const named = (resources: readonly StackResource[], name: string): StackResource | undefined =>
  resources.find(({ urn }) => urn.endsWith(`::${name}`));

const lacking = (what: string, stack: string): CannotRun =>
  new CannotRun(
    `The state of stack ${stack} has no complete ${what}. Run \`pulumi up --stack ${stack}\`, then the command again.`,
  );
