/** `npm run sandbox -- --tls` as a process: everything over HTTPS with the sandbox's own CA. */
import { execFile } from "node:child_process";
import { expect, test } from "@jest/globals";
import { ROOT } from "../../sandbox/engine.ts";

test("the whole pattern is green over HTTPS, and nothing is spoken in clear", async () => {
  const { error, stdout, stderr } = await new Promise<{ error: unknown; stdout: string; stderr: string }>((resolve) => {
    const env = {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS} --disable-warning=ExperimentalWarning`,
      NODE_EXTRA_CA_CERTS: "",
    };
    execFile(process.execPath, ["sandbox/main.ts", "--tls"], { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });
  expect({ error, stderr, end: stdout.slice(-300) }).toEqual({
    error: null,
    stderr: "",
    end: expect.stringContaining("The sandbox is green"),
  });
  expect(stdout).toContain("https://127.0.0.1:");
  expect(stdout).not.toContain("http://");
  for (const step of ["every check of the verification", "nothing would change", "both stores are as they were before"])
    expect(stdout).toContain(`✓ ${step}`);
});
