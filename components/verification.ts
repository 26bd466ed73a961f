/** The verification as the last step of `pulumi up`. */
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { VerifyInput } from "../operations/verify/input.ts";
import { Component, childOptions } from "./component.ts";

export interface VerificationArgs {
  /** What to verify, client secrets included. Secret. A change runs the verification again. */
  readonly input: pulumi.Input<VerifyInput>;
  /** Values whose change runs the verification again, such as policy ids and versions. */
  readonly triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Resolves the package from the project's folder, so that no path of this machine is stored. */
const COMMAND = `node --input-type=module --eval "import 'okta-anypoint/verify-after-up'"`;

/**
 * Runs the verification through `command.local.Command`. The table is not shown (the real plugin stores and prints what it
 * is told to in clear, so its logging is off and both streams are secret); a failure shows it. Child: `<name>-command`.
 */
export class Verification extends Component {
  constructor(name: string, args: VerificationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Verification", name, opts);
    new local.Command(
      `${name}-command`,
      {
        create: COMMAND,
        environment: {
          OKTA_ANYPOINT_VERIFY_INPUT: pulumi.secret(pulumi.output(args.input).apply((input) => JSON.stringify(input))),
        },
        logging: local.Logging.None,
        triggers: args.triggers,
      },
      childOptions(this, { additionalSecretOutputs: ["stdout", "stderr"] }),
    );
    this.registerOutputs({});
  }
}
