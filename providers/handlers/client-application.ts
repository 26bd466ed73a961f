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
  same: {
    redirectUris: (asked, state) => sameMembers(asked, state.redirectUris),
    grantTypes: (asked, state) => sameMembers(asked, state.grantTypes),
  },
  // One says how to begin, the other is only told in what a delete says.
  unchanged: () => ["adopt", "stack"],
  unsettled: ({ clientSecret }) => clientSecret === "",
  create: createClientApplication,
  read: (client, id, state) => readClientApplication(client, id, state),
  update: updateClientApplication,
  remove: (client, id, state) => deleteClientApplication(client, id, state),
});
