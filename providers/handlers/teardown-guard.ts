/** Handler of `anypoint:TeardownGuard`. It asks Anypoint when it is deleted, and never else. */
import type { AnypointClient } from "../anypoint/client.ts";
import { type TeardownGuardInputs, guardTeardown, teardownGuardShape } from "../anypoint/teardown-guard.ts";
import { type Properties, sameValue } from "./properties.ts";
import { define } from "./resource-handler.ts";
import { isUnknown } from "./unknowns.ts";

export const definition = define<AnypointClient, TeardownGuardInputs, TeardownGuardInputs>({
  shape: teardownGuardShape,
  replaceOn: [],
  same: { instances: (asked, { instances }) => sameInstances(asked, instances) },
  create: async (_client, inputs) => ({ id: "teardown-guard", state: inputs }),
  read: async (_client, _id, state) => state,
  update: async (_client, _id, _state, inputs) => inputs,
  remove: (client, id, state) => guardTeardown(client, id, state),
});

/** What an instance gets back is unknown in each preview where the state says nothing of it (measured), and is then no change. */
function sameInstances(asked: unknown, former: unknown): boolean {
  if (!Array.isArray(asked) || !Array.isArray(former) || asked.length !== former.length) return false;
  return asked.every((one: Properties, index) => {
    const was = former[index] as Properties;
    const { formerProviderId } = isUnknown(one.formerProviderId) ? was : one;
    return sameValue({ ...one, formerProviderId }, was);
  });
}
