/**
 * A client provider that a person makes and keeps up in Anypoint's console: it is read and compared with what the stack
 * says, and never written or deleted. Its private-key block, which a read may not show, is no part of it.
 */
import type { z } from "zod";
import type { AnypointClient } from "./client.ts";
import { getProvider, grantTypes, subjectOf } from "./client-provider-calls.ts";
import {
  type ClientProviderAnswer,
  PROVIDER_TYPE,
  type PublicFields,
  clientProviderShape,
  seeProvider,
} from "./client-provider-wire.ts";
import { refusal } from "./errors.ts";
import { text } from "./input-schemas.ts";
import { rootOrganization } from "./organizations.ts";

const {
  managerClientId: _id,
  managerPrivateKey: _key,
  managerScopes: _scopes,
  registrationHeader: _header,
  inspectorClientSecret: _secret,
  privateKeyBlock: _block,
  deleteWhileUsed: _deleted,
  adopt: _adopted,
  ...published
} = clientProviderShape;

export const manualClientProviderShape = {
  providerId: text("the client provider's id").optional(),
  ...published,
} as const;

export type ManualClientProviderInputs = z.output<z.ZodObject<typeof manualClientProviderShape>>;

type Published = Exclude<keyof ManualClientProviderInputs, "providerId">;

export interface ManualClientProviderState extends ManualClientProviderInputs {
  /** The root organization; undefined while the provider is waited for. */
  readonly organizationId?: string;
  readonly supportedGrantTypes: readonly string[];
  /** It is never this stack's own. */
  readonly origin: "adopted";
  readonly byHand: true;
}

/** The form's own words (confirmed: MuleSoft's docs), by input. */
const FORM_FIELDS: Record<Published, string> = {
  name: "Name",
  issuer: "Issuer",
  registrationUrl: "Client Registration URL",
  authorizeUrl: "Authorize URL",
  tokenUrl: "Token URL",
  introspectionUrl: "Token Introspection URL",
  inspectorClientId: "Token Introspection Client, Client ID",
  allowLocalClientDeletion: "Enable client deletion in Anypoint Platform",
  allowExternalClientModification: "Enable client deletion and updates in IdP",
  timeoutSeconds: "Client request timeout (seconds)",
  allowUntrustedCertificates: "Disable server certificate validation",
};

const shown = (value: unknown): string =>
  typeof value === "boolean" ? (value ? "on" : "off") : value == null || value === "" ? "empty" : JSON.stringify(value);

/** What a person has to correct in the console, a line each; empty when the provider is as the stack says. */
export function corrections(asked: Partial<ManualClientProviderInputs>, answer: ClientProviderAnswer): string[] {
  if (answer.type.name !== PROVIDER_TYPE) {
    return [
      `Type: it is ${answer.type.name}, and must be OpenID Connect Dynamic Client Registration; make another provider, and give its id`,
    ];
  }
  const { fields } = seeProvider(answer, undefined);
  return (Object.keys(FORM_FIELDS) as Published[])
    .filter((key) => asked[key] !== undefined && asked[key] !== fields[key])
    .map((key) => `${FORM_FIELDS[key]}: it is ${shown(fields[key])}, and must be ${shown(asked[key])}`);
}

/** What is wrong with the provider of this id, in one text; undefined when nothing is. */
export async function manualProviderProblem(
  client: AnypointClient,
  providerId: string,
  asked: Partial<ManualClientProviderInputs>,
): Promise<string | undefined> {
  const { id: organizationId } = await rootOrganization(client);
  const subject = `client provider ${providerId} of organization ${organizationId}`;
  const answer = await getProvider(client, organizationId, providerId, asked.name ?? providerId);
  if (answer === undefined) {
    return `there is no ${subject}. Read the id in the answer of GET /accounts/api/organizations/${organizationId}/clientProviders?ascending=true, set it with \`pulumi config set --path okta-anypoint:clientProvider.id ID\`, and run the command again.`;
  }
  const wrong = corrections(asked, answer);
  if (wrong.length === 0) return undefined;
  return (
    `${subject} is not as this stack says, and in mode manual nothing is written there. Correct it in Access Management, ` +
    `Client Providers, "${answer.name ?? providerId}", and run the command again:\n${wrong.map((line) => `  - ${line}`).join("\n")}`
  );
}

