/** Handler of `anypoint:ClientApplication`. */
import {
  createClientApplication,
  deleteClientApplication,
  readClientApplication,
  updateClientApplication,
} from "../anypoint/client-application.ts";
import type { AnypointClient } from "../anypoint/client.ts";
import {
  type ClientApplicationInputs,
  type ClientApplicationState,
  clientApplicationShape,
} from "../anypoint/client-application-wire.ts";
import { sameMembers } from "./properties.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, ClientApplicationInputs, ClientApplicationState>({
  shape: clientApplicationShape,
  replaceOn: ["name", "description", "url", "redirectUris", "grantTypes", "clientProviderId"],
  // Names are unique in Exchange.
  deleteBeforeReplace: (changed) => !changed.has("name"),
  // It says how to begin; nothing is done when it changes later.
  unchanged: () => ["adopt"],
  same: {
    redirectUris: (asked, state) => sameMembers(asked, state.redirectUris),
    grantTypes: (asked, state) => sameMembers(asked, state.grantTypes),
  },
  unsettled: ({ clientSecret }) => clientSecret === "",
  create: createClientApplication,
  read: readClientApplication,
  update: updateClientApplication,
  remove: deleteClientApplication,
});
