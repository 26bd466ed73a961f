/** Reads what to verify from a stack: its output `verification`, and the secrets from its state. */
import {
  CannotVerify,
  type CompleteVerificationOutput,
  type CompleteVerifyInput,
  parseVerifyInput,
  problems,
  verificationOutputSchema,
} from "./input.ts";

export interface StackLocation {
  readonly stackName: string;
  /** Folder of the Pulumi project. */
  readonly workDir: string;
  /** Environment variables for the engine beside the process's own, as PULUMI_BACKEND_URL. */
  readonly env?: Record<string, string>;
}

/** Property by which the engine marks its special values, and the mark of secrets (Pulumi's deployment format). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Types whose outputs are a client's id and secret. */
const CLIENT_TYPES = ["pulumi-nodejs:dynamic/anypoint:ClientApplication", "okta:app/oAuth:OAuth"];

interface ExportedResource {
  readonly type?: string;
  readonly outputs?: Record<string, unknown>;
}

/** Reads a stack without selecting it. Throws `CannotVerify` when there is no such stack, or nothing to verify in it. */
export async function readStack({ stackName, workDir, env }: StackLocation): Promise<CompleteVerifyInput> {
  // Loaded when needed: it takes longer than all the rest, and an input from the environment has no use for it.
  const { CommandError, LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
  let deployment: unknown;
  try {
    const workspace = await LocalWorkspace.create({ workDir, ...(env !== undefined && { envVars: env }) });
    deployment = (await workspace.exportStack(stackName)).deployment;
  } catch (error) {
    throw new CannotVerify(
      exportFailure(error instanceof CommandError ? error.message : undefined, stackName, workDir),
    );
  }
  return inputFromDeployment(deployment, stackName);
}

/** `output`: what the engine's command printed; undefined when it could not be started. */
function exportFailure(output: string | undefined, stackName: string, workDir: string): string {
  const attempt = `Could not read the stack ${stackName} of the project in ${workDir}`;
  if (output === undefined || /\bENOENT\b/.test(output)) {
    return `${attempt}: the Pulumi CLI could not be started. Run \`npm run setup\`, then \`npm run verify -- --stack ${stackName}\`.`;
  }
  if (/no stack named/.test(output)) {
    return `${attempt}: there is no stack of this name in the backend. \`pulumi stack ls\` lists them; PULUMI_BACKEND_URL chooses the backend.`;
  }
  // Standard output would be the state with its secrets in clear, so only the engine's own error line is told.
  const lines = output.split("\n").map((line) => line.trim());
  const said = lines.find((line) => line.startsWith("error:")) ?? "the Pulumi CLI failed";
  return `${attempt}: ${said}. Check the login to the backend and the passphrase (PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE).`;
}

/** The input from an exported deployment with its secrets in clear (`pulumi stack export --show-secrets`). */
export function inputFromDeployment(deployment: unknown, stackName: string): CompleteVerifyInput {
  const resources = (deployment as { resources?: ExportedResource[] } | null)?.resources ?? [];
  if (resources.length === 0) {
    throw new CannotVerify(`The stack ${stackName} is empty. Run \`pulumi up --stack ${stackName}\` first.`);
  }
  const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const output = plain(root?.outputs?.verification);
  if (output === undefined) {
    throw new CannotVerify(
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
function clientSecrets(resources: readonly ExportedResource[]): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const { type, outputs } of resources) {
    if (type === undefined || !CLIENT_TYPES.includes(type)) continue;
    const clientId = plain(outputs?.clientId);
    const clientSecret = plain(outputs?.clientSecret);
    if (typeof clientId === "string" && typeof clientSecret === "string" && clientSecret !== "") {
      secrets.set(clientId, clientSecret);
    }
  }
  return secrets;
}

/** A value of the state with the wrappers of secrets taken off, at every depth. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[SIGNATURE_KEY] === SECRET_SIGNATURE) {
    return typeof record.plaintext === "string" ? plain(JSON.parse(record.plaintext)) : undefined;
  }
  return Object.fromEntries(Object.entries(record).map(([key, one]) => [key, plain(one)]));
}
