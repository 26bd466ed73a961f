/** Handler of `anypoint:ClientProvider`. */
import type { AnypointClient } from "../anypoint/client.ts";
import {
  type ClientProviderState,
  createClientProvider,
  deleteClientProvider,
  readClientProvider,
  updateClientProvider,
} from "../anypoint/client-provider.ts";
import { type ClientProviderInputs, clientProviderShape } from "../anypoint/client-provider-wire.ts";
import { sameMembers } from "./properties.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, ClientProviderInputs, ClientProviderState>({
  shape: clientProviderShape,
  // Anypoint can change all of it in place; a replacement would take the provider away from APIs and applications.
  replaceOn: [],
  // It says how to begin; nothing is done when it changes later.
  unchanged: () => ["adopt"],
  same: { managerScopes: (asked, state) => sameMembers(asked, state.managerScopes) },
  create: createClientProvider,
  read: readClientProvider,
  update: updateClientProvider,
  remove: deleteClientProvider,
});