/** Takes note of the provider, or of the wait for it. Throws with all that must be corrected when it is not as the stack says. */
export async function createManualClientProvider(
  client: AnypointClient,
  inputs: ManualClientProviderInputs,
): Promise<{ id: string; state: ManualClientProviderState }> {
  return { id: inputs.providerId ?? WAITING, state: await compared(client, inputs, []) };
}

/** Id of the note that a provider is waited for. */
const WAITING = "waiting";

/** The provider as it is now, or undefined when it is gone. */
export async function readManualClientProvider(
  client: AnypointClient,
  _id: string,
  state: ManualClientProviderState,
): Promise<ManualClientProviderState | undefined> {
  const { organizationId, providerId } = state;
  if (organizationId === undefined || providerId === undefined) return state;
  const answer = await getProvider(client, organizationId, providerId, state.name);
  if (answer === undefined) return undefined;
  const { fields } = seeProvider(answer, undefined);
  const now = Object.fromEntries((Object.keys(FORM_FIELDS) as Published[]).map((key) => [key, fields[key]]));
  return {
    ...state,
    ...(now as Pick<PublicFields, Published>),
    supportedGrantTypes: await grantTypes(client, { ...state, organizationId, providerId }),
  };
}

/** Compares again, with what the stack says now. Throws as the creation does. */
export const updateManualClientProvider = (
  client: AnypointClient,
  _id: string,
  state: ManualClientProviderState,
  inputs: ManualClientProviderInputs,
): Promise<ManualClientProviderState> => compared(client, inputs, state.supportedGrantTypes);

async function compared(
  client: AnypointClient,
  inputs: ManualClientProviderInputs,
  supportedGrantTypes: readonly string[],
): Promise<ManualClientProviderState> {
  const state = { ...inputs, supportedGrantTypes, origin: "adopted", byHand: true } as const;
  const { providerId, name } = inputs;
  if (providerId === undefined) return state;
  const problem = await manualProviderProblem(client, providerId, inputs);
  if (problem !== undefined) throw refusal("clientProviders.read", `Could not go on: ${problem}`);
  const { id: organizationId } = await rootOrganization(client);
  const found = { name, organizationId, providerId, supportedGrantTypes };
  return { ...state, organizationId, supportedGrantTypes: await grantTypes(client, found) };
}

/** What is left of a provider that this stack made, as far as {@link refuseToLetGo} asks. */
interface Former {
  readonly providerId?: string;
  readonly organizationId?: string;
  readonly name?: string;
  readonly byHand?: true;
}

/**
 * A provider that the stack made itself is handed over to a person only by its own id: anything else would leave it to
 * Pulumi to delete, and with it the APIs' protection.
 */
export function refuseToLetGo(inputs: { readonly providerId?: unknown }, former: Former): void {
  const { providerId, organizationId = "", name = "" } = former;
  if (providerId === undefined || former.byHand || inputs.providerId === providerId) return;
  const given =
    typeof inputs.providerId === "string" ? `gives another id (${inputs.providerId})` : "gives no id of a provider";
  throw refusal(
    "clientProviders.update",
    `Could not change to clientProvider.mode: manual: this stack itself made ${subjectOf(name, organizationId)} (${providerId}), and the configuration ${given}. ` +
      `To go on would delete that provider under its APIs, so it and they were left as they are. To keep it, and to look after it by hand from now on, run ` +
      `\`pulumi config set --path okta-anypoint:clientProvider.id ${providerId}\` and the command again. To have it deleted, run \`pulumi destroy --run-program\` with the mode of before.`,
  );
}
