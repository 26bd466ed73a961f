// @ts-check
/** Names and places that processes agree on. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Folder with the vendors' files: beside the checkout, or where `CONTRACT_SPECS` says, a path. Throws where that is not there. */
export const SPECS = specsFolder(process.env.CONTRACT_SPECS);

/** @param {string | undefined} given */
function specsFolder(given) {
  if (!given) return new URL("../../../shared/specs/", import.meta.url);
  if (!existsSync(given)) throw new Error(`CONTRACT_SPECS names a folder that is not there: ${resolve(given)}`);
  return pathToFileURL(`${resolve(given)}/`);
}

/** Channel of `sandbox/core/exchanges.ts`. */
export const CHANNEL = "okta-anypoint:exchange";
/** Environment variable: folder where processes that a suite started write what they find. */
export const FINDINGS = "CONTRACT_FINDINGS";
/** Environment variable: folder where each suite writes what it found, for a look at all of them. */
export const RUN = "CONTRACT_RUN";
/** File in that folder, written once all suites have run: how many tests failed. */
export const ALL_RAN = "all-ran.json";
