/**
 * An application in Exchange. Making it makes a client at the identity provider of the API instance's client provider. Ours
 * is the one with our name, provider and owner; an OpenID Connect client can't be updated (confirmed: DOC-AM), so one with
 * other settings is refused.
 */
import { z } from "zod";
import { listApplications } from "./application-list.ts";
import { type AnypointClient, path } from "./client.ts";
import {
  type Application,
  type ClientApplicationInputs,
  type ClientApplicationState,
  application,
} from "./client-application-wire.ts";
import { NOT_FOUND, type Ownership, afterCreation, createOnce, untilShown } from "./creation.ts";
import { AnypointError, couldNot, refusal } from "./errors.ts";
import { rootOrganization } from "./organizations.ts";
import { registrationAdvice } from "./registration-refusal.ts";
import { type Tell, goneApplication, keptApplication, leftClient, tellUser } from "./remains.ts";

/** Creates the application, or takes on the one that is ours. Throws when the name is another's, or its secret can't be read. */
export async function createClientApplication(
  client: AnypointClient,
  inputs: ClientApplicationInputs,
): Promise<{ id: string; state: ClientApplicationState }> {
  const { id: organizationId } = await rootOrganization(client);
  const there = await findApplicationNamed(client, organizationId, inputs.name);
  if (there !== undefined) {
    const mine = await requireOurs(client, organizationId, inputs, there);
    // In all that can be seen what we would make, and made by us: the work of a run that was cut off, if it is not to be adopted.
    return complete(client, organizationId, inputs, there, mine && inputs.adopt !== true ? "created" : "adopted");
  }
  if (inputs.adopt === true) {
    throw refusal(
      "applications.create",
      `Could not adopt ${subjectOf(inputs.name)}: the connected app sees none of this name. Nothing was made. Correct the name, or take adopt out to have it made.`,
    );
  }
  const made = await createOnce(
    client,
    () => post(client, organizationId, inputs),
    () => findApplicationNamed(client, organizationId, inputs.name),
  );
  return complete(client, organizationId, inputs, made, "created");
}

/** The application as it is now, or undefined when it is gone. Its secret is that of the state: reads may not show it. */
export async function readClientApplication(
  client: AnypointClient,
  _id: string,
  state: ClientApplicationState,
  tell: Tell = tellUser,
): Promise<ClientApplicationState | undefined> {
  const found = await findApplication(client, state.organizationId, state.applicationId, state.name);
  if (found === undefined) {
    const gone = goneApplication(client, state);
    if (gone !== undefined) tell(gone);
    return undefined;
  }
  const { description: _, url: __, ...rest } = state;
  return {
    ...rest,
    name: found.name,
    ...(found.description !== undefined && { description: found.description }),
    ...(found.url !== undefined && { url: found.url }),
    redirectUris: sameSet(found.redirectUris, state.redirectUris) ? state.redirectUris : (found.redirectUris ?? []),
    grantTypes: sameSet(found.grantTypes, state.grantTypes)
      ? state.grantTypes
      : ((found.grantTypes ?? []) as ClientApplicationInputs["grantTypes"]),
    clientProviderId: found.providerId ?? state.clientProviderId,
    clientId: found.clientId ?? state.clientId,
    clientSecret: found.clientSecret ?? state.clientSecret,
  };
}

/** Only `deletion` and the target instance change in place, and neither is stored in Anypoint; an incomplete creation is completed. */
export async function updateClientApplication(
  client: AnypointClient,
  _id: string,
  state: ClientApplicationState,
  inputs: ClientApplicationInputs,
): Promise<ClientApplicationState> {
  if (state.clientSecret !== "") return { ...state, ...inputs };
  const { applicationId, organizationId, origin } = state;
  const found = await findApplication(client, organizationId, applicationId, state.name);
  if (found === undefined) {
    throw refusal("applications.read", `Could not complete ${subjectOf(state.name)}: it is not there. ${NOT_FOUND}`);
  }
  return (await complete(client, organizationId, inputs, found, origin)).state;
}

