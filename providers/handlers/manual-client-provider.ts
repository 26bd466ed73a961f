/** Handler of `anypoint:ManualClientProvider`. It takes on the state of `anypoint:ClientProvider` too, by an alias. */
import type { AnypointClient } from "../anypoint/client.ts";
import {
  type ManualClientProviderInputs,
  type ManualClientProviderState,
  createManualClientProvider,
  manualClientProviderShape,
  manualProviderProblem,
  readManualClientProvider,
  refuseToLetGo,
  updateManualClientProvider,
} from "../anypoint/manual-client-provider.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, ManualClientProviderInputs, ManualClientProviderState>({
  shape: manualClientProviderShape,
  // The id is the provider's. Nothing is deleted with the old one.
  replaceOn: ["providerId"],
  guard: refuseToLetGo,
  verify: async (client, known) => {
    if (known.providerId === undefined) return [];
    const reason = await manualProviderProblem(client, known.providerId, known);
    return reason === undefined ? [] : [{ property: "providerId", reason }];
  },
  // A provider that this stack made is handed over by an update, be it as it should be or not.
  unsettled: (state) => !state.byHand,
  create: createManualClientProvider,
  read: readManualClientProvider,
  update: updateManualClientProvider,
  remove: async () => {},
});
