/** What a person or the command line says of a new stack, before anything is asked of Okta or Anypoint. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ConfigText } from "../../config/defaults.ts";
import { CannotRun, type Surroundings, definedOnly } from "../command-line.ts";

export interface LoginFlags {
  orgUrl?: string;
  oktaClientId?: string;
  oktaKeyId?: string;
  oktaKeyFile?: string;
  anypointHost?: string;
  anypointClientId?: string;
}

/** Values by full key. */
export interface Answers {
  readonly plain: Record<string, string>;
  readonly secrets: Record<string, string>;
}

/** Asks for what is missing where somebody can be asked; what stays missing is for the settings to tell. Secrets are never flags. */
export async function collect(flags: LoginFlags, inherited: ConfigText, around: Surroundings): Promise<Answers> {
  const { ask, askSecret, env } = around;
  const text = async (given: string | undefined, question: string): Promise<string | undefined> =>
    given ?? filled(await ask?.(`${question}: `));
  const hidden = async (given: string | undefined, question: string): Promise<string | undefined> =>
    filled(given) ?? filled(await askSecret?.(`${question} (not shown): `));

  const orgUrl = await text(
    flags.orgUrl ?? inherited["okta-anypoint:orgUrl"],
    "Okta org URL, as https://acme.okta.com",
  );
  const token = flags.oktaClientId === undefined ? filled(env.OKTA_API_TOKEN) : undefined;
  const oktaClientId =
    token === undefined
      ? await text(flags.oktaClientId, "Client id of the Okta service app that runs the stack (empty: an API token)")
      : undefined;
  const byKey = oktaClientId !== undefined;
  const keyId = byKey ? await text(flags.oktaKeyId, "Id of its key (kid)") : flags.oktaKeyId;
  const keyFile = byKey ? await text(flags.oktaKeyFile, "File of its private key, PEM") : flags.oktaKeyFile;
  const apiToken = byKey ? undefined : await hidden(token, "Okta API token");
  const host = flags.anypointHost ?? (await chosenHost(inherited["anypoint:host"] ?? "US", ask));
  const anypointClientId = await text(flags.anypointClientId, "Client id of the Anypoint connected app");
  const clientSecret = await hidden(env.ANYPOINT_CLIENT_SECRET, "Its client secret");
  const privateKey = keyFile === undefined ? undefined : await readKey(resolve(around.workDir, keyFile));

  return {
    plain: definedOnly({
      "okta-anypoint:orgUrl": orgUrl === inherited["okta-anypoint:orgUrl"] ? undefined : orgUrl,
      "okta:clientId": oktaClientId,
      "okta:privateKeyId": keyId,
      "anypoint:host": host === inherited["anypoint:host"] ? undefined : host,
      "anypoint:clientId": anypointClientId,
    }),
    secrets: definedOnly({
      "okta:privateKey": privateKey,
      "okta:apiToken": apiToken,
      "anypoint:clientSecret": clientSecret,
    }),
  };
}

async function chosenHost(usual: string, ask: Surroundings["ask"]): Promise<string> {
  return filled(await ask?.(`Anypoint: US, EU, GOV, CA, JP or a host name [${usual}]: `)) ?? usual;
}

async function readKey(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CannotRun(
      `Could not read the key file ${file} (${code ?? "no reason given"}). Give a private key as PEM. Nothing was written.`,
    );
  }
}

const filled = (text: string | undefined): string | undefined => text?.trim() || undefined;
