/** Handler of `anypoint:EnvironmentAssignment`. */
import type { AnypointClient } from "../anypoint/client.ts";
import {
  type EnvironmentAssignmentInputs,
  type EnvironmentAssignmentState,
  createEnvironmentAssignment,
  deleteEnvironmentAssignment,
  environmentAssignmentShape,
  readEnvironmentAssignment,
  updateEnvironmentAssignment,
} from "../anypoint/environment-assignment.ts";
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
  create: createEnvironmentAssignment,
  read: readEnvironmentAssignment,
  update: updateEnvironmentAssignment,
  remove: deleteEnvironmentAssignment,
});
