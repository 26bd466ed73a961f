/** Handler of `anypoint:EnvironmentAssignment`. */
import type { AnypointClient } from "../anypoint/client.ts";
import { defaultNotice } from "../anypoint/default-provider.ts";
import {
  type EnvironmentAssignmentInputs,
  type EnvironmentAssignmentState,
  createEnvironmentAssignment,
  deleteEnvironmentAssignment,
  environmentAssignmentShape,
  readEnvironmentAssignment,
  updateEnvironmentAssignment,
} from "../anypoint/environment-assignment.ts";
import { tellUser } from "../anypoint/remains.ts";
import { sameNamed, samePlace } from "./names.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, EnvironmentAssignmentInputs, EnvironmentAssignmentState>({
  shape: environmentAssignmentShape,
  replaceOn: ["businessGroup", "environment", "clientProviderId"],
  same: {
    businessGroup: sameNamed("organizationId", "organizationName"),
    environment: sameNamed("environmentId", "environmentName"),
  },
  renamed: samePlace,
  verify: async (client, { environment, businessGroup, clientProviderId, makeDefault = false }, olds) => {
    const there = olds.environment !== undefined && olds.environment === environment;
    const asked = makeDefault && olds.makeDefault !== true;
    if (environment === undefined || (there && !asked)) return [];
    const notice = await defaultNotice(client, { environment, businessGroup, clientProviderId, makeDefault });
    if (notice !== undefined) tellUser(notice);
    return [];
  },
  create: (client, inputs) => createEnvironmentAssignment(client, inputs),
  read: readEnvironmentAssignment,
  update: (client, id, state, inputs) => updateEnvironmentAssignment(client, id, state, inputs),
  remove: deleteEnvironmentAssignment,
});
