/** What a person does where an operation was cut off and the Okta plugin made something that no state knows. */
import type { Bench } from "../engine/harness.ts";

/** Whether it was done; false where there is nothing yet that does it. */
export async function repair(_bench: Bench): Promise<boolean> {
  return false;
}
