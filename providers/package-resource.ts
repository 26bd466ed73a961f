/** What the resources of this package have in common: their type, the stored line of code, secrets, outputs. */
import * as pulumi from "@pulumi/pulumi";
import { type HandlerName, PROVIDER_KEY, storedCode } from "./stored-code.ts";

export interface Definition {
  readonly handler: HandlerName;
  readonly module?: "anypoint" | "okta-anypoint";
  /** Outputs that are not inputs as well. */
  readonly outputs: readonly string[];
  /** Inputs and outputs that are stored encrypted. */
  readonly secrets?: readonly string[];
  /**
   * Whether there is only ever one of it remotely: then a replacement, one that is forced with `--replace` too, deletes the old one
   * first. Made before, the new one would be the old one, found again, and go with it.
   */
  readonly single?: boolean;
}

/**
 * The SDK keeps the program's whole call stack with each resource, which would be a quarter of the record. Five frames are
 * the SDK's own and this class's; two more say who made the resource.
 */
const STORED_FRAMES = 7;

/** V8's hook that renders call stacks. */
type Renderer = (this: void, error: Error, frames: { toString: () => string }[]) => unknown;
const stacks = Error as unknown as { prepareStackTrace?: Renderer };

/** Renders call stacks as `former` does (V8's own way when there is none), but only their first frames. */
const shortStack =
  (former: Renderer | undefined): Renderer =>
  (error, frames) => {
    const few = frames.slice(0, STORED_FRAMES);
    return former?.(error, few) ?? [String(error), ...few.map((frame) => `    at ${frame.toString()}`)].join("\n");
  };

export abstract class PackageResource extends pulumi.CustomResource {
  constructor(definition: Definition, name: string, args: object, opts?: pulumi.CustomResourceOptions) {
    const { handler, module = "anypoint", outputs, secrets = [], single = false } = definition;
    const props: pulumi.Inputs = { ...args, [PROVIDER_KEY]: storedCode(handler) };
    for (const secret of secrets) {
      if (props[secret] !== undefined) props[secret] = pulumi.secret<unknown>(props[secret]);
    }
    // A key without a value makes the SDK give the resource an Output of that name.
    for (const output of outputs) props[output] = undefined;
    const former = stacks.prepareStackTrace;
    stacks.prepareStackTrace = shortStack(former);
    try {
      super(
        `pulumi-nodejs:dynamic/${module}:${handler}`,
        name,
        props,
        pulumi.mergeOptions(opts, {
          additionalSecretOutputs: [...secrets],
          ...(single && { deleteBeforeReplace: true }),
        }),
      );
    } finally {
      stacks.prepareStackTrace = former;
    }
  }
}
