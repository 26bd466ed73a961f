/** What `pulumi up` runs (by way of start.mjs), and what the sandbox hands to the engine. */
export { program as default } from "./program.ts";
