/** Handler of `anypoint:ApiPolicy`. */
import {
  createApiPolicy,
  deleteApiPolicy,
  policyProblems,
  readApiPolicy,
  updateApiPolicy,
} from "../anypoint/api-policy.ts";
import {
  type ApiPolicyInputs,
  type ApiPolicyState,
  apiPolicyShape,
  effectiveConfiguration,
} from "../anypoint/api-policy-inputs.ts";
import type { AnypointClient } from "../anypoint/client.ts";
import { define } from "./resource-handler.ts";
import { isUnknown } from "./unknowns.ts";

export const definition = define<AnypointClient, ApiPolicyInputs, ApiPolicyState>({
  shape: apiPolicyShape,
  replaceOn: ["organizationId", "environmentId", "apiId", "groupId", "assetId", "policyId"],
  // Anypoint refuses a second policy of a template on an instance.
  deleteBeforeReplace: (changed) => !changed.has("apiId"),
  alsoOutputs: ["policyId"],
  fill: (inputs) => {
    const { groupId, assetId, configuration } = inputs;
    if ([groupId, assetId].some(isUnknown) || typeof configuration !== "object" || configuration === null)
      return inputs;
    const asset = { groupId: String(groupId), assetId: String(assetId) };
    return { ...inputs, configuration: effectiveConfiguration(asset, configuration as Record<string, unknown>) };
  },
  verify: async (client, known, olds) => {
    const { organizationId, environmentId, apiId, configuration, assetVersion } = known;
    // Without a pin the version in use is that of the state, which only the update sees; it checks before it writes.
    if (assetVersion === undefined && Object.keys(olds).length > 0) return [];
    if ([organizationId, environmentId, apiId, configuration].includes(undefined)) return [];
    const problems = await policyProblems(client, known as ApiPolicyInputs);
    return problems.length === 0 ? [] : [{ property: "configuration", reason: problems.join("; ") }];
  },
  create: createApiPolicy,
  read: readApiPolicy,
  update: updateApiPolicy,
  remove: deleteApiPolicy,
});
