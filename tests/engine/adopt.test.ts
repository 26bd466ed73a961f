/** A pattern made by hand is found, taken over, and given back, by the command line and the real engine. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { writeFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommandLine } from "../../operations/adopt/main.ts";
import { type HandMade, makeByHand } from "../../sandbox/hand-made.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

let bench: Bench;
afterEach(() => bench.close());

/** A configuration that holds the logins and nothing else. */
const LOGINS_ALONE = {
  "okta-anypoint:authorizationServer": undefined,
  "okta-anypoint:clientProvider": undefined,
  "okta-anypoint:apis": undefined,
  "okta-anypoint:consumers": undefined,
  "okta-anypoint:verification": undefined,
};

async function adopt(...args: string[]) {
  const { workDir, envVars } = bench.stack.workspace;
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(["--stack", "sandbox", ...args], {
    env: { ...process.env, ...envVars },
    workDir,
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

test("try", async () => {
  bench = await startBench(LOGINS_ALONE);
  const made = await makeByHand(bench.lab);
  const key = join(bench.stack.workspace.workDir, "key.pem");
  await writeFile(key, made.manager.privateKey);
  const a = await adopt("--manager-key", key, "--yes");
  console.log(a.code, a.stdout, a.stderr);
  console.log(await readFile(join(bench.stack.workspace.workDir, "Pulumi.sandbox.yaml"), "utf8"));
  const b = await adopt();
  console.log(b.code, b.stdout, b.stderr);
});
