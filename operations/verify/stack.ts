/** Reads what to verify from a stack: its output `verification`, and the secrets from its state. */
import { type StackLocation, type StackResource, readResources, resourcesOf, stackOutputs } from "../stack-state.ts";
import {
  CannotVerify,
  type CompleteVerificationOutput,
  type CompleteVerifyInput,
  NothingToVerify,
  parseVerifyInput,
  problems,
  verificationOutputSchema,
} from "./input.ts";

/** Types whose outputs are a client's id and secret. */
const CLIENT_TYPES = ["pulumi-nodejs:dynamic/anypoint:ClientApplication", "okta:app/oAuth:OAuth"];

/** Reads a stack without selecting it. Throws `CannotRun` when there is no such stack, or nothing to verify in it. */
export async function readStack(location: StackLocation): Promise<CompleteVerifyInput> {
  return inputFromResources(await readResources(location), location.stackName);
}

/** The input from an exported deployment with its secrets in clear (`pulumi stack export --show-secrets`). */
export const inputFromDeployment = (deployment: unknown, stackName: string): CompleteVerifyInput =>
  inputFromResources(resourcesOf(deployment), stackName);

function inputFromResources(resources: readonly StackResource[], stackName: string): CompleteVerifyInput {
  if (resources.length === 0) {
    throw new CannotVerify(`The stack ${stackName} is empty. Run \`pulumi up --stack ${stackName}\` first.`);
  }
  const output = stackOutputs(resources).verification;
  if (output === undefined) {
    throw new NothingToVerify(
      `The stack ${stackName} has no output "verification". It comes with at least one API that has a url and a consumer: add them to the configuration, then run \`pulumi up --stack ${stackName}\`.`,
    );
  }
  const parsed = verificationOutputSchema.safeParse(output);
  if (!parsed.success) {
    throw new CannotVerify(
      `The output "verification" of the stack ${stackName} is not right; run \`pulumi up --stack ${stackName}\` with this version:\n${problems(parsed.error)}`,
    );
  }
  return withSecrets(parsed.data, clientSecrets(resources), stackName);
}

/** Adds the secrets to a `verification` output. Throws `CannotVerify` that names every client without one. */
function withSecrets(
  output: CompleteVerificationOutput,
  secrets: ReadonlyMap<string, string>,
  stackName: string,
): CompleteVerifyInput {
  const absent: string[] = [];
  const complete = <T extends { clientId: string }>(client: T, name: string) => {
    const clientSecret = secrets.get(client.clientId);
    if (clientSecret === undefined) absent.push(`${name} (${client.clientId})`);
    return { ...client, clientSecret: clientSecret ?? "" };
  };
  const input = {
    ...output,
    inspector: complete(output.inspector, "the Inspector"),
    apis: output.apis.map((api) => ({ ...api, consumer: complete(api.consumer, api.consumer.name) })),
    ...(output.probe !== undefined && {
      probe: { ...output.probe, consumer: complete(output.probe.consumer, output.probe.consumer.name) },
    }),
  };
  if (absent.length > 0) {
    throw new CannotVerify(
      `The state of the stack ${stackName} has no client secret of ${[...new Set(absent)].join(", ")}. Run \`pulumi up --refresh --run-program --stack ${stackName}\`, so that state and outputs fit together again.`,
    );
  }
  return parseVerifyInput(input);
}

/** Client secrets by client id, from the resources that are clients. */
function clientSecrets(resources: readonly StackResource[]): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const { type, outputs } of resources) {
    if (!CLIENT_TYPES.includes(type)) continue;
    const { clientId, clientSecret } = outputs;
    if (typeof clientId === "string" && typeof clientSecret === "string" && clientSecret !== "") {
      secrets.set(clientId, clientSecret);
    }
  }
  return secrets;
}
