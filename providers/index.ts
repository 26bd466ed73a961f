/**
 * The handlers of this package's dynamic resources, found by the line that is stored with each of them. This entry is kept
 * for ever, and its handlers understand every state ever written.
 *
 * It is loaded by `require`, so nothing here, nor in what it imports, awaits at the top level.
 */
import type { dynamic } from "@pulumi/pulumi";
import type { ReadConfig } from "./anypoint/connection.ts";
import type { AnyDefinition, Operations } from "./handlers/resource-handler.ts";
import { HANDLER_NAMES, type HandlerName } from "./stored-code.ts";

/** All that the host may call; property bags are plain JSON. */
export type Handler = Required<dynamic.ResourceProvider<Record<string, unknown>, Record<string, unknown>>>;

/** A module of a handler: what it is, and what its operations work with when that is not the Anypoint client alone. */
interface HandlerModule {
  // What the operations work with is made by `connect` beside it, so the types of the two meet there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly definition: AnyDefinition<any>;
  readonly connect?: (config: ReadConfig, environment: NodeJS.ProcessEnv) => unknown;
}

/** Loaded when first used, so that a program of few resources starts fast. */
const DEFINITIONS: Record<HandlerName, () => Promise<HandlerModule>> = {
  ClientProvider: () => import("./handlers/client-provider.ts"),
  EnvironmentAssignment: () => import("./handlers/environment-assignment.ts"),
  ApiInstance: () => import("./handlers/api-instance.ts"),
  ApiPolicy: () => import("./handlers/api-policy.ts"),
  ClientApplication: () => import("./handlers/client-application.ts"),
  Contract: () => import("./handlers/contract.ts"),
  SigningKey: () => import("./handlers/signing-key.ts"),
  Preflight: () => import("./handlers/preflight.ts"),
  ManualClientProvider: () => import("./handlers/manual-client-provider.ts"),
  TeardownGuard: () => import("./handlers/teardown-guard.ts"),
};

const handlers = new Map<HandlerName, Handler>();

/** The handler of a resource, the same object for each call. Throws for a name that no release of this package has had. */
export function handler(name: string): Handler {
  if (!isHandlerName(name)) {
    throw new Error(
      `okta-anypoint has no handler "${name}" (it has ${HANDLER_NAMES.join(", ")}). The state was written by another release: update the package okta-anypoint.`,
    );
  }
  let known = handlers.get(name);
  if (known === undefined) {
    known = newHandler(DEFINITIONS[name]);
    handlers.set(name, known);
  }
  return known;
}

const isHandlerName = (name: string): name is HandlerName => (HANDLER_NAMES as readonly string[]).includes(name);

function newHandler(load: () => Promise<HandlerModule>): Handler {
  let config: ReadConfig = () => undefined;
  let loaded: Promise<Operations> | undefined;
  const ready = (): Promise<Operations> => (loaded ??= prepare());

  async function prepare(): Promise<Operations> {
    const [{ operations }, { definition, connect }, { sharedClient }] = await Promise.all([
      import("./handlers/resource-handler.ts"),
      load(),
      import("./anypoint/shared-client.ts"),
    ]);
    return operations(definition, (): unknown => (connect ?? sharedClient)(config, process.env));
  }

  return {
    // Must not await: the host lets other calls in before it is done (measured).
    configure: async ({ config: given }) => {
      config = (key) => given.get(key);
    },
    check: async (olds, news) => forHost((await ready()).check(olds, news)),
    diff: async (id, olds, news) => forHost((await ready()).diff(id, olds, news)),
    create: async (inputs) => forHost((await ready()).create(inputs)),
    read: async (id, props) => forHost((await ready()).read(id, props)),
    update: async (id, olds, news) => forHost((await ready()).update(id, olds, news)),
    delete: async (id, props) => forHost((await ready()).delete(id, props)),
  };
}

/** The host prints the stack of what is thrown. An error that explains itself goes without one. */
async function forHost<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && ["AnypointError", "OktaError"].includes(error.name)) error.stack = "";
    throw error;
  }
}
