/** Reads a client provider as the organization answers it, beyond the published schema. Writes nothing. */
import { type AnypointClient, path } from "../../providers/anypoint/client.ts";
import { listProviders } from "../../providers/anypoint/client-provider-calls.ts";
import {
  type ClientProviderAnswer,
  PROVIDER_TYPE,
  clientProviderAnswer,
} from "../../providers/anypoint/client-provider-wire.ts";
import { rootOrganization } from "../../providers/anypoint/organizations.ts";
import { CannotRun } from "../command-line.ts";

export interface ReadProvider {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  readonly answer: ClientProviderAnswer;
}

/** The provider of a name or id. Throws `CannotRun` when there is none, several, or one of another type. */
export async function readProvider(
  client: AnypointClient,
  nameOrId: string,
  options: { readonly secrets: boolean },
): Promise<ReadProvider> {
  const { id: organizationId } = await rootOrganization(client);
  const subject = `client provider "${nameOrId}" of organization ${organizationId}`;
  const rows = await listProviders(client, organizationId);
  const [row, other] = rows.filter(({ providerId, name }) => providerId === nameOrId || name === nameOrId);
  if (row === undefined) {
    const names = rows.map(({ name = "", providerId }) => `${name} (${providerId})`).join(", ");
    throw new CannotRun(
      `Could not read ${subject}: there is none of this name or id. There are: ${names || "none, or the connected app may not see them (scope read:orgclientproviders in the root organization)"}.`,
    );
  }
  if (other !== undefined) {
    throw new CannotRun(
      `Could not read ${subject}: there are several of this name (${row.providerId}, ${other.providerId}). Give the id as --provider.`,
    );
  }
  const answer = await client.json(
    {
      operation: "clientProviders.read",
      subject,
      method: "GET",
      path: path`/accounts/api/organizations/${organizationId}/clientProviders/${row.providerId}`,
      query: { includeSecrets: options.secrets },
    },
    clientProviderAnswer,
  );
  if (answer.type.name !== PROVIDER_TYPE) {
    throw new CannotRun(
      `Could not learn from ${subject}: it is of type ${answer.type.name}. Make one by hand in Access Management > Client Providers > Add Client Provider > OpenID Connect Dynamic Client Registration, with "Use OAuth2 private key jwt".`,
    );
  }
  return { id: row.providerId, name: answer.name ?? row.name ?? "", organizationId, answer };
}
