/**
 * A client provider of type OpenID Connect Dynamic Client Registration. Ours is the one with our name **and** our
 * Inspector's client id; another one of that name is refused. Deleting one that was adopted restores its public fields.
 */
import { type AnypointClient, path } from "./client.ts";
import {
  findOurs,
  getProvider,
  grantTypes,
  patchProvider,
  providersNamed,
  replaceProvider,
  requireAsWritten,
  requireOurs,
  subjectOf,
  writeProvider,
} from "./client-provider-calls.ts";
import {
  type ClientProviderAnswer,
  type ClientProviderInputs,
  type SeenProvider,
  creationBody,
  differences,
  registersOtherwise,
  seeProvider,
} from "./client-provider-wire.ts";
import {
  NOT_FOUND,
  type Ownership,
  afterCreation,
  afterWrites,
  createOnce,
  mayHaveWorked,
  notShownYet,
  untilShown,
} from "./creation.ts";
import { AnypointError, refusal, unexpectedAnswer } from "./errors.ts";
import { rootOrganization } from "./organizations.ts";
import { instancesBoundTo, tellUnseen } from "./provider-users.ts";
import { type Tell, tellUser } from "./remains.ts";

export interface ClientProviderState extends ClientProviderInputs, Ownership {
  readonly providerId: string;
  /** The root organization. */
  readonly organizationId: string;
  /** Sorted; empty when they could not be read. */
  readonly supportedGrantTypes: readonly string[];
  /** The secrets may not have been written: the next update writes them in any case. */
  readonly secretsUnsettled?: true;
  /** A person kept it up until now, see `manual-client-provider.ts`: this stack takes it on at the next update. */
  readonly byHand?: true;
}

/** Creates the provider, or takes on the one that is ours. Throws when the name is another's, or the private-key block is not kept. */
export async function createClientProvider(
  client: AnypointClient,
  inputs: ClientProviderInputs,
): Promise<{ id: string; state: ClientProviderState }> {
  const { id: organizationId } = await rootOrganization(client);
  const there = await findOurs(client, organizationId, inputs);
  if (there !== undefined) return takeOn(client, organizationId, inputs, there);

  const subject = subjectOf(inputs.name, organizationId);
  if (inputs.adopt === true) {
    throw refusal(
      "clientProviders.create",
      `Could not adopt ${subject}: there is none of this name with the Inspector ${inputs.inspectorClientId}. Nothing was made. Correct the name, or take adopt out to have it made.`,
    );
  }
  const find = () => idOfMade(client, organizationId, inputs);
  const found = await createOnce(
    client,
    // The 201 has no body (confirmed: DX-AM), and what one says is not asked.
    async () => {
      await writeProvider(client, inputs, {
        operation: "clientProviders.create",
        subject,
        method: "POST",
        path: path`/accounts/api/organizations/${organizationId}/clientProviders`,
        body: creationBody(inputs),
      });
      return undefined;
    },
    find,
  );
  const providerId = found ?? (await idAfterAnswer(client, subject, find));
  const state: ClientProviderState = {
    ...inputs,
    providerId,
    organizationId,
    supportedGrantTypes: [],
    origin: "created",
  };
  return afterCreation(providerId, state, async () => {
    const made = await untilShown(client, () => getProvider(client, organizationId, providerId, inputs.name));
    if (made === undefined) throw refusal("clientProviders.create", notShownYet(`${subject} (${providerId})`));
    requireOurs(inputs, made, organizationId);
    requireAsWritten(inputs, seeProvider(made, inputs.privateKeyBlock), organizationId);
    return { id: providerId, state: { ...state, supportedGrantTypes: await grantTypes(client, state) } };
  });
}

/** Finds what an answer says was made; the id is nowhere but in the list. Throws when it is not shown in time, or can't be looked for. */
async function idAfterAnswer(
  client: AnypointClient,
  subject: string,
  find: () => Promise<string | undefined>,
): Promise<string> {
  let failure: AnypointError | undefined;
  const found = await untilShown(client, async () => {
    failure = undefined;
    try {
      return await find();
    } catch (error) {
      // What is found and is not ours says itself what to do.
      if (!(error instanceof AnypointError) || error.code === "refused") throw error;
      failure = error;
      if (!mayHaveWorked(error)) throw notLearnt(subject, error);
      return undefined;
    }
  });
  if (found !== undefined) return found;
  if (failure !== undefined) throw notLearnt(subject, failure);
  throw unexpectedAnswer(
    { operation: "clientProviders.create", subject },
    "Anypoint answered 201, but its list of client providers does not show it",
    `It was made all the same. ${MADE} ` +
      "If it is there already, the connected app can't see it: grant it the scope read:orgclientproviders in the root organization first.",
  );
}

