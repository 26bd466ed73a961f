/**
 * Command line of the console steps: `npm run manual-steps -- --stack dev`. Prints what a person types into Anypoint's form
 * when `clientProvider.mode` is manual. Prints no secret.
 */
import { Command } from "commander";
import { orgUrls } from "../../config/okta-urls.ts";
import { CannotRun, type ExitCode, type Surroundings, runAsEntry, runCommand } from "../command-line.ts";
import { readResources, readStackSettings, stackOutputs } from "../stack-state.ts";
import { manualProvider, manualSteps } from "./steps.ts";

interface Flags {
  stack: string;
}

/** Runs the command line in given surroundings and returns its exit code. `args` without node and script. */
export function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const command = new Command("manual-steps")
    .description("Prints the steps by which a person makes the client provider in Anypoint's console.")
    .requiredOption("--stack <name>", "the stack whose client provider it is");
  return runCommand<Flags>(command, args, around, async ({ stack }) => {
    const location = { stackName: stack, workDir: around.workDir };
    const { settings, config } = await readStackSettings(location, around.env);
    if (settings.clientProvider.mode !== "manual") {
      throw new CannotRun(
        `The stack ${stack} writes its client provider itself (okta-anypoint:clientProvider.mode is ${settings.clientProvider.mode}), so there is nothing to do by hand. To make it by hand: pulumi config set --path okta-anypoint:clientProvider.mode manual --stack ${stack}`,
      );
    }
    const outputs = stackOutputs(await readResources(location));
    const text = (name: string) => (typeof outputs[name] === "string" ? outputs[name] : undefined);
    const host = config["anypoint:host"] ?? around.env.ANYPOINT_HOST ?? "US";
    const steps = manualSteps(
      manualProvider(settings, host, {
        ...orgUrls(settings.orgUrl),
        introspectionUrl: text("introspectionUrl"),
        managerClientId: text("managerClientId"),
        inspectorClientId: text("inspectorClientId"),
      }),
    );
    around.stdout(`${steps}\n`);
    return 0;
  });
}

await runAsEntry(import.meta.filename, runCommandLine);
