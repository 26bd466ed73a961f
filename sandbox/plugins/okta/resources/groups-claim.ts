/**
 * The groups claim of an OAuth app, on an internal endpoint that only API tokens may use. The plugin writes it with every
 * creation, empty when the program has none, and reads it with every refresh (confirmed: recorded requests).
 */
import type { Props } from "../../grpc/values.ts";
import type { OktaClient } from "../http.ts";

interface ClaimAnswer {
  readonly name?: string;
  readonly value?: string;
  readonly valueType?: string;
  readonly groupFilterType?: string;
}

const pathOf = (id: string): string => `/api/v1/internal/apps/${id}/settings/oauth/idToken`;

export async function writeGroupsClaim(client: OktaClient, id: string, inputs: Props): Promise<void> {
  const claim = inputs["groupsClaim"] as Props | undefined;
  await client.v2.request("POST", pathOf(id), {
    issuerMode: inputs["issuerMode"],
    ...(claim !== undefined && {
      name: claim["name"],
      value: claim["value"],
      valueType: claim["type"] === "FILTER" ? "GROUPS" : claim["type"],
      groupFilterType: claim["filterType"],
    }),
  });
}

/** Undefined when there is none, and when the endpoint refuses: the plugin swallows that. */
export async function readGroupsClaim(client: OktaClient, id: string): Promise<Props | undefined> {
  const claim = await client.v2.request<ClaimAnswer | undefined>("GET", pathOf(id)).catch(() => undefined);
  if (!claim?.name) return undefined;
  return {
    name: claim.name,
    value: claim.value,
    type: claim.valueType === "GROUPS" && claim.groupFilterType ? "FILTER" : claim.valueType,
    filterType: claim.groupFilterType,
  };
}
