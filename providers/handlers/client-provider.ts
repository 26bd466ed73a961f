/** Handler of `anypoint:ClientProvider`. */
import type { AnypointClient } from "../anypoint/client.ts";
import {
  type ClientProviderState,
  createClientProvider,
  deleteClientProvider,
  readClientProvider,
  updateClientProvider,
} from "../anypoint/client-provider.ts";
import { type ClientProviderInputs, KEY_INPUTS, clientProviderShape } from "../anypoint/client-provider-wire.ts";
import { sameMembers } from "./properties.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, ClientProviderInputs, ClientProviderState>({
  shape: clientProviderShape,
  // Anypoint can change all of it in place; a replacement would take the provider away from APIs and applications.
  replaceOn: [],
  // A note that a provider is waited for has none yet, and gives way to one.
  replaceAnyway: ({ providerId }) => (providerId === undefined ? ["name"] : []),
  rules: (_known, has) => {
    const given = KEY_INPUTS.filter(has);
    if (!has("registrationHeader")) {
      return KEY_INPUTS.filter((key) => !given.includes(key)).map((property) => ({
        property,
        reason: `is missing; give ${KEY_INPUTS.join(", ")}, or registrationHeader in their place`,
      }));
    }
    return given.map((property) => ({ property, reason: "is not used with registrationHeader; give one of the two" }));
  },
  // It says how to begin; nothing is done when it changes later.
  unchanged: () => ["adopt"],
  same: { managerScopes: (asked, state) => sameMembers(asked, state.managerScopes) },
  create: createClientProvider,
  read: readClientProvider,
  update: updateClientProvider,
  remove: (client, id, state) => deleteClientProvider(client, id, state),
});
