/** A stack that `new-stack` made is whole: `up` deploys it, and a preview afterwards has nothing to do. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { runCommandLine } from "../../operations/new-stack/main.ts";
import program from "../../index.ts";
import { type Bench, startBench } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

test("made, deployed, and then nothing to do", async () => {
  const { workspace } = bench.stack;
  const { workDir, envVars } = workspace;
  const { okta, anypoint } = bench.lab.credentials;
  await writeFile(join(workDir, "bootstrap.pem"), okta.privateKey);
  const said: string[] = [];
  const write = (text: string) => said.push(text);
  const code = await runCommandLine(
    [
      ...["made", "--org-url", bench.lab.okta.url, "--okta-client-id", okta.clientId],
      ...["--okta-key-id", okta.privateKeyId, "--okta-key-file", "bootstrap.pem"],
      ...["--anypoint-host", bench.lab.anypoint.url, "--anypoint-client-id", anypoint.clientId],
      ...["--environment", "Sandbox"],
    ],
    {
      env: { ...process.env, ...envVars, ANYPOINT_CLIENT_SECRET: anypoint.clientSecret },
      workDir,
      color: false,
      stdout: write,
      stderr: write,
    },
  );
  expect({ code, said: said.join("") }).toEqual({ code: 0, said: expect.stringContaining("Made the stack made") });

  const { name: projectName } = await workspace.projectSettings();
  const stack = await LocalWorkspace.selectStack({ stackName: "made", projectName, program }, { workDir, envVars });
  try {
    const { summary } = await stack.up();
    expect(summary.result).toBe("succeeded");
    expect(Object.keys((await stack.preview()).changeSummary)).toEqual(["same"]);
  } finally {
    await stack.destroy();
  }
});
