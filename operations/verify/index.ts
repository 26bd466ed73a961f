/** Verification of the whole pattern, for other programs. */
export { CannotVerify, parseVerifyInput } from "./input.ts";
export type { VerificationOutput, VerifyInput } from "./input.ts";
export { main } from "./main.ts";
export { CHECKS } from "./report.ts";
export type { CheckId, VerifyReport, VerifyRow } from "./report.ts";
export { inputFromDeployment, readStack } from "./stack.ts";
export { renderReport } from "./table.ts";
export { verify } from "./verify.ts";
export type { VerifyOptions } from "./verify.ts";
