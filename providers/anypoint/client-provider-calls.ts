/** Calls about client providers, and what their answers must show. */
import { z } from "zod";
import { type AnypointClient, type Call, path } from "./client.ts";
import {
  type ClientProviderAnswer,
  type ClientProviderInputs,
  PROVIDER_TYPE,
  type SeenProvider,
  changeBody,
  replacementBody,
  clientProviderAnswer,
  differences,
  registersOtherwise,
} from "./client-provider-wire.ts";
import { AnypointError, couldNot, refusal, unexpectedAnswer } from "./errors.ts";

const listAnswer = z.object({
  data: z.array(z.looseObject({ providerId: z.string(), name: z.string().optional() })),
  total: z.number().optional(),
});

const grantTypesAnswer = z.object({ grant_types: z.array(z.object({ name: z.string() })) });

/** Rows of the organization's client providers; `search` narrows them roughly. */
export const listProviders = (client: AnypointClient, organizationId: string, search?: string) =>
  client.pages(
    {
      operation: "clientProviders.list",
      subject: `the client providers of organization ${organizationId}`,
      path: path`/accounts/api/organizations/${organizationId}/clientProviders`,
      // Declared as required (confirmed: DX-AM).
      query: { search, ascending: true },
    },
    listAnswer,
    ({ data, total }) => ({ rows: data, total }),
  );

/** Rows of exactly this name. */
export const providersNamed = async (client: AnypointClient, organizationId: string, name: string) =>
  (await listProviders(client, organizationId, name)).filter((row) => row.name === name);

/** The provider of our name, when it is ours. Throws when it is another's, or there are several. */
export async function findOurs(
  client: AnypointClient,
  organizationId: string,
  { name, inspectorClientId }: ClientProviderInputs,
): Promise<ClientProviderAnswer | undefined> {
  const named = await providersNamed(client, organizationId, name);
  const answers = await Promise.all(
    named.map(({ providerId }) => getProvider(client, organizationId, providerId, name)),
  );
  const there = answers.filter((answer) => answer !== undefined);
  const [ours, second] = there.filter((answer) => introspector(answer) === inspectorClientId);
  const [other] = there;
  if (ours !== undefined && second === undefined) return ours;
  const attempt = couldNot({ operation: "clientProviders.create", subject: subjectOf(name, organizationId) });
  if (ours !== undefined && second !== undefined) {
    throw refusal(
      "clientProviders.create",
      `${attempt}: there are several of this name with our Inspector ${inspectorClientId} (${ours.providerId}, ${second.providerId}). Delete all but one in Access Management, Client Providers, and run the command again.`,
    );
  }
  if (other !== undefined) {
    const whose =
      other.type.name === PROVIDER_TYPE
        ? `introspects with client ${introspector(other) ?? "(not shown)"}, not with our Inspector ${inspectorClientId}`
        : `is of type ${other.type.name}`;
    throw refusal(
      "clientProviders.create",
      `${attempt}: the name is taken by another one, ${other.providerId}, which ${whose}. It is left alone. Choose another name (okta-anypoint:clientProvider.name), or rename or delete that one in Access Management, Client Providers.`,
    );
  }
  return undefined;
}

/** Throws unless a provider that is taken on by its id is ours, by the rule of {@link findOurs}. */
export function requireOurs(
  { name, inspectorClientId }: ClientProviderInputs,
  answer: ClientProviderAnswer,
  organizationId: string,
): void {
  if (answer.name === name && introspector(answer) === inspectorClientId && answer.type.name === PROVIDER_TYPE) return;
  throw refusal(
    "clientProviders.update",
    `${couldNot({ operation: "clientProviders.update", subject: subjectOf(name, organizationId) })}: ${answer.providerId} is named "${answer.name ?? ""}", is of type ${answer.type.name} and introspects with client ${introspector(answer) ?? "(not shown)"}. Only one with our name and our Inspector ${inspectorClientId} is taken over. It is left alone. Correct it in Access Management, Client Providers, and run the command again.`,
  );
}

const introspector = (answer: ClientProviderAnswer): string | undefined =>
  answer.oidc_dynamic_client_provider?.primary_client?.id;

/** Sends the changed inputs, and nothing else. */
export async function patchProvider(
  client: AnypointClient,
  organizationId: string,
  providerId: string,
  inputs: ClientProviderInputs,
  changed: ReadonlySet<keyof ClientProviderInputs>,
): Promise<void> {
  await writeProvider(client, inputs, {
    operation: "clientProviders.update",
    subject: subjectOf(inputs.name, organizationId),
    method: "PATCH",
    path: path`/accounts/api/organizations/${organizationId}/clientProviders/${providerId}`,
    // Declared as required (confirmed: DX-AM); it concerns introspection clients that Anypoint itself made.
    query: { recreateTokenValidationClient: false },
    body: changeBody(inputs, changed),
    repeatable: true,
  });
}

