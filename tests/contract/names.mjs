// @ts-check
/** Names and places that processes agree on. */
import { pathToFileURL } from "node:url";

/** Folder with the vendors' files: beside the checkout, or where `CONTRACT_SPECS` says, a path. */
export const SPECS = process.env.CONTRACT_SPECS
  ? pathToFileURL(`${process.env.CONTRACT_SPECS}/`)
  : new URL("../../../shared/specs/", import.meta.url);

/** Channel of `sandbox/core/exchanges.ts`. */
export const CHANNEL = "okta-anypoint:exchange";
/** Environment variable: folder where processes that a suite started write what they find. */
export const FINDINGS = "CONTRACT_FINDINGS";
/** Environment variable: folder where each suite writes what it found, for a look at all of them. */
export const RUN = "CONTRACT_RUN";
/** File in that folder, written once all suites have run: how many tests failed. */
export const ALL_RAN = "all-ran.json";
