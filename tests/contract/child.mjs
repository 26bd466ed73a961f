// @ts-check
/**
 * Preloaded (`node --import`) into the processes that suites start: holds the exchanges of local services there to the vendors'
 * descriptions, and appends each finding at once, since such processes may be killed.
 */
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers";
import { CHANNEL, FINDINGS } from "./names.mjs";

const folder = process.env[FINDINGS];
if (folder !== undefined) {
  const file = join(folder, `${process.pid}.jsonl`);
  /** @type {Promise<import("./observer.ts").Observer> | undefined} */
  let observer;
  subscribe(CHANNEL, (exchange) => {
    // Without local services nothing is ever loaded.
    observer ??= import("./observer.ts").then(
      ({ Observer }) => new Observer((finding) => appendFileSync(file, `${JSON.stringify(finding)}\n`)),
    );
    // The answer first.
    setImmediate(async () => {
      (await observer)?.observe(/** @type {import("../../sandbox/core/exchanges.ts").Exchange} */ (exchange));
    });
  });
}
