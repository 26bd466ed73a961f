/** Handler of `okta-anypoint:SigningKey`. The key is in the stack's state alone, so nothing is read or deleted anywhere. */
import type { AnypointClient } from "../anypoint/client.ts";
import { type SigningKeyInputs, type SigningKeyState, createSigningKey, signingKeyShape } from "../signing-key.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, SigningKeyInputs, SigningKeyState>({
  shape: signingKeyShape,
  replaceOn: ["modulusLength", "privateKeyPem", "kid", "keepers"],
  alsoOutputs: ["kid"],
  offline: true,
  create: (_context, inputs) => createSigningKey(inputs),
  read: async (_context, _id, state) => state,
  update: async (_context, _id, state, inputs) => ({ ...state, ...inputs }),
  remove: async () => {},
});
