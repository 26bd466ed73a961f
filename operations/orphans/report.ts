/** What is left behind, as people read it. */
import type { LeftClient, Leftovers } from "./leftovers.ts";

export interface Where {
  readonly stackName: string;
  readonly orgUrl: string;
}

const client = ({ app, certain, why }: LeftClient): string =>
  `  ${app.id} "${app.label}"${app.created === undefined ? "" : `, made ${app.created.slice(0, 10)}`}: ${certain ? "certain" : "a guess"}, ${why}`;

/** Ends in a newline. */
export function renderLeftovers(found: Leftovers, { stackName, orgUrl }: Where): string {
  const { clients, keptApplications, refused } = found;
  const guesses = clients.filter(({ certain }) => !certain);
  const lines = [
    ...(clients.length > 0 ? [`Clients left behind in Okta (${orgUrl}):`, ...clients.map(client)] : []),
    ...(guesses.length > 0
      ? [
          "A guess is not deleted by --remove: no application of this Anypoint organization that this login sees has such a client, but another",
          "organization may. Name those that are yours:",
          ...guesses.map(({ app }) => `  ${command(stackName, [app.id])}`),
        ]
      : []),
    ...(keptApplications.length > 0
      ? [
          "Applications in Anypoint with a name of this stack, which its state does not have (delete them in Exchange, My applications):",
          ...keptApplications.map(
            ({ applicationId, name, clientId }) =>
              `  ${applicationId} "${name}", client ${clientId ?? "(not shown)"} in Okta`,
          ),
        ]
      : []),
    ...refused.map(({ clientId, why }) => `${clientId} is left alone: ${why}.`),
  ];
  if (lines.length === 0) return `Nothing of stack ${stackName} is left behind.\n`;
  return `${lines.join("\n")}\n`;
}

export const command = (stackName: string, clientIds: readonly string[]): string =>
  ["npm run orphans -- --stack", stackName, ...clientIds.map((id) => `--client-id ${id}`), "--remove"].join(" ");