const notLearnt = (subject: string, error: AnypointError): AnypointError =>
  new AnypointError(`${subject} was made, but its id was not learnt. ${error.message} ${MADE}`, error, error);

const MADE =
  "Wait until it is there in Access Management, Client Providers, then run the command again: it is then found, and none is made twice.";

/** Id of the provider that was just made. There was none of its name before; of several that are there now, ours. */
async function idOfMade(
  client: AnypointClient,
  organizationId: string,
  inputs: ClientProviderInputs,
): Promise<string | undefined> {
  const [only, second] = await providersNamed(client, organizationId, inputs.name);
  return second === undefined ? only?.providerId : (await findOurs(client, organizationId, inputs))?.providerId;
}

/** The provider as it is now, or undefined when it is gone. Secrets, which a read masks, are those of the state. */
export async function readClientProvider(
  client: AnypointClient,
  _id: string,
  state: ClientProviderState,
): Promise<ClientProviderState | undefined> {
  const answer = await getProvider(client, state.organizationId, state.providerId, state.name);
  if (answer === undefined) return undefined;
  const seen = seeProvider(answer, state.privateKeyBlock);
  const changed = new Set<string>(differences(state, seen));
  const fields = Object.fromEntries(Object.entries(seen.fields).filter(([key]) => changed.has(key)));
  const header = state.registrationHeader !== undefined && registersOtherwise(state, seen);
  return {
    ...state,
    ...fields,
    // Shown as a change, so that the next update writes it.
    ...(header && { registrationHeader: undefined }),
    supportedGrantTypes: await grantTypes(client, state),
  };
}

/** Brings the provider to the inputs by a PATCH of what differs, and reads it back. */
export async function updateClientProvider(
  client: AnypointClient,
  _id: string,
  state: ClientProviderState,
  inputs: ClientProviderInputs,
): Promise<ClientProviderState> {
  const { organizationId, providerId } = state;
  const answer = await getProvider(client, organizationId, providerId, state.name);
  if (answer === undefined) {
    throw refusal(
      "clientProviders.update",
      `Could not update ${subjectOf(state.name, organizationId)}: it is not there (${providerId}). ${NOT_FOUND}`,
    );
  }
  if (state.byHand) requireOurs(inputs, answer, organizationId);
  const before = formerOf(inputs, seeProvider(answer, inputs.privateKeyBlock));
  const next: ClientProviderState = {
    ...inputs,
    providerId,
    organizationId,
    origin: state.origin,
    ...(state.origin === "adopted" && { before: { ...before, ...state.before } }),
    supportedGrantTypes: state.supportedGrantTypes,
  };
  return afterWrites({ ...next, secretsUnsettled: true }, async (wrote) => {
    await bringTo(client, organizationId, inputs, answer, state.secretsUnsettled ? undefined : state, wrote);
    return { ...next, supportedGrantTypes: await grantTypes(client, state) };
  });
}

