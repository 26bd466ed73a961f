/** Assets of Exchange (confirmed: DX-EXCH). */
import { z } from "zod";
import { type AnypointClient, path } from "./client.ts";

export interface AssetVersion {
  readonly groupId: string;
  readonly assetId: string;
  readonly version: string;
}

const answer = z.looseObject({ assetId: z.string() });

/** Whether this version of the asset is there and may be seen. */
export async function assetExists(client: AnypointClient, asset: AssetVersion): Promise<boolean> {
  const { groupId, assetId, version } = asset;
  const call = {
    operation: "assets.read",
    subject: `asset ${assetId} ${version} of group ${groupId} in Exchange`,
    path: path`/exchange/api/v2/assets/${groupId}/${assetId}/${version}`,
  } as const;
  return (await client.find(call, answer)) !== undefined;
}
