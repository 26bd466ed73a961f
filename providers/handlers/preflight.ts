/**
 * Handler of `okta-anypoint:Preflight`: looks for all that would fail in `up`, before anything else is registered, and says it
 * in one list. It looks only when what the configuration expects has changed since the last `up`; it makes nothing anywhere.
 */
import type { Around } from "../../checks/before-up.ts";
import { type Expectations, expectationsShape } from "../../checks/expectations.ts";
import { AnypointClient } from "../anypoint/client.ts";
import { readConnection } from "../anypoint/connection.ts";
import { readOktaConnection } from "../okta/login.ts";
import { tellUser } from "../anypoint/remains.ts";
import { define } from "./resource-handler.ts";

export const connect = (config: (key: string) => string | undefined, environment: NodeJS.ProcessEnv): Around => ({
  okta: readOktaConnection(config, environment),
  // One of its own: what it remembers (templates of an instance, say) may change while `up` goes on.
  anypoint: new AnypointClient({ connection: readConnection(config, environment) }),
});

export const definition = define<Around, Expectations, Expectations>({
  shape: expectationsShape,
  replaceOn: [],
  verify: async (around, known, olds) => {
    const { changedSides, checksBeforeUp } = await import("../../checks/before-up.ts");
    const { listOf } = await import("../../checks/list.ts");
    const former = Object.keys(olds).length === 0 ? undefined : (olds as Expectations);
    const expected = known as Expectations;
    const { cutOffs } = await import("../../checks/cut-offs.ts");
    // A change of one side needs no login at the other.
    const findings = [
      ...cutOffs(former, expected),
      ...(await checksBeforeUp(expected, around, former, changedSides(expected, former))),
    ];
    for (const { code, status, seen, whatToDo } of findings) {
      if (code === "cuts-off-consumers" && status === "warn") tellUser(`warning: ${seen}`);
      // What the plugin says of it explains nothing.
      if (code === "okta-clock-ahead") tellUser(`warning: ${seen} ${whatToDo}`);
    }
    const failed = findings.filter(({ status }) => status === "fail");
    return failed.length === 0 ? [] : [{ property: "", reason: listOf(failed) }];
  },
  create: async (_around, inputs) => ({ id: "preflight", state: inputs }),
  read: async (_around, _id, state) => state,
  update: async (_around, _id, _state, inputs) => inputs,
  remove: async () => {},
});