/** Writes the whole provider: only a PUT takes away the other way to register clients (confirmed: it replaces, DX-AM). */
export async function replaceProvider(
  client: AnypointClient,
  organizationId: string,
  inputs: ClientProviderInputs,
  there: ClientProviderAnswer,
): Promise<void> {
  await writeProvider(client, inputs, {
    operation: "clientProviders.update",
    subject: subjectOf(inputs.name, organizationId),
    method: "PUT",
    path: path`/accounts/api/organizations/${organizationId}/clientProviders/${there.providerId}`,
    body: replacementBody(inputs, there),
  });
}

/** Sends a body with secrets. A 400 may mean the private-key block, so it says how its names are set. */
export async function writeProvider(client: AnypointClient, inputs: ClientProviderInputs, call: Call): Promise<void> {
  const { managerPrivateKey, registrationHeader, inspectorClientSecret } = inputs;
  // Of a header, the part after its scheme may be quoted alone.
  const token = registrationHeader?.slice(registrationHeader.indexOf(" ") + 1);
  try {
    await client.run({ ...call, secrets: [managerPrivateKey, registrationHeader, token, inspectorClientSecret] });
  } catch (error) {
    if (!(error instanceof AnypointError) || error.code !== "invalid" || registrationHeader !== undefined) throw error;
    throw new AnypointError(`${error.message} If it is a member of the private-key block: ${BLOCK_NAMES}`, error);
  }
}

/**
 * The provider, with secrets masked; undefined when it is not there. An empty id, which stands for Anypoint's own in some answers, is not
 * asked for: it would be the path of the list.
 */
export async function getProvider(
  client: AnypointClient,
  organizationId: string,
  providerId: string,
  name: string,
): Promise<ClientProviderAnswer | undefined> {
  if (providerId === "") return undefined;
  return client.find(
    {
      operation: "clientProviders.read",
      subject: subjectOf(name, organizationId),
      path: path`/accounts/api/organizations/${organizationId}/clientProviders/${providerId}`,
      // Declared as required (confirmed: DX-AM).
      query: { includeSecrets: false },
    },
    clientProviderAnswer,
  );
}

const BLOCK_NAMES =
  "the names of its members are not published, and this organization's seem to differ. Set them in okta-anypoint:clientProvider.privateKeyBlock " +
  '(make one provider by hand with "Use OAuth2 private key jwt", then `npm run anypoint:learn` finds them), or let a person make ' +
  "the provider (clientProvider.mode: manual).";

/** Throws when a read after a write does not show what was written. */
export function requireAsWritten(inputs: ClientProviderInputs, seen: SeenProvider, organizationId: string): void {
  const attempt = { operation: "clientProviders.update", subject: subjectOf(inputs.name, organizationId) } as const;
  if (inputs.registrationHeader !== undefined && registersOtherwise(inputs, seen)) {
    throw unexpectedAnswer(
      attempt,
      `Anypoint took the request, but a read shows ${seen.header ? "the private-key block beside the" : "no"} registration header`,
      "Compare the provider in Access Management, Client Providers: its method must be the Authorization Header.",
    );
  }
  if (inputs.registrationHeader === undefined && seen.block.missing.length > 0) {
    throw unexpectedAnswer(
      attempt,
      `Anypoint took the request, but a read shows no private-key block (nothing fitting at ${seen.block.missing.join(", ")})`,
      BLOCK_NAMES,
    );
  }
  const wrong = differences(inputs, seen);
  if (wrong.length > 0) {
    throw unexpectedAnswer(
      attempt,
      `Anypoint took the request, but a read still shows other values for ${wrong.join(", ")}`,
      "Run the command again; if it stays so, compare the provider in Access Management, Client Providers.",
    );
  }
}

/** Grant types that Anypoint offers with this provider. What they are decides nothing here, so a failure is an empty list. */
export async function grantTypes(
  client: AnypointClient,
  state: {
    readonly name: string;
    readonly organizationId: string;
    readonly providerId: string;
    readonly supportedGrantTypes: readonly string[];
  },
): Promise<readonly string[]> {
  try {
    const answer = await client.json(
      {
        operation: "clientProviders.read",
        subject: `the grant types of ${subjectOf(state.name, state.organizationId)}`,
        method: "GET",
        path: path`/accounts/api/organizations/${state.organizationId}/clientProviders/${state.providerId}/grantTypes`,
      },
      grantTypesAnswer,
    );
    return answer.grant_types.map(({ name }) => name).sort();
  } catch {
    return state.supportedGrantTypes;
  }
}

export const subjectOf = (name: string, organizationId: string): string =>
  `client provider "${name}" of organization ${organizationId}`;