/** Deletes a provider that was created, unless others use it; gives back one that was adopted, and tells what of it Anypoint never showed. */
export async function deleteClientProvider(
  client: AnypointClient,
  _id: string,
  state: ClientProviderState,
  tell: Tell = tellUser,
): Promise<void> {
  const { organizationId, providerId, origin, before = {} } = state;
  const subject = subjectOf(state.name, organizationId);
  const at = path`/accounts/api/organizations/${organizationId}/clientProviders/${providerId}`;
  if (origin === "created") {
    const { found, unseen } =
      state.deleteWhileUsed === true ? { found: [], unseen: [] } : await instancesBoundTo(client, providerId);
    if (found.length > 0) {
      const users = found.map(({ words }) => words);
      throw refusal(
        "clientProviders.delete",
        `Could not delete ${subject}: API instances that this stack does not delete with it are bound to it: ${users.join(", ")}. Nothing of it was changed. ` +
          "Without it they would fall back to Anypoint's own provider, and their OpenID Connect policies would fail. " +
          "It is never replaced (--replace), since all of it can be changed in place by `pulumi up`. To be rid of it: bind them to another provider in API Manager, then run the command again; " +
          "or set okta-anypoint:clientProvider.deleteWhileUsed to true and run `pulumi up` first; or leave it with `pulumi state delete`.",
      );
    }
    tellUnseen(client, `client provider "${state.name}"`, unseen, tell);
    await client.delete({ operation: "clientProviders.delete", subject, path: at });
    return;
  }
  const there = await getProvider(client, organizationId, providerId, state.name);
  if (there === undefined) return;
  const former = { ...state, ...(before as Partial<ClientProviderInputs>) };
  const changed = new Set(Object.keys(before) as (keyof ClientProviderInputs)[]);
  if (changed.size > 0) await patchProvider(client, organizationId, providerId, former, changed);
  const registration = state.registrationHeader === undefined ? "private key" : "registration header";
  tell(
    `${subject} was there before this stack and has its former settings again, but for the ${registration} and the introspection client's secret: ` +
      "Anypoint shows neither, so they are still this stack's. Enter the former ones in Access Management, Client Providers.",
  );
}

/**
 * Takes on a provider that is ours by name and Inspector. One that is in all that can be seen what we would make is the
 * work of a run that was cut off, so it counts as created, unless it is said to be adopted; any other is adopted. It is
 * brought to the inputs.
 */
async function takeOn(
  client: AnypointClient,
  organizationId: string,
  inputs: ClientProviderInputs,
  there: ClientProviderAnswer,
): Promise<{ id: string; state: ClientProviderState }> {
  const { providerId } = there;
  const seen = seeProvider(there, inputs.privateKeyBlock);
  const before = formerOf(inputs, seen);
  const adopted = inputs.adopt === true || Object.keys(before).length > 0 || registersOtherwise(inputs, seen);
  const state: ClientProviderState = {
    ...inputs,
    ...{ providerId, organizationId, supportedGrantTypes: [] },
    ...(adopted ? { origin: "adopted", before } : { origin: "created" }),
  };
  // A write that took effect is not seen as a difference the next time, so its former values are kept from here on.
  return afterCreation(providerId, { ...state, secretsUnsettled: true }, async () => {
    // Secrets can't be seen: they are written in any case.
    await bringTo(client, organizationId, inputs, there, undefined);
    return { id: providerId, state: { ...state, supportedGrantTypes: await grantTypes(client, state) } };
  });
}

/** Values of the public fields that differ from the inputs. */
const formerOf = (inputs: ClientProviderInputs, seen: SeenProvider): Record<string, unknown> =>
  Object.fromEntries(differences(inputs, seen).map((key) => [key, seen.fields[key]]));

/** Writes what differs, and reads back. */
async function bringTo(
  client: AnypointClient,
  organizationId: string,
  inputs: ClientProviderInputs,
  there: ClientProviderAnswer,
  state: ClientProviderState | undefined,
  wrote: () => void = () => undefined,
): Promise<void> {
  const seen = seeProvider(there, inputs.privateKeyBlock);
  const changed = new Set<keyof ClientProviderInputs>(differences(inputs, seen));
  const byHeader = inputs.registrationHeader !== undefined;
  const method = byHeader ? "registrationHeader" : "managerPrivateKey";
  if (state?.[method] !== inputs[method] || registersOtherwise(inputs, seen)) changed.add(method);
  if (state?.inspectorClientSecret !== inputs.inspectorClientSecret) changed.add("inspectorClientSecret");
  if (changed.size > 0) {
    const leftOver = byHeader ? seen.block.missing.length === 0 : seen.header && state?.managerPrivateKey === undefined;
    if (leftOver) await replaceProvider(client, organizationId, inputs, there);
    else await patchProvider(client, organizationId, there.providerId, inputs, changed);
    wrote();
    const after = await getProvider(client, organizationId, there.providerId, inputs.name);
    if (after === undefined) {
      throw refusal(
        "clientProviders.update",
        `Could not update ${subjectOf(inputs.name, organizationId)}: it was deleted meanwhile. Run \`pulumi refresh --run-program\`, then \`pulumi up\`.`,
      );
    }
    requireAsWritten(inputs, seeProvider(after, inputs.privateKeyBlock), organizationId);
  }
}
