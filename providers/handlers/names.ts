/** Inputs that may be a name or an id, compared with what they were resolved to. */
import type { AnypointClient } from "../anypoint/client.ts";
import { environment } from "../anypoint/organizations.ts";
import type { Properties } from "./properties.ts";
import { isUnknown } from "./unknowns.ts";

/** The same environment or business group, whichever of the stored names it is called by now. */
export const sameNamed =
  (...resolved: readonly string[]) =>
  (asked: unknown, state: Properties, key: string): boolean =>
    asked === state[key] || resolved.some((output) => asked === state[output]);

/** The same environment by a name that is not stored: a new name, or a business group that is not named any more. */
export const samePlace = {
  inputs: ["businessGroup", "environment"],
  same: async (client: AnypointClient, news: Properties, state: Properties): Promise<boolean> => {
    // What is not known yet may turn out to be the same.
    if (isUnknown(news.environment) || isUnknown(news.businessGroup)) return true;
    const asked = news as { readonly environment: string; readonly businessGroup?: string | null };
    const found = await environment(client, asked.environment, asked.businessGroup ?? undefined);
    return found.id === state.environmentId;
  },
} as const;
