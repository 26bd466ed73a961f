/**
 * What to do when the Okta plugin fails where `npm run repair-state` helps: said beside the plugin's own error, by an error hook
 * of the engine. It never has anything repeated.
 */
import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state.js";

/** The SDK's record of a run of the program, and its line to the engine; left out of its published types. */
const { getStore } = state as unknown as { getStore: (this: void) => { readonly supportsErrorHooks?: boolean } };
const { getMonitor } = pulumi.runtime as unknown as { getMonitor: (this: void) => object | undefined };

/** One per run of the program; several may run in a process. */
const hooks = new WeakMap<object, pulumi.ErrorHook>();

/** Options of a resource that the Okta plugin makes; none where the engine has no error hooks (before 3.219), as Pulumi's mocks. */
export function tellingOfRepair(): pulumi.CustomResourceOptions {
  const store = getStore();
  // Pulumi's mocks say that they have them.
  if (store.supportsErrorHooks !== true || !("registerErrorHook" in (getMonitor() ?? {}))) return {};
  const hook = hooks.get(store) ?? newHook();
  hooks.set(store, hook);
  return { hooks: { onError: [hook] } };
}

function newHook(): pulumi.ErrorHook {
  const said = new Set<string>();
  const stack = pulumi.getStack();
  // Called outside of the program's own context, by which the SDK knows whom to tell.
  const tell = AsyncResource.bind(async (advice: string) => {
    await pulumi.log.warn(advice);
  });
  return new pulumi.ErrorHook("okta-anypoint-repair-state", async ({ failedOperation, errors: [error = ""] }) => {
    const advice = adviceFor(failedOperation, error, stack);
    if (advice !== undefined && !said.has(advice)) {
      said.add(advice);
      await tell(advice);
    }
    return false;
  });
}

/** The plugin words Okta's answers (confirmed: provider code); of the texts for what is there already, some are inferred. */
const TAKEN = /already|duplicate|must be unique/i;
const GONE = /not found/i;
const NO_ANSWER =
  /unknown error|no answer|\bEOF\b|time(d )?-?out|deadline exceeded|connection|socket|gateway|unavailable/i;

/** `operation`: what failed: create, update or delete. Undefined where the repair is of no use. */
export function adviceFor(operation: string, error: string, stack: string): string | undefined {
  const command = `\`npm run repair-state -- --stack ${stack}\``;
  if (GONE.test(error)) {
    return `Okta does not have what the state says, perhaps since somebody deleted it by hand. ${command} looks, and takes what is gone out of the state.`;
  }
  if (operation !== "create") return undefined;
  if (TAKEN.test(error)) {
    return `What Okta has already may have been made by an earlier run that was cut off. ${command} looks, and brings it into the state.`;
  }
  if (NO_ANSWER.test(error)) {
    return `Okta may have made it all the same: its answer did not come. Before the next \`pulumi up\` run ${command}, which looks, and brings it into the state.`;
  }
  return undefined;
}
