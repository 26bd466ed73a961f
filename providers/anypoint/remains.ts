/**
 * What a delete leaves behind, told to whoever runs the engine: a dynamic provider's delete has no answer, but the engine
 * shows each line of its standard error under "Diagnostics" at the end (measured, 3.259).
 */
import { printable } from "../vendor-text.ts";
import type { AnypointClient } from "./client.ts";
import { getProvider } from "./client-provider-calls.ts";
import type { ClientApplicationState } from "./client-application-wire.ts";

/** Tells one line. */
export type Tell = (line: string) => void;

export const tellUser: Tell = (line) => void process.stderr.write(`${printable(line)}\n`);

/** Client ids told so far, so that the last line's command has all of them. */
const told = new WeakMap<AnypointClient, string[]>();

/** Of an application that is left alone: it, and its client at the identity provider. */
export function keptApplication(client: AnypointClient, state: ClientApplicationState): string {
  const it = `application "${state.name}" (${state.applicationId}) stays in Anypoint, and its client ${shown(state)} in Okta`;
  if (state.origin === "adopted") return `${it}: both were there before this stack.`;
  return (
    `${it} (clientDeletion: keep). To delete them: delete the application in Exchange, My applications, then ` +
    `${command(client, state)}`
  );
}

/** Of an application that was deleted: its client, where Anypoint leaves it; undefined where it does not, or there is none. */
export async function leftClient(client: AnypointClient, state: ClientApplicationState): Promise<string | undefined> {
  if (state.clientId === "") return undefined;
  const external = await deletesExternally(client, state);
  if (external === true) return undefined;
  const stays =
    external === false
      ? "stays in Okta (clientDeletion: anypoint)"
      : "may stay in Okta: whether Anypoint deletes it there could not be read from its client provider";
  return `application "${state.name}" was deleted in Anypoint; its client ${state.clientId} ${stays}. To delete it: ${command(client, state)}`;
}

/** Of an application that somebody else deleted. */
export function goneApplication(client: AnypointClient, state: ClientApplicationState): string | undefined {
  if (state.clientId === "") return undefined;
  const it = `application "${state.name}" (${state.applicationId}) is gone in Anypoint; its client ${state.clientId} may still be in Okta`;
  if (state.origin === "adopted") return `${it}: both were there before this stack, which leaves it alone.`;
  return `${it}. To look, and delete it: ${command(client, state)}`;
}

/**
 * Whether Anypoint deletes an application's client at the identity provider too ("Enable client deletion and updates in
 * IdP"); undefined when that can't be read. With deletion in Anypoint alone the client stays (inferred).
 */
async function deletesExternally(
  client: AnypointClient,
  { organizationId, clientProviderId }: ClientApplicationState,
): Promise<boolean | undefined> {
  try {
    const provider = await client.once(`deletion by ${clientProviderId}`, () =>
      getProvider(client, organizationId, clientProviderId, clientProviderId),
    );
    const settings = provider?.oidc_dynamic_client_provider;
    return settings === undefined ? undefined : settings.allow_external_client_modification === true;
  } catch {
    return undefined;
  }
}

/** The command that deletes this client, and those that were told before. */
function command(client: AnypointClient, { clientId, stack }: ClientApplicationState): string {
  const ids = told.get(client) ?? [];
  if (clientId !== "" && !ids.includes(clientId)) ids.push(clientId);
  told.set(client, ids);
  return ["npm run orphans -- --stack", stack ?? "NAME", ...ids.map((id) => `--client-id ${id}`), "--remove"].join(" ");
}

const shown = ({ clientId }: ClientApplicationState): string => clientId || "(not shown)";