/**
 * Deletes an application that was created, and with it its contracts, unless it is to be kept. What stays, in Anypoint or at
 * the identity provider, is told.
 */
export async function deleteClientApplication(
  client: AnypointClient,
  _id: string,
  state: ClientApplicationState,
  tell: Tell = tellUser,
): Promise<void> {
  if (state.origin === "adopted" || state.deletion === "keep") {
    tell(keptApplication(client, state));
    return;
  }
  await remove(client, state);
  const left = await leftClient(client, state);
  if (left !== undefined) tell(left);
}

async function remove(client: AnypointClient, state: ClientApplicationState): Promise<void> {
  try {
    await client.delete({
      operation: "applications.delete",
      subject: subjectOf(state.name),
      advice: (answer) => registrationAdvice(answer),
      path: path`/exchange/api/v2/organizations/${state.organizationId}/applications/${state.applicationId}`,
    });
  } catch (error) {
    if (!(error instanceof AnypointError) || error.code !== "invalid") throw error;
    throw new AnypointError(
      `${error.message} If its client provider forbids the deletion, set okta-anypoint:clientProvider.clientDeletion to anypoint or everywhere (or keep, to leave the application) ` +
        "and run `pulumi up` first; if the identity provider refuses to delete the client, set it to anypoint: the client then stays there, and is named.",
      error,
      error,
    );
  }
}

const post = (client: AnypointClient, organizationId: string, inputs: ClientApplicationInputs): Promise<Application> =>
  client.json(
    {
      operation: "applications.create",
      subject: subjectOf(inputs.name),
      advice: (answer) => registrationAdvice(answer, inputs),
      method: "POST",
      path: path`/exchange/api/v2/organizations/${organizationId}/applications`,
      // Picks the client provider: that of the instance (confirmed: DX-EXCH).
      query: { apiInstanceId: inputs.apiId },
      body: {
        name: inputs.name,
        ...(inputs.description !== undefined && { description: inputs.description }),
        ...(inputs.url !== undefined && { url: inputs.url }),
        redirectUri: inputs.redirectUris,
        grantTypes: inputs.grantTypes,
        apiEndpoints: false,
      },
    },
    application,
  );

/** Fills in what the row at hand does not show, and checks it. */
async function complete(
  client: AnypointClient,
  organizationId: string,
  inputs: ClientApplicationInputs,
  row: Application,
  origin: Ownership["origin"],
): Promise<{ id: string; state: ClientApplicationState }> {
  const { applicationId } = row;
  const state: ClientApplicationState = {
    ...inputs,
    applicationId,
    organizationId,
    clientId: row.clientId ?? "",
    clientSecret: row.clientSecret ?? "",
    ...(row.owner !== undefined && { owner: row.owner }),
    origin,
  };
  return afterCreation(applicationId, state, async () => {
    const look = () => findApplication(client, organizationId, applicationId, inputs.name);
    // Not shown, or not in time, it is the row at hand that counts. What depends on it does not wait: that a read lags says nothing of a write.
    const seen = await (state.clientId && state.clientSecret && row.providerId ? look() : untilShown(client, look));
    const whole = {
      ...state,
      clientId: state.clientId || (seen?.clientId ?? ""),
      clientSecret: state.clientSecret || (seen?.clientSecret ?? ""),
      ...(seen?.owner !== undefined && { owner: seen.owner }),
    };
    requireProvider(inputs, seen?.providerId ?? row.providerId);
    if (whole.clientId === "" || whole.clientSecret === "") throw secretNotShown(inputs.name, applicationId);
    return { id: applicationId, state: whole };
  });
}

