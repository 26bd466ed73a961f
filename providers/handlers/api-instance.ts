/** Handler of `anypoint:ApiInstance`. */
import {
  bindingProblem,
  createApiInstance,
  deleteApiInstance,
  readApiInstance,
  updateApiInstance,
} from "../anypoint/api-instance.ts";
import { versionProblem } from "../anypoint/api-instance-calls.ts";
import { type ApiInstanceInputs, type ApiInstanceState, apiInstanceShape } from "../anypoint/api-instance-inputs.ts";
import type { AnypointClient } from "../anypoint/client.ts";
import { sameNamed, samePlace } from "./names.ts";
import type { Failure, Properties } from "./properties.ts";
import { define } from "./resource-handler.ts";

/** Which instance it is. The asset's version is not part of it: Anypoint changes it in place. */
const NAMING = ["businessGroup", "environment", "apiId", "assetId", "groupId", "label"] as const;
const BY_ASSET = ["assetId", "assetVersion", "label"] as const;
const NOT_BY_ID = [...BY_ASSET, "groupId", "adopt", "technology", "deploymentType"] as const;

/** Naming the same instance another way is no change: a replacement would delete it, with its policy and contracts. */
function sameInstance(news: Properties, state: Properties): readonly string[] {
  if (news.apiId != null) return news.apiId === state.apiId ? ["apiId", ...NOT_BY_ID] : [];
  const group = (bag: Properties) => bag.groupId ?? state.organizationId;
  const equal = (key: (typeof BY_ASSET)[number]) => news[key] === state[key];
  const same = equal("assetId") && (equal("label") || relabelled(news, state)) && group(news) === group(state);
  return same ? ["apiId", "groupId", "adopt", ...BY_ASSET.filter(equal)] : [];
}

/** Whether the label that is asked for is the one that somebody changed by hand. */
const relabelled = (news: Properties, state: Properties): boolean =>
  state.askedLabel !== undefined && news.label === state.askedLabel;

function rules(_known: Partial<ApiInstanceInputs>, has: (property: keyof ApiInstanceInputs) => boolean): Failure[] {
  if (has("apiId")) {
    return NOT_BY_ID.filter(has).map((property) => ({
      property,
      reason: "does not go with apiId, which names an existing instance; leave it out",
    }));
  }
  return BY_ASSET.filter((property) => !has(property)).map((property) => ({
    property,
    reason: "is missing; give assetId, assetVersion and label, or the apiId of an existing instance",
  }));
}

export const definition = define<AnypointClient, ApiInstanceInputs, ApiInstanceState>({
  shape: apiInstanceShape,
  replaceOn: [...NAMING, "technology", "deploymentType"],
  // Asset and label are unique in an environment: where they stay, the old instance must go first.
  deleteBeforeReplace: (changed) => !NAMING.some((key) => changed.has(key)),
  alsoOutputs: ["apiId", "assetId", "assetVersion", "groupId", "label"],
  same: {
    businessGroup: sameNamed("organizationId", "organizationName"),
    environment: sameNamed("environmentId", "environmentName"),
    // It says how to begin; nothing is done when it changes later.
    adopt: () => true,
  },
  unchanged: sameInstance,
  inPlace: (news, state) => (relabelled(news, state) ? ["label"] : []),
  renamed: samePlace,
  rules,
  verify: async (client, known, olds) => {
    const { environment, clientProviderId } = known;
    const complete = known.apiId !== undefined || BY_ASSET.every((key) => known[key] !== undefined);
    if (environment === undefined || !complete) return [];
    // Of an instance that is to be created there is nothing to ask, and one that we bound already stays as it is.
    if (known.apiId === undefined && known.adopt !== true && Object.keys(olds).length === 0) return [];
    const same = Object.keys(olds).length > 0 && NAMING.every((key) => known[key] === olds[key]);
    const problem = same ? versionProblem(known.assetVersion, olds.assetVersion) : undefined;
    if (problem !== undefined) return [{ property: "assetVersion", reason: problem }];
    // Of an instance that we bound, a provider not known yet is no change so far.
    const former = same ? olds.clientProviderId : undefined;
    if (former !== undefined && clientProviderId === undefined) return [];
    // One whose label alone differs may be the same, with a label that somebody changed by hand; a creation looks again.
    const otherLabel = NAMING.every((key) => key === "label" || known[key] === olds[key]);
    if (otherLabel && olds.clientProviderId !== undefined && clientProviderId === undefined) return [];
    if (clientProviderId !== undefined && olds.clientProviderId === clientProviderId) return [];
    const named = { ...known, ...(same && { assetVersion: olds.assetVersion }) };
    const held = await bindingProblem(client, { ...named, environment, clientProviderId }, former);
    return held === undefined ? [] : [{ property: "clientProviderId", reason: held }];
  },
  create: createApiInstance,
  read: readApiInstance,
  update: updateApiInstance,
  remove: deleteApiInstance,
});
