/** What a person does where the same command again is not enough. */
import { runCommandLine as runOrphans } from "../../operations/orphans/main.ts";
import { runCommandLine as runRepair } from "../../operations/repair-state/main.ts";
import type { Bench } from "../engine/harness.ts";

/**
 * Where the Okta plugin made something that no state knows, and can't adopt it. Gives what was said where something was left
 * alone; undefined where all was done.
 */
export async function repair(bench: Bench): Promise<string | undefined> {
  const { workDir, envVars } = bench.stack.workspace;
  const told: string[] = [];
  const tell = (text: string) => void told.push(text);
  const around = { env: { ...process.env, ...envVars }, workDir, color: false, stdout: tell, stderr: tell };
  const code = await runRepair(["--stack", "sandbox", "--yes"], around);
  return code === 0 ? undefined : told.join("");
}

/** Lists the clients that nobody has, and deletes those that were listed. */
export async function removeOrphans(bench: Bench): Promise<void> {
  const { workDir, envVars } = bench.stack.workspace;
  const orphans = async (...more: string[]) => {
    const told: string[] = [];
    const tell = (text: string) => void told.push(text);
    const around = { env: { ...process.env, ...envVars }, workDir, color: false, stdout: tell, stderr: tell };
    await runOrphans(["--stack", "sandbox", ...more], around);
    return told.join("");
  };
  const ids = new Set((await orphans()).match(/\b0oa[A-Za-z0-9]{17}\b/g));
  if (ids.size > 0) await orphans(...[...ids].flatMap((id) => ["--client-id", id]), "--remove", "--yes");
}