function requireProvider(inputs: ClientApplicationInputs, providerId: string | undefined): void {
  if (providerId === undefined || providerId === inputs.clientProviderId) return;
  throw refusal(
    "applications.create",
    `${couldNot({ operation: "applications.create", subject: subjectOf(inputs.name) })} in client provider ${inputs.clientProviderId}: Anypoint made it in ${providerId === "" ? "its own one" : providerId}, ` +
      `the one that API instance ${inputs.apiId} is bound to. Bind the instance first, then replace this application (\`pulumi up --replace <its URN>\`).`,
  );
}

const secretNotShown = (name: string, applicationId: string): AnypointError =>
  refusal(
    "applications.read",
    `${subjectOf(name)} (${applicationId}) exists, but Anypoint does not show its client secret: the answer to its creation was lost, or it was made by hand. ` +
      "Grant the connected app the scope manage:clients in the root organization and run `pulumi up` again; or make it anew with `pulumi up --replace <its URN>`, " +
      "or delete it in Exchange, My applications, then run `pulumi refresh --run-program` and `pulumi up`.",
  );

/** The application of exactly this name among those that we may see. */
export async function findApplicationNamed(
  client: AnypointClient,
  organizationId: string,
  name: string,
): Promise<Application | undefined> {
  const rows = await listApplications(client, organizationId, { query: name, literalMatch: true });
  return rows.find((row) => row.name === name);
}

/** An application by its number, or undefined when it is not there. */
export const findApplication = (
  client: AnypointClient,
  organizationId: string,
  applicationId: string,
  name: string,
): Promise<Application | undefined> =>
  client.find(
    {
      operation: "applications.read",
      subject: subjectOf(name),
      path: path`/exchange/api/v2/organizations/${organizationId}/applications/${applicationId}`,
      // Shows credentials to those who may see them (confirmed: DX-EXCH for the list).
      query: { targetAdminSite: true },
    },
    application,
  );

const account = z.object({
  client: z.looseObject({ name: z.string().optional() }).nullish(),
  user: z.looseObject({ username: z.string().optional() }).nullish(),
});

/** Name of the login, which Exchange shows as the owner of what it makes; undefined when it is not told. */
export async function accountName(client: AnypointClient): Promise<string | undefined> {
  const me = await client.once("account", () =>
    client.json(
      { operation: "me.read", subject: "who is logged in", method: "GET", path: "/accounts/api/me" },
      account,
    ),
  );
  return me.client?.name ?? me.user?.username;
}

/** Whether the application is known to be ours. Throws when it is another's, or has other settings than are asked for. */
async function requireOurs(
  client: AnypointClient,
  organizationId: string,
  inputs: ClientApplicationInputs,
  row: Application,
): Promise<boolean> {
  const there = (await findApplication(client, organizationId, row.applicationId, row.name)) ?? row;
  const myName = await accountName(client);
  const owner = there.owner ?? row.owner;
  const differs = [
    ...(there.providerId !== inputs.clientProviderId ? [`client provider ${there.providerId || "of Anypoint"}`] : []),
    ...(owner !== undefined && myName !== undefined && owner !== myName ? [`owner "${owner}"`] : []),
    ...(sameSet(there.redirectUris, inputs.redirectUris) ? [] : ["other redirect URIs"]),
    ...(sameSet(there.grantTypes, inputs.grantTypes) ? [] : ["other grant types"]),
    ...(there.url === inputs.url ? [] : ["another url"]),
    ...(there.description === inputs.description ? [] : ["another description"]),
  ];
  if (differs.length === 0) return owner !== undefined && owner === myName;
  throw refusal(
    "applications.create",
    `${couldNot({ operation: "applications.create", subject: subjectOf(inputs.name) })}: there is one of this name already, ${row.applicationId}, with ${differs.join(", ")}. ` +
      "It is left alone. Choose another name, or delete that one in Exchange, My applications.",
  );
}

const sameSet = (one: readonly string[] | undefined, other: readonly string[]): boolean =>
  one !== undefined && JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

const subjectOf = (name: string): string => `application "${name}"`;
