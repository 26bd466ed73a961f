/** Handler of `anypoint:TeardownGuard`. It asks Anypoint when it is deleted, and never else. */
import type { AnypointClient } from "../anypoint/client.ts";
import { type TeardownGuardInputs, guardTeardown, teardownGuardShape } from "../anypoint/teardown-guard.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, TeardownGuardInputs, TeardownGuardInputs>({
  shape: teardownGuardShape,
  replaceOn: [],
  create: async (_client, inputs) => ({ id: "teardown-guard", state: inputs }),
  read: async (_client, _id, state) => state,
  update: async (_client, _id, _state, inputs) => inputs,
  remove: (client, id, state) => guardTeardown(client, id, state),
});
