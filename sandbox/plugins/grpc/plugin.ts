/** What a plugin is made of: resources, functions and a configuration, free of gRPC. */
import type { CheckFailure, Properties } from "./properties.ts";
import type { Props } from "./values.ts";

/** Who a request is about. */
export interface Target {
  readonly urn: string;
  /** Name of the resource in the program. */
  readonly name: string;
}

export interface Stored {
  readonly id: string;
  readonly outputs: Props;
}

/**
 * One resource type. All values that it gets and gives are plain; secret marks are kept by the frame.
 * `state` is the outputs of the last run, which include the inputs.
 */
export interface ResourceModule<Context> {
  /** `package:module/file:Type`. */
  readonly token: string;
  readonly properties: Properties;
  readonly autoname?: boolean;
  /** Checks beyond names and types that run before any preview. */
  validate?(inputs: Props): CheckFailure[];
  /** Properties whose change replaces the resource only in some cases. */
  alsoReplaces?(inputs: Props, state: Props): string[];
  create(context: Context, inputs: Props, target: Target): Promise<Stored>;
  /** Undefined when the resource is gone. On an import the state is empty. */
  read(context: Context, id: string, state: Props): Promise<Stored | undefined>;
  update(context: Context, id: string, inputs: Props, state: Props, target: Target): Promise<Props>;
  delete(context: Context, id: string, state: Props, target: Target): Promise<void>;
}

export interface FunctionModule<Context> {
  readonly token: string;
  readonly args: Properties;
  readonly results: Properties;
  invoke(context: Context, args: Props): Promise<Props>;
}

export interface Plugin<Context> {
  readonly name: string;
  readonly version: string;
  readonly configuration: Properties;
  readonly recordDefaults: boolean;
  readonly resources: readonly ResourceModule<Context>[];
  readonly functions: readonly FunctionModule<Context>[];
  /** Called once, before anything but checks and differences. */
  configure(config: Props): Promise<Context>;
}

/** The resource exists now, but a step after its creation or change failed: the engine keeps it, marked as failed. */
export class IncompleteError extends Error {
  readonly id: string;
  readonly outputs: Props;

  constructor(message: string, stored: Stored) {
    super(message);
    this.name = "IncompleteError";
    this.id = stored.id;
    this.outputs = stored.outputs;
  }
}

/** Runs what follows a creation; when it fails, the error says that the resource exists. */
export async function afterCreation<T>(stored: () => Stored, steps: () => Promise<T>): Promise<T> {
  try {
    return await steps();
  } catch (error) {
    throw new IncompleteError(error instanceof Error ? error.message : String(error), stored());
  }
}
