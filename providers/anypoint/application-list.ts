/** The applications of Exchange that the login may see. */
import { z } from "zod";
import { type AnypointClient, path } from "./client.ts";
import { type Application, application } from "./client-application-wire.ts";

/** All of them, or those that a text finds; with credentials for those who may see them (confirmed: DX-EXCH). */
export const listApplications = (
  client: AnypointClient,
  organizationId: string,
  filter: Readonly<Record<string, string | boolean>> = {},
): Promise<Application[]> =>
  client.pages(
    {
      operation: "applications.list",
      subject: `the applications of organization ${organizationId}`,
      path: path`/exchange/api/v2/organizations/${organizationId}/applications`,
      query: { ...filter, targetAdminSite: true },
    },
    z.array(application),
    (page) => ({ rows: page }),
  );

/**
 * Throws when applications can't be read at all: a list is then empty and looks like one of an organization without any
 * (confirmed: KB 005385409), while one of a number that nothing has is refused and not just unknown (inferred).
 */
export async function requireReadable(client: AnypointClient, organizationId: string): Promise<void> {
  await client.find(
    {
      operation: "applications.read",
      subject: `the applications of organization ${organizationId}`,
      path: path`/exchange/api/v2/organizations/${organizationId}/applications/${0}`,
    },
    z.unknown(),
  );
}
