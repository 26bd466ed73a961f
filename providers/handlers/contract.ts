/** Handler of `anypoint:Contract`. */
import type { AnypointClient } from "../anypoint/client.ts";
import {
  type ContractInputs,
  type ContractState,
  contractShape,
  createContract,
  deleteContract,
  needsSettling,
  readContract,
  updateContract,
} from "../anypoint/contract.ts";
import { define } from "./resource-handler.ts";

export const definition = define<AnypointClient, ContractInputs, ContractState>({
  shape: contractShape,
  // The version is that of the request: the contract stays when the instance moves on to another one.
  replaceOn: ["applicationId", "apiId", "organizationId", "environmentId", "groupId", "assetId"],
  // There is one contract per application and instance.
  deleteBeforeReplace: (changed) => !changed.has("applicationId") && !changed.has("apiId"),
  unsettled: ({ status }, { approval }) => needsSettling({ status, approval }),
  create: createContract,
  read: readContract,
  update: updateContract,
  remove: deleteContract,
});
